//! `[events]`: what events say about where they come from, and where they go.

use std::path::Path;

use ops_store::nats;

use super::{
    address,
    file::{Refused, read_private_file},
    section::Section,
    tls::certificates,
};

/// Source unless told otherwise.
const SOURCE: &str = "urn:ops";
/// Longest source: an event's `source` also holds the operator's id.
const SOURCE_MAX: usize = 255;
/// Stands before the seed in a credentials file.
const MARK: &[u8] = b"NKEY SEED-----";

/// What events say about us, and where they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// Beginning of every event's `source` (CloudEvents 1.0 §3.1), a URI; the same on all replicas.
    pub source: String,
    /// The JetStream server that events are published to; without one they are read through the API only.
    pub stream: Option<nats::Settings>,
}

impl Events {
    /// The name of what publishes them, as metrics and logs show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        if self.stream.is_some() { "jetstream" } else { "embedded" }
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Events> {
    let source = read_source(section);
    let stream = if section.has("nats") {
        section.section("nats", read_nats).map(Some)
    } else {
        section.known("nats");
        Some(None)
    };
    Some(Events { source: source?, stream: stream? })
}

fn read_source(section: &mut Section<'_>) -> Option<String> {
    if !section.has("source") {
        section.known("source");
        return Some(SOURCE.into());
    }
    section.parsed("source", "a URI such as urn:ops, without a slash at its end", uri)
}

fn read_nats(section: &mut Section<'_>) -> Option<nats::Settings> {
    let urls = read_urls(section);
    let credentials_file = section.optional_file("credentials_file", credentials);
    let ca_file = section.optional_file("ca_file", |path| certificates(path).map(drop));
    Some(nats::Settings { urls: urls?, credentials_file: credentials_file?, ca_file: ca_file? })
}

fn read_urls(section: &mut Section<'_>) -> Option<Vec<String>> {
    let remedy = "list the servers: urls = [\"tls://nats.example.com:4222\"]";
    if !section.has("urls") {
        section.known("urls");
        section.fault("urls", "is missing", remedy);
        return None;
    }
    let urls = section.texts("urls")?;
    if urls.is_empty() {
        section.fault("urls", "is empty", remedy);
        return None;
    }
    let mut sound = true;
    for (at, url) in urls.iter().enumerate() {
        if let Err(Refused { wrong, remedy }) = address::nats(url) {
            section.fault(&format!("urls[{at}]"), wrong, remedy);
            sound = false;
        }
    }
    sound.then_some(urls)
}

/// Checked here; the adapter reads it when it connects.
fn credentials(path: &Path) -> Result<(), Refused> {
    let content = read_private_file(path)?;
    let sound = content.windows(MARK.len()).any(|piece| piece == MARK);
    let remedy = "name the file that `nsc generate creds` made";
    sound.then_some(()).ok_or_else(|| Refused::new("holds no NATS credentials", remedy))
}

/// A scheme, a colon and something (RFC 3986 §3).
fn uri(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let rest_fits = !rest.is_empty()
        && !rest.ends_with('/')
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b));
    (scheme_fits && rest_fits && text.len() <= SOURCE_MAX).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_uri_without_a_slash_at_its_end() {
        for good in ["urn:ops", "https://ops.example.com/eu", "//x:y".trim_start_matches('/')] {
            assert!(uri(good).is_some(), "{good}");
        }
        for bad in ["ops", "urn:", "urn:ops/", "1a:b", "urn:o ps", "urn:\u{e4}"] {
            assert!(uri(bad).is_none(), "{bad}");
        }
    }
}
