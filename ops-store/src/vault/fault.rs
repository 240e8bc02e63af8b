//! Why the server gave us nothing: a closed list, each with what to do. It is the source of
//! [`SecretError::Unavailable`], and holds no text that came from the server.

use crate::port::SecretError;

/// Why the secret store gave us nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No connection could be made: nothing was sent.
    #[error("no connection to the secret store can be made: check its address and the network")]
    Unreachable,
    /// Its certificate is signed by nobody we trust, or is for another name.
    #[error("the certificate of the secret store is not trusted: check ca_file and the host name")]
    Untrusted,
    /// No answer in time.
    #[error("the secret store did not answer in time")]
    TimedOut,
    /// The connection ended within the answer.
    #[error("the connection to the secret store broke off")]
    Broken,
    /// It is sealed.
    #[error("the secret store is sealed: unseal it")]
    Sealed,
    /// It was never initialised.
    #[error("the secret store is not initialised: initialise and unseal it")]
    Uninitialised,
    /// It is a replica that answers no requests (472, 473).
    #[error("the secret store is a standby that serves no requests: give the address of the active one")]
    Standby,
    /// It has too much to do (429).
    #[error("the secret store refuses more requests: raise its quota, or ask less")]
    Throttled,
    /// It failed (5xx).
    #[error("the secret store failed with status {0}: see its log")]
    Failing(u16),
    /// It was away too often in a row; nobody asks it for a moment.
    #[error("the secret store was away a moment ago, and is asked again in a moment")]
    Resting,
    /// Too many calls of ours are under way.
    #[error("too many calls to the secret store are under way")]
    Busy,
    /// It sent us elsewhere (3xx).
    #[error("the secret store answers with a redirect, which is not followed: give the address that answers")]
    Redirected,
    /// Its answer is larger than any it may give.
    #[error(
        "the secret store answers at more length than it may: check that the address is that of the secret store"
    )]
    TooLong,
    /// What answers speaks something else.
    #[error("what answers is no secret store: check the address, and what stands between")]
    NotItsApi,
    /// Nothing is mounted where we ask, or the namespace is unknown.
    #[error("nothing is mounted where we ask: check mount, namespace and the login's mount")]
    NotMounted,
    /// The token may not (403), also after a new login.
    #[error(
        "the token may not do this, or was revoked: check that its role has the policy of vault/policy.hcl"
    )]
    Forbidden,
    /// The login was refused.
    #[error("the secret store refuses our login: check the role, and the secret id or token in its file")]
    LoginRefused,
    /// The file with the secret id or token cannot be read, or holds none.
    #[error("the file that we log in with cannot be read or holds no token: check its path and its rights")]
    LoginFile,
    /// Another refusal.
    #[error("the secret store refuses the request with status {0}: see its log")]
    Refused(u16),
}

impl Fault {
    /// Whether the server is away, as opposed to answering something we do not like.
    pub(super) const fn is_outage(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Untrusted
            | Self::TimedOut
            | Self::Broken
            | Self::Sealed
            | Self::Uninitialised
            | Self::Standby
            | Self::Throttled
            | Self::Failing(_) => true,
            Self::Resting
            | Self::Busy
            | Self::Redirected
            | Self::TooLong
            | Self::NotItsApi
            | Self::NotMounted
            | Self::Forbidden
            | Self::LoginRefused
            | Self::LoginFile
            | Self::Refused(_) => false,
        }
    }

    /// Whether a write that was answered so may have been done, by us now or by anybody before.
    pub(super) const fn leaves_open_what_lies_there(self) -> bool {
        match self {
            Self::TimedOut
            | Self::Broken
            | Self::Failing(_)
            | Self::TooLong
            | Self::NotItsApi
            | Self::Forbidden
            | Self::Refused(_) => true,
            Self::Unreachable
            | Self::Untrusted
            | Self::Sealed
            | Self::Uninitialised
            | Self::Standby
            | Self::Throttled
            | Self::Resting
            | Self::Busy
            | Self::Redirected
            | Self::NotMounted
            | Self::LoginRefused
            | Self::LoginFile => false,
        }
    }
}

impl From<Fault> for SecretError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(Box::new(fault))
    }
}
