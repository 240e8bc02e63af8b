//! What is outside of the standard is stored only with a reason, for a while or for good.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DeniedCidrs, Profile, Smpp, TlsMode, endpoint_allowed};
use crate::{
    Number, Text,
    invalid::{Fault, Rule},
    limits,
    list::{List, repeated},
    note::Reference,
    text_rule::{TextRule, any_text, text_value, word_list},
};

/// A reason why one limit of the standard does not hold for a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecOverride {
    /// Which limit.
    pub field: SpecField,
    /// Why.
    pub reason: OverrideReason,
    /// The operator's document or ticket that says so.
    pub reference: Reference,
    /// When it ends: from then on every change is refused until it is renewed, or not needed.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// At most one for each limit.
pub type SpecOverrides = List<SpecOverride, 0, { SpecField::WORDS_COUNT }>;

word_list! {
    /// A limit that operators are known not to keep.
    SpecField {
        /// A password of more than 8 octets, up to 64.
        Password = "password",
        /// A `system_id` of more than 15 octets, up to 32.
        SystemId = "system_id",
        /// A `system_type` of more than 12 octets, up to 32.
        SystemType = "system_type",
        /// An `address_range` of more than 40 octets, up to 64.
        AddressRange = "address_range",
        /// A window of more than 1000, up to 10,000.
        WindowSize = "window_size",
        /// No TLS to a public address.
        TlsOff = "tls_off",
    }
}

impl SpecField {
    /// How many there are.
    pub const WORDS_COUNT: usize = 6;
}

text_value! {
    /// Why something is not as it should be, in words that help whoever reads it in a year.
    OverrideReason,
    TextRule { min: 10, max: 500, pattern: None, accepts: any_text, hint: "" }
}

/// Whether the limit is lifted at this time.
#[must_use]
pub fn allows(overrides: &[SpecOverride], field: SpecField, now: Timestamp) -> bool {
    overrides.iter().any(|one| one.field == field && !one.is_over(now))
}

impl SpecOverride {
    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// What a connection says of itself, as it would be stored.
pub(super) struct Proposed<'a> {
    pub(super) profile: &'a Profile,
    pub(super) spec_overrides: &'a SpecOverrides,
    pub(super) private_network: bool,
}

impl Proposed<'_> {
    /// What is outside of the standard without an override, overrides that have ended, and addresses to which no connection
    /// may lead; with pointers into the connection.
    pub(super) fn faults(&self, denied: &DeniedCidrs, now: Timestamp) -> Vec<Fault> {
        let mut faults = self.of_overrides(now);
        match self.profile {
            Profile::Smpp(smpp) => {
                faults.extend(self.of_smpp(smpp, now).into_iter().map(|fault| fault.below("/smpp")));
                let hosts = smpp.endpoints.iter().enumerate();
                faults.extend(hosts.filter_map(|(at, endpoint)| {
                    self.of_host(endpoint.host.as_str(), &format!("/smpp/endpoints/{at}/host"), denied)
                }));
            }
            Profile::Http(http) => {
                let host = http.base_url.host();
                faults.extend(host.and_then(|host| self.of_host(host.as_str(), "/http/base_url", denied)));
            }
        }
        faults
    }

    fn of_overrides(&self, now: Timestamp) -> Vec<Fault> {
        let twice = repeated(self.spec_overrides, |one| one.field).into_iter().map(|at| {
            Fault::new(format!("/spec_overrides/{at}/field"), Rule::Unique, "has the field of another")
        });
        let over =
            self.spec_overrides.iter().enumerate().filter(|(_, one)| one.is_over(now)).map(|(at, _)| {
                let message = "is over: renew it, or take it away and keep to the standard";
                Fault::new(format!("/spec_overrides/{at}/expires_at"), Rule::Range, message)
            });
        twice.chain(over).collect()
    }

    fn of_smpp(&self, smpp: &Smpp, now: Timestamp) -> Vec<Fault> {
        let lifted = |field| allows(self.spec_overrides, field, now);
        let mut faults = Vec::new();
        let mut hold = |kept: bool, field: SpecField, at: &str, limit: String| {
            if !kept && !lifted(field) {
                let message = format!("{limit}; more takes an entry `{field}` in spec_overrides");
                faults.push(Fault::new(at, Rule::Override, message));
            }
        };
        let octets = |most: usize| format!("must have at most {most} octets");
        let (system_type, range) = (smpp.system_type.as_str().len(), smpp.address_range.as_str().len());
        let (type_max, range_max) = (limits::SMPP_SYSTEM_TYPE_MAX, limits::SMPP_ADDRESS_RANGE_MAX);
        hold(system_type <= type_max, SpecField::SystemType, "/system_type", octets(type_max));
        hold(range <= range_max, SpecField::AddressRange, "/address_range", octets(range_max));
        let window = limits::WINDOW_SIZE_MAX;
        let said = format!("must be at most {window}");
        hold(smpp.window_size.get() <= window, SpecField::WindowSize, "/window_size", said);
        let in_clear = smpp.tls.mode == TlsMode::Off;
        let is_public = |host| endpoint_allowed::is_public(host, self.private_network);
        let leaves = in_clear && smpp.endpoints.iter().any(|endpoint| is_public(&endpoint.host));
        if leaves && !lifted(SpecField::TlsOff) {
            let message = "must be required to a public address; off takes an entry `tls_off` in spec_overrides, or private_network";
            faults.push(Fault::new("/tls/mode", Rule::Override, message));
        }
        faults
    }

    fn of_host(&self, host: &str, at: &str, denied: &DeniedCidrs) -> Option<Fault> {
        let address = host.parse().ok()?;
        let refused = endpoint_allowed::endpoint_allowed(address, denied, self.private_network).err()?;
        Some(Fault::new(at, Rule::Address, refused.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Word as _,
        connection::testing::{http, smpp},
        testing::{stamp, text},
    };

    fn lifted(field: SpecField, expires_at: Option<Timestamp>) -> SpecOverride {
        SpecOverride { field, reason: text("the operator says so"), reference: text("T-1"), expires_at }
    }

    fn faults(profile: &Profile, overrides: Vec<SpecOverride>, private_network: bool) -> Vec<Fault> {
        let spec_overrides = List::parse(overrides).unwrap();
        let proposed = Proposed { profile, spec_overrides: &spec_overrides, private_network };
        proposed.faults(&DeniedCidrs::default(), stamp(1).at())
    }

    fn told(members: Value, overrides: Vec<SpecOverride>, private_network: bool) -> Vec<(String, Rule)> {
        let faults = faults(&smpp(members), overrides, private_network);
        faults.into_iter().map(|fault| (fault.pointer, fault.invalid.rule)).collect()
    }

    #[test]
    fn each_limit_holds_to_its_last_octet_and_beyond_it_only_with_its_override() {
        let off = json!({"mode": "off"});
        for (field, name, last, beyond, at) in [
            (
                SpecField::SystemType,
                "system_type",
                json!("x".repeat(12)),
                json!("x".repeat(13)),
                "/smpp/system_type",
            ),
            (
                SpecField::AddressRange,
                "address_range",
                json!("x".repeat(40)),
                json!("x".repeat(41)),
                "/smpp/address_range",
            ),
            (SpecField::WindowSize, "window_size", json!(1000), json!(1001), "/smpp/window_size"),
            (SpecField::TlsOff, "tls", json!({"mode": "required"}), off, "/smpp/tls/mode"),
        ] {
            assert_eq!(told(json!({name: last}), vec![], false), [], "{name}");
            assert_eq!(told(json!({name: beyond}), vec![], false), [(at.to_owned(), Rule::Override)]);
            assert_eq!(told(json!({name: beyond}), vec![lifted(field, None)], false), [], "{name}");
            let other = if field == SpecField::Password { SpecField::SystemId } else { SpecField::Password };
            assert_eq!(told(json!({name: beyond}), vec![lifted(other, None)], false).len(), 1, "{name}");
        }
    }

    #[test]
    fn an_override_that_is_over_is_refused_and_lifts_nothing() {
        let now = stamp(1).at();
        let later = now + jiff::SignedDuration::from_nanos(1000);
        let wide = json!({"window_size": 1001});
        assert_eq!(told(wide.clone(), vec![lifted(SpecField::WindowSize, Some(later))], false), []);
        assert_eq!(
            told(wide, vec![lifted(SpecField::WindowSize, Some(now))], false),
            [
                ("/spec_overrides/0/expires_at".to_owned(), Rule::Range),
                ("/smpp/window_size".to_owned(), Rule::Override)
            ]
        );
        let twice = vec![lifted(SpecField::TlsOff, None), lifted(SpecField::TlsOff, None)];
        assert_eq!(told(json!({}), twice, false), [("/spec_overrides/1/field".to_owned(), Rule::Unique)]);
    }

    #[test]
    fn without_tls_a_connection_stays_in_networks_that_are_somebodys_own() {
        let to = |host: &str| json!({"endpoints": [{"host": host, "port": 1}], "tls": {"mode": "off"}});
        let off = vec![("/smpp/tls/mode".to_owned(), Rule::Override)];
        assert_eq!(told(to("a.example.net"), vec![], false), off);
        assert_eq!(told(to("a.example.net"), vec![], true), []);
        assert_eq!(
            told(to("198.51.100.7"), vec![], true),
            off,
            "private_network does not make an address private"
        );
        assert_eq!(told(to("10.0.0.7"), vec![], true), []);
    }

    #[test]
    fn a_written_address_must_be_one_that_a_connection_may_lead_to() {
        let to = |hosts: [&str; 2]| {
            let endpoints: Vec<_> = hosts.iter().map(|host| json!({"host": host, "port": 1})).collect();
            json!({"endpoints": endpoints})
        };
        let at = |place: usize| (format!("/smpp/endpoints/{place}/host"), Rule::Address);
        assert_eq!(told(to(["a.example.net", "127.0.0.1"]), vec![], true), [at(1)]);
        assert_eq!(told(to(["10.0.0.1", "::1"]), vec![], false), [at(0), at(1)]);
        assert_eq!(told(to(["10.0.0.1", "198.51.100.7"]), vec![], true), []);
    }

    #[test]
    fn a_base_url_of_http_must_lead_where_a_connection_may_and_has_no_limits_of_smpp() {
        let to = |host: &str| http(json!({"base_url": format!("https://{host}/v1")}));
        let told = |host: &str, private_network| -> Vec<_> {
            let faults = faults(&to(host), vec![], private_network);
            faults.into_iter().map(|fault| (fault.pointer, fault.invalid.message)).collect()
        };
        let at = |message: &str| vec![("/http/base_url".to_owned(), message.to_owned())];
        assert_eq!(told("api.example.net", false), []);
        assert_eq!(told("10.0.0.1", true), []);
        let private = "is a private address: the connection must say private_network";
        assert_eq!(told("10.0.0.1", false), at(private));
        let denied = "is in a block that this service does not connect to (endpoints.denied_cidrs)";
        assert_eq!(told("[::1]", true), at(denied));
    }

    #[test]
    fn a_refusal_says_the_limit_and_which_entry_lifts_it() {
        let wide = json!({"window_size": 1001, "system_type": "x".repeat(13), "tls": {"mode": "off"}});
        let messages = faults(&smpp(wide), vec![], false).into_iter().map(|fault| fault.invalid.message);
        assert_eq!(
            messages.collect::<Vec<_>>(),
            [
                "must have at most 12 octets; more takes an entry `system_type` in spec_overrides",
                "must be at most 1000; more takes an entry `window_size` in spec_overrides",
                "must be required to a public address; off takes an entry `tls_off` in spec_overrides, or private_network",
            ]
        );
    }

    #[test]
    fn there_is_room_for_an_override_of_each_limit_and_for_no_more() {
        assert_eq!(SpecField::WORDS.len(), SpecField::WORDS_COUNT);
        let many = |count| vec![lifted(SpecField::Password, None); count];
        assert!(SpecOverrides::parse(many(6)).is_ok() && SpecOverrides::parse(many(7)).is_err());
    }
}
