//! Roles: what a token's `roles` claim may hold, and the permissions each one brings.

use super::permission::Name;

/// A role of the closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads everything but the audit trail.
    Viewer,
    /// A viewer who also changes operators, connections and drafts of routing; no secrets, no deletes, nothing live.
    Editor,
    /// A viewer who also reads the audit trail.
    Auditor,
    /// Everything.
    Admin,
}

const VIEWER: &[Name] =
    &[Name::OperatorRead, Name::ConnectionRead, Name::HealthRead, Name::RoutingRead, Name::EventRead];
const EDITOR: &[Name] = &[
    Name::OperatorRead,
    Name::ConnectionRead,
    Name::HealthRead,
    Name::RoutingRead,
    Name::EventRead,
    Name::OperatorWrite,
    Name::OperatorStatus,
    Name::ConnectionWrite,
    Name::RoutingWrite,
    Name::HealthWrite,
];
const AUDITOR: &[Name] = &[
    Name::OperatorRead,
    Name::ConnectionRead,
    Name::HealthRead,
    Name::RoutingRead,
    Name::EventRead,
    Name::AuditRead,
];

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Editor, Self::Auditor, Self::Admin];

    /// As it stands in the claim.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role called `name`; `None` for a role of somebody else's.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// What the role allows.
    #[must_use]
    pub const fn permissions(self) -> &'static [Name] {
        match self {
            Self::Viewer => VIEWER,
            Self::Editor => EDITOR,
            Self::Auditor => AUDITOR,
            Self::Admin => Name::ALL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_reads_everything_but_the_audit_trail() {
        let reads =
            Name::ALL.iter().filter(|name| name.as_str().ends_with(":read") && **name != Name::AuditRead);
        assert!(
            reads.eq({
                let mut sorted = VIEWER.to_vec();
                sorted.sort();
                sorted
            }
            .iter())
        );
    }

    #[test]
    fn an_editor_and_an_auditor_are_viewers_with_something_more() {
        let more = |role: Role| -> Vec<_> {
            role.permissions()
                .iter()
                .filter(|name| !VIEWER.contains(name))
                .map(|name| name.as_str())
                .collect()
        };
        assert!(VIEWER.iter().all(|name| EDITOR.contains(name) && AUDITOR.contains(name)));
        assert_eq!(
            more(Role::Editor),
            ["operator:write", "operator:status", "connection:write", "routing:write", "health:write"]
        );
        assert_eq!(more(Role::Auditor), ["audit:read"]);
    }

    #[test]
    fn an_unknown_role_is_nobody() {
        assert_eq!(Role::named("admin"), Some(Role::Admin));
        assert_eq!(Role::named("Admin"), None);
        assert_eq!(Role::named("root"), None);
    }
}
