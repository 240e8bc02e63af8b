//! The one row of the service: its epoch.

use super::Statement;

pub(crate) fn epoch() -> Statement {
    Statement::new("SELECT epoch FROM service", [])
}
