//! The route table: the only way to add a route, with its permission in the type and in the document.
//!
//! ```
//! # use std::sync::Arc;
//! # use axum::extract::FromRef;
//! # use ops_daemon::{http::{access::Access, api::{Admin, Api}, permission::OperatorRead, permit::Permit}, verb};
//! #[utoipa::path(get, path = "/things", responses((status = 200)))]
//! async fn list(permit: Permit<OperatorRead>) {}
//!
//! # fn routes<S: Clone + Send + Sync + 'static>() where Arc<Access>: FromRef<S> {
//! Api::<S, Admin>::new("things").read(verb!(list))
//! # ; }
//! ```
//!
//! A handler whose first argument is no `Permit<P>` (admin) or `Client<R>` (internal) does not compile:
//!
//! ```compile_fail
//! # use std::sync::Arc;
//! # use axum::extract::FromRef;
//! # use ops_daemon::{http::{access::Access, api::{Admin, Api}, permission::OperatorRead, permit::Permit}, verb};
//! #[utoipa::path(get, path = "/things", responses((status = 200)))]
//! async fn list() {}
//!
//! # fn routes<S: Clone + Send + Sync + 'static>() where Arc<Access>: FromRef<S> {
//! Api::<S, Admin>::new("things").read(verb!(list))
//! # ; }
//! ```

use std::{collections::BTreeSet, marker::PhantomData};

use axum::{
    Router,
    handler::Handler,
    http::{Method, header},
    routing,
};
use ops_client::{error_code::ErrorCode, paths};
use utoipa::openapi::{
    OpenApi,
    path::{Operation, PathItem},
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::{
    api_document, client::Client, docs_page, permission::Permission, permit::Permit, problem::Problem,
    right::Right,
};

/// The listener of people and automation: bearer tokens.
#[derive(Debug, Clone, Copy)]
pub struct Admin;

/// The listener of gateways and services: client certificates.
#[derive(Debug, Clone, Copy)]
pub struct Internal;

/// One of the two listeners with an API.
pub trait Door: Send + Sync + 'static {
    /// Whether callers show a token, so that 401 can occur; else a certificate.
    const TOKENS: bool;
}

impl Door for Admin {
    const TOKENS: bool = true;
}

impl Door for Internal {
    const TOKENS: bool = false;
}

/// What a handler demands of its caller.
#[diagnostic::on_unimplemented(
    message = "the first argument of a handler must be a `Permit<…>` (admin) or a `Client<…>` (internal)"
)]
pub trait Guard {
    /// Where it can be shown.
    type Door: Door;
    /// As it stands in the document.
    const NAME: &'static str;
}

impl<P: Permission> Guard for Permit<P> {
    type Door = Admin;
    const NAME: &'static str = P::NAME;
}

impl<R: Right> Guard for Client<R> {
    type Door = Internal;
    const NAME: &'static str = R::NEEDS.as_str();
}

/// The argument list of a handler that starts with a guard.
pub trait StartsWithGuard {
    /// The first argument.
    type Guard: Guard;
}

macro_rules! starts_with_guard {
    ($(($($rest:ident)*))+) => {
        $(impl<M, G: Guard, $($rest),*> StartsWithGuard for (M, G, $($rest,)*) {
            type Guard = G;
        })+
    };
}
starts_with_guard! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F H) }

/// One handler with what its guard demands; made by [`verb!`](crate::verb).
pub struct Verb<S, D> {
    routes: UtoipaMethodRouter<S>,
    permission: &'static str,
    door: PhantomData<fn() -> D>,
}

impl<S, D> Verb<S, D> {
    /// `routes` of `handler`, which is only looked at for its arguments.
    pub fn new<H, T>(_handler: H, routes: UtoipaMethodRouter<S>) -> Self
    where
        H: Handler<T, S>,
        T: StartsWithGuard,
        T::Guard: Guard<Door = D>,
    {
        Self { routes, permission: T::Guard::NAME, door: PhantomData }
    }
}

/// A handler with `#[utoipa::path]`, for [`Api`](crate::http::api::Api).
#[macro_export]
macro_rules! verb {
    ($handler:path) => {
        $crate::http::api::Verb::new($handler, utoipa_axum::routes!($handler))
    };
}

/// What a route does to facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only looks.
    Read,
    /// Changes an aggregate, and keeps a receipt under the caller's Idempotency-Key.
    Write,
    /// A POST that keeps no receipt, because repeating it does no harm: resolve, leases, samples.
    Act,
}

/// One line of the route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEntry {
    /// The method.
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: String,
    /// The permission (admin) or right (internal).
    pub permission: &'static str,
    /// What it does to facts.
    pub kind: Kind,
}

impl RouteEntry {
    /// Whether a receipt is kept.
    #[must_use]
    pub fn receipt(&self) -> bool {
        self.kind == Kind::Write
    }
}

/// The routes of one listener under way.
pub struct Api<S, D> {
    routes: OpenApiRouter<S>,
    table: Vec<RouteEntry>,
    door: PhantomData<fn() -> D>,
}

impl<S: Clone + Send + Sync + 'static, D: Door> Api<S, D> {
    /// No routes yet; `title` of the document.
    #[must_use]
    pub fn new(title: &str) -> Self {
        let routes = OpenApiRouter::with_openapi(api_document::empty::<D>(title));
        Self { routes, table: Vec::new(), door: PhantomData }
    }

    /// Adds a route that only looks.
    #[must_use]
    pub fn read(self, verb: Verb<S, D>) -> Self {
        self.add(verb, Kind::Read)
    }

    /// Adds a route that changes an aggregate and keeps a receipt.
    #[must_use]
    pub fn write(self, verb: Verb<S, D>) -> Self {
        self.add(verb, Kind::Write)
    }

    /// Adds a POST without a receipt.
    #[must_use]
    pub fn act(self, verb: Verb<S, D>) -> Self {
        self.add(verb, Kind::Act)
    }

    fn add(mut self, verb: Verb<S, D>, kind: Kind) -> Self {
        let (schemas, mut paths, methods) = verb.routes;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                let entry = RouteEntry { method, path: path.clone(), permission: verb.permission, kind };
                api_document::complete::<D>(operation, &entry);
                self.table.push(entry);
            }
        }
        self.routes = self.routes.routes((schemas, paths, methods));
        self
    }

    /// The routes with their document at `/openapi.json`, and problems for unknown paths and methods.
    #[must_use]
    pub fn finish(self) -> Built<S> {
        let (router, mut document) = self.routes.split_for_parts();
        api_document::forget_unused_tags(&mut document);
        let text = axum::body::Bytes::from(api_document::text(&document));
        let openapi = move || async move { ([(header::CONTENT_TYPE, "application/json")], text) };
        let router = router
            .route(paths::OPENAPI, routing::get(openapi))
            .merge(if D::TOKENS { docs_page::routes() } else { Router::new() })
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(method_not_allowed);
        Built { router, document, table: self.table }
    }
}

/// The `Allow` header is set by the router, which knows the methods of the path.
async fn method_not_allowed() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "use a method of the Allow header")
}

/// The finished routes of one listener.
pub struct Built<S> {
    /// The routes, without the layers around them.
    pub router: Router<S>,
    /// OpenAPI 3.1.
    pub document: OpenApi,
    /// The table.
    pub table: Vec<RouteEntry>,
}

impl<S> Built<S> {
    /// What is wrong with the table, for the test that builds it: a misfit of method and kind, an operation id twice.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let misfit = |entry: &&RouteEntry| match entry.kind {
            Kind::Read => entry.method != Method::GET,
            Kind::Write => entry.method == Method::GET,
            Kind::Act => entry.method != Method::POST,
        };
        let misfits = self.table.iter().filter(misfit);
        let mut faults: Vec<String> =
            misfits.map(|e| format!("{} {} is no {:?}", e.method, e.path, e.kind)).collect();
        let mut seen = BTreeSet::new();
        for mut item in self.document.paths.paths.clone().into_values() {
            for (_, operation) in operations(&mut item) {
                let id = operation.operation_id.clone().unwrap_or_default();
                if id.is_empty() || !seen.insert(id.clone()) {
                    faults.push(format!("operation id {id:?} is missing or used twice"));
                }
            }
        }
        faults
    }

    /// The document as text, the same for every run.
    #[must_use]
    pub fn document_text(&self) -> String {
        api_document::text(&self.document)
    }
}

fn operations(item: &mut PathItem) -> Vec<(Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

#[cfg(test)]
mod tests;
