//! Calling the daemon: one request, and its answer taken apart.

use std::{fs, path::Path, time::Duration};

use reqwest::{
    Certificate, Client, Identity, Method, RequestBuilder,
    header::{HeaderMap, HeaderName},
};
use serde_json::Value;

/// Somebody who calls one listener.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    base: String,
    token: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON, or null.
    pub body: Value,
}

impl Caller {
    /// With a bearer token.
    pub fn with_token(base: String, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::without_token(base) }
    }

    /// Without any proof of who it is.
    pub fn without_token(base: String) -> Self {
        Self { client: client().build().unwrap(), base, token: None }
    }

    /// With the gateway's certificate out of a folder.
    pub fn with_certificate(base: String, tls: &Path) -> Self {
        let read = |name: &str| fs::read(tls.join(name)).unwrap();
        let identity = [read("gateway.pem"), read("gateway.key")].concat();
        let client = client()
            .tls_certs_only([Certificate::from_pem(&read("ca.pem")).unwrap()])
            .identity(Identity::from_pem(&identity).unwrap());
        Self { client: client.build().unwrap(), base, token: None }
    }

    /// The address of a path.
    #[cfg(feature = "stack")]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A request that a test may still change before [`Caller::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(request: RequestBuilder) -> Answer {
        Self::try_send(request).await.expect("an answer")
    }

    /// As [`Caller::send`], for a daemon that may be gone.
    pub async fn try_send(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // a stream has no end to wait for; `Caller::follow` reads it
        let is_stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if is_stream { String::new() } else { response.text().await? };
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Answer { status, headers, text, body })
    }

    /// GET, or nothing when nobody answers.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        Self::try_send(self.request(Method::GET, path)).await.ok()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    /// Opens a stream of server-sent events behind a position.
    pub async fn follow(&self, path: &str, last_event_id: Option<&str>) -> Frames {
        let mut request = self.request(Method::GET, path);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()),
            (200, "text/event-stream")
        );
        Frames { response, rest: String::new() }
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(&body)).await
    }

    /// POST with a JSON body and an Idempotency-Key.
    pub async fn post_keyed(&self, path: &str, body: Value, key: &str) -> Answer {
        Self::send(self.request(Method::POST, path).json(&body).header("idempotency-key", key)).await
    }

    /// POST of a verb without a body.
    pub async fn act(&self, path: &str) -> Answer {
        Self::send(self.request(Method::POST, path)).await
    }

    /// PATCH with an If-Match.
    pub async fn patch(&self, path: &str, body: Value, if_match: &str) -> Answer {
        Self::send(self.request(Method::PATCH, path).json(&body).header("if-match", if_match)).await
    }

    /// DELETE with an If-Match.
    pub async fn delete(&self, path: &str, if_match: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path).header("if-match", if_match)).await
    }
}

/// A stream of server-sent events.
pub struct Frames {
    response: reqwest::Response,
    rest: String,
}

/// One of its events.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// `id`.
    pub id: String,
    /// `event`.
    pub event: String,
    /// `data`.
    pub data: Value,
}

impl Frames {
    /// The `id` of the first frame, which has no event: where the stream begins.
    pub async fn place(&mut self) -> String {
        while !self.rest.contains("\n\n") {
            self.rest += std::str::from_utf8(&self.response.chunk().await.unwrap().unwrap()).unwrap();
        }
        let (block, rest) = self.rest.split_once("\n\n").unwrap();
        let id = block.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
        assert!(!block.contains("event:") && !block.contains("data:"), "{block}");
        self.rest = rest.to_owned();
        id
    }

    /// The next event; nothing when the stream has ended. Comments are passed over.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            while let Some((block, rest)) = self.rest.split_once("\n\n") {
                let lines: Vec<_> = block.lines().filter_map(|line| line.split_once(": ")).collect();
                let rest = rest.to_owned();
                let field = |name: &str| lines.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
                let frame = field("event").map(|event| Frame {
                    id: field("id").unwrap_or_default().to_owned(),
                    event: event.to_owned(),
                    data: serde_json::from_str(field("data").unwrap()).unwrap(),
                });
                self.rest = rest;
                if frame.is_some() {
                    return frame;
                }
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.rest += std::str::from_utf8(&chunk).unwrap();
        }
    }
}

impl Answer {
    /// The same answer, if it has this status; else the test ends with what came instead.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: impl Into<String>) -> String {
        let name: HeaderName = name.into().parse().unwrap();
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The entity tag.
    pub fn etag(&self) -> String {
        self.header("etag")
    }

    /// The `id` of the body.
    #[track_caller]
    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text)).to_owned()
    }

    /// The `code` of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Pointer and rule of every fault of a problem.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |fault: &Value, field: &str| fault[field].as_str().unwrap_or_default().to_owned();
        let faults = self.body["errors"].as_array().cloned().unwrap_or_default();
        faults.iter().map(|fault| (text(fault, "pointer"), text(fault, "rule"))).collect()
    }
}

pub(super) fn client() -> reqwest::ClientBuilder {
    // another test may have installed it; there is only one
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().timeout(Duration::from_secs(30))
}
