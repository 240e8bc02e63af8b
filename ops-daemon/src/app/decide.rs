//! Load, decide, commit: the one loop of every change. Receipt look-up, If-Match, bounded retry, dry run, and what is
//! woken afterwards are here, once for all verbs.

use std::{future::Future, time::Duration};

use ops_core::{Change, Mark, Stamp, actor::Actor, change::Expect};
use ops_store::{
    Store,
    port::{CommitError, Committed, Receipt, ReceiptScope, Reply, StoredReceipt},
};
use tokio::time::Instant;

use super::{App, refusal::Refusal, stamp::stamp};
use crate::http::write::{Call, IfMatch};

/// How often a decision is taken again before the caller is told to come back.
const TRIES: u32 = 8;
/// After this time no further try is begun: a caller who waits on a lock that somebody holds is told so.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause before the second try; it grows with each, and jitter spreads writers that met.
const PAUSE: Duration = Duration::from_millis(4);

/// One verb: what it loads, what the core makes of it, and what must be done before the commit.
pub trait UseCase: Send + Sync {
    /// What the decision needs to know.
    type Loaded: Send;

    /// Whether [`UseCase::prepare`] does something that a replay must not do again.
    const PREPARES: bool = false;

    /// Reads what the decision needs; on a database, one flight.
    fn load(&self, store: &dyn Store) -> impl Future<Output = Result<Self::Loaded, Refusal>> + Send;

    /// The version of the resource that If-Match is about, when the verb changes one.
    fn version(&self, loaded: &Self::Loaded) -> Option<i64> {
        let _ = loaded;
        None
    }

    /// Pure: the same input gives the same outcome, so it can be asked again.
    ///
    /// # Errors
    /// Why not.
    fn decide(&self, loaded: Self::Loaded, stamp: &Stamp, epoch: i64) -> Result<Decided, Refusal>;

    /// What must exist before the commit refers to it, such as a secret.
    fn prepare(&self, app: &App, change: &Change) -> impl Future<Output = Result<(), Refusal>> + Send {
        let _ = (app, change);
        async { Ok(()) }
    }
}

/// What a decision came to.
#[derive(Debug)]
pub enum Decided {
    /// Nothing has to change; this is the answer.
    Unchanged(Reply),
    /// This is to be kept; this is the answer when it is.
    Commit(Box<Change>, Reply),
}

/// Runs a use case for a caller.
///
/// # Errors
/// [`Refusal`]. A caller who repeats a request that was kept gets the kept answer, never a refusal caused by its own
/// first run.
pub async fn decide<U: UseCase>(
    app: &App,
    actor: &Actor,
    call: &Call,
    use_case: &U,
) -> Result<Reply, Refusal> {
    let stamp = stamp(actor.clone(), call.request_id.clone(), call.traceparent.clone())?
        .from_address(call.source_address);
    let run = Run { app, call, stamp, scope: scope(actor, call), use_case };
    if call.needs_if_match() && call.if_match == IfMatch::Absent {
        return Err(Refusal::PreconditionRequired);
    }
    if U::PREPARES
        && !call.dry_run
        && let Some(reply) = run.replayed().await?
    {
        return Ok(reply);
    }
    let began = Instant::now();
    for attempt in (1..=TRIES).take_while(|_| began.elapsed() < PATIENCE) {
        match run.once().await {
            Ok(reply) => return Ok(reply),
            Err(Refusal::Busy) => {}
            Err(refusal @ (Refusal::OutcomeUnknown(_) | Refusal::StoreUnavailable(_))) => {
                return Err(refusal);
            }
            Err(refusal) => return run.replayed().await?.ok_or(refusal),
        }
        if let Some(reply) = run.replayed().await? {
            return Ok(reply);
        }
        tokio::time::sleep(pause(attempt)).await;
    }
    Err(Refusal::Busy)
}

struct Run<'a, U> {
    app: &'a App,
    call: &'a Call,
    stamp: Stamp,
    scope: Option<ReceiptScope>,
    use_case: &'a U,
}

impl<U: UseCase> Run<'_, U> {
    /// One look and one decision. [`Refusal::Busy`] means: look again.
    async fn once(&self) -> Result<Reply, Refusal> {
        let epoch = self.app.epoch();
        let loaded = self.use_case.load(&*self.app.store).await?;
        if let Some(version) = self.use_case.version(&loaded)
            && !self.call.if_match.allows(Mark::new(epoch, version))
        {
            return Err(Refusal::PreconditionFailed);
        }
        match self.use_case.decide(loaded, &self.stamp, epoch)? {
            // nothing is left to do, perhaps because an earlier run under this key did it: its answer counts
            Decided::Unchanged(reply) => Ok(self.replayed().await?.unwrap_or(reply)),
            Decided::Commit(_, reply) if self.call.dry_run => Ok(as_dry_run(reply)),
            Decided::Commit(change, reply) => {
                self.use_case.prepare(self.app, &change).await?;
                // the tags of the precondition and of the answer are of this epoch
                self.commit(change.expect(Expect::Epoch(epoch)), reply).await
            }
        }
    }

    async fn commit(&self, change: Change, reply: Reply) -> Result<Reply, Refusal> {
        let receipt = self.scope.clone().map(|scope| Receipt {
            scope,
            digest: self.call.digest,
            reply: reply.clone(),
            at: self.stamp.at(),
        });
        match commit(self.app, change, receipt).await? {
            Committed::Done => Ok(reply),
            Committed::Replayed(stored) => same_request(stored, self.call),
        }
    }

    /// The answer of an earlier run of the same request.
    async fn replayed(&self) -> Result<Option<Reply>, Refusal> {
        let Some(scope) = &self.scope else { return Ok(None) };
        let stored = self.app.store.receipt(scope).await?;
        stored.map(|stored| same_request(stored, self.call)).transpose()
    }
}

/// Commits a change, measures it, and wakes whoever waits for it. Tasks use it too.
///
/// # Errors
/// As [`Refusal`] names them; a conflict is [`Refusal::Busy`].
pub async fn commit(app: &App, change: Change, receipt: Option<Receipt>) -> Result<Committed, Refusal> {
    let (name, moves_view, has_events) = (change.name, change.moves_view, !change.events.is_empty());
    let began = Instant::now();
    let committed = app.store.commit(change, receipt).await;
    app.metrics.commit_ended(name, began.elapsed());
    if let Err(CommitError::Conflict(about)) = &committed {
        app.metrics.commit_conflicted(name);
        tracing::debug!(change = %name, about, "a commit met another writer");
    }
    let committed = committed?;
    if committed == Committed::Done {
        if has_events {
            app.committed.notify_one();
        }
        if has_events || moves_view {
            app.to_tell.notify_one();
        }
        if moves_view {
            app.view.caught_up().await;
        }
    }
    Ok(committed)
}

/// Whose key it is; nothing when the caller sent none, or only asks.
fn scope(actor: &Actor, call: &Call) -> Option<ReceiptScope> {
    let key = call.idempotency_key.clone().filter(|_| !call.dry_run)?;
    let route = format!("{} {}", call.method, call.route);
    Some(ReceiptScope { issuer: actor.issuer.clone(), subject: actor.subject.clone(), route, key })
}

fn same_request(stored: StoredReceipt, call: &Call) -> Result<Reply, Refusal> {
    if stored.digest.as_slice() == call.digest.as_slice() {
        Ok(stored.reply)
    } else {
        Err(Refusal::IdempotencyMismatch)
    }
}

/// What would be answered, without the marks of something that is there.
fn as_dry_run(reply: Reply) -> Reply {
    let status = if reply.body.is_some() { 200 } else { reply.status };
    Reply { status, etag: None, location: None, ..reply }
}

/// Between half and the whole of a pause that grows with each attempt.
fn pause(attempt: u32) -> Duration {
    let whole = PAUSE * attempt * attempt;
    let mut byte = [0u8; 1];
    // without randomness the pause is merely not spread
    let spread = getrandom::fill(&mut byte).map_or(0, |()| u32::from(u8::from_ne_bytes(byte)));
    whole / 2 + whole * spread / 512
}
