//! Which changes of an event's schema break its readers: what is written with the new one must be understood by who knows the
//! old one. The version stands in the name of the file, so a break is never allowed within it, whatever the version of the API
//! is: it needs a file of the next version, and a new file is harmless.

use serde_json::Value;

use super::Break;
use super::place::Place;
use super::schema::{self, Flow};

/// Breaks between two texts of the schema of one version.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    schema::breaks(Flow::Given, Some(&Place::root(old)), Some(&Place::root(new)))
}
