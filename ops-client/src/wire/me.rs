//! Who the caller is and what it may do.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::rule;

/// What the caller's token says, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// The token's `sub`.
    pub subject: String,
    /// The token's `iss`.
    pub issuer: String,
    /// The roles of the token that the service knows.
    pub roles: Vec<String>,
    /// What these roles may do.
    pub permissions: Vec<String>,
    /// When the token ends.
    #[schema(schema_with = rule::of::<Timestamp>)]
    pub expires_at: Timestamp,
}
