//! The judged health on the wire: of a connection with the rates behind it, and of an operator.

use jiff::Timestamp;
use ops_core::{
    health::{self, Reason, State, WindowSums},
    id::{ConnectionId, OperatorId},
};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, RefOr,
        schema::{OneOfBuilder, Schema},
    },
};

use super::rule;

/// Messages of one window below which its rates say nothing.
pub const RATES_MIN_SUBMITTED: i64 = 50;

/// How well a connection works.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConnectionHealth {
    #[schema(schema_with = rule::of::<ConnectionId>)]
    connection_id: ConnectionId,
    #[schema(schema_with = rule::of::<State>)]
    state: State,
    /// Since when it is in this state.
    #[schema(schema_with = rule::of::<Timestamp>)]
    since: Timestamp,
    #[schema(schema_with = rule::of::<Reason>)]
    reason: Reason,
    /// Sessions that can submit, as connectors last reported them.
    sessions_bound: i64,
    /// The end of the last sample's window.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    last_sample_at: Option<Timestamp>,
    /// The end of the last window that was judged.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    judged_through: Option<Timestamp>,
    #[schema(schema_with = rates)]
    rates: Rates,
}

/// What was observed of a connection lately, besides what is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observed {
    /// Sessions that can submit, as connectors last reported them.
    pub sessions_bound: i64,
    /// The end of the last sample's window.
    pub last_sample_at: Option<Timestamp>,
    /// The last window that has samples.
    pub window: Option<WindowSums>,
}

impl ConnectionHealth {
    /// The answer to a read.
    #[must_use]
    pub fn of(health: &health::ConnectionHealth, observed: &Observed) -> Self {
        let health::ConnectionHealth {
            connection_id,
            // the path tells
            operator_id: _,
            state,
            since,
            reason,
            // how the judge counts is its own affair
            bound_windows: _,
            unreachable_windows: _,
            judged_through,
            revision: _,
        } = health;
        let Observed { sessions_bound, last_sample_at, window } = *observed;
        Self {
            connection_id: *connection_id,
            state: *state,
            since: *since,
            reason: *reason,
            sessions_bound,
            last_sample_at,
            judged_through: *judged_through,
            rates: window.map_or(Rates::InsufficientData, |window| Rates::of(&window)),
        }
    }
}

/// What became of the messages of the last window, when they were enough to say something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rates {
    /// Enough messages.
    Of(Shares),
    /// Too few messages: any share would be chance.
    InsufficientData,
}

/// Shares of the submitted messages, 0 to 1, rounded to 4 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Shares {
    /// How many messages were sent: a count.
    pub submitted: i64,
    /// Answered with success.
    pub ok: f64,
    /// Answered with "too fast" or "queue full".
    pub throttled: f64,
    /// Refused for the message's own sake: the customer's mistake.
    pub rejected_message: f64,
    /// Refused for the operator's sake.
    pub operator_error: f64,
    /// Not answered in time.
    pub no_answer: f64,
}

const INSUFFICIENT_DATA: &str = "insufficient_data";

impl Rates {
    /// The rates of a window.
    #[must_use]
    pub fn of(window: &WindowSums) -> Self {
        let submitted = window.submitted;
        if submitted < RATES_MIN_SUBMITTED {
            return Self::InsufficientData;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share needs 4 digits, and 53 bits are there")]
        let share = |part: i64| (part as f64 / submitted as f64 * 10_000.0).round() / 10_000.0;
        Self::Of(Shares {
            submitted,
            ok: share(window.ok),
            throttled: share(window.throttled),
            rejected_message: share(window.rejected_message),
            operator_error: share(window.operator_error),
            no_answer: share(window.no_answer),
        })
    }
}

impl Serialize for Rates {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Of(shares) => shares.serialize(serializer),
            Self::InsufficientData => serializer.serialize_str(INSUFFICIENT_DATA),
        }
    }
}

fn rates() -> RefOr<Schema> {
    let insufficient: ObjectBuilder = rule::words([INSUFFICIENT_DATA]);
    OneOfBuilder::new().item(rule::inline::<Shares>()).item(insufficient).into()
}

/// How well an operator works, over its connections.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OperatorHealth {
    #[schema(schema_with = rule::of::<OperatorId>)]
    operator_id: OperatorId,
    #[schema(schema_with = rule::of::<State>)]
    state: State,
    /// When the last of its connections moved; null without connections.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    since: Option<Timestamp>,
    /// Why that connection moved; null without connections.
    #[schema(required, schema_with = rule::nullable::<Reason>)]
    reason: Option<Reason>,
    /// Sessions that can submit, over all connections.
    sessions_bound: i64,
    /// The end of the last sample's window, over all connections.
    #[schema(required, schema_with = rule::nullable::<Timestamp>)]
    last_sample_at: Option<Timestamp>,
    connections: Vec<ConnectionHealth>,
}

impl OperatorHealth {
    /// The answer to a read: of each connection whether it counts, and its health; the operator's state follows from them.
    #[must_use]
    pub fn of(operator_id: OperatorId, connections: Vec<(bool, ConnectionHealth)>) -> Self {
        let state =
            health::operator_state(connections.iter().map(|(counts, health)| (*counts, health.state)));
        let connections: Vec<_> = connections.into_iter().map(|(_, health)| health).collect();
        let moved_last = connections.iter().max_by_key(|connection| connection.since);
        Self {
            operator_id,
            state,
            since: moved_last.map(|connection| connection.since),
            reason: moved_last.map(|connection| connection.reason),
            sessions_bound: connections.iter().map(|connection| connection.sessions_bound).sum(),
            last_sample_at: connections.iter().filter_map(|connection| connection.last_sample_at).max(),
            connections,
        }
    }
}
