//! Reading where the stream ends, and the ids of what is there.

use async_nats::jetstream::{
    Context, ErrorCode,
    context::RequestErrorKind,
    response::Response,
    stream::{Info, RawMessageErrorKind, Stream},
};
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use ops_core::id::EventId;
use uuid::Uuid;

use super::{STREAM, SUBJECTS, refusal};
use crate::port::{End, Newest, StreamError, Tail};

/// Requests at once on the way back.
const AT_ONCE: usize = 32;
/// Reads of the end until it stands still.
const TRIES: usize = 3;

/// The end of the stream on a connection.
pub(super) async fn read(context: &Context, connection: u64) -> Result<Tail, StreamError> {
    let stream = handle(context).await?;
    for _ in 0..TRIES {
        let info = info(context).await?;
        if !info.config.subjects.iter().any(|subject| subject == SUBJECTS) {
            let why = format!("the stream {STREAM} does not take {SUBJECTS}; run `ops-daemon stream ensure`");
            return Err(StreamError::Refused(why));
        }
        let state = &info.state;
        let newest = if state.messages == 0 { Some(Newest::Nothing) } else { newest(&stream, &info).await? };
        // what was the last a moment ago may be past its age now
        if let Some(newest) = newest {
            let end = End { sequence: state.last_sequence, connection };
            return Ok(Tail { created: created(&info)?, first_sequence: state.first_sequence, end, newest });
        }
    }
    Err(StreamError::Unavailable("its end does not stand still".into()))
}

/// The ids of messages from `sequence` on backwards.
pub(super) async fn ids_back_from(
    context: &Context,
    sequence: u64,
    count: u64,
) -> Result<Vec<Option<EventId>>, StreamError> {
    let stream = &handle(context).await?;
    let places = (0..count).map_while(|back| sequence.checked_sub(back)).filter(|place| *place > 0);
    let ids = futures::stream::iter(places).map(|place| id_at(stream, place)).buffered(AT_ONCE);
    Ok(ids.try_collect::<Vec<_>>().await?.into_iter().flatten().collect())
}

/// What the last message is; nothing when it is gone.
async fn newest(stream: &Stream<()>, info: &Info) -> Result<Option<Newest>, StreamError> {
    let id = id_at(stream, info.state.last_sequence).await?;
    match id {
        Some(Some(id)) => Ok(Some(Newest::Event(id))),
        Some(None) => Ok(Some(Newest::Foreign)),
        // a person deleted the last message, or it went a moment ago
        None if info.state.first_sequence < info.state.last_sequence => Ok(Some(Newest::Foreign)),
        None => Ok(None),
    }
}

/// The id of the message at a place: nothing when there is no message, and no id when it is not an event of ours.
async fn id_at(stream: &Stream<()>, place: u64) -> Result<Option<Option<EventId>>, StreamError> {
    match stream.get_raw_message(place).await {
        Ok(message) => {
            let id = message.headers.get(async_nats::header::NATS_MESSAGE_ID);
            Ok(Some(id.and_then(|id| id.as_str().parse::<Uuid>().ok()).map(EventId::from)))
        }
        Err(error) => match error.kind() {
            RawMessageErrorKind::NoMessageFound => Ok(None),
            RawMessageErrorKind::JetStream(told) => Err(refusal::answered(&told)),
            _ => Err(StreamError::Unavailable(error.into())),
        },
    }
}

async fn handle(context: &Context) -> Result<Stream<()>, StreamError> {
    context.get_stream_no_info(STREAM).await.map_err(|error| StreamError::Unavailable(error.into()))
}

pub(super) async fn info(context: &Context) -> Result<Info, StreamError> {
    let asked = context.request(format!("STREAM.INFO.{STREAM}"), &()).await;
    match asked {
        Ok(Response::Ok(info)) => Ok(info),
        Ok(Response::Err { error }) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
            Err(StreamError::Missing)
        }
        Ok(Response::Err { error }) => Err(refusal::answered(&error)),
        Err(error) if error.kind() == RequestErrorKind::NoResponders => {
            Err(StreamError::Unavailable("JetStream is not enabled there, or not up yet".into()))
        }
        Err(error) => Err(refusal::of_request(error)),
    }
}

fn created(info: &Info) -> Result<Timestamp, StreamError> {
    let nanoseconds = info.created.unix_timestamp_nanos();
    // stored in microseconds, compared as stored
    let microseconds = i64::try_from(nanoseconds / 1000);
    microseconds.ok().and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or_else(|| {
        StreamError::Refused("its time of creation cannot be read; delete it and ensure it again".into())
    })
}
