//! The closed lists of label values: whatever a caller sends, a family has no more series than these make.

use ops_core::{credential::lease::Refused, text_rule::Word as _};

use crate::http::token::Rejected;

macro_rules! label {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }
        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As metrics and logs spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}

label! {
    /// One of the three listeners.
    Listener {
        /// People and automation.
        Admin = "admin",
        /// Gateways and services.
        Internal = "internal",
        /// Probes and Prometheus.
        Ops = "ops",
    }
}

label! {
    /// What the secret store was asked for.
    SecretOperation {
        /// To keep a secret.
        Put = "put",
        /// To hand a secret out.
        Get = "get",
        /// Whether it works.
        Check = "check",
    }
}

label! {
    /// How the secret store answered.
    SecretOutcome {
        /// As asked.
        Ok = "ok",
        /// Something that should be there is not.
        Missing = "missing",
        /// Something is there already: a path is written once.
        Exists = "exists",
        /// Not at all, or that it cannot.
        Unavailable = "unavailable",
        /// With something that cannot be read.
        Corrupt = "corrupt",
    }
}

label! {
    /// Why the event stream did not take an event.
    PublishFailure {
        /// There is no such stream.
        Missing = "missing",
        /// It ended somewhere else than expected; the relay looked again.
        Moved = "moved",
        /// It did not answer.
        Unavailable = "unavailable",
        /// It said no.
        Refused = "refused",
    }
}

label! {
    /// What became of one sample.
    SampleOutcome {
        /// Stored.
        Accepted = "accepted",
        /// Stored before.
        Duplicate = "duplicate",
        /// Of no connection that we know.
        UnknownConnection = "unknown_connection",
        /// Older than what is kept.
        TooOld = "too_old",
        /// Of a time to come.
        InFuture = "in_future",
        /// Of a connector that the caller may not speak for.
        NotAllowed = "not_allowed",
    }
}

label! {
    /// Which processes run a task.
    TaskScope {
        /// Every replica.
        Replica = "replica",
        /// The one that leads the task.
        Leader = "leader",
    }
}

/// What became of one connection of a lease request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseOutcome {
    /// Its secret was served.
    Served,
    /// It was refused.
    Refused(Refused),
    /// Its secret should be there and is not.
    SecretMissing,
    /// The secret store did not answer.
    SecretStoreUnavailable,
    /// The caller had asked for too many already.
    RateLimited,
}

impl LeaseOutcome {
    /// As metrics and logs spell it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Refused(refused) => refused.as_str(),
            Self::SecretMissing => "secret_missing",
            Self::SecretStoreUnavailable => "secret_store_unavailable",
            Self::RateLimited => "rate_limited",
        }
    }

    /// Every one, as metrics spell it.
    pub(super) fn words() -> impl Iterator<Item = &'static str> {
        let own = [Self::Served, Self::SecretMissing, Self::SecretStoreUnavailable, Self::RateLimited]
            .map(Self::as_str);
        own.into_iter().chain(Refused::WORDS.iter().copied())
    }
}

/// Why a caller was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthReason {
    /// Its token.
    Token(Rejected),
    /// It gave a token in the URL, where logs would keep it.
    TokenInUrl,
    /// It is known, but lacks the permission or right.
    Forbidden,
}

impl AuthReason {
    /// As metrics and logs spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token(rejected) => rejected.reason(),
            Self::TokenInUrl => "token_in_url",
            Self::Forbidden => "forbidden",
        }
    }
}

/// The methods we serve; a caller can invent others.
pub(super) fn method(of: &axum::http::Method) -> &'static str {
    match of.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
