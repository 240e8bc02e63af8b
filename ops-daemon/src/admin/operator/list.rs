//! `GET /operators`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{operator, page, rule},
};
use ops_core::{
    Invalid, InvalidRule, Text as _, Word,
    health::State as Health,
    id::OperatorId,
    network::{Mcc, Mnc, Plmn},
    operator::{CountryCode, LabelKey, LabelValue, Status},
    text_rule::TextRule,
};
use ops_store::port::{Deleted, OperatorFilter, OperatorSort};
use serde_json::json;
use utoipa::openapi::Schema;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::{BadCursor, Cursors},
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of a list of operators.
    Query {
        /// Prefix of the code or of the folded display name.
        q: Option<String> = read_prefix => Prefix,
        /// Only operators that stand there.
        status: Option<Status> = read_status => Status,
        /// Only operators in this judged state.
        health: Option<Health> = read_health => Health,
        /// Only operators that work there (ISO 3166-1 alpha-2).
        country: Option<CountryCode> => CountryCode,
        /// Only operators that terminate this network: MCC-MNC, such as 262-01.
        network: Option<Plmn> = read_network => NetworkShape,
        /// Only operators with this label: key, or key=value.
        label: Option<(LabelKey, Option<LabelValue>)> = read_label => LabelShape,
        /// Whether deleted operators are shown, or only they; without it, they are left out.
        deleted: Deleted = read_deleted => DeletedShape,
        /// Their order (code); `display_name` is not stable while operators are renamed.
        sort: OperatorSort = read_sort => SortShape,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// What a display name may hold, a search for it may hold, and nothing that a database refuses.
const PREFIX: TextRule = TextRule { min: 1, max: 128, pattern: None, accepts: |_| true, hint: "" };

fn read_prefix(raw: &str) -> Result<Option<String>, Invalid> {
    PREFIX.parse(raw).map(Some)
}

fn read_status(raw: &str) -> Result<Option<Status>, Invalid> {
    Status::parse(raw).map(Some)
}

fn read_health(raw: &str) -> Result<Option<Health>, Invalid> {
    Health::parse(raw).map(Some)
}

fn read_network(raw: &str) -> Result<Option<Plmn>, Invalid> {
    let wrong =
        || Invalid::new(InvalidRule::Pattern, "must be MCC and MNC joined by a hyphen, such as 262-01");
    let (mcc, mnc) = raw.split_once('-').ok_or_else(wrong)?;
    Ok(Some(Plmn { mcc: Mcc::parse(mcc).map_err(|_| wrong())?, mnc: Mnc::parse(mnc).map_err(|_| wrong())? }))
}

fn read_label(raw: &str) -> Result<Option<(LabelKey, Option<LabelValue>)>, Invalid> {
    match raw.split_once('=') {
        Some((key, value)) => Ok(Some((LabelKey::parse(key)?, Some(LabelValue::parse(value)?)))),
        None => Ok(Some((LabelKey::parse(raw)?, None))),
    }
}

struct Prefix;

impl rule::Described for Prefix {
    fn described() -> Schema {
        rule::text(&PREFIX).into()
    }
}

struct NetworkShape;

impl rule::Described for NetworkShape {
    fn described() -> Schema {
        rule::pattern("^[0-9]{3}-[0-9]{2,3}$").into()
    }
}

struct LabelShape;

impl rule::Described for LabelShape {
    fn described() -> Schema {
        rule::pattern("^[a-z0-9][a-z0-9._/-]{0,62}(=.{0,255})?$").into()
    }
}

struct DeletedShape;

impl rule::Described for DeletedShape {
    fn described() -> Schema {
        rule::words(["include", "only"]).into()
    }
}

struct SortShape;

impl rule::Described for SortShape {
    fn described() -> Schema {
        rule::words(["code", "created_at", "display_name"]).into()
    }
}

fn read_deleted(raw: &str) -> Result<Deleted, Invalid> {
    match raw {
        "include" => Ok(Deleted::Include),
        "only" => Ok(Deleted::Only),
        _ => {
            Err(Invalid::new(InvalidRule::OneOf, "must be one of include, only; leave it out for the others"))
        }
    }
}

fn read_sort(raw: &str) -> Result<OperatorSort, Invalid> {
    match raw {
        "code" => Ok(OperatorSort::Code),
        "created_at" => Ok(OperatorSort::CreatedAt),
        "display_name" => Ok(OperatorSort::DisplayName),
        _ => Err(Invalid::new(InvalidRule::OneOf, "must be one of code, created_at, display_name")),
    }
}

/// List operators.
#[utoipa::path(
    get,
    path = paths::OPERATORS,
    operation_id = "operator_list",
    tag = "operators",
    params(Query),
    responses((status = 200, description = "A page", body = page::OperatorPage)),
)]
pub async fn list(
    permit: Permit<OperatorRead>,
    State(app): State<App>,
    QueryOf(query): QueryOf<Query>,
) -> Result<Shown<page::Operators>, Problem> {
    let Query { q, status, health, country, network, label, deleted, sort, limit, cursor } = query;
    let shown = format!("{q:?} {status:?} {health:?} {country:?} {network:?} {label:?} {deleted:?} {sort:?}");
    let after = cursor.map(|cursor| open(&app.access.cursors, &cursor, &shown, &permit)).transpose()?;
    let filter = OperatorFilter { q, status, health, country, network, label, deleted, sort, after };
    let (operators, next) =
        app.store.operators(&filter, usize::from(limit.0)).await.map_err(Refusal::from)?;
    let seal = |(key, id): (String, OperatorId)| {
        app.access.cursors.seal("operators", shown.as_bytes(), permit.actor(), &json!([key, id]))
    };
    Ok(Shown(page::Page {
        items: operators.iter().map(operator::Operator::of).collect(),
        next_cursor: next.map(seal),
    }))
}

fn open(
    cursors: &Cursors,
    cursor: &str,
    shown: &str,
    permit: &Permit<OperatorRead>,
) -> Result<(String, OperatorId), BadCursor> {
    let payload = cursors.open(cursor, "operators", shown.as_bytes(), permit.actor())?;
    serde_json::from_value(payload).map_err(|_| BadCursor)
}
