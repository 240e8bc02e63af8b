//! Embedding the core: three connections, two rules, a resolve with its explanation, then the same with one down.
//!
//! Run it with `cargo run -p ops-core --example embed`.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::{collections::BTreeMap, error::Error};

use jiff::Timestamp;
use ops_core::{
    Mark, Number as _, Text as _, connection, health,
    id::{ConnectionId, OperatorId},
    operator,
    routing::{
        Eligibility, FailoverOn, Match, Number, OnNoTarget, Precedence, Request, Rule, RuleFields, RuleName,
        Target, Tier, View, Weight, resolve_explained,
    },
};

const ACME: &str = "0192f0c1-7a2b-7c3d-8e4f-000000000001";
const GLOBEX: &str = "0192f0c1-7a2b-7c3d-8e4f-000000000002";
const ACME_FIRST: &str = "0192f0c1-7a2b-7c3d-8e4f-0000000000a1";
const ACME_SECOND: &str = "0192f0c1-7a2b-7c3d-8e4f-0000000000a2";
const GLOBEX_ONLY: &str = "0192f0c1-7a2b-7c3d-8e4f-0000000000b1";
const GERMANY: &str = "0192f0c1-7a2b-7c3d-8e4f-0000000000f1";
const REST: &str = "0192f0c1-7a2b-7c3d-8e4f-0000000000f2";

fn main() -> Result<(), Box<dyn Error>> {
    // Germany: both connections of Acme share the traffic, and Globex stands behind them. Everything else: Globex.
    let rules = vec![
        rule(
            GERMANY,
            "Germany",
            r#"{"destination": {"prefix": "49"}}"#,
            vec![
                target(ACME, ACME_FIRST, 0, 70)?,
                target(ACME, ACME_SECOND, 0, 30)?,
                target(GLOBEX, GLOBEX_ONLY, 1, 1)?,
            ],
        )?,
        rule(
            REST,
            "The rest",
            r#"{"destination": {"any": true}}"#,
            vec![target(GLOBEX, GLOBEX_ONLY, 0, 1)?],
        )?,
    ];
    let mut connections = BTreeMap::from([
        (ACME_FIRST.parse()?, healthy(ACME.parse()?)),
        (ACME_SECOND.parse()?, healthy(ACME.parse()?)),
        (GLOBEX_ONLY.parse()?, healthy(GLOBEX.parse()?)),
    ]);
    let request = Request::towards(Number::parse_dialled("+491701234567")?, Timestamp::UNIX_EPOCH);

    let view = View::new(rules.clone(), connections.clone(), Mark::new(1, 1));
    let first = show("All are healthy:", &view, &request)?;

    if let Some(connection) = first.and_then(|id| connections.get_mut(&id)) {
        connection.health = health::State::Down;
    }
    let view = View::new(rules, connections, Mark::new(1, 2));
    show("The first of them is down:", &view, &request)?;
    Ok(())
}

/// Prints the answer and why; gives the connection to try first.
fn show(title: &str, view: &View, request: &Request) -> Result<Option<ConnectionId>, Box<dyn Error>> {
    let (answer, explained) = resolve_explained(view, request);
    println!("{title}");
    println!("answer: {}", serde_json::to_string_pretty(&answer)?);
    println!("explain: {}\n", serde_json::to_string_pretty(&explained)?);
    Ok(answer.candidates.first().map(|candidate| candidate.connection_id))
}

fn rule(id: &str, name: &str, matches: &str, targets: Vec<Target>) -> Result<Rule, Box<dyn Error>> {
    let matches: Match = serde_json::from_str(matches)?;
    Ok(Rule::restore(RuleFields {
        id: id.parse()?,
        name: RuleName::parse(name)?,
        enabled: true,
        precedence: Precedence::default(),
        matches,
        targets,
        on_no_target: OnNoTarget::NextRule,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "example".into(),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "example".into(),
    }))
}

fn target(operator: &str, connection: &str, tier: i64, weight: i64) -> Result<Target, Box<dyn Error>> {
    Ok(Target {
        connection_id: connection.parse()?,
        operator_id: operator.parse()?,
        tier: Tier::parse(tier)?,
        weight: Weight::parse(weight)?,
        enabled: true,
        failover_on: FailoverOn::Down,
        note: None,
    })
}

const fn healthy(operator_id: OperatorId) -> Eligibility {
    Eligibility {
        operator_id,
        operator_status: operator::Status::Active,
        connection_status: connection::Status::Enabled,
        in_maintenance: false,
        health: health::State::Healthy,
        counts_for_operator: true,
    }
}
