//! `GET /events/stream`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _, stream};
use ops_client::{error_code::ErrorCode, paths, wire::event::CloudEvent};
use ops_core::{Invalid, InvalidRule, Mark, Word, event::Stored};
use serde_json::json;
use tokio::time::Instant;

use crate::{
    app::{
        App,
        event::follow::{Bye, Follow, Next, NotFollowed},
        refusal::Refusal,
    },
    http::{
        accept::Closing,
        permission::EventRead,
        permit::Permit,
        problem::Problem,
        query::{QueryOf, query},
    },
};

/// Also when nothing happens, a reader hears of us, and we of a reader that has gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a reader should wait before it comes back, in milliseconds.
const COME_BACK: Duration = Duration::from_secs(2);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Proxies that buffer answers would keep events to themselves.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

query! {
    /// The query of a stream of events.
    Query {
        /// Position of the last event known, such as 1.42; `Last-Event-ID` goes before it. Without both, what happens from now on.
        after: Option<Mark> = read_after => Mark,
    }
}

fn read_after(raw: &str) -> Result<Option<Mark>, Invalid> {
    let wrong = |error: ops_core::version::NotAMark| Invalid::new(InvalidRule::Pattern, error.to_string());
    raw.parse().map(Some).map_err(wrong)
}

/// Follow events as server-sent events. `id` is the position to go on from, `event` the type, `data` the CloudEvent. The first
/// frame has the `id` where the stream begins and no event; a comment comes every 15 seconds; `event: bye` says why the stream
/// ends: `draining`, `expired` (the token or the connection, which lives for an hour), `overflow`, `forgotten` or
/// `store_unavailable`.
#[utoipa::path(
    get,
    path = paths::EVENT_STREAM,
    operation_id = "event_stream",
    tag = "events",
    params(
        Query,
        ("Last-Event-ID" = Option<String>, Header, description = "`id` of the last event that was received"),
    ),
    responses(
        (status = 200, description = "Events, without an end", body = String, content_type = "text/event-stream"),
        (status = 410, description = "Some are not kept any more"),
    ),
)]
pub async fn follow(
    permit: Permit<EventRead>,
    State(app): State<App>,
    QueryOf(Query { after }): QueryOf<Query>,
    headers: HeaderMap,
    closing: Option<Extension<Closing>>,
) -> Result<Response, Problem> {
    let known = last_event_id(&headers)?.or(after);
    let full = || Problem::new(ErrorCode::Busy, "too many streams are open here: try again").retry_after(5);
    // first the listener, then the place: nothing falls between the two
    let listener = app.bus.listen().ok_or_else(full)?;
    let after = match known {
        Some(after) => after,
        None => app.store.last_position().await.map_err(Refusal::from)?,
    };
    let left = permit.expires_at().duration_since(app.access.now());
    let ends_at = Instant::now() + Duration::try_from(left).unwrap_or_default();
    let source = app.events_source.clone();
    let (store, bus) = (Arc::clone(&app.store), Arc::clone(&app.bus));
    let Closing(closing) = closing.map(|Extension(closing)| closing).unwrap_or_default();
    let follow = Follow::begin(store, bus, listener, after, ends_at, closing).await;
    let follow = follow.map_err(|not| match not {
        NotFollowed::Forgotten => super::forgotten(after),
        NotFollowed::Store(error) => Refusal::from(error).into(),
    })?;
    let events = frames(follow, source);
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    Ok(([UNBUFFERED], Sse::new(events).keep_alive(keep_alive)).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Mark>, Problem> {
    let wrong = || {
        Problem::new(
            ErrorCode::MalformedHeader,
            "Last-Event-ID must be the id of an event of this stream, such as 1.42",
        )
    };
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => {
            only.to_str().ok().and_then(|text| text.parse().ok()).map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// A frame with the place where the stream begins, so that a reader that is cut off before the first event knows where to go
/// on; then one per event, and a last one.
fn frames(follow: Follow, source: String) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let begin = sse::Event::default().id(follow.place().to_string()).retry(COME_BACK);
    let events = stream::unfold(Some(follow), move |follow| {
        let source = source.clone();
        async move {
            let mut follow = follow?;
            let before = follow.place();
            Some(match follow.next().await {
                Next::Event(stored) => match frame(&stored, &source) {
                    Ok(frame) => (Ok(frame), Some(follow)),
                    Err(error) => {
                        tracing::error!(%error, event_id = %stored.id, "an event has no JSON form");
                        (Ok(bye(Bye::StoreUnavailable, before)), None)
                    }
                },
                Next::Bye(why) => (Ok(bye(why, before)), None),
            })
        }
    });
    stream::once(async { Ok(begin) }).chain(events)
}

fn frame(stored: &Stored, source: &str) -> Result<sse::Event, axum::Error> {
    let (position, kind) = (stored.position.to_string(), stored.kind.as_str());
    let event = CloudEvent::of(stored.clone(), source);
    sse::Event::default().id(position).event(kind).retry(COME_BACK).json_data(event)
}

fn bye(why: Bye, place: Mark) -> sse::Event {
    sse::Event::default().id(place.to_string()).event("bye").data(json!({"reason": why.as_str()}).to_string())
}
