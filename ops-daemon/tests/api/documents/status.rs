//! `docs/STATUSES.md`: what may flow, from the one table of it.

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    Word,
    connection::Status as Connection,
    operator::{
        Status,
        flow::{Binds, Flow, NewTraffic, Standing, flow},
    },
};
use ops_store::testing::committed;

const HEAD: &str = "\
# Statuses

For whoever looks after operators: where one can stand, who moves it, and what then flows. \
The table of what flows is made by `cargo xtask documents` from `ops-core/src/operator/flow.rs`; a test compares it.

## Who moves an operator

| from | `activate` | `drain` | `suspend` | `delete` | by itself |
|---|---|---|---|---|---|
| `draft` | `active`, when it is ready | – | – | `deleted` | – |
| `active` | `active` | `draining` | `suspended` | – | `draining` when the drain of a window begins, `maintenance` when the window does |
| `draining` | `active` | `draining`; a person takes over what a window has begun | `suspended` | – | `suspended` at its `until`; \
`maintenance` when a window begins; `active` when the window that drained it is cancelled or moved |
| `maintenance` | – (end its windows first) | `draining` | `suspended` | – | after its windows: `draining` when a person had drained it \
or the drain of another window has begun, else `active` when it is ready, else `suspended` |
| `suspended` | `active`, when it is ready | – | `suspended` | `deleted` | – |
| `deleted` | – | – | – | – | erased for ever after `purge_after`; until then `restore` makes it `suspended` |

A move that is not here is 409 `illegal_transition`; so is `activate` while a planned window runs. A move to where it stands already \
is 200 and changes nothing, also no reason and no end. *Ready* is what `GET /admin/v1/operators/{operator_id}/readiness` says; \
without it `activate` is 409 `not_ready`, with what is missing.
Every move has an event and an entry in the audit trail, also one that nobody asked for; `drain` and `suspend` take a reason.

## What flows

";

/// The operator's standings that make a difference: its status, and whether receipts of a suspended one are awaited.
fn operators() -> Vec<(String, Status, bool)> {
    let words = Status::WORDS.iter().map(|word| Status::parse(word).unwrap());
    words
        .flat_map(|status| match status {
            Status::Suspended => vec![
                (format!("`{status}`, until `receipts_until`"), status, true),
                (format!("`{status}`, after it"), status, false),
            ],
            _ => vec![(format!("`{status}`"), status, false)],
        })
        .collect()
}

fn line(operator: &str, connection: &str, Flow { binds, new_traffic, receipts, lease }: Flow) -> String {
    let binds = match binds {
        Binds::Keep => "keeps its sessions",
        Binds::KeepTrying => "keeps trying, at most every 30 s",
        Binds::ReceiveOnly => "keeps those that receive",
        Binds::Unbind => "unbinds",
    };
    let new_traffic = match new_traffic {
        NewTraffic::Yes => "yes",
        NewTraffic::TestOnly => "tests only",
        NewTraffic::No(_) => "no",
    };
    let [receipts, lease] = [receipts, lease.is_ok()].map(|is_so| if is_so { "yes" } else { "no" });
    format!("| {operator} | {connection} | {binds} | {new_traffic} | {receipts} | {lease} |\n")
}

#[test]
fn the_committed_statuses_are_those_of_the_code() {
    let now = Timestamp::UNIX_EPOCH;
    let mut text = HEAD.to_owned();
    text += "| operator | connection | a connector | new traffic | receipts and messages from subscribers | lease of the secret |\n";
    text += "|---|---|---|---|---|---|\n";
    for (shown, operator, awaited) in operators() {
        for connection in Connection::WORDS.iter().map(|word| Connection::parse(word).unwrap()) {
            let receipts_until = awaited.then_some(now + SignedDuration::from_hours(1));
            let standing = Standing { operator, receipts_until, connection, in_maintenance: false };
            text += &line(&shown, &format!("`{connection}`"), flow(standing, now));
        }
    }
    let standing = Standing {
        operator: Status::Active,
        receipts_until: None,
        connection: Connection::Enabled,
        in_maintenance: true,
    };
    text += &line("`active`", "`enabled`, in a window of its own", flow(standing, now));
    committed::assert_equal("docs/STATUSES.md", &text, super::WRITES);
}
