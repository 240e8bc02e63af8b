//! Lease secrets to a connector: decide, read the secrets, commit the audit entries, and only then serve. Nothing is
//! cached, and nothing that was not served is on record as leased.

use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use ops_client::wire::lease::{LeaseAnswer, LeaseRequest};
use ops_core::{
    Stamp,
    credential::{
        Credential, Secret,
        lease::{self, Asked},
    },
    id::OperatorId,
};
use ops_store::port::{SecretError, SecretPath};

use super::lease_budget::LeaseBudget;
use crate::{
    app::{App, decide::commit, refusal::Refusal},
    telemetry::{LeaseOutcome, SecretOperation},
};

/// Secrets that are read at once.
const AT_A_TIME: usize = 16;
/// How long the secret store may take for a whole request.
const WITHIN: Duration = Duration::from_secs(1);

/// Leases what the caller may have of what it asks for.
///
/// # Errors
/// The caller asks for too much, the audit trail cannot be written, or the secret store does not answer: then no secret is
/// served.
pub async fn lease(
    app: &App,
    request: LeaseRequest,
    budget: &LeaseBudget,
    may_have: impl Fn(OperatorId) -> bool,
    stamp: &Stamp,
) -> Result<LeaseAnswer, Refusal> {
    let (connections, stage) = request.into_parts();
    if let Err(refusal) = budget.take(connections.len()) {
        app.metrics.leased(LeaseOutcome::RateLimited, connections.len());
        return Err(refusal);
    }
    let asked = app.store.asked_for(&connections).await?;
    let asked = asked.into_iter().map(|asked| only_if(asked, &may_have)).collect();
    let (decision, change) = lease::lease(asked, stage, stamp);
    for (_, refused) in &decision.refused {
        app.metrics.leased(LeaseOutcome::Refused(*refused), 1);
    }
    let granted = secrets_of(app, decision.granted).await?;
    if !granted.is_empty() {
        commit(app, change, None).await?;
    }
    app.metrics.leased(LeaseOutcome::Served, granted.len());
    Ok(LeaseAnswer::of(granted, decision.refused))
}

/// All of the secrets or none, several at a time, within the time that a caller is made to wait.
async fn secrets_of(app: &App, credentials: Vec<Credential>) -> Result<Vec<(Credential, Secret)>, Refusal> {
    let reads = stream::iter(credentials).map(|credential| async move {
        let secret = app.secrets.get(SecretPath::of(&credential)).await;
        app.metrics.secret_requested(SecretOperation::Get, crate::app::credential::outcome(&secret));
        if let Err(error) = &secret {
            app.metrics.leased(unserved(error), 1);
        }
        secret.map(|secret| (credential, secret))
    });
    let all = reads.buffered(AT_A_TIME).try_collect();
    let in_time = tokio::time::timeout(WITHIN, all).await;
    Ok(in_time.map_err(|late| SecretError::Unavailable(late.into()))??)
}

/// What the caller has no right to looks as if it were not there.
fn only_if(asked: Asked, may_have: impl Fn(OperatorId) -> bool) -> Asked {
    let found = asked.found.filter(|(operator, _)| may_have(operator.id));
    Asked { found, ..asked }
}

fn unserved(error: &SecretError) -> LeaseOutcome {
    match error {
        SecretError::Missing(_) => LeaseOutcome::SecretMissing,
        _ => LeaseOutcome::SecretStoreUnavailable,
    }
}
