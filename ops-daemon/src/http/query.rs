//! Strict query strings: every parameter known and given once, all faults told at once, each by its parameter's name.

use axum::{
    extract::{FromRequestParts, Query},
    http::{Uri, request::Parts},
};
use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_client::{
    error_code::ErrorCode,
    faults::{self, Faults},
    wire::rule::Described,
};
use ops_core::{Fault, InvalidRule as Rule};
use serde_json::Map;
use utoipa::openapi::{
    ObjectBuilder, Required, Schema, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

use super::{cursor::CURSOR_MAX, problem::Problem};

/// Entries a page has when nobody says how many.
pub const LIMIT_DEFAULT: u16 = 50;
/// Entries a page has at most: a page must fit into one answer and one query.
pub const LIMIT_MAX: u16 = 200;

/// The query as `T`, parsed from an object of strings.
#[derive(Debug, Clone, Copy)]
pub struct QueryOf<T>(pub T);

impl<T: Deserr<Faults>, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.uri).map(Self)
    }
}

/// Parses the query of `uri`.
pub(super) fn read<T: Deserr<Faults>>(uri: &Uri) -> Result<T, Problem> {
    let (object, mut found) = object(uri);
    match faults::parse(serde_json::Value::Object(object)) {
        Ok(parsed) if found.is_empty() => Ok(parsed),
        Ok(_) => Err(refusal(found)),
        Err(more) => {
            found.extend(more);
            Err(refusal(found))
        }
    }
}

/// The query's parameters, decoded; what cannot be decoded comes as U+FFFD.
pub(super) fn pairs(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

fn object(uri: &Uri) -> (Map<String, serde_json::Value>, Vec<Fault>) {
    let (mut object, mut found) = (Map::new(), Vec::new());
    for (name, value) in pairs(uri) {
        let pointer = ops_client::pointer::segment(&name);
        if name.contains(char::REPLACEMENT_CHARACTER) || value.contains(char::REPLACEMENT_CHARACTER) {
            found.push(Fault::new(&pointer, Rule::Characters, "must be percent-encoded UTF-8"));
        }
        if object.insert(name, value.into()).is_some() {
            found.push(Fault::new(pointer, Rule::Unique, "must stand in the query once"));
        }
    }
    (object, found)
}

fn refusal(found: Vec<Fault>) -> Problem {
    let named = |fault: Fault| Fault { pointer: parameter(&fault.pointer), ..fault };
    Problem::new(ErrorCode::InvalidQuery, "correct the parameters listed in errors")
        .with_faults(found.into_iter().map(named))
}

/// The parameter that a pointer into the object of strings means.
fn parameter(pointer: &str) -> String {
    pointer.strip_prefix('/').unwrap_or(pointer).replace("~1", "/").replace("~0", "~")
}

/// `limit`: 1 to [`LIMIT_MAX`], [`LIMIT_DEFAULT`] when it is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub u16);

impl Default for Limit {
    fn default() -> Self {
        Self(LIMIT_DEFAULT)
    }
}

impl Deserr<Faults> for Limit {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let text = text(value, place)?;
        match digits(&text) {
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(Self(limit)),
            _ => {
                Err(Faults::one(place, Rule::Range, format!("must be a whole number from 1 to {LIMIT_MAX}")))
            }
        }
    }
}

/// `true` or `false`; false when it is not given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

impl Deserr<Faults> for Flag {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        match text(value, place)?.as_str() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Faults::one(place, Rule::OneOf, "must be true or false")),
        }
    }
}

/// Canonical digits only, no sign and no leading zero.
fn digits(text: &str) -> Option<u16> {
    text.parse().ok().filter(|number: &u16| number.to_string() == text)
}

fn text<V: IntoValue>(value: Value<V>, place: ValuePointerRef<'_>) -> Result<String, Faults> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Faults::wrong_type(place, "a string")),
    }
}

/// Declares a query: each parameter with what it says, its type, the function that reads it when the type does not know how,
/// and after the arrow whose schema it has. All of them may be left out.
macro_rules! query {
    ($(#[$doc:meta])* $query:ident { $($(#[doc = $said:literal])+ $name:ident: $type:ty $(= $read:ident)? => $shape:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(deserr::Deserr)]
        #[deserr(error = ops_client::Faults, deny_unknown_fields)]
        pub struct $query {
            $($(#[doc = $said])+ #[deserr(default $(, try_from(&String) = $read -> ops_core::Invalid)?)] pub $name: $type),+
        }

        impl utoipa::IntoParams for $query {
            fn into_params(_: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>) -> Vec<utoipa::openapi::path::Parameter> {
                vec![$($crate::http::query::documented::<$shape>(stringify!($name), concat!($($said),+).trim())),+]
            }
        }
    };
}
pub(crate) use query;

/// A parameter of a query, as the document describes it.
pub(crate) fn documented<T: Described>(name: &str, says: &str) -> Parameter {
    let parameter =
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::False);
    parameter.description(Some(says)).schema(Some(T::described())).build()
}

query! {
    /// The query of a list without filters.
    PageQuery {
        /// Entries of a page, 1 to 200 (50).
        limit: Limit => Limit,
        /// `next_cursor` of the page before.
        cursor: Option<String> => Cursor,
    }
}

impl Described for Limit {
    fn described() -> Schema {
        let limit = ObjectBuilder::new().schema_type(Type::Integer).default(Some(LIMIT_DEFAULT.into()));
        limit.minimum(Some(1)).maximum(Some(LIMIT_MAX)).into()
    }
}

/// A cursor, whatever is in it.
pub struct Cursor;

impl Described for Cursor {
    fn described() -> Schema {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(CURSOR_MAX)).into()
    }
}

/// No parameters at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
pub struct NoQuery {}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};
    use serde_json::json;

    use super::*;
    use crate::http::testing;

    #[derive(Debug, Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    struct Filter {
        #[deserr(default)]
        limit: Limit,
        #[deserr(default)]
        deleted: Flag,
        #[deserr(default)]
        q: Option<String>,
    }

    async fn ask(query: &str) -> (StatusCode, serde_json::Value) {
        let show =
            |QueryOf(f): QueryOf<Filter>| async move { format!("{} {} {:?}", f.limit.0, f.deleted.0, f.q) };
        let app =
            Router::new().route("/", get(show)).route("/none", get(|_: QueryOf<NoQuery>| async { "none" }));
        let (status, _, body) = testing::send(&app, testing::get(query)).await;
        (status, body)
    }

    fn faults(body: &serde_json::Value) -> Vec<(String, String)> {
        let entry = |fault: &serde_json::Value, name: &str| fault[name].as_str().unwrap().to_owned();
        body["errors"].as_array().unwrap().iter().map(|f| (entry(f, "pointer"), entry(f, "rule"))).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[tokio::test]
    async fn a_sound_query_is_decoded_and_what_is_missing_has_its_default() {
        assert_eq!(ask("/").await.1, json!("50 false None"));
        assert_eq!(ask("/?").await.1, json!("50 false None"));
        assert_eq!(ask("/?limit=200&deleted=true&q=a%20b+c").await.1, json!("200 true Some(\"a b c\")"));
        assert_eq!(ask("/none").await.1, json!("none"));
    }

    #[tokio::test]
    async fn every_fault_of_a_query_is_told_at_once_by_the_parameters_name() {
        let (status, body) = ask("/?limit=0&limt=3&deleted=yes&q=a&q=b").await;
        assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &json!("invalid_query")));
        let mut found = faults(&body);
        found.sort();
        assert_eq!(
            found,
            pairs(&[("deleted", "one_of"), ("limit", "range"), ("limt", "unknown"), ("q", "unique")])
        );
    }

    #[tokio::test]
    async fn a_limit_is_a_canonical_number_within_its_range() {
        for bad in ["0", "201", "-1", "+1", "01", "1.0", "x", "", "65536", "99999999999"] {
            let (status, body) = ask(&format!("/?limit={bad}")).await;
            assert_eq!(
                (status, faults(&body)),
                (StatusCode::BAD_REQUEST, pairs(&[("limit", "range")])),
                "{bad}"
            );
        }
    }

    #[tokio::test]
    async fn octets_that_are_no_text_and_unknown_names_are_refused() {
        assert_eq!(faults(&ask("/?q=%ff").await.1), pairs(&[("q", "characters")]));
        assert_eq!(faults(&ask("/none?a/b=1").await.1), pairs(&[("a/b", "unknown")]));
    }
}
