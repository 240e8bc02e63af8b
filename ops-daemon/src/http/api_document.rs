//! What each operation of the OpenAPI document says beside its own words: permission, receipt, headers, answers, examples.

use std::collections::BTreeSet;

use axum::http::Method;
use ops_client::{
    error_code::ErrorCode,
    example,
    wire::{
        glossary::explain,
        problem::{PROBLEM_JSON, Problem},
    },
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, ContentBuilder, Header, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi,
        OpenApiBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Type,
        extensions::Extensions,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
        server::Server,
        tag::TagBuilder,
    },
};

use super::{
    api::{Door, Kind, RouteEntry},
    body::PATCH_MEDIA,
    write::IDEMPOTENCY_KEY_MAX,
};

/// The headers of answers, each once: name, pattern, what it says.
const HEADERS: [(&str, &str, &str); 6] = [
    ("Allow", "^[A-Z]+(, ?[A-Z]+)*$", "The methods that the path takes."),
    ("ETag", r#"^"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"$"#, "The version, for If-Match and If-None-Match."),
    ("Location", "^/", "Where the new resource is."),
    ("Retry-After", "^[1-9][0-9]*$", "Seconds after which asking again makes sense."),
    ("WWW-Authenticate", "^Bearer", "How to show who is asking (RFC 6750)."),
    (
        "X-Request-Id",
        "^[A-Za-z0-9._-]{1,64}$",
        "The request's own id, or one that was given to it; logs and audit name it.",
    ),
];
const REQUEST_ID: &str = "X-Request-Id";

/// A document without paths, with everything that operations refer to.
pub(super) fn empty<D: Door>(title: &str) -> OpenApi {
    let mut components = Components::new();
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.extend(statuses().map(|status| (name(status), RefOr::T(answer(status)))));
    components
        .headers
        .extend(HEADERS.map(|(name, pattern, says)| (name.to_owned(), RefOr::T(header(pattern, says)))));
    components.add_security_scheme(scheme_name::<D>(), scheme::<D>());
    let license =
        LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).identifier(Some(env!("CARGO_PKG_LICENSE")));
    let info = InfoBuilder::new()
        .title(title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()))
        .build();
    let tags = TAGS.map(|(name, says)| TagBuilder::new().name(name).description(Some(says)).build());
    let here = Server::new("/");
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([here]))
        .tags(Some(tags))
        .components(Some(components))
        .build()
}

/// What the operations are about.
const TAGS: [(&str, &str); 10] = [
    ("operators", "Carriers, hubs and aggregators that messages are exchanged with."),
    ("maintenances", "Planned windows in which an operator or one connection takes no new traffic."),
    ("connections", "Accounts at an operator: bind profiles over SMPP, or profiles over HTTP."),
    ("credentials", "Secrets of connections. They are stored and leased, and shown nowhere else."),
    ("health", "What is observed of connections, and what follows from it."),
    ("routing", "Who gets which destination."),
    ("networks", "The reference data of mobile networks."),
    ("events", "What other services learn."),
    ("audit", "Who did what."),
    ("me", "The caller."),
];

const ABOUT: &str = "Errors are problem documents (RFC 9457) with a closed list of codes, and list every fault at once. Readers of \
                     answers pass over members that they do not know: a later version may add some.";

/// Adds to `operation` what follows from its line in the table. Its own words win.
pub(super) fn complete<D: Door>(operation: &mut Operation, entry: &RouteEntry) {
    let extensions = operation.extensions.get_or_insert_default();
    extensions.merge(Extensions::from_iter([
        ("x-permission", serde_json::Value::from(entry.permission)),
        ("x-idempotent", entry.receipt().into()),
    ]));
    operation.security = Some(vec![SecurityRequirement::new(scheme_name::<D>(), Vec::<String>::new())]);
    let has_304 = operation.responses.responses.contains_key(NOT_MODIFIED);
    for parameter in parameters(entry, has_304) {
        add(operation.parameters.get_or_insert_default(), parameter);
    }
    if entry.kind == Kind::Write
        && let Some(RefOr::T(created)) = operation.responses.responses.get("201")
    {
        let mut shown = created.clone();
        shown.description = "With `dry_run`: as it would be; nothing is kept".to_owned();
        shown.headers.clear();
        operation.responses.responses.insert("200".to_owned(), RefOr::T(shown));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        response.headers.insert(REQUEST_ID.to_owned(), header_reference(REQUEST_ID));
        for (name, header) in &mut response.headers {
            if HEADERS.iter().any(|(known, ..)| known == name) {
                *header = header_reference(name);
            }
        }
        if status == NOT_MODIFIED {
            response.headers.insert("ETag".to_owned(), header_reference("ETag"));
        }
        response.content.values_mut().for_each(exemplify);
    }
    // what only this operation can answer with has words of its own, and the body of every problem
    for (status, response) in &mut operation.responses.responses {
        let Some(status) = status.parse().ok().filter(|status| *status >= 400) else { continue };
        let RefOr::T(own) = response else { continue };
        let mut problem = Ref::from_response_name(name(status));
        problem.description.clone_from(&own.description);
        *response = RefOr::Ref(problem);
    }
    for status in common::<D>(entry) {
        let answer = RefOr::Ref(Ref::from_response_name(name(status)));
        operation.responses.responses.entry(status.to_string()).or_insert(answer);
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.required = Some(Required::True);
        if entry.method == Method::PATCH {
            let content = body.content.values().next().cloned().unwrap_or_else(|| Content::default().into());
            body.content = PATCH_MEDIA.iter().map(|media| ((*media).to_owned(), content.clone())).collect();
        }
        body.content.values_mut().for_each(exemplify);
    }
}

const NOT_MODIFIED: &str = "304";

/// Shows the example of the document that this content is.
fn exemplify(content: &mut RefOr<Content>) {
    let RefOr::T(content) = content else { return };
    let Some(RefOr::Ref(schema)) = &content.schema else { return };
    let name = schema.ref_location.rsplit('/').next().unwrap_or_default();
    content.example = example::of(name);
}

fn header(pattern: &str, says: &str) -> Header {
    let mut header = Header::new(any_text().pattern(Some(pattern)));
    header.description = Some(says.to_owned());
    header
}

fn header_reference(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

fn any_text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Keeps the tags that some operation has.
pub(super) fn forget_unused_tags(document: &mut OpenApi) {
    let items = document.paths.paths.values();
    let operations =
        items.flat_map(|item| [&item.get, &item.post, &item.put, &item.patch, &item.delete]).flatten();
    let used: BTreeSet<&String> = operations.flat_map(|operation| &operation.tags).flatten().collect();
    if let Some(tags) = &mut document.tags {
        tags.retain(|tag| used.contains(&tag.name));
    }
}

/// The document with what its members mean, sorted: a contract is compared as text.
pub(super) fn text(document: &OpenApi) -> String {
    let mut value = serde_json::to_value(document).unwrap_or_default();
    let schemas = value.pointer_mut("/components/schemas").and_then(serde_json::Value::as_object_mut);
    schemas.into_iter().flatten().for_each(|(name, schema)| explain(name, schema));
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
        statuses.extend([413, 415, 422]);
    }
    if entry.kind == Kind::Write {
        statuses.extend([409, 504]);
        if changes(&entry.method) {
            statuses.extend([412, 428]);
        }
    }
    statuses
}

fn changes(method: &Method) -> bool {
    [Method::PATCH, Method::PUT, Method::DELETE].contains(method)
}

fn parameters(entry: &RouteEntry, has_304: bool) -> Vec<Parameter> {
    let mut list = vec![
        header_parameter(
            REQUEST_ID,
            any_text(),
            "An id of the caller's own: 1 to 64 letters, digits, dots, hyphens and underscores; in the place of anything else \
             one is made.",
        ),
        header_parameter("traceparent", any_text(), "W3C Trace Context; an unsound one is passed over."),
    ];
    if has_304 {
        list.push(header_parameter(
            "If-None-Match",
            any_text(),
            "The ETag that is known, or several; 304 when one of them still holds.",
        ));
    }
    if entry.kind != Kind::Write {
        return list;
    }
    let key = any_text().min_length(Some(1)).max_length(Some(IDEMPOTENCY_KEY_MAX));
    list.push(header_parameter(
        "Idempotency-Key",
        key,
        "Repeating the request with the same key within 24 hours does nothing twice: it gets the answer of the first one. A key \
         holds for one caller and one route; with another body, path or If-Match it is 422 `idempotency_mismatch`. A \
         refusal keeps no receipt and is decided anew, and `dry_run` keeps and looks up none. After 504 `outcome_unknown` repeat \
         with the same key.",
    ));
    list.push(parameter(
        "dry_run",
        ParameterIn::Query,
        ObjectBuilder::new().schema_type(Type::Boolean),
        "Decide, and change nothing. Whether a name is taken is not looked up: only the database decides that.",
    ));
    if changes(&entry.method) {
        let mut tag = header_parameter(
            "If-Match",
            any_text(),
            "The ETag that was read, or * for any. Weak tags never match, and a new epoch (after a restore of the database) makes every \
             tag stale: 412.",
        );
        tag.required = Required::True;
        list.push(tag);
    }
    list
}

fn header_parameter(name: &str, schema: ObjectBuilder, says: &str) -> Parameter {
    parameter(name, ParameterIn::Header, schema, says)
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
    BTreeSet::from_iter(ErrorCode::ALL.iter().map(|code| code.status())).into_iter()
}

fn name(status: u16) -> String {
    format!("Problem{status}")
}

fn answer(status: u16) -> Response {
    let codes = ErrorCode::ALL.iter().filter(|code| code.status() == status);
    let says: Vec<String> = codes.map(|code| format!("`{code}`: {}.", code.title())).collect();
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).example(problem(status)).build();
    let mut response =
        ResponseBuilder::new().description(says.join(" ")).content(PROBLEM_JSON, content).build();
    let headers = [REQUEST_ID].into_iter().chain(match status {
        401 => Some("WWW-Authenticate"),
        405 => Some("Allow"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    });
    response.headers.extend(headers.map(|name| (name.to_owned(), header_reference(name))));
    response
}

/// A problem with the first code of a status.
fn problem(status: u16) -> Option<serde_json::Value> {
    let code = ErrorCode::ALL.iter().find(|code| code.status() == status)?;
    let problem = Problem::new(*code, "what happened, and what to do next", "0af7651916cd43dd");
    serde_json::to_value(problem).ok()
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
