//! Publishing behind the end of the stream: many messages under way, each naming the end that it must come behind.

use std::collections::VecDeque;

use async_nats::{
    HeaderMap,
    header::{NATS_EXPECTED_LAST_SEQUENCE, NATS_EXPECTED_STREAM, NATS_MESSAGE_ID},
    jetstream::{
        Context,
        context::{PublishAckFuture, PublishError},
        publish::PublishAck,
    },
};
use tokio::sync::watch;

use super::{Link, STREAM, refusal};
use crate::port::{End, Message, Messages, Published, StreamError};

/// Messages under way without an answer.
pub(super) const WINDOW: usize = 256;

pub(super) async fn publish(
    context: &Context,
    mut link: watch::Receiver<Link>,
    after: End,
    messages: &mut Messages<'_>,
) -> Published {
    let gone = move |link: &Link| !link.up || link.connection != after.connection;
    let mut published = Published { acknowledged: 0, end: after, stopped: None };
    if gone(&link.borrow()) {
        published.stopped = Some(StreamError::Moved { original: None });
        return published;
    }
    let mut under_way = VecDeque::with_capacity(WINDOW);
    let mut behind = after.sequence;
    let mut unsent = None;
    loop {
        while unsent.is_none() && under_way.len() < WINDOW {
            let Some(message) = messages.next() else { break };
            match message {
                Ok(message) => match send(context, behind, message).await {
                    Ok(answer) => under_way.push_back(answer.into_future()),
                    Err(error) => unsent = Some(refusal::of_publish(error)),
                },
                Err(error) => unsent = Some(error),
            }
            behind += 1;
        }
        let Some(answer) = under_way.pop_front() else {
            published.stopped = unsent;
            return published;
        };
        let answered = tokio::select! {
            biased;
            answered = answer => answered.map_err(refusal::of_publish),
            _ = link.wait_for(gone) => Err(StreamError::Unavailable("the connection was lost".into())),
        };
        match answered.and_then(|ack| placed(&ack, published.end.sequence)) {
            Ok(sequence) => {
                published.acknowledged += 1;
                published.end.sequence = sequence;
            }
            Err(error) => {
                published.stopped = Some(error);
                return published;
            }
        }
    }
}

async fn send(context: &Context, behind: u64, message: Message) -> Result<PublishAckFuture, PublishError> {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, message.id.to_string());
    headers.insert(NATS_EXPECTED_LAST_SEQUENCE, behind.to_string());
    headers.insert(NATS_EXPECTED_STREAM, STREAM);
    headers.insert("content-type", "application/cloudevents+json");
    context.publish_with_headers(message.subject, headers, message.body.into()).await
}

/// Where the stream put the message: right behind `before`, and nowhere else.
fn placed(ack: &PublishAck, before: u64) -> Result<u64, StreamError> {
    if ack.duplicate {
        return Err(StreamError::Moved { original: Some(ack.sequence) });
    }
    if ack.sequence != before + 1 {
        return Err(StreamError::Moved { original: None });
    }
    Ok(ack.sequence)
}
