//! The sample: one connector's share of one connection in one window, as it is sent and stored. Counts only, no text.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    id::{ConnectionId, RunId},
    text_rule::word_list,
};

mod check;

/// One observation. [`Sample::check`] says whether its values can be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What was observed.
    pub connection_id: ConnectionId,
    /// Which connector observed it.
    pub connector_id: String,
    /// That connector's start.
    pub run_id: RunId,
    /// Counts the samples of this start.
    pub seq: i64,
    /// When the window began.
    pub window_start: Timestamp,
    /// Seconds it lasted; 5 to 3600.
    pub window_s: i64,
    /// Its sessions, at most 50.
    pub sessions: Vec<Session>,
    /// The connection's configuration that the connector applied.
    #[serde(default)]
    pub config_version: Option<i64>,
    /// The routing view that the connector used, as `"{epoch}.{n}"`.
    #[serde(default)]
    pub view_version: Option<String>,
    /// Bind attempts that ended in the window.
    #[serde(default)]
    pub binds: Binds,
    /// Messages sent to the operator.
    #[serde(default)]
    pub submitted: u64,
    /// Answered with success.
    #[serde(default)]
    pub ok: u64,
    /// Answered with "too fast" or "queue full".
    #[serde(default)]
    pub throttled: u64,
    /// Refused for the message's own sake: the customer's mistake.
    #[serde(default)]
    pub rejected_message: u64,
    /// Refused for the operator's sake.
    #[serde(default)]
    pub operator_error: u64,
    /// Not answered in time.
    #[serde(default)]
    pub no_answer: u64,
    /// Answers by SMPP `command_status` (SMPP 3.4 §5.1.3), at most 16.
    #[serde(default)]
    pub by_status: Vec<StatusCount>,
    /// Answered messages by time to the answer: 24 counts in log2 bounds from 1 ms to 2²³ ms, or none.
    #[serde(default)]
    pub submit_ms: Vec<u64>,
    /// `enquire_link`s sent.
    #[serde(default)]
    pub enquire_sent: u64,
    /// `enquire_link`s not answered.
    #[serde(default)]
    pub enquire_missed: u64,
    /// Receipts by the time of their messages, at most 300.
    #[serde(default)]
    pub receipts: Vec<Cohort>,
    /// Messages from subscribers.
    #[serde(default)]
    pub mo_total: u64,
    /// Milliseconds in which the window of unanswered messages was full.
    #[serde(default)]
    pub window_full_ms: u64,
    /// Milliseconds in which the connector held back because it was throttled.
    #[serde(default)]
    pub throttled_ms: u64,
    /// Messages waiting at the window's end.
    #[serde(default)]
    pub queue_depth: u64,
    /// Sessions opened anew.
    #[serde(default)]
    pub reconnects: u64,
}

word_list! {
    /// Where a session stands (SMPP 5.0 §2.3).
    SessionState {
        /// No connection.
        Closed = "closed",
        /// The TCP connection is being made.
        Connecting = "connecting",
        /// The TCP connection stands.
        Open = "open",
        /// A bind was sent.
        Binding = "binding",
        /// Bound as transmitter.
        BoundTx = "bound_tx",
        /// Bound as receiver.
        BoundRx = "bound_rx",
        /// Bound as transceiver.
        BoundTrx = "bound_trx",
        /// An unbind was sent.
        Unbinding = "unbinding",
        /// Unbound.
        Unbound = "unbound",
        /// The operator asked for a bind from its side.
        Outbound = "outbound",
        /// Waiting before the next try.
        Backoff = "backoff",
    }
}

impl SessionState {
    /// Whether messages can be submitted on such a session.
    #[must_use]
    pub const fn can_submit(self) -> bool {
        matches!(self, Self::BoundTx | Self::BoundTrx)
    }
}

/// One session at the window's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Which of the connector's sessions; 0 to 255.
    pub slot: i64,
    /// Where it stands.
    pub state: SessionState,
    /// Milliseconds of the window in which it was bound.
    pub bound_ms: i64,
    /// The credential it bound with.
    #[serde(default)]
    pub credential_version: Option<i64>,
    /// Since when it stands there.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

/// Bind attempts by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Binds {
    /// Bound.
    pub bound: u64,
    /// The account or its secret was refused.
    pub secret_refused: u64,
    /// The account has too many sessions.
    pub limit: u64,
    /// Something else of the bind was refused.
    pub config_refused: u64,
    /// The operator was busy, or did not answer in time.
    pub busy: u64,
    /// No connection.
    pub unreachable: u64,
}

/// Answers with one `command_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusCount {
    /// The `command_status`.
    pub code: u32,
    /// How many.
    pub count: u64,
}

/// Receipts of the messages that were sent in one stretch of five minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// When the five minutes began.
    pub submit_bucket: Timestamp,
    /// Receipts that were asked for.
    #[serde(default)]
    pub requested: u64,
    /// Delivered.
    #[serde(default)]
    pub delivered: u64,
    /// Failed at the operator.
    #[serde(default)]
    pub failed_operator: u64,
    /// Failed at the subscriber.
    #[serde(default)]
    pub failed_subscriber: u64,
    /// Rejected.
    #[serde(default)]
    pub rejected: u64,
    /// Expired.
    #[serde(default)]
    pub expired: u64,
    /// Ended in some other way.
    #[serde(default)]
    pub unknown: u64,
}

impl Sample {
    /// What makes a sample the same when it is sent again.
    #[must_use]
    pub fn identity(&self) -> (&str, RunId, i64, Timestamp) {
        (&self.connector_id, self.run_id, self.seq, self.window_start)
    }

    /// When the window ended.
    #[must_use]
    pub fn window_end(&self) -> Timestamp {
        let length = SignedDuration::from_secs(self.window_s);
        self.window_start.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}
