//! `GET /events`.

use axum::extract::State;
use ops_client::{paths, wire::event};
use ops_core::{Invalid, InvalidRule, Mark};
use ops_store::port::Following;

use crate::{
    app::{App, refusal::Refusal},
    http::{
        answer::Shown,
        permission::EventRead,
        permit::Permit,
        problem::Problem,
        query::{Limit, QueryOf, query},
    },
};

query! {
    /// The query of a list of events.
    Query {
        /// Position of the last event known, such as 1.42. Without it, from the oldest one that is kept.
        after: Option<Mark> = read_after => Mark,
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
    }
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
    params(Query),
    responses(
        (status = 200, description = "Events, and where to go on", body = event::EventPage),
        (status = 410, description = "Some are not kept any more"),
    ),
)]
pub async fn list(
    _: Permit<EventRead>,
    State(app): State<App>,
    QueryOf(Query { after, limit }): QueryOf<Query>,
) -> Result<Shown<event::EventPage>, Problem> {
    let after = after.unwrap_or(Mark::START);
    match app.store.every_event_after(after, limit.0.into()).await.map_err(Refusal::from)? {
        Following::Kept(stored) => Ok(Shown(event::EventPage::of(stored, after, &app.events_source))),
        Following::Forgotten => Err(super::forgotten(after)),
    }
}
