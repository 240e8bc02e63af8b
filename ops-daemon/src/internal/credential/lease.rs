//! `POST /credential-leases`: the one place a secret leaves by.

use axum::{Extension, extract::State};
use ops_client::{
    paths,
    wire::lease::{LeaseAnswer, LeaseRequest},
};

use crate::{
    app::{App, credential::lease::lease, stamp::stamp},
    http::{
        answer::Shown,
        body::Body,
        client::Client,
        problem::Problem,
        query::{NoQuery, QueryOf},
        request_id::{RequestId, Traceparent},
        right::CredentialsLease,
        source::Source,
    },
};

/// Lease the secrets of connections. Each is written to the audit trail before it is served.
#[utoipa::path(
    post,
    path = paths::CREDENTIAL_LEASES,
    operation_id = "credential_lease",
    tag = "credentials",
    request_body = LeaseRequest,
    responses(
        (status = 200, description = "Secrets, and refusals", body = LeaseAnswer),
        (status = 429, description = "`rate_limited`: the identity has asked for as many connections as it may in a minute; no \
                                      secret was served, and nothing is on record. Ask again after Retry-After."),
        (status = 504, description = "`outcome_unknown`: whether the leases are on record is not known; no secret was served. \
                                      Ask again: then each has one more entry in the audit trail."),
    ),
)]
pub async fn create(
    client: Client<CredentialsLease>,
    State(app): State<App>,
    _: QueryOf<NoQuery>,
    Extension(request_id): Extension<RequestId>,
    traceparent: Option<Extension<Traceparent>>,
    source: Option<Extension<Source>>,
    Body(request): Body<LeaseRequest>,
) -> Result<Shown<LeaseAnswer>, Problem> {
    let traceparent = traceparent.map(|Extension(trace)| trace.as_str().to_owned());
    let stamp = stamp(client.actor().clone(), request_id.as_str().to_owned(), traceparent)?
        .from_address(source.map(|Extension(Source(address))| address));
    let may_have = |operator| client.identity().operators.contains(operator);
    Ok(Shown(lease(&app, request, client.lease_budget(), may_have, &stamp).await?))
}
