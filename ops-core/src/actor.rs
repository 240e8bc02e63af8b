//! Who acts: a person or program with a token, a gateway with a certificate, or one of our own tasks.

/// Whoever a change is put down to. Both parts are text we have already checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    /// The token's `iss`; [`Actor::MTLS`] for a certificate, [`Actor::SYSTEM`] for a task of ours.
    pub issuer: String,
    /// The token's `sub`, the certificate's identity, or the task's name.
    pub subject: String,
}

impl Actor {
    /// Issuer of our own tasks.
    pub const SYSTEM: &'static str = "system";
    /// Issuer of identities proven by a client certificate.
    pub const MTLS: &'static str = "mtls";

    /// One of our own tasks, such as `judge`.
    #[must_use]
    pub fn system(task: &str) -> Self {
        Self { issuer: Self::SYSTEM.into(), subject: task.into() }
    }

    /// An identity proven by a client certificate.
    #[must_use]
    pub fn certificate(identity: &str) -> Self {
        Self { issuer: Self::MTLS.into(), subject: identity.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_and_a_certificate_cannot_pass_for_each_other() {
        let pair = |actor: Actor| (actor.issuer, actor.subject);
        assert_eq!(pair(Actor::system("judge")), ("system".into(), "judge".into()));
        assert_eq!(pair(Actor::certificate("judge")), ("mtls".into(), "judge".into()));
    }
}
