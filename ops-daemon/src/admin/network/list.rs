//! `GET /networks`.

use axum::extract::State;
use ops_client::{
    paths,
    wire::{network::Network, page, rule},
};
use ops_core::{
    Invalid,
    network::{self, Mcc, Mnc, Plmn},
    operator::{CountryCode, NameKey},
    text_rule::TextRule,
};
use serde_json::json;
use utoipa::openapi::Schema;

use crate::{
    app::App,
    http::{
        answer::Shown,
        cursor::BadCursor,
        permission::OperatorRead,
        permit::Permit,
        problem::Problem,
        query::{Cursor, Limit, QueryOf, query},
    },
};

query! {
    /// The query of a list of networks.
    Query {
        /// Only networks with this mobile country code.
        mcc: Option<Mcc> => Mcc,
        /// Only networks with this mobile network code, as text.
        mnc: Option<Mnc> => Mnc,
        /// Only networks of this country (ISO 3166-1 alpha-2).
        country: Option<CountryCode> => CountryCode,
        /// Part of the name, in any case.
        q: Option<NameKey> = read_part => Part,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

/// Part of a name.
const PART: TextRule = TextRule { min: 1, max: 128, pattern: None, accepts: |_| true, hint: "" };

struct Part;

impl rule::Described for Part {
    fn described() -> Schema {
        rule::text(&PART).into()
    }
}

fn read_part(raw: &str) -> Result<Option<NameKey>, Invalid> {
    PART.parse(raw).map(|part| Some(NameKey::of(&part)))
}

/// List the networks of the reference data, by MCC and MNC.
#[utoipa::path(
    get,
    path = paths::NETWORKS,
    operation_id = "network_list",
    tag = "networks",
    params(Query),
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
