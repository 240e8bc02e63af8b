//! Whom to call at an operator. Contacts are the only personal data that the service keeps: they are in no event, the
//! audit trail names their roles only, and a purge erases them.

use serde::{Deserialize, Serialize};

use crate::{
    invalid::{Fault, Invalid, Rule},
    limits,
    number_rule::{Number as _, number_value},
    text_rule::{TextRule, any_text, text_value, word_list},
    text_shape::{TRIM_HINT, TRIMMED, is_trimmed},
};

/// One person or desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// For what.
    pub role: Role,
    /// Whom to call first: 1, and then upwards.
    pub level: Level,
    /// Who it is.
    pub name: ContactName,
    /// Where to write.
    pub email: Option<Email>,
    /// Where to call.
    pub phone: Option<Phone>,
    /// When.
    pub hours: Option<Hours>,
}

impl Contact {
    /// The rule across its fields: somebody who cannot be reached is no contact.
    ///
    /// # Errors
    /// [`Rule::Combination`] without email and phone.
    pub fn check(self) -> Result<Self, Vec<Fault>> {
        if self.email.is_none() && self.phone.is_none() {
            return Err(vec![Fault::new("", Rule::Combination, "needs an email or a phone")]);
        }
        Ok(self)
    }
}

/// The contacts of an operator, by role and level, at most [`limits::CONTACTS_MAX`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Contact>", into = "Vec<Contact>")]
pub struct Contacts(Vec<Contact>);

impl Contacts {
    /// Checks their number and puts them in order.
    ///
    /// # Errors
    /// [`Rule::Length`].
    pub fn parse(mut contacts: Vec<Contact>) -> Result<Self, Invalid> {
        if contacts.len() > limits::CONTACTS_MAX {
            let message = format!("must have at most {} entries", limits::CONTACTS_MAX);
            return Err(Invalid::new(Rule::Length, message));
        }
        contacts.sort_by_key(|contact| (contact.role, contact.level.get()));
        Ok(Self(contacts))
    }

    /// Every contact.
    pub fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their roles, in order: all that the audit trail keeps of them.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        self.0.iter().map(|contact| contact.role).collect()
    }
}

impl TryFrom<Vec<Contact>> for Contacts {
    type Error = Invalid;
    fn try_from(contacts: Vec<Contact>) -> Result<Self, Invalid> {
        Self::parse(contacts)
    }
}

impl From<Contacts> for Vec<Contact> {
    fn from(contacts: Contacts) -> Self {
        contacts.0
    }
}

word_list! {
    /// For what somebody is called.
    Role {
        /// The network operations centre.
        Noc = "noc",
        /// Technical questions.
        Technical = "technical",
        /// New accounts and changes.
        Provisioning = "provisioning",
        /// The contract.
        Commercial = "commercial",
        /// Invoices.
        Billing = "billing",
        /// Unwanted messages.
        Abuse = "abuse",
        /// Fraud.
        Fraud = "fraud",
        /// Security incidents.
        Security = "security",
    }
}

number_value! {
    /// The place in the order of escalation.
    Level, 1, 5, default 1
}

text_value! {
    /// The name of a person or desk.
    ContactName,
    TextRule { min: 1, max: 128, pattern: Some(TRIMMED), accepts: is_trimmed, hint: TRIM_HINT }
}

text_value! {
    /// When somebody can be reached.
    Hours,
    TextRule { min: 1, max: 128, pattern: None, accepts: any_text, hint: "" }
}

text_value! {
    /// An email address in ASCII: local part, `@`, a domain of at least two labels (RFC 5321 §4.5.3.1: 64 and 254 octets).
    Email,
    TextRule {
        min: 3,
        max: 254,
        pattern: Some(r"^[!-?A-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"),
        accepts: is_email,
        hint: "must be an email address, such as noc@example.net",
    }
}

text_value! {
    /// A telephone number in international form (ITU-T E.164 §6: at most 15 digits).
    Phone,
    TextRule {
        min: 3,
        max: limits::E164_DIGITS_MAX + 1,
        pattern: Some("^\\+[1-9][0-9]+$"),
        accepts: |text| text.strip_prefix('+').is_some_and(|digits| {
            !digits.starts_with('0') && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        }),
        hint: "must be a + and the digits of an international number, such as +493012345",
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (1..=64).contains(&local.len())
        && crate::text_rule::printable_ascii(local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, testing::text};

    fn contact(role: Role, level: i64) -> Contact {
        Contact {
            role,
            level: Level::parse(level).unwrap(),
            name: ContactName::parse("Desk").unwrap(),
            email: Some(Email::parse("noc@example.net").unwrap()),
            phone: None,
            hours: None,
        }
    }

    #[test]
    fn an_email_has_a_local_part_and_a_domain_of_two_labels() {
        for good in [
            "a@b.c",
            "!~@b.c",
            "first.last+tag@mail-1.example.net",
            "a@1.2",
            &format!("{}@b.example", "a".repeat(64)),
        ] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "abc",
            "a@b",
            "@b.c",
            "abc@",
            "a b@c.d",
            "ä@b.c",
            "a@b..c",
            "a@.b.c",
            "a@b.c.",
            "a@b_c.d",
            "a@ä.d",
            "a@b@c.d",
            &format!("{}@b.example", "a".repeat(65)),
        ] {
            assert_eq!(Email::parse(bad).unwrap_err().rule, Rule::Pattern, "{bad}");
        }
    }

    #[test]
    fn a_phone_number_is_a_plus_and_up_to_fifteen_digits() {
        for good in ["+49", "+4930123456", "+123456789012345"] {
            assert!(Phone::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "+", "+1", "4930", "+0301", "+49 30", "++49", "+49a", "+1234567890123456"] {
            assert!(Phone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn contacts_stand_in_the_order_in_which_they_are_called() {
        let given = [(Role::Billing, 1), (Role::Noc, 2), (Role::Technical, 1), (Role::Noc, 1)];
        let contacts = Contacts::parse(given.map(|(role, level)| contact(role, level)).into()).unwrap();
        let order: Vec<_> = contacts.iter().map(|c| (c.role, c.level.get())).collect();
        assert_eq!(order, [(Role::Noc, 1), (Role::Noc, 2), (Role::Technical, 1), (Role::Billing, 1)]);
        assert_eq!(contacts.roles(), [Role::Noc, Role::Noc, Role::Technical, Role::Billing]);
        let json = serde_json::to_string(&contacts).unwrap();
        assert_eq!(serde_json::from_str::<Contacts>(&json).unwrap(), contacts);
    }

    #[test]
    fn there_are_twenty_at_most() {
        let many = |n| Contacts::parse(vec![contact(Role::Noc, 1); n]);
        assert!(many(0).unwrap().is_empty());
        assert_eq!(many(20).unwrap().iter().count(), 20);
        assert!(!many(20).unwrap().is_empty());
        assert_eq!(many(21).unwrap_err(), Invalid::new(Rule::Length, "must have at most 20 entries"));
        let stored = serde_json::to_string(&vec![contact(Role::Noc, 1); 21]).unwrap();
        assert!(serde_json::from_str::<Contacts>(&stored).is_err());
    }

    #[test]
    fn somebody_who_can_be_neither_written_nor_called_is_no_contact() {
        let reachable = |email: Option<&str>, phone: Option<&str>| {
            let (email, phone) = (email.map(text), phone.map(text));
            Contact { email, phone, ..contact(Role::Noc, 1) }.check()
        };
        let (email, phone) = (Some("noc@example.net"), Some("+4930123456"));
        for (email, phone) in [(email, None), (None, phone), (email, phone)] {
            assert!(reachable(email, phone).is_ok());
        }
        let fault = Fault::new("", Rule::Combination, "needs an email or a phone");
        assert_eq!(reachable(None, None).unwrap_err(), [fault]);
    }
}
