//! The writer thread: whatever has queued up meanwhile shares one transaction, and one fsync. A lone writer waits for
//! nobody: the group is what came in during the last fsync.

use std::{
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Jobs that may wait.
const QUEUE: usize = 1024;
/// How long a job waits for a place among them. After that, nothing was done.
const QUEUED_WITHIN: Duration = Duration::from_millis(200);
/// How long its group may take before its end is called unknown.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// Jobs of one group.
const GROUP: usize = 64;

/// One job: it works in a savepoint of its own and leaves an answer that is given after the group's end.
type Job = Box<dyn FnOnce(&Connection) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), &rusqlite::Error>) + Send>;

/// Hands jobs to the thread.
#[derive(Clone)]
pub(super) struct Writer {
    /// Nothing instead of a job is the end: jobs behind it are not done.
    jobs: mpsc::Sender<Option<Job>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// Why a job has no result of its own.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotWritten {
    /// The thread is gone: the daemon is stopping.
    #[error("the writer has stopped")]
    Stopped,
    /// Too many jobs wait: the disk does not keep up. Nothing was done.
    #[error("too many jobs wait for the writer")]
    Full,
    /// The group's transaction did not end well; nothing of it is kept.
    #[error("the transaction did not end well: {0}")]
    RolledBack(String),
    /// The group's end was asked for, and the disk did not say whether it happened.
    #[error("the end of the transaction is unknown: {0}")]
    Unknown(String),
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread =
            std::thread::Builder::new().name("sqlite-writer".into()).spawn(move || run(connection, queue));
        Self { jobs, thread: Arc::new(Mutex::new(thread.ok())) }
    }

    /// Runs `work` whole or not at all, and answers after its group is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<rusqlite::Result<T>, NotWritten> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let outcome = in_savepoint(connection, work);
            Box::new(move |ended| {
                let told = match ended {
                    Ok(()) => Ok(outcome),
                    Err(error) => Err(not_written(error)),
                };
                // whoever asked may have gone away; the work is kept all the same
                drop(answer.send(told));
            })
        });
        let queued = timeout(QUEUED_WITHIN, self.jobs.send(Some(job))).await;
        queued.map_err(|_| NotWritten::Full)?.map_err(|_| NotWritten::Stopped)?;
        let answered = timeout(ANSWERED_WITHIN, answered).await;
        answered.map_err(|late| NotWritten::Unknown(late.to_string()))?.map_err(|_| NotWritten::Stopped)?
    }

    /// Ends after what is queued, also when others still hold a clone.
    pub(super) async fn close(self) {
        let Self { jobs, thread } = self;
        // a thread that has ended already takes no more
        drop(jobs.send(None).await);
        let handle = thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(handle) = handle
            && tokio::task::spawn_blocking(move || handle.join()).await.is_err()
        {
            tracing::error!("the writer thread did not end");
        }
    }
}

fn run(mut connection: Connection, mut queue: mpsc::Receiver<Option<Job>>) {
    let mut queued = Vec::with_capacity(GROUP);
    while queue.blocking_recv_many(&mut queued, GROUP) > 0 {
        let end = queued.iter().position(Option::is_none);
        let group = queued.drain(..end.unwrap_or(queued.len())).flatten().collect();
        // the answers are made inside, and given only after the end: nobody is answered before the disk has it
        match together(&mut connection, group) {
            (answers, Ok(())) => answers.into_iter().for_each(|answer| answer(Ok(()))),
            (answers, Err(error)) => {
                tracing::error!(%error, "a group of commits was not kept");
                answers.into_iter().for_each(|answer| answer(Err(&error)));
            }
        }
        if end.is_some() {
            break;
        }
    }
    // everything into the one file, so that a copy of it is whole; a reader in the way only leaves it to the next start
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log stays beside the database file");
    }
}

fn together(connection: &mut Connection, group: Vec<Job>) -> (Vec<Answer>, rusqlite::Result<()>) {
    // IMMEDIATE: a read that becomes a write would be told BUSY at once
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        // dropping the jobs answers them: nothing was done
        Err(error) => return (Vec::new(), Err(error)),
    };
    let answers = group.into_iter().map(|job| job(&transaction)).collect();
    (answers, transaction.commit())
}

/// One job's failure undoes that job, not its group.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.execute_batch("SAVEPOINT job")?;
    match work(connection) {
        Ok(done) => connection.execute_batch("RELEASE job").map(|()| done),
        Err(error) => {
            connection.execute_batch("ROLLBACK TO job; RELEASE job")?;
            Err(error)
        }
    }
}

fn not_written(error: &rusqlite::Error) -> NotWritten {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::DatabaseBusy) => {
            NotWritten::RolledBack(error.to_string())
        }
        _ => NotWritten::Unknown(error.to_string()),
    }
}
