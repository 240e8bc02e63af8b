//! The fields that every connection has, whatever its protocol.

use std::net::{IpAddr, Ipv6Addr};

use crate::{
    limits,
    number_rule::number_value,
    text_rule::{TextRule, text_value, word_list},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

text_value! {
    /// The connection's name, unique within its operator.
    Name,
    TextRule {
        min: 1,
        max: 64,
        pattern: Some(TRIMMED),
        accepts: is_trimmed,
        hint: TRIM_HINT,
    }
}

text_value! {
    /// A domain name (RFC 1123 §2.1, without the trailing dot) or an IP literal, in lower case. An IPv6 address is kept in its
    /// one form (RFC 5952), and an IPv4 address in the form of IPv6 as what it is: one host has one name.
    Host,
    TextRule {
        min: 1,
        max: limits::HOST_MAX,
        pattern: Some("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+|[0-9a-f:.]+)$"),
        accepts: is_host,
        hint: "must be a domain name with at least two labels, or an IP address, in lower case, such as smsc.example.net",
    },
    one_form
}

number_value! {
    /// A TCP port.
    Port, 1, 65_535, default 2775
}

word_list! {
    /// How messages are exchanged.
    Protocol {
        /// SMPP 3.3, 3.4 or 5.0.
        Smpp = "smpp",
        /// HTTP.
        Http = "http",
    }
}

word_list! {
    /// Whether a connection may be used.
    Status {
        /// It may.
        Enabled = "enabled",
        /// It takes no new traffic; sessions stay.
        Draining = "draining",
        /// Its sessions end.
        Disabled = "disabled",
    }
}

fn is_host(text: &str) -> bool {
    if text.parse::<IpAddr>().is_ok() {
        return !text.bytes().any(|b| b.is_ascii_uppercase());
    }
    let labels: Vec<&str> = text.split('.').collect();
    // a name that ends in a number, decimal or hexadecimal, is read as an IPv4 address by some resolvers (RFC 3696 §2)
    labels.len() >= 2
        && labels.iter().all(|label| is_label(label))
        && labels.last().is_some_and(|l| !all_digits(l) && !is_hexadecimal(l))
}

fn one_form(host: String) -> String {
    host.parse::<Ipv6Addr>().map_or(host, |address| address.to_canonical().to_string())
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_hexadecimal(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, invalid::Rule};

    #[test]
    fn hosts_are_domain_names_or_addresses_in_lower_case() {
        for good in [
            "smsc.example.net",
            "192.0.2.7",
            "2001:db8::1",
            "xn--bcher-kva.example",
            "4.example.7a",
            // no number, though it looks like one
            "a.0xfg",
            "a.x0",
        ] {
            assert_eq!(Host::parse(good).map(|host| host.to_string()).as_deref(), Ok(good));
        }
        for bad in [
            "smsc",
            "SMSC.example.net",
            "2001:DB8::1",
            "a..b",
            "-a.example",
            "a-.example",
            "a_b.example",
            "bücher.example",
            "a b.example",
            "a.example.",
            ".example",
            "256.0.0.1",
            "1.2.3.4.5",
            "a.1",
            "127.0.0.0x1",
            "0177.0x",
        ] {
            assert_eq!(Host::parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
    }

    #[test]
    fn an_address_has_one_form() {
        for (written, kept) in [
            ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
            ("2001:db8::0:1", "2001:db8::1"),
            ("2001:0db8::0001", "2001:db8::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:c000:207", "192.0.2.7"),
            ("192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(Host::parse(written).unwrap().as_str(), kept, "{written}");
        }
    }

    #[test]
    fn a_label_of_a_host_has_at_most_63_characters_and_all_of_it_253() {
        let host = |last: usize| [63, 63, 63, last].map(|length| "a".repeat(length)).join(".");
        assert!(Host::parse(&host(61)).is_ok(), "253");
        assert_eq!(Host::parse(&host(62)).unwrap_err().rule, Rule::Length);
        assert!(Host::parse(&format!("{}.example", "a".repeat(63))).is_ok());
        assert_eq!(Host::parse(&format!("{}.example", "a".repeat(64))).unwrap_err().rule, Rule::Pattern);
        assert_eq!(Host::parse("").unwrap_err().rule, Rule::Length);
    }

    #[test]
    fn a_name_has_no_spaces_at_its_ends() {
        assert!(Name::parse("main 1").is_ok() && Name::parse(&"ä".repeat(64)).is_ok());
        for (bad, rule) in [(" main", Rule::Pattern), ("main ", Rule::Pattern), ("", Rule::Length)] {
            assert_eq!(Name::parse(bad).unwrap_err().rule, rule, "{bad:?}");
        }
        assert_eq!(Name::parse(&"ä".repeat(65)).unwrap_err().rule, Rule::Length);
    }
}
