//! Operators for tests, and what every move of their status tells.

use jiff::Timestamp;

use super::{
    Expect, Fields, Operator, Status, Write,
    create::create,
    readiness::{ConnectionReadiness, Dependents},
};
use crate::{
    audit::Difference,
    change::ChangeName,
    connection,
    event::{Changed, Data, OperatorView, Updated},
    testing::{create_operator, decision::Told, stamp},
};

/// An operator that stands there.
pub(crate) fn standing(status: Status) -> Operator {
    standing_with(status, |_| {})
}

/// An operator that stands there, as `edit` left it.
pub(crate) fn standing_with(status: Status, edit: impl FnOnce(&mut Fields)) -> Operator {
    let mut operator = create(create_operator("acme"), &stamp(9)).0;
    operator.0.status = status;
    edit(&mut operator.0);
    operator
}

/// `before` as a colleague's decision of this time left it, one version later.
pub(crate) fn next(before: &Operator, at: Timestamp, edit: impl FnOnce(&mut Fields)) -> Operator {
    let mut fields = before.0.clone();
    edit(&mut fields);
    let version = before.version + 1;
    Operator(Fields { version, updated_at: at, updated_by: "colleague".into(), ..fields })
}

/// What a move of the status to `after` tells.
pub(super) fn moved(
    name: ChangeName,
    expects: impl IntoIterator<Item = Expect>,
    after: &Operator,
    differences: impl Into<Vec<Difference>>,
) -> Told {
    let view = Some(OperatorView::of(after));
    Told {
        name,
        expects: expects.into_iter().map(Into::into).collect(),
        writes: vec![Write::Put(after.clone()).into()],
        events: vec![(after.id, Data::Updated(Updated { changes: vec![Changed::status()], operator: view }))],
        audit: vec![(name, Some(after.id), after.id.into(), differences.into())],
        moves_view: true,
    }
}

/// All that activation needs, and nothing that it only warns about.
pub(crate) fn ready() -> Dependents {
    let connection = ConnectionReadiness {
        status: connection::Status::Enabled,
        has_active_credential: true,
        has_bound: false,
    };
    Dependents { connections: vec![connection], ..Dependents::default() }
}
