//! `Client<R>`: proof that a certificate's identity holds right `R`. A handler of the internal API starts with one or
//! does not compile.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use ops_core::actor::Actor;

use super::{access::Access, peer::Peer, problem::Problem, right::Right};
use crate::{
    app::credential::lease_budget::LeaseBudget,
    config::{Identity, San},
};

/// All configured identities, found by what a certificate says. The configuration refuses two of one name.
#[derive(Debug, Default)]
pub struct Identities(BTreeMap<San, Arc<Known>>);

/// An identity with what it has left.
#[derive(Debug)]
struct Known {
    identity: Identity,
    lease_budget: LeaseBudget,
}

impl Identities {
    /// All of `list`.
    pub fn new(list: impl IntoIterator<Item = Identity>) -> Self {
        let known = |identity: Identity| {
            let lease_budget = LeaseBudget::per_minute(identity.leases_per_minute);
            (identity.san.clone(), Arc::new(Known { identity, lease_budget }))
        };
        Self(list.into_iter().map(known).collect())
    }

    /// Whom `peer` is, and as whom a change is put down.
    fn of(&self, peer: &Peer) -> Option<(Arc<Known>, Actor)> {
        let (san, actor) = match peer {
            Peer::Spiffe(uri) => (San::Uri(uri.clone()), Actor::certificate(uri)),
            Peer::Dns(name) => (San::Dns(name.to_ascii_lowercase()), Actor::certificate(name)),
            Peer::Unnamed | Peer::Plain => return None,
        };
        Some((Arc::clone(self.0.get(&san)?), actor))
    }
}

/// Which identity calls, and that it holds `R`. Made by the extractor only.
#[derive(Debug)]
pub struct Client<R> {
    known: Arc<Known>,
    actor: Actor,
    right: PhantomData<fn() -> R>,
}

impl<R> Client<R> {
    /// Who calls.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.known.identity
    }

    /// What it may still lease; shared by all its connections to this process.
    #[must_use]
    pub fn lease_budget(&self) -> &LeaseBudget {
        &self.known.lease_budget
    }

    /// Whom a change is put down to.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl<R: Right, S> FromRequestParts<S> for Client<R>
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = Arc::<Access>::from_ref(state);
        let peer = parts.extensions.get::<Peer>().unwrap_or(&Peer::Plain);
        let known = access.identities.load().of(peer);
        let (known, actor) = known.ok_or_else(|| Problem::forbidden("a certificate of a known identity"))?;
        if known.identity.rights.contains(&R::NEEDS) {
            Ok(Self { known, actor, right: PhantomData })
        } else {
            Err(Problem::forbidden(R::NEEDS.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Extension, Router, http::StatusCode, routing::get};

    use super::*;
    use crate::{
        config::{self, ConnectorIds, Operators},
        http::{
            right::{HealthReport, RoutingRead},
            testing::{self, Issuer},
        },
    };

    const GATEWAY: &str = "spiffe://ops.test/gw";

    fn identity(name: &str, san: San) -> Identity {
        let (connector_ids, operators) = (ConnectorIds::of_name(name), Operators::All);
        Identity {
            name: name.into(),
            san,
            rights: [config::Right::RoutingRead].into(),
            connector_ids,
            operators,
            leases_per_minute: config::LEASES_PER_MINUTE,
        }
    }

    async fn ask(path: &str, peer: Peer) -> (StatusCode, String) {
        let known = [identity("gw", San::Uri(GATEWAY.into())), identity("old", San::Dns("old.test".into()))];
        let state = testing::access(&Issuer::es256("k"), Identities::new(known));
        let who = |client: Client<RoutingRead>| async move {
            format!("{} {} {}", client.identity().name, client.actor().issuer, client.actor().subject)
        };
        let app = Router::new()
            .route("/routing", get(who))
            .route("/report", get(|_: Client<HealthReport>| async {}))
            .layer(Extension(peer))
            .with_state(state);
        let (status, _, text) = testing::text(&app, testing::get(path)).await;
        (status, text)
    }

    #[tokio::test]
    async fn a_known_identity_with_the_right_reaches_the_handler_under_its_certificates_name() {
        let (status, text) = ask("/routing", Peer::Spiffe(GATEWAY.into())).await;
        assert_eq!((status, text), (StatusCode::OK, format!("gw mtls {GATEWAY}")));
        assert_eq!(ask("/routing", Peer::Dns("old.test".into())).await.1, "old mtls old.test");
    }

    #[tokio::test]
    async fn an_unknown_peer_and_a_missing_right_are_forbidden() {
        let (status, text) = ask("/report", Peer::Spiffe(GATEWAY.into())).await;
        assert!(status == StatusCode::FORBIDDEN && text.contains("needs health:report"), "{text}");
        for peer in [
            Peer::Plain,
            Peer::Unnamed,
            Peer::Spiffe("spiffe://ops.test/gw2".into()),
            Peer::Spiffe("old.test".into()),
            Peer::Dns(GATEWAY.into()),
            Peer::Dns("*.test".into()),
        ] {
            assert_eq!(ask("/routing", peer.clone()).await.0, StatusCode::FORBIDDEN, "{peer:?}");
        }
    }
}
