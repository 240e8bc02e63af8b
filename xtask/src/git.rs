//! Asks git about a checkout.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::process;

/// What git answers in that folder; what it complains of is the failure.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let mut command = Command::new("git");
    command.args(arguments).current_dir(folder);
    let output = process::finish(command)?;
    String::from_utf8(output.stdout).map_err(|cause| Failure::because("git", cause))
}
