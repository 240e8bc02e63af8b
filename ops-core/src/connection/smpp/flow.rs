//! How much may be sent, and when again after a refusal.

use serde::{Deserialize, Serialize};

use crate::{
    limits,
    number_rule::{decimal_value, number_value},
    text_rule::word_list,
};

number_value! {
    /// Unanswered submits on one session (SMPP 5.0 §2.9 leaves it to the parties; 10 is its advice). More than 1000 takes a
    /// spec override.
    WindowSize, 1, limits::WINDOW_SIZE_LIFTED, default 10
}

decimal_value! {
    /// Messages per second: above 0 to 100,000, in thousandths. 0 is refused: it is no way to say "unlimited".
    Tps, 1, 100_000_000, "must be above 0 and at most 100000, with at most 3 decimals; leave it out for unlimited"
}

word_list! {
    /// What a rate counts.
    TpsUnit default Segment {
        /// Each submit.
        Segment = "segment",
        /// Each message, however many segments it has.
        Message = "message",
    }
}

word_list! {
    /// Over what a rate is kept.
    TpsScope default Account {
        /// Over all sessions together.
        Account = "account",
        /// On each session.
        Session = "session",
    }
}

decimal_value! {
    /// Seconds of the rate that may be sent at once after a pause.
    Burst, 1000, 10_000, default 1000, "must be from 1 to 10, with at most 3 decimals"
}

number_value! {
    /// Milliseconds to pause after ESME_RTHROTTLED (0x58).
    ThrottleBackoff, 100, 600_000, default 1000
}

/// When to connect again after a failure: `initial_ms`, then `factor` times as long each time, up to `max_ms`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reconnect {
    /// Milliseconds before the first attempt.
    pub initial_ms: ReconnectInitial,
    /// Milliseconds before the first attempt after a refused bind.
    pub after_refusal_ms: ReconnectAfterRefusal,
    /// How much longer each pause is.
    pub factor: ReconnectFactor,
    /// The longest pause, in milliseconds.
    pub max_ms: ReconnectMax,
    /// The part of a pause that is drawn at random.
    pub jitter: ReconnectJitter,
    /// Refused binds, per credential version, after which nobody tries until something changes: operators lock accounts.
    pub stop_after_refusals: StopAfterRefusals,
}

number_value! {
    /// Milliseconds before the first attempt to connect again.
    ReconnectInitial, 100, 600_000, default 1000
}
number_value! {
    /// Milliseconds before the first attempt after a refused bind.
    ReconnectAfterRefusal, 1000, 3_600_000, default 30_000
}
decimal_value! {
    /// How much longer each pause is than the one before.
    ReconnectFactor, 1000, 10_000, default 2000, "must be from 1 to 10, with at most 3 decimals"
}
number_value! {
    /// The longest pause, in milliseconds.
    ReconnectMax, 100, 3_600_000, default 60_000
}
decimal_value! {
    /// The part of a pause that is drawn at random.
    ReconnectJitter, 0, 1000, default 200, "must be from 0 to 1, with at most 3 decimals"
}
number_value! {
    /// Refused binds after which nobody tries until something changes.
    StopAfterRefusals, 1, 100, default 5
}
