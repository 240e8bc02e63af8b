//! Health: what we conclude about a connection from what connectors observed of it.
//!
//! Read in this order: [`Sample`] (one observation), [`WindowSums`] (all of one window), [`Verdict`] (what a window
//! means), [`ConnectionHealth`] (the state machine), [`operator_state`], [`judge`].

mod sample;
mod window;
mod verdict;
mod machine;
mod operator_state;
mod judge;
#[cfg(test)]
mod testing;

pub use judge::{ConnectionInput, Judged, OperatorInput, judge};
pub use machine::{ConnectionHealth, Input, Reason, step};
pub use operator_state::{counts, operator_state};
pub use sample::{Binds, Cohort, Sample, Session, SessionState, StatusCount};
pub use verdict::{Unreachable, Verdict, verdict, wilson_lower_bound};
pub use window::{SETTLE_S, WindowSums, is_closed, window_of};

use crate::{id::ConnectionId, text_rule::word_list};

word_list! {
    /// How well a connection or an operator works.
    State {
        /// Nothing is known yet.
        Unknown = "unknown",
        /// It works.
        Healthy = "healthy",
        /// It works badly.
        Degraded = "degraded",
        /// It takes no traffic.
        Down = "down",
        /// It takes a little traffic, to see whether it works again.
        Probation = "probation",
        /// Nobody has observed it for a while.
        Stale = "stale",
    }
}

/// What a judgement relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The connection's health is still at this revision; 0 also stands for no health stored yet.
    Revision(ConnectionId, i64),
}

/// What is stored of a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The health of one connection.
    Put(ConnectionHealth),
}
