//! Remembers that Ctrl-C, SIGTERM or SIGHUP came, so that a task ends what it started instead of dying.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From here on a signal only raises the flag.
pub(crate) fn listen() -> Result<(), Failure> {
    ctrlc::set_handler(|| REQUESTED.store(true, Ordering::SeqCst))
        .map_err(|cause| Failure::because("cannot listen for signals", cause))
}

/// Whether a signal asked this process to end.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Stops a sequence of steps between two of them.
pub(crate) fn check() -> Result<(), Failure> {
    if requested() { Err("interrupted".into()) } else { Ok(()) }
}

/// What a shell reports for an interrupted command, when a signal came.
pub(crate) fn exit_code() -> Option<ExitCode> {
    requested().then(|| ExitCode::from(130))
}
