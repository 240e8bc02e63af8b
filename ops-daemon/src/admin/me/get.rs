//! `GET /me`.

use ops_client::{paths, wire::me::Me};

use crate::http::{
    answer::Shown,
    permission::AnyToken,
    permit::Permit,
    query::{NoQuery, QueryOf},
};

/// Say who the caller is and what it may do.
#[utoipa::path(
    get,
    path = paths::ME,
    operation_id = "me",
    tag = "me",
    responses((status = 200, description = "The caller", body = Me)),
)]
pub async fn get(permit: Permit<AnyToken>, _: QueryOf<NoQuery>) -> Shown<Me> {
    Shown(Me {
        subject: permit.actor().subject.clone(),
        issuer: permit.actor().issuer.clone(),
        roles: permit.roles().iter().map(|role| role.as_str().to_owned()).collect(),
        permissions: permit.permissions().iter().map(|name| name.as_str().to_owned()).collect(),
        expires_at: permit.expires_at(),
    })
}
