//! What people need to know about an operator and no decision looks at: names, addresses, contacts, the contract.
//! One document: the column and the answer use this form.

use serde::{Deserialize, Serialize};

use super::{Contacts, Contract};
use crate::{
    text_rule::{TextRule, any_text, text_value},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

/// The descriptive fields of an operator; each may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct About {
    /// Its name in the commercial register.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<LegalName>,
    /// Its public site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<WebAddress>,
    /// Where its partners log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portal_url: Option<WebAddress>,
    /// Free words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Words>,
    /// When somebody can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_hours: Option<Words>,
    /// Whom to call.
    #[serde(skip_serializing_if = "Contacts::is_empty")]
    pub contacts: Contacts,
    /// Where its planned windows are announced in local time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// What was agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
}

text_value! {
    /// A name as a register has it.
    LegalName,
    TextRule { min: 1, max: 255, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

text_value! {
    /// An `https` address for people.
    WebAddress,
    TextRule {
        min: 1,
        max: 255,
        pattern: Some(r"^https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?([/?#][!-~]*)?$"),
        accepts: is_web_address,
        hint: "must be an https address with the host in lower case and without user or password, such as https://portal.example.net/login",
    }
}

text_value! {
    /// Some sentences.
    Words,
    TextRule { min: 1, max: 1000, pattern: None, accepts: any_text, hint: "" }
}

text_value! {
    /// The name of an IANA time zone.
    TimeZone,
    TextRule {
        min: 1,
        max: 64,
        pattern: Some("^[A-Za-z0-9+_/-]+$"),
        accepts: |text| zone(text).is_some_and(|zone| zone.iana_name() == Some(text)),
        hint: "must be the name of an IANA time zone, such as Europe/Berlin",
    }
}

impl TimeZone {
    /// The zone's offsets; UTC when this binary's zone data does not know the name any more.
    #[must_use]
    pub fn offsets(&self) -> jiff::tz::TimeZone {
        zone(crate::Text::as_str(self)).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

/// Of the zone data inside this binary, never of the machine's.
fn zone(name: &str) -> Option<jiff::tz::TimeZone> {
    jiff::tz::db().get(name).ok()
}

fn is_web_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "1"));
    let is_host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-';
    let is_end = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    host.bytes().all(is_host)
        && is_end(host.bytes().next())
        && is_end(host.bytes().last())
        && (1..=5).contains(&port.len())
        && port.bytes().all(|b| b.is_ascii_digit())
        && crate::text_rule::printable_ascii(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{InvalidRule as Rule, Text};

    #[test]
    fn an_address_is_https_without_user_and_password() {
        for good in [
            "https://a",
            "https://1",
            "https://portal-2.example.net",
            "https://a.example:1",
            "https://a.example:65535",
            "https://a.example:8443/x?y#z",
            "https://a.example/~!",
            "https://a.example?q:1@x",
            "https://a.example#x/y",
        ] {
            assert!(WebAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://a.example",
            "https://",
            "https:///x",
            "https://?x",
            "https://user:pass@a.example",
            "https://user@a.example",
            "https://A.example",
            "https://a_b.example",
            "https://ä.example",
            "https://-a.example",
            "https://.a.example",
            "https://a.example-",
            "https://a.example.",
            "https://a.example-/x",
            "https://a.example:",
            "https://a.example:123456",
            "https://a.example:8x",
            "https://a.example:1:2",
            "https://:1",
            "https://a.example/ x",
            "https://a.example/ä",
            "javascript:alert(1)",
        ] {
            let refused = WebAddress::parse(bad).unwrap_err().rule;
            assert!(matches!(refused, Rule::Pattern | Rule::Length), "{bad}");
        }
    }

    #[test]
    fn a_zone_is_one_that_the_zone_data_knows_in_its_own_spelling() {
        for good in ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            assert!(TimeZone::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "CEST-nonsense", "europe/berlin", "+02:00", "Mars/Olympus", "../etc/passwd"] {
            assert!(TimeZone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_zone_has_its_offsets_and_a_name_of_other_zone_data_those_of_utc() {
        let offset =
            |zone: TimeZone, at: &str| zone.offsets().to_offset(at.parse().unwrap()).seconds() / 3600;
        let berlin = || TimeZone::parse("Europe/Berlin").unwrap();
        assert_eq!((offset(berlin(), "2026-01-01T00:00Z"), offset(berlin(), "2026-07-01T00:00Z")), (1, 2));
        assert_eq!(offset(TimeZone("Mars/Olympus".into()), "2026-07-01T00:00Z"), 0);
    }

    #[test]
    fn what_is_absent_is_not_written_and_an_empty_document_is_read() {
        assert_eq!(serde_json::to_string(&About::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<About>("{}").unwrap(), About::default());
        assert!(serde_json::from_str::<About>(r#"{"password":"x"}"#).is_err());
    }
}
