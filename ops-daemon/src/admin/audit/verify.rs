//! `GET /audit/verify`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{audit::AuditVerification, rule},
};
use ops_core::{Invalid, InvalidRule};
use utoipa::openapi::Schema;

use crate::{
    app::{
        App,
        audit::{
            chain::{Hash, read_anchor},
            verify::{self, Question},
        },
    },
    http::{
        answer::Shown,
        permission::AuditRead,
        permit::Permit,
        problem::Problem,
        query::{QueryOf, query},
    },
};

query! {
    /// The query of a verification.
    Query {
        /// A place of the chain that is known from elsewhere, such as the log: `head` of a seal or of an earlier verification. It is
        /// compared in every answer, wherever the walk begins or ends; a chain that has not this place, or another hash there, is
        /// not intact.
        anchor: Option<(i64, Hash)> = read => Anchor,
        /// `next_after` of the verification before: go on there. What lies before it is not looked at again.
        after: Option<i64> = read_place => Place,
    }
}

struct Anchor;

impl rule::Described for Anchor {
    fn described() -> Schema {
        rule::pattern("^[1-9][0-9]{0,17}\\.[0-9a-f]{64}$").into()
    }
}

struct Place;

impl rule::Described for Place {
    fn described() -> Schema {
        rule::pattern("^(0|[1-9][0-9]{0,17})$").into()
    }
}

fn read(raw: &str) -> Result<Option<(i64, Hash)>, Invalid> {
    let wrong = || {
        Invalid::new(InvalidRule::Pattern, "must be a number, a dot, and 64 hexadecimal digits in lower case")
    };
    read_anchor(raw).map(Some).ok_or_else(wrong)
}

fn read_place(raw: &str) -> Result<Option<i64>, Invalid> {
    let place = raw.parse().ok().filter(|place: &i64| *place >= 0 && place.to_string() == raw);
    place.map(Some).ok_or_else(|| Invalid::new(InvalidRule::Range, "must be a whole number from 0 on"))
}

/// Verify that the audit trail is as it was written: no entry edited, removed, moved or slipped in, no tail cut behind the
/// anchor. One answer covers about 50,000 entries: while it has a `next_after`, ask again with `after` set to it and the same
/// `anchor`; the trail is intact when every answer is. The replica also compares the newest place that it has seen itself.
#[utoipa::path(
    get,
    path = paths::AUDIT_VERIFY,
    operation_id = "audit_verify",
    tag = "audit",
    params(Query),
    responses((status = 200, description = "What was found", body = AuditVerification)),
)]
pub async fn verify(
    _: Permit<AuditRead>,
    State(app): State<App>,
    QueryOf(Query { anchor, after }): QueryOf<Query>,
) -> Result<Shown<AuditVerification>, Problem> {
    Ok(Shown(verify::verify(&app, Question { after: after.unwrap_or(0), anchor }).await?))
}
