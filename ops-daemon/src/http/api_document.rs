//! What each operation of the OpenAPI document says beside its own words: permission, receipt, headers, answers.

use axum::http::Method;
use ops_client::{
    error_code::ErrorCode,
    wire::problem::{PROBLEM_JSON, Problem},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
        Required, Response, ResponseBuilder, Type,
        extensions::Extensions,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    api::{Door, Kind, RouteEntry},
    write::IDEMPOTENCY_KEY_MAX,
};

/// A document without paths, with everything that operations refer to.
pub(super) fn empty<D: Door>(title: &str) -> OpenApi {
    let mut components = Components::new();
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(statuses().map(|status| (name(status), RefOr::T(answer(status)))));
    components.add_security_scheme(scheme_name::<D>(), scheme::<D>());
    let info = InfoBuilder::new().title(title).version(env!("CARGO_PKG_VERSION")).build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// Adds to `operation` what follows from its line in the table. Its own words win.
pub(super) fn complete<D: Door>(operation: &mut Operation, entry: &RouteEntry) {
    let extensions = operation.extensions.get_or_insert_default();
    extensions.merge(Extensions::from_iter([
        ("x-permission", serde_json::Value::from(entry.permission)),
        ("x-idempotent", entry.receipt().into()),
    ]));
    operation.security = Some(vec![SecurityRequirement::new(scheme_name::<D>(), Vec::<String>::new())]);
    for parameter in parameters(entry) {
        add(operation.parameters.get_or_insert_default(), parameter);
    }
    for status in common::<D>(entry) {
        let answer = RefOr::Ref(Ref::from_response_name(name(status)));
        operation.responses.responses.entry(status.to_string()).or_insert(answer);
    }
}

/// The document with its members sorted: a contract is compared as text.
pub(super) fn text(document: &OpenApi) -> String {
    let value = serde_json::to_value(document).unwrap_or_default();
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// Statuses that the layers and extractors of this folder and the decision loop can answer with on `entry`.
fn common<D: Door>(entry: &RouteEntry) -> Vec<u16> {
    let mut statuses = vec![400, 403, 421, 500, 503];
    if D::TOKENS {
        statuses.push(401);
    }
    if entry.path.contains('{') {
        statuses.push(404);
    }
    if entry.kind != Kind::Read {
        statuses.extend([413, 415, 422, 429]);
    }
    if entry.kind == Kind::Write {
        statuses.push(504);
        if changes(&entry.method) {
            statuses.extend([412, 428]);
        }
    }
    statuses
}

fn changes(method: &Method) -> bool {
    [Method::PATCH, Method::PUT, Method::DELETE].contains(method)
}

fn parameters(entry: &RouteEntry) -> Vec<Parameter> {
    if entry.kind != Kind::Write {
        return Vec::new();
    }
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(IDEMPOTENCY_KEY_MAX));
    let text = ObjectBuilder::new().schema_type(Type::String);
    let flag = ObjectBuilder::new().schema_type(Type::Boolean);
    let mut list = vec![
        parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            key,
            "Repeating the request with the same key does nothing twice.",
        ),
        parameter(
            "dry_run",
            ParameterIn::Query,
            flag,
            "Decide, and change nothing. Whether a name is taken is not looked up: only the database decides that.",
        ),
    ];
    if changes(&entry.method) {
        let mut tag = parameter("If-Match", ParameterIn::Header, text, "The ETag that was read, or *.");
        tag.required = Required::True;
        list.push(tag);
    }
    list
}

fn parameter(name: &str, place: ParameterIn, schema: ObjectBuilder, says: &str) -> Parameter {
    let builder = ParameterBuilder::new().name(name).parameter_in(place).required(Required::False);
    builder.description(Some(says)).schema(Some(schema)).build()
}

fn add(list: &mut Vec<RefOr<Parameter>>, parameter: Parameter) {
    let is_same = |known: &RefOr<Parameter>| matches!(known, RefOr::T(known) if known.name == parameter.name);
    if !list.iter().any(is_same) {
        list.push(RefOr::T(parameter));
    }
}

/// Every status that a code of the closed list has, once.
fn statuses() -> impl Iterator<Item = u16> {
    std::collections::BTreeSet::from_iter(ErrorCode::ALL.iter().map(|code| code.status())).into_iter()
}

fn name(status: u16) -> String {
    format!("Problem{status}")
}

fn answer(status: u16) -> Response {
    let codes = ErrorCode::ALL.iter().filter(|code| code.status() == status);
    let says: Vec<String> = codes.map(|code| format!("`{code}`: {}.", code.title())).collect();
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(says.join(" ")).content(PROBLEM_JSON, content).build()
}

const fn scheme_name<D: Door>() -> &'static str {
    if D::TOKENS { "bearer" } else { "certificate" }
}

fn scheme<D: Door>() -> SecurityScheme {
    if D::TOKENS {
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.bearer_format = Some("JWT".into());
        return SecurityScheme::Http(http);
    }
    let description = Some("A client certificate of a configured identity.".into());
    SecurityScheme::MutualTls { description, deprecated: None, extensions: None }
}
