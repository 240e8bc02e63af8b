//! Permissions as types: a handler names one in its [`Permit`](super::permit::Permit), and the document reads it back.

/// What a token must allow for a handler to run.
pub trait Permission: Send + Sync + 'static {
    /// Which one; `None` is "any valid token".
    const NEEDS: Option<Name>;
    /// As it stands in the document and in refusals.
    const NAME: &'static str;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $type:ident = $name:literal,)+) => {
        /// The closed list of permissions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Name {
            $($(#[$doc])* $type,)+
        }

        impl Name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$type),+];

            /// As it stands in the document and in `/me`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$type => $name,)+
                }
            }
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $type;
            impl Permission for $type {
                const NEEDS: Option<Name> = Some(Name::$type);
                const NAME: &'static str = $name;
            }
        )+
    };
}

permissions! {
    /// Read operators, networks and the export.
    OperatorRead = "operator:read",
    /// Create and change operators.
    OperatorWrite = "operator:write",
    /// Activate, drain, suspend and restore operators.
    OperatorStatus = "operator:status",
    /// Delete operators.
    OperatorDelete = "operator:delete",
    /// Read connections and the metadata of credentials.
    ConnectionRead = "connection:read",
    /// Create and change connections.
    ConnectionWrite = "connection:write",
    /// Store and move credentials.
    CredentialWrite = "credential:write",
    /// Read health.
    HealthRead = "health:read",
    /// Change health policies.
    HealthWrite = "health:write",
    /// Read and explain routing.
    RoutingRead = "routing:read",
    /// Prepare routing changes.
    RoutingWrite = "routing:write",
    /// Change what routes now.
    RoutingApply = "routing:apply",
    /// Read events.
    EventRead = "event:read",
    /// Read the audit trail.
    AuditRead = "audit:read",
}

/// Any valid token, whatever its roles.
#[derive(Debug, Clone, Copy)]
pub struct AnyToken;

impl Permission for AnyToken {
    const NEEDS: Option<Name> = None;
    const NAME: &'static str = "any_token";
}
