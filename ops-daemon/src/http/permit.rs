//! `Permit<P>`: proof that a caller holds permission `P`. A handler of the admin API that starts with none does not
//! compile.

use std::{marker::PhantomData, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use jiff::Timestamp;
use ops_core::actor::Actor;

use super::{
    access::Access,
    permission::{Name, Permission},
    problem::Problem,
    role::Role,
    token::{Rejected, Verified},
};

/// Who calls, and that they may do `P`. Made by the extractor only.
#[derive(Debug)]
pub struct Permit<P> {
    verified: Arc<Verified>,
    permission: PhantomData<fn() -> P>,
}

impl<P> Permit<P> {
    /// Whom a change is put down to.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.verified.actor
    }

    /// The token's roles that we know.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.verified.roles
    }

    /// What those roles allow, in the order of the closed list, each once.
    #[must_use]
    pub fn permissions(&self) -> Vec<Name> {
        Name::ALL.iter().copied().filter(|name| allows(&self.verified.roles, *name)).collect()
    }

    /// Whether the caller also holds `Q`.
    #[must_use]
    pub fn may<Q: Permission>(&self) -> bool {
        granted::<Q>(&self.verified.roles)
    }

    /// When the token ends; a stream ends with it.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.verified.expires_at
    }
}

impl<P: Permission, S> FromRequestParts<S> for Permit<P>
where
    S: Send + Sync,
    Arc<Access>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = Arc::<Access>::from_ref(state);
        let verified = access.verify(bearer(&parts.headers)?).await?;
        if granted::<P>(&verified.roles) {
            Ok(Self { verified, permission: PhantomData })
        } else {
            Err(Problem::forbidden(P::NAME))
        }
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        Self::unauthenticated(rejected)
    }
}

fn granted<P: Permission>(roles: &[Role]) -> bool {
    P::NEEDS.is_none_or(|name| allows(roles, name))
}

fn allows(roles: &[Role], name: Name) -> bool {
    roles.iter().any(|role| role.permissions().contains(&name))
}

/// The one bearer token; the scheme's name knows no case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Rejected> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let only = match (values.next(), values.next()) {
        (None, _) => return Err(Rejected::Missing),
        (Some(only), None) => only.to_str().map_err(|_| Rejected::Scheme)?,
        _ => return Err(Rejected::Scheme),
    };
    match only.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => Ok(token),
        _ => Err(Rejected::Scheme),
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};
    use serde_json::json;

    use super::*;
    use crate::http::{
        client::Identities,
        permission::{AnyToken, AuditRead, CredentialWrite, OperatorWrite},
        testing::{self, Issuer},
    };

    fn app(issuer: &Issuer) -> Router {
        let write = |permit: Permit<OperatorWrite>| async move {
            format!(
                "{} {} {}",
                permit.actor().subject,
                permit.may::<CredentialWrite>(),
                permit.permissions().len()
            )
        };
        Router::new()
            .route("/write", get(write))
            .route("/me", get(|_: Permit<AnyToken>| async {}))
            .route("/audit", get(|_: Permit<AuditRead>| async {}))
            .with_state(testing::access(issuer, Identities::default()))
    }

    #[tokio::test]
    async fn a_role_with_the_permission_reaches_the_handler() {
        let issuer = Issuer::es256("k");
        let request = testing::get("/write").header("authorization", issuer.bearer(&["editor"]));
        let (status, _, text) = testing::text(&app(&issuer), request).await;
        assert_eq!((status, text.as_str()), (StatusCode::OK, "ada false 10"));
        let request = testing::get("/write").header("authorization", issuer.bearer(&["admin"]));
        assert_eq!(testing::text(&app(&issuer), request).await.2, "ada true 14");
    }

    #[tokio::test]
    async fn a_role_without_it_is_forbidden_by_the_permissions_name() {
        let issuer = Issuer::es256("k");
        for (path, roles) in [("/write", "viewer"), ("/audit", "editor")] {
            let request = testing::get(path).header("authorization", issuer.bearer(&[roles]));
            let (status, _, body) = testing::send(&app(&issuer), request).await;
            assert_eq!((status, &body["code"]), (StatusCode::FORBIDDEN, &json!("forbidden")));
        }
        let request = testing::get("/write").header("authorization", issuer.bearer(&["viewer"]));
        let (_, _, body) = testing::send(&app(&issuer), request).await;
        assert_eq!(body["detail"], "needs operator:write");
    }

    #[tokio::test]
    async fn any_valid_token_may_ask_who_it_is() {
        let issuer = Issuer::es256("k");
        let request = testing::get("/me").header("authorization", issuer.bearer(&[]));
        assert_eq!(testing::text(&app(&issuer), request).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_missing_or_unsound_header_is_401_with_a_challenge() {
        let issuer = Issuer::es256("k");
        let (status, headers, _) = testing::send(&app(&issuer), testing::get("/me")).await;
        assert_eq!(
            (status, headers["www-authenticate"].to_str().unwrap()),
            (StatusCode::UNAUTHORIZED, "Bearer")
        );
        let sound = issuer.bearer(&[]);
        let token = sound.strip_prefix("Bearer ").unwrap();
        for bad in [
            "Basic YTpi".into(),
            "Bearer".into(),
            token.to_owned(),
            format!("Bearer  {token}"),
            format!("{sound} x"),
        ] {
            let request = testing::get("/me").header("authorization", bad.as_str());
            let (status, headers, body) = testing::send(&app(&issuer), request).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{bad}");
            assert_eq!(headers["www-authenticate"], "Bearer error=\"invalid_token\"");
            assert!(!body.to_string().contains(token), "no token in an answer");
        }
        let twice = testing::get("/me").header("authorization", &sound).header("authorization", &sound);
        assert_eq!(testing::send(&app(&issuer), twice).await.0, StatusCode::UNAUTHORIZED);
        let lower = testing::get("/me").header("authorization", format!("bearer {token}"));
        assert_eq!(testing::text(&app(&issuer), lower).await.0, StatusCode::OK);
    }
}
