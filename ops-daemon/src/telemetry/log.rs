//! Log lines: to standard error, as JSON for machines or text for eyes.

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// The process already logs somewhere else.
#[derive(Debug, thiserror::Error)]
#[error("logging is already set up")]
pub struct AlreadySetUp;

/// Starts logging as configured; once per process.
///
/// # Errors
/// [`AlreadySetUp`].
pub fn start(log: &Log) -> Result<(), AlreadySetUp> {
    let lines = fmt().with_env_filter(EnvFilter::new(&log.level)).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
    };
    started.map_err(|_| AlreadySetUp)
}
