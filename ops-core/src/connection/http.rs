//! The HTTP profile: where messages are posted, and how the caller shows who it is.

use serde::{Deserialize, Serialize};

use super::{Host, Port, Tps};
use crate::{
    Text,
    list::List,
    number_rule::{Number as _, number_value},
    text_rule::{TextRule, text_value, word_list},
};

/// An HTTP profile; a document: column, answer and connector use this form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where messages are posted.
    pub base_url: BaseUrl,
    /// With which method.
    #[serde(default)]
    pub method: HttpMethod,
    /// How the caller shows who it is.
    pub auth: HttpAuth,
    /// Milliseconds until a request must be answered.
    #[serde(default)]
    pub timeout_ms: HttpTimeout,
    /// Requests that may be unanswered at once.
    #[serde(default)]
    pub concurrency: Concurrency,
    /// Requests per second; none is unlimited, and 0 is refused.
    #[serde(default)]
    pub max_tps: Option<Tps>,
    /// Statuses that say that the operator has taken the message.
    #[serde(default)]
    pub success_status: SuccessStatuses,
    /// The header that tells the operator which requests are the same one.
    #[serde(default)]
    pub idempotency_header: Option<HeaderName>,
}

impl Http {
    /// Whether `next` would give the secret to somebody else.
    pub(super) fn redirects(&self, next: &Self) -> bool {
        self.base_url != next.base_url || self.auth != next.auth
    }
}

text_value! {
    /// An `https` URL (RFC 3986 §3) without user, query and fragment, its host in lower case.
    BaseUrl,
    TextRule {
        min: 9,
        max: 1000,
        pattern: Some(r"^https://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[!$-;=@-~]*)?$"),
        accepts: |text| parts(text).is_some(),
        hint: "must be an https URL with the host in lower case, without user, query and fragment, such as https://api.example.net/v1",
    }
}

impl BaseUrl {
    /// Whom it leads to; nothing is stored that leads to nobody.
    #[must_use]
    pub fn host(&self) -> Option<Host> {
        parts(self.as_str()).map(|(host, _)| host)
    }

    /// The TCP port, 443 when it names none.
    #[must_use]
    pub fn port(&self) -> Option<Port> {
        parts(self.as_str()).map(|(_, port)| port)
    }
}

/// Host and port of a URL of this shape.
fn parts(text: &str) -> Option<(Host, Port)> {
    let rest = text.strip_prefix("https://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_path = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'#' | b'<' | b'>' | b'?');
    if !path.bytes().all(is_path) {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(literal) => {
            let (address, port) = literal.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (address, port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            (host, port)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => 443,
        Some(digits) if (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok()?
        }
        _ => return None,
    };
    Some((Host::parse(host).ok()?, Port::parse(port).ok()?))
}

word_list! {
    /// With which method messages are sent.
    HttpMethod default Post {
        /// POST.
        Post = "POST",
        /// PUT.
        Put = "PUT",
        /// GET: some old interfaces take messages in the query.
        Get = "GET",
    }
}

word_list! {
    /// How the caller shows who it is; the secret is part of the credential.
    HttpAuth {
        /// A token in `Authorization: Bearer` (RFC 6750).
        Bearer = "bearer",
        /// Name and password in `Authorization: Basic` (RFC 7617).
        Basic = "basic",
        /// A keyed digest of the request (RFC 2104).
        Hmac = "hmac",
        /// A client certificate (RFC 8446).
        Mtls = "mtls",
    }
}

number_value! {
    /// Milliseconds until a request must be answered.
    HttpTimeout, 100, 300_000, default 10_000
}
number_value! {
    /// Requests that may be unanswered at once.
    Concurrency, 1, 1000, default 10
}
number_value! {
    /// A status that says that a request was taken (RFC 9110 §15.3, and what redirects in place of it).
    SuccessStatus, 200, 399
}

/// One to sixteen statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SuccessStatuses(pub List<SuccessStatus, 1, 16>);

impl Default for SuccessStatuses {
    /// 200, 201 and 202.
    fn default() -> Self {
        Self(List::of([SuccessStatus(200), SuccessStatus(201), SuccessStatus(202)]))
    }
}

text_value! {
    /// The name of an HTTP header (RFC 9110 §5.1).
    HeaderName,
    TextRule {
        min: 1,
        max: 64,
        pattern: Some("^[A-Za-z0-9_-]+$"),
        accepts: |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
        hint: "must be letters, digits, hyphens and underscores, such as Idempotency-Key",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::invalid::Rule;

    #[test]
    fn a_document_that_names_only_whom_and_how_is_read_with_the_defaults_of_the_rest() {
        let smallest = json!({"base_url": "https://api.example.net/v1", "auth": "mtls"});
        let http: Http = serde_json::from_value(smallest).unwrap();
        assert_eq!(
            serde_json::to_value(&http).unwrap(),
            json!({
                "base_url": "https://api.example.net/v1", "method": "POST", "auth": "mtls", "timeout_ms": 10_000,
                "concurrency": 10, "max_tps": null, "success_status": [200, 201, 202], "idempotency_header": null,
            })
        );
    }

    #[test]
    fn a_header_is_named_in_letters_digits_hyphens_and_underscores() {
        for good in ["Idempotency-Key", "X_1"] {
            assert!(HeaderName::parse(good).is_ok(), "{good}");
        }
        for bad in ["X Key", "Key:", "Schlüssel", "a.b"] {
            assert_eq!(HeaderName::parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
    }

    #[test]
    fn a_base_url_is_https_to_a_host_without_user_query_and_fragment() {
        for (good, host, port) in [
            ("https://api.example.net", "api.example.net", 443),
            ("https://api.example.net:8443/v1/send", "api.example.net", 8443),
            ("https://192.0.2.7/", "192.0.2.7", 443),
            ("https://[2001:db8::1]:444/x", "2001:db8::1", 444),
            ("https://[2001:db8::1]", "2001:db8::1", 443),
            ("https://api.example.net:00080/", "api.example.net", 80),
            ("https://api.example.net/!$%&'()*+,-.:;=@[]^_`{|}~", "api.example.net", 443),
        ] {
            let url = BaseUrl::parse(good).unwrap();
            assert_eq!((url.host().unwrap().as_str(), url.port().unwrap().get()), (host, port), "{good}");
        }
        for bad in [
            "http://api.example.net",
            "https:///",
            "https://localhost/x",
            "https://API.example.net",
            "https://user:pass@api.example.net",
            "https://api.example.net:0",
            "https://api.example.net:65536",
            "https://api.example.net:",
            "https://api.example.net:000443",
            "https://api.example.net:+443",
            "https://api.example.net:4x",
            "https://api.example.net?x=1",
            "https://api.example.net/?x=1",
            "https://api.example.net/x#y",
            "https://api.example.net/ x",
            "https://api.example.net/\"x\"",
            "https://api.example.net/<x",
            "https://api.example.net/x>",
            "https://api.example.net/ä",
            "https://[192.0.2.7]/",
            "https://[2001:db8::1]x/",
            "https://[2001:db8::1",
            "https://2001:db8::1/",
        ] {
            assert_eq!(BaseUrl::parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
    }
}
