//! NATS JetStream: where events leave to.

mod settings;
mod connect;
mod refusal;
mod tail;
mod publish;
mod ensure;

use std::time::Duration;

use async_nats::jetstream::Context;
use async_trait::async_trait;
use tokio::sync::watch;

use crate::port::{End, EventStream, Messages, Published, StreamError, Tail};
use ops_core::id::EventId;

pub use connect::ConnectError;
pub use ensure::{EnsureError, Ensured, Wanted};
pub use settings::Settings;

/// The stream's name.
pub const STREAM: &str = "OPS_OPERATOR";
/// What it takes.
pub const SUBJECTS: &str = "ops.operator.>";

/// How long a server may take to answer a request or a message. A half-open one is noticed after it.
const ANSWER_WITHIN: Duration = Duration::from_millis(1200);
/// How long a request waits for a connection.
const CONNECTED_WITHIN: Duration = Duration::from_millis(500);

/// The stream of events on NATS JetStream. It connects by itself, and again when the connection is lost.
pub struct NatsStream {
    context: Context,
    link: watch::Receiver<Link>,
}

/// The connection as it is now.
#[derive(Debug, Clone, Default)]
struct Link {
    /// Counts the connections; 0 before the first.
    connection: u64,
    up: bool,
    /// What went wrong last.
    trouble: Option<String>,
}

#[async_trait]
impl EventStream for NatsStream {
    async fn tail(&self) -> Result<Tail, StreamError> {
        let connection = self.connected().await?;
        tail::read(&self.context, connection).await.map_err(|error| self.explained(error))
    }

    async fn ids_back_from(&self, sequence: u64, count: u64) -> Result<Vec<Option<EventId>>, StreamError> {
        self.connected().await?;
        tail::ids_back_from(&self.context, sequence, count).await
    }

    async fn publish(&self, after: End, messages: &mut Messages<'_>) -> Published {
        publish::publish(&self.context, self.link.clone(), after, messages).await
    }
}

impl NatsStream {
    /// Waits for a connection, and tells which it is.
    async fn connected(&self) -> Result<u64, StreamError> {
        let mut link = self.link.clone();
        match tokio::time::timeout(CONNECTED_WITHIN, link.wait_for(|link| link.up)).await {
            Ok(Ok(link)) => Ok(link.connection),
            _ => Err(StreamError::Unavailable(self.trouble("there is no connection").into())),
        }
    }

    /// A server tells beside the answers what it does not allow.
    fn explained(&self, error: StreamError) -> StreamError {
        match error {
            StreamError::Unavailable(source) => {
                StreamError::Unavailable(self.trouble(&source.to_string()).into())
            }
            error => error,
        }
    }

    fn trouble(&self, what: &str) -> String {
        let link = self.link.borrow();
        link.trouble.as_ref().map_or_else(|| what.to_owned(), |trouble| format!("{what} ({trouble})"))
    }
}
