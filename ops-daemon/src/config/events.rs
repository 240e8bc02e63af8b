//! `[events]`: what events say about where they come from.

use super::section::Section;

/// Source unless told otherwise.
const SOURCE: &str = "urn:ops";
/// Longest source: an event's `source` also holds the operator's id.
const SOURCE_MAX: usize = 255;

/// What events say about us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// Beginning of every event's `source` (CloudEvents 1.0 §3.1), a URI; the same on all replicas.
    pub source: String,
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Events> {
    if !section.has("source") {
        section.known("source");
        return Some(Events { source: SOURCE.into() });
    }
    let source = section.parsed("source", "a URI such as urn:ops, without a slash at its end", uri)?;
    Some(Events { source })
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
