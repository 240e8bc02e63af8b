//! `check-config`: every fault at once, or what would be in force, and what it will take on disk.

use super::{ConfigFile, Failed, load, say, warn};
use crate::{
    config::estimate::{Estate, estimate},
    dev::refuse_dev_material,
};

pub(super) fn run(file: &ConfigFile) -> Result<(), Failed> {
    let config = load(file.config.as_deref())?;
    let faults = refuse_dev_material(&config);
    if !faults.is_empty() {
        return Err(Failed::Config(faults));
    }
    say(config.effective());
    warn(&config.warnings());
    say(estimate(Estate::default()));
    Ok(())
}
