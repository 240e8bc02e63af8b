//! The signals that end the process.

use tokio::signal::unix::{SignalKind, signal};

use crate::start::NotStarted;

/// Listens from now on; what is returned ends at the first SIGTERM or SIGINT.
///
/// # Errors
/// [`NotStarted::Signals`].
pub fn asked_to_stop() -> Result<impl Future<Output = ()>, NotStarted> {
    let mut terminate = signal(SignalKind::terminate()).map_err(NotStarted::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(NotStarted::Signals)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
