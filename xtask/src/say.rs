//! Prints a line; unlike `println!` it does not end us when nobody reads any more, such as behind `| head`.

use std::fmt;
use std::io::{self, Write};

pub(crate) fn say(line: impl fmt::Display) {
    writeln!(io::stdout().lock(), "{line}").ok();
}
