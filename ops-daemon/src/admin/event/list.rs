//! `GET /events`.

use axum::extract::State;
use deserr::Deserr;
use ops_client::{faults::Faults, paths, wire::event};
use ops_core::{Invalid, InvalidRule, Mark};

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        permission::EventRead,
        permit::Permit,
        problem::Problem,
        query::{Limit, QueryOf},
    },
};

/// The query of a list of events.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct Query {
    #[deserr(default, try_from(&String) = read_after -> Invalid)]
    after: Option<Mark>,
    #[deserr(default)]
    limit: Limit,
}

fn read_after(raw: &str) -> Result<Option<Mark>, Invalid> {
    raw.parse()
        .map(Some)
        .map_err(|error: ops_core::version::NotAMark| Invalid::new(InvalidRule::Pattern, error.to_string()))
}

/// Read events in order. `next_cursor` is the `after` of the next call, also when nothing is new.
#[utoipa::path(
    get,
    path = paths::EVENTS,
    operation_id = "event_list",
    tag = "events",
    params(
        ("after" = Option<String>, Query, description = "Position of the last event known, such as 1.42", pattern = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"),
        ("limit" = Option<u16>, Query, description = "Entries of a page, 1 to 200 (50)", minimum = 1, maximum = 200),
    ),
    responses((status = 200, description = "Events, and where to go on", body = event::EventPage)),
)]
pub async fn list(
    _: Permit<EventRead>,
    State(app): State<App>,
    QueryOf(Query { after, limit }): QueryOf<Query>,
) -> Result<Shown<event::EventPage>, Problem> {
    let after = after.unwrap_or(Mark::START);
    let stored = app.store.events_after(after, usize::from(limit.0)).await.map_err(Refusal::from)?;
    Ok(Shown(event::EventPage::of(stored, after, &app.events_source)))
}
