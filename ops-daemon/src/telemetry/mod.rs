//! What the process tells about itself: log lines and metrics.

pub mod log;
pub mod label;
pub mod metrics;
pub mod exposition;
pub mod track;

mod families;
mod not_healthy;

pub use exposition::Format;
pub use label::{
    AuthReason, LeaseOutcome, Listener, PublishFailure, SampleOutcome, SecretOperation, SecretOutcome,
    TaskScope,
};
pub use metrics::{Metrics, TaskMetrics};
pub use track::{Track, track};
