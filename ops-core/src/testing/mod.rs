//! Ready-made values for tests of this crate and of those that build on it.

#[cfg(test)]
pub(crate) mod decision;
mod words;

use jiff::Timestamp;

use crate::{Stamp, Text, actor::Actor, connection, number_rule::Number, operator};

pub use words::words;

/// A stamp of the actor `tester` at a fixed time, whose ids follow from `seed`.
#[must_use]
pub fn stamp(seed: u8) -> Stamp {
    stamp_at(Timestamp::from_second(1_760_000_000).unwrap_or(Timestamp::UNIX_EPOCH), seed)
}

/// A stamp of the actor `tester` at `at`.
#[must_use]
pub fn stamp_at(at: Timestamp, seed: u8) -> Stamp {
    let actor = Actor { issuer: "test".into(), subject: "tester".into() };
    Stamp::new(at, actor, format!("request-{seed}"), None, [seed; 16])
}

/// A value that the test knows to be right.
#[must_use]
#[expect(clippy::expect_used, reason = "a test's own values")]
pub fn text<T: Text>(raw: &str) -> T {
    T::parse(raw).expect("a test's value is accepted")
}

/// A command that creates an operator with this code and a display name made from it.
#[must_use]
pub fn create_operator(code: &str) -> operator::create::Create {
    operator::create::Create {
        code: text(code),
        external_id: None,
        display_name: text(&format!("Operator {code}")),
        kind: operator::Kind::Mno,
        importance: operator::Importance::Normal,
        countries: operator::Countries::default(),
        networks: operator::Networks::default(),
        labels: operator::Labels::default(),
        about: operator::About::default(),
    }
}

/// A command that creates an SMPP connection to `host` with all defaults.
#[must_use]
#[expect(clippy::expect_used, reason = "a test's own values")]
pub fn create_connection(name: &str, host: &str) -> connection::create::Create {
    let endpoint = connection::Endpoint {
        host: text(host),
        port: connection::Port::parse(2775).expect("a port"),
        priority: connection::Priority::default(),
        weight: connection::Weight::default(),
        direction: connection::Direction::Any,
        site: None,
    };
    let endpoints = connection::Endpoints::parse(vec![endpoint]).expect("one endpoint");
    let profile = connection::Profile::Smpp(Box::new(connection::Smpp::to(endpoints)));
    connection::create::Create {
        name: text(name),
        profile,
        spec_overrides: connection::SpecOverrides::default(),
        counts_for_operator: true,
        private_network: false,
        allow_duplicate: None,
    }
}
