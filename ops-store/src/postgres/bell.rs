//! The bell between replicas: NOTIFY and LISTEN on one session of their own. A commit never notifies, since that puts
//! all commits in a row; what a crash swallows, the clock finds.

use async_trait::async_trait;
use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client};

use super::{PostgresStore, READ_WITHIN, session, session::Way, unavailable};
use crate::port::{Bell, Bells, ReadError};

/// Rings that wait to be heard; of more, the rest says nothing new: whoever hears one looks at everything.
const WAITING: usize = 4;

#[async_trait]
impl Bells for PostgresStore {
    async fn bell(&self) -> Result<Option<Box<dyn Bell>>, ReadError> {
        let way = Way::to(&self.settings).map_err(unavailable)?;
        let (client, mut connection) = way.connect().await.map_err(unavailable)?;
        let (rung, ears) = mpsc::channel(WAITING);
        // ends with the client; awaiting the connection itself would swallow the notifications
        tokio::spawn(async move {
            let mut messages = futures::stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(message) = messages.next().await {
                match message {
                    Ok(AsyncMessage::Notification(by)) => {
                        if rung.try_send(i64::from(by.process_id())).is_err() {
                            tracing::trace!("the bell rang while it was still being heard");
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(%error, "the bell's session ended");
                        break;
                    }
                }
            }
        });
        session::limit(&client, "SET application_name = 'ops-daemon bell'; LISTEN ops_bell")
            .await
            .map_err(unavailable)?;
        let me = client.simple_query("SELECT pg_backend_pid()").await.map_err(unavailable)?;
        Ok(Some(Box::new(Session { client, ears, me: session::number(&me) })))
    }
}

struct Session {
    client: Client,
    /// The server process of each session that rang.
    ears: mpsc::Receiver<i64>,
    /// Ours.
    me: Option<i64>,
}

#[async_trait]
impl Bell for Session {
    async fn ring(&mut self) -> Result<(), ReadError> {
        let rung = tokio::time::timeout(READ_WITHIN, self.client.batch_execute("NOTIFY ops_bell")).await;
        rung.map_err(unavailable)?.map_err(unavailable)
    }

    async fn heard(&mut self) -> Result<(), ReadError> {
        loop {
            let by = self.ears.recv().await.ok_or_else(|| unavailable("the bell's session ended"))?;
            if Some(by) != self.me {
                return Ok(());
            }
        }
    }
}
