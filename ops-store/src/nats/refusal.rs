//! What the client's and the server's errors mean for whoever publishes.

use std::error::Error;

use async_nats::jetstream::{
    self, ErrorCode,
    context::{PublishError, PublishErrorKind, RequestError},
};

use crate::port::StreamError;

/// An error that the server answered.
pub(super) fn answered(error: &jetstream::Error) -> StreamError {
    match error.error_code() {
        ErrorCode::STREAM_NOT_FOUND => StreamError::Missing,
        ErrorCode::STREAM_WRONG_LAST_SEQUENCE | ErrorCode::STREAM_WRONG_LAST_MESSAGE_ID => {
            StreamError::Moved { original: None }
        }
        // it works on it, and says so
        ErrorCode::CLUSTER_NOT_AVAILABLE
        | ErrorCode::CLUSTER_NOT_LEADER
        | ErrorCode::CLUSTER_NOT_ACTIVE
        | ErrorCode::CLUSTER_INCOMPLETE
        | ErrorCode::STREAM_OFFLINE => StreamError::Unavailable(error.to_string().into()),
        ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
            StreamError::Refused("enable JetStream on the server and for the account".into())
        }
        ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM => StreamError::Refused(
            "an event is larger than the stream's max_msg_size; run `ops-daemon stream ensure`".into(),
        ),
        ErrorCode::STREAM_NOT_MATCH => StreamError::Refused(
            "another stream takes its subjects; remove that stream, or those subjects from it".into(),
        ),
        ErrorCode::STREAM_SEALED => {
            StreamError::Refused("the stream is sealed; delete it and run `ops-daemon stream ensure`".into())
        }
        ErrorCode::INSUFFICIENT_RESOURCES
        | ErrorCode::STORAGE_RESOURCES_EXCEEDED
        | ErrorCode::MEMORY_RESOURCES_EXCEEDED
        | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED
        | ErrorCode::STREAM_STORE_FAILED => {
            StreamError::Refused(format!("it has no room; give it more storage ({error})"))
        }
        _ => StreamError::Refused(format!("see what its server says: {error}")),
    }
}

/// A request of the API that has no answer.
pub(super) fn of_request(error: RequestError) -> StreamError {
    StreamError::Unavailable(error.into())
}

/// A message that was not acknowledged.
pub(super) fn of_publish(error: PublishError) -> StreamError {
    let from_server = error.source().and_then(|source| source.downcast_ref::<jetstream::Error>());
    match (error.kind(), from_server) {
        // whether the stream is gone, or only does not take the subject, is seen where its end is read
        (PublishErrorKind::StreamNotFound, _) => StreamError::Moved { original: None },
        (_, Some(told)) => match answered(told) {
            StreamError::Missing => StreamError::Moved { original: None },
            meant => meant,
        },
        (PublishErrorKind::WrongLastMessageId | PublishErrorKind::WrongLastSequence, None) => {
            StreamError::Moved { original: None }
        }
        (PublishErrorKind::MaxPayloadExceeded, None) => StreamError::Refused(
            "an event is larger than the server's max_payload; raise it to 128 KiB or more".into(),
        ),
        (
            PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::MaxAckPending
            | PublishErrorKind::Other,
            None,
        ) => StreamError::Unavailable(error.into()),
    }
}
