//! Lease secrets to a connector: decide, commit the audit entries, and only then read a secret. Nothing is cached.

use ops_client::wire::lease::{LeaseAnswer, LeaseRequest};
use ops_core::{
    Stamp,
    credential::lease::{self, Asked},
    id::OperatorId,
};
use ops_store::port::{SecretError, SecretPath};

use crate::{
    app::{App, decide::commit, refusal::Refusal},
    telemetry::{LeaseOutcome, SecretOperation},
};

/// Leases what the caller may have of what it asks for.
///
/// # Errors
/// The audit trail cannot be written, or the secret store does not answer: then no secret is served.
pub async fn lease(
    app: &App,
    request: LeaseRequest,
    may_have: impl Fn(OperatorId) -> bool,
    stamp: &Stamp,
) -> Result<LeaseAnswer, Refusal> {
    let (connections, stage) = request.into_parts();
    let asked = app.store.asked_for(&connections).await?;
    let asked = asked.into_iter().map(|asked| only_if(asked, &may_have)).collect();
    let (decision, change) = lease::lease(asked, stage, stamp);
    for (_, refused) in &decision.refused {
        app.metrics.leased(LeaseOutcome::Refused(*refused), 1);
    }
    if !decision.granted.is_empty() {
        commit(app, change, None).await?;
    }
    let mut granted = Vec::with_capacity(decision.granted.len());
    for credential in decision.granted {
        let secret = app.secrets.get(SecretPath::of(&credential)).await;
        app.metrics.secret_requested(SecretOperation::Get, super::outcome(&secret));
        if let Err(error) = &secret {
            app.metrics.leased(unserved(error), 1);
        }
        granted.push((credential, secret?));
    }
    app.metrics.leased(LeaseOutcome::Served, granted.len());
    Ok(LeaseAnswer::of(granted, decision.refused))
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
