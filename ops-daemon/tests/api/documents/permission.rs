//! `docs/PERMISSIONS.md`, from both route tables and the roles. What is committed there is what the tests of both listeners
//! expect of the running service.

use ops_daemon::{
    admin,
    http::{
        api::RouteEntry,
        permission::{AnyToken, Name, Permission},
        role::Role,
    },
    internal,
};
use ops_store::testing::committed;

const FILE: &str = "docs/PERMISSIONS.md";

const HEAD: &str = "\
# Permissions

Made by `cargo xtask documents` from the route tables and the roles; a test compares it, and others ask the running \
service for every line of it.

What does not stand here is refused: another path with 404, another method with 405, a caller without the permission with \
403, and one without a valid token with 401. Both listeners give `/openapi.json` to everybody who reaches them, the admin \
listener also the page `/docs`; the ops listener holds no data. A change that sends the credential of a connection somewhere else takes `credential:write` as well.

";

const INTERNAL: &str = "\
## Internal API: what a route needs

An identity of the configuration (`[[internal.identities]]`) has the rights that are listed for it, and no others.

";

/// A line of the matrix of the admin API.
pub(crate) struct Line {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) permission: String,
    /// Who may, in the order of [`Role::ALL`].
    pub(crate) roles: [bool; 4],
}

impl Line {
    fn of(entry: &RouteEntry) -> Self {
        let holds = |role: Role| role.permissions().iter().any(|name| name.as_str() == entry.permission);
        Self {
            method: entry.method.to_string(),
            path: entry.path.clone(),
            permission: entry.permission.to_owned(),
            roles: Role::ALL.map(|role| entry.permission == AnyToken::NAME || holds(role)),
        }
    }

    fn written(&self) -> String {
        let Self { method, path, permission, roles } = self;
        format!("| {method} | `{path}` | {permission} |{}\n", cells(*roles))
    }

    fn read(line: &str) -> Option<Self> {
        let cells: Vec<&str> =
            line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(str::trim).collect();
        let [method, path, permission, viewer, editor, auditor, admin] = cells.as_slice() else {
            return None;
        };
        let path = path.strip_prefix('`')?.strip_suffix('`')?;
        let roles = [viewer, editor, auditor, admin].map(|cell| *cell == "yes");
        Some(Self { method: (*method).into(), path: path.into(), permission: (*permission).into(), roles })
    }
}

fn cells(roles: [bool; 4]) -> String {
    roles.map(|may| if may { " yes |" } else { " no |" }).concat()
}

fn header(first: &str) -> String {
    let roles = Role::ALL.map(Role::as_str).join(" | ");
    let columns = first.split('|').count() + Role::ALL.len();
    format!("| {first} | {roles} |\n|{}\n", "---|".repeat(columns))
}

/// The matrix as it is committed.
pub(crate) fn committed() -> Vec<Line> {
    let lines: Vec<Line> = committed::read(FILE).lines().filter_map(Line::read).collect();
    assert!(!lines.is_empty(), "{FILE} holds no route");
    lines
}

/// Method, path and right of each route of the internal API, as they are committed.
pub(crate) fn committed_internal() -> Vec<[String; 3]> {
    let text = committed::read(FILE);
    let (_, internal) = text.split_once(INTERNAL).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [method, path, right] = cells.as_slice() else { return None };
        Some([method, path.strip_prefix('`')?.strip_suffix('`')?, right].map(str::to_owned))
    };
    internal.lines().filter_map(row).collect()
}

#[test]
fn the_committed_matrix_is_that_of_the_route_tables_and_the_roles() {
    let mut text = HEAD.to_owned() + "## Admin API: what a route needs, and which roles have it\n\n";
    text += &header("method | path | permission");
    text.extend(admin::router::router().table.iter().map(|entry| Line::of(entry).written()));
    text += "\n## What a role may do\n\n";
    text += &header("permission");
    text.extend(Name::ALL.iter().map(|name| {
        let roles = Role::ALL.map(|role| role.permissions().contains(name));
        format!("| {} |{}\n", name.as_str(), cells(roles))
    }));
    text += &format!("\n{INTERNAL}| method | path | right |\n|---|---|---|\n");
    let route =
        |entry: &RouteEntry| format!("| {} | `{}` | {} |\n", entry.method, entry.path, entry.permission);
    text.extend(internal::router::router().table.iter().map(route));
    committed::assert_equal(FILE, &text, super::WRITES);
}

#[test]
fn whoever_may_do_more_may_do_all_that_a_viewer_may_and_only_an_admin_may_do_all() {
    for Line { method, path, roles: [viewer, editor, auditor, admin], .. } in committed() {
        assert!(admin, "{method} {path}: nobody may");
        assert!(!viewer || editor && auditor, "{method} {path}");
        let changes = method != "GET" && !path.ends_with("/resolve");
        assert!(!changes || !viewer && !auditor, "{method} {path}: whoever only reads changes something");
        let is_secret = path.contains("/credentials") && method != "GET";
        assert!(!is_secret || !editor, "{method} {path}: an editor handles secrets");
    }
}
