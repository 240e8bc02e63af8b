//! `GET /networks`.

use axum::extract::State;
use deserr::Deserr;
use ops_client::{
    faults::Faults,
    paths,
    wire::{network::Network, page},
};
use ops_core::{
    Invalid,
    network::{self, Mcc, Mnc, Plmn},
    operator::{CountryCode, NameKey},
    text_rule::TextRule,
};
use serde_json::json;

use crate::{
    app::App,
    http::{
        answer::Shown,
        cursor::BadCursor,
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{Limit, QueryOf},
    },
};

/// The query of a list of networks.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct Query {
    #[deserr(default)]
    mcc: Option<Mcc>,
    #[deserr(default)]
    mnc: Option<Mnc>,
    #[deserr(default)]
    country: Option<CountryCode>,
    #[deserr(default, try_from(&String) = read_part -> Invalid)]
    q: Option<NameKey>,
    #[deserr(default)]
    limit: Limit,
    #[deserr(default)]
    cursor: Option<String>,
}

/// Part of a name.
const PART: TextRule = TextRule { min: 1, max: 128, pattern: None, accepts: |_| true, hint: "" };

fn read_part(raw: &str) -> Result<Option<NameKey>, Invalid> {
    PART.parse(raw).map(|part| Some(NameKey::of(&part)))
}

/// List the networks of the reference data, by MCC and MNC.
#[utoipa::path(
    get,
    path = paths::NETWORKS,
    operation_id = "network_list",
    tag = "networks",
    params(
        ("mcc" = Option<String>, Query, description = "Only networks with this mobile country code: 3 digits"),
        ("mnc" = Option<String>, Query, description = "Only networks with this mobile network code: 2 or 3 digits, as text"),
        ("country" = Option<String>, Query, description = "Only networks of this country (ISO 3166-1 alpha-2)"),
        ("q" = Option<String>, Query, description = "Part of the name, in any case", min_length = 1, max_length = 128),
        ("limit" = Option<u16>, Query, description = "Entries of a page, 1 to 200 (50)", minimum = 1, maximum = 200),
        ("cursor" = Option<String>, Query, description = "next_cursor of the page before"),
    ),
    responses((status = 200, description = "A page", body = page::NetworkPage)),
)]
pub async fn list(
    permit: Permit<OperatorRead>,
    State(app): State<App>,
    QueryOf(Query { mcc, mnc, country, q, limit, cursor }): QueryOf<Query>,
) -> Result<Shown<page::Networks>, Problem> {
    let (shown, cursors) = (format!("{mcc:?} {mnc:?} {country:?} {q:?}"), &app.access.cursors);
    let open = |cursor: String| -> Result<Plmn, BadCursor> {
        let payload = cursors.open(&cursor, "networks", shown.as_bytes(), permit.actor())?;
        serde_json::from_value(payload).map_err(|_| BadCursor)
    };
    let after = cursor.map(open).transpose()?;
    let search = network::Search { mcc, mnc, country, q, after };
    let mut found: Vec<_> = network::search(&search).take(usize::from(limit.0) + 1).collect();
    let more = found.len() > usize::from(limit.0);
    found.truncate(usize::from(limit.0));
    let last = found.last().filter(|_| more);
    let seal = |last: &&network::Network| {
        cursors.seal("networks", shown.as_bytes(), permit.actor(), &json!(last.plmn))
    };
    Ok(Shown(page::Page { next_cursor: last.map(seal), items: found.into_iter().map(Network::of).collect() }))
}
