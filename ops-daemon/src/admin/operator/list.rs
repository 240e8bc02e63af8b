//! `GET /operators`.

use axum::extract::State;
use deserr::Deserr;
use ops_client::{
    faults::Faults,
    paths,
    wire::{operator, page},
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

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        cursor::{BadCursor, Cursors},
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{Limit, QueryOf},
    },
};

/// The query of a list of operators.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct Query {
    #[deserr(default, try_from(&String) = read_prefix -> Invalid)]
    q: Option<String>,
    #[deserr(default, try_from(&String) = read_status -> Invalid)]
    status: Option<Status>,
    #[deserr(default, try_from(&String) = read_health -> Invalid)]
    health: Option<Health>,
    #[deserr(default)]
    country: Option<CountryCode>,
    #[deserr(default, try_from(&String) = read_network -> Invalid)]
    network: Option<Plmn>,
    #[deserr(default, try_from(&String) = read_label -> Invalid)]
    label: Option<(LabelKey, Option<LabelValue>)>,
    #[deserr(default, try_from(&String) = read_deleted -> Invalid)]
    deleted: Deleted,
    #[deserr(default, try_from(&String) = read_sort -> Invalid)]
    sort: OperatorSort,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
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
    params(
        ("q" = Option<String>, Query, description = "Prefix of the code or of the folded display name", min_length = 1, max_length = 128),
        ("status" = Option<String>, Query, description = "Only operators that stand there"),
        ("health" = Option<String>, Query, description = "Only operators in this judged state: unknown, healthy, degraded, down or stale"),
        ("country" = Option<String>, Query, description = "Only operators that work there (ISO 3166-1 alpha-2)"),
        ("network" = Option<String>, Query, description = "Only operators that terminate this network: MCC-MNC, such as 262-01"),
        ("label" = Option<String>, Query, description = "Only operators with this label: key, or key=value"),
        ("deleted" = Option<String>, Query, description = "include or only: whether deleted operators are shown"),
        ("sort" = Option<String>, Query, description = "code (default), created_at or display_name; the last is not stable while operators are renamed"),
        ("limit" = Option<u16>, Query, description = "Entries of a page, 1 to 200 (50)", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
    ),
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
