//! The order of a commit, the same for every change and on both databases:
//! receipt, locks (operators ascending, then the routing head), expectations, writes, outbox, audit.
//!
//! - The receipt is first: a twin waits there and then gets the stored answer; as the last one, a repeated create would
//!   answer `duplicate`.
//! - Expectations come after the locks, so each sees what the last holder committed; one that only looks lets "delete
//!   operator" and "add a rule for it" both pass.
//! - The sequence is drawn in a statement of its own, never inside the outbox INSERT: there, the row's number would be
//!   drawn before the lock is taken, and readers would see n + 1 before n.
//! - The head is locked last: with it first, two writers never overlapped.

use ops_core::{
    Change,
    change::{Expect, Write},
};

use super::{
    NotStorable, Statement, account, audit, connection, credential, health, maintenance, note, outbox,
    receipt, routing, service,
};
use crate::port::Receipt;

/// The statements of a change between BEGIN and COMMIT.
pub(crate) fn plan(change: &Change, receipt: Option<&Receipt>) -> Result<Vec<Statement>, NotStorable> {
    let mut plan = Vec::new();
    plan.extend(receipt.map(receipt::claim));
    plan.extend(change.locked_operators().into_iter().map(super::operator::draw_sequence));
    if change.moves_view {
        plan.push(routing::draw_view_version());
    }
    for expect in &change.expects {
        match expect {
            Expect::Operator(expect) => plan.push(super::operator::expect(*expect)),
            Expect::Connection(expect) => plan.push(connection::expect(*expect)),
            Expect::Credential(expect) => plan.push(credential::expect(*expect)),
            Expect::Maintenance(expect) => plan.extend(maintenance::expect(expect)),
            Expect::Routing(expect) => plan.extend(routing::expect(expect)),
            Expect::Health(expect) => plan.push(health::expect(expect)),
            Expect::Epoch(epoch) => plan.push(service::expect_epoch(*epoch)),
        }
    }
    for write in &change.writes {
        match write {
            Write::Operator(write) => plan.extend(super::operator::write(write)?),
            Write::Connection(write) => plan.extend(connection::write(write)?),
            Write::Credential(write) => plan.push(credential::write(write)),
            Write::Maintenance(write) => plan.push(maintenance::write(write)),
            Write::Note(write) => plan.push(note::write(write)),
            Write::Routing(write) => plan.extend(routing::write(write)?),
            Write::Health(write) => plan.push(health::write(write)),
        }
    }
    for of in account::touched(change) {
        plan.extend(account::claim(of));
        plan.push(super::operator_index::watch(of));
    }
    for event in &change.events {
        plan.push(outbox::insert(event, change)?);
    }
    for entry in &change.audit {
        plan.push(audit::insert(entry)?);
    }
    Ok(plan)
}

/// An expectation as a statement that raises its name when it does not hold.
pub(crate) fn expectation(
    name: &str,
    holds: &str,
    args: Vec<super::Value>,
    about: &impl ToString,
) -> Statement {
    let about_at = args.len() + 1;
    let mut args = args;
    args.push(about.to_string().into());
    Statement::new(format!("SELECT expect('{name}', {holds}, ${about_at})"), args)
}
