//! What became of a batch of samples.

use serde::Serialize;
use utoipa::ToSchema;

/// What became of a batch: every sample is accepted, a duplicate, or refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// Samples that were stored.
    pub accepted: usize,
    /// Samples that had been stored before.
    pub duplicate: usize,
    /// Samples that are not stored; sending them again does not help.
    pub refused: Vec<SampleRefused>,
}

/// One sample that is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleRefused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why.
    pub code: SampleRefusal,
}

/// Why a sample is not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleRefusal {
    /// There is no such connection.
    UnknownConnection,
    /// Its window lies before the oldest that is kept.
    TooOld,
    /// Its window lies in the future.
    InFuture,
    /// The caller may not report for this connector.
    NotAllowed,
}
