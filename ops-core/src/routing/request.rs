//! The request: what a caller knows about one message.

use jiff::Timestamp;
use uuid::Uuid;

use super::Number;
use crate::{
    id::OperatorId,
    invalid::{Invalid, Rule},
    limits,
    network::Plmn,
    number_rule::{Number as _, number_value},
    text_rule::{Text, TextRule, text_value, word_list},
};

/// Octets of a split key: a message id or a customer's number, not a text.
const SPLIT_KEY_OCTETS_MAX: usize = 128;

text_value! {
    /// What keeps messages together: equal keys go to the same target while it is usable.
    SplitKey,
    TextRule {
        min: 1,
        max: SPLIT_KEY_OCTETS_MAX,
        pattern: None,
        accepts: |text| text.len() <= SPLIT_KEY_OCTETS_MAX,
        hint: "must have at most 128 octets in UTF-8",
    }
}

number_value! {
    /// Which try of the same message this is, counted from 0.
    Attempt, 0, limits::ATTEMPT_MAX, default 0
}

word_list! {
    /// How the caller knows the network.
    PlmnSource {
        /// A number-portability look-up.
        Portability = "portability",
        /// The subscriber's IMSI.
        Imsi = "imsi",
        /// A guess from the number's prefix.
        Prefix = "prefix",
    }
}

/// The network of the destination, as far as the caller knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestNetwork {
    /// The network.
    pub plmn: Plmn,
    /// How the caller knows it.
    pub source: PlmnSource,
}

/// Connections and operators that must not be chosen, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclude(Vec<Uuid>);

impl Exclude {
    /// At most [`limits::EXCLUDE_MAX`] ids.
    ///
    /// # Errors
    /// [`Rule::Length`].
    pub fn parse(ids: Vec<Uuid>) -> Result<Self, Invalid> {
        if ids.len() > limits::EXCLUDE_MAX {
            return Err(Invalid::new(Rule::Length, format!("must have at most {} ids", limits::EXCLUDE_MAX)));
        }
        Ok(Self(ids))
    }

    /// Whether `id` is among them.
    #[must_use]
    pub fn contains(&self, id: Uuid) -> bool {
        self.0.contains(&id)
    }
}

/// What a caller knows about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom it goes to.
    pub destination: Number,
    /// The destination's network; rules about networks look at nothing else.
    pub network: Option<RequestNetwork>,
    /// What keeps messages together; the destination when absent.
    pub split_key: Option<SplitKey>,
    /// Which try this is.
    pub attempt: Attempt,
    /// What must not be chosen.
    pub exclude: Exclude,
    /// Who sent the message to us: it is never sent back there.
    pub origin_operator_id: Option<OperatorId>,
    /// When it is to be sent.
    pub at: Timestamp,
}

impl Request {
    /// A first try towards `destination` about which nothing else is known.
    #[must_use]
    pub fn towards(destination: Number, at: Timestamp) -> Self {
        Self {
            destination,
            network: None,
            split_key: None,
            attempt: Attempt::default(),
            exclude: Exclude::default(),
            origin_operator_id: None,
            at,
        }
    }

    /// The hash that decides the split inside a tier.
    #[must_use]
    pub fn key(&self) -> u64 {
        let text = self.split_key.as_ref().map_or(self.destination.as_str(), Text::as_str);
        super::rendezvous::key(text, self.attempt.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_key_is_counted_in_octets() {
        assert!(SplitKey::parse(&"a".repeat(128)).is_ok());
        assert!(SplitKey::parse(&"ä".repeat(64)).is_ok());
        for (bad, rule) in [
            (String::new(), Rule::Length),
            ("a".repeat(129), Rule::Length),
            ("ä".repeat(65), Rule::Pattern),
            (format!("{}ä", "a".repeat(127)), Rule::Pattern),
        ] {
            assert_eq!(SplitKey::parse(&bad).unwrap_err().rule, rule, "{bad}");
        }
    }

    #[test]
    fn a_request_excludes_at_most_64_ids() {
        let ids: Vec<_> = (0..65).map(Uuid::from_u128).collect();
        let exclude = Exclude::parse(ids[..64].to_vec()).unwrap();
        assert!(ids[..64].iter().all(|id| exclude.contains(*id)));
        assert!(!exclude.contains(ids[64]) && !Exclude::default().contains(ids[0]));
        let refused = Invalid::new(Rule::Length, "must have at most 64 ids");
        assert_eq!(Exclude::parse(ids).unwrap_err(), refused);
    }

    #[test]
    fn an_attempt_is_a_digit() {
        assert_eq!([0, 9].map(|n| Attempt::parse(n).unwrap().get()), [0, 9]);
        assert_eq!(Attempt::default().get(), 0);
        assert!(Attempt::parse(10).is_err() && Attempt::parse(-1).is_err());
    }

    #[test]
    fn the_destination_splits_unless_a_key_is_given_and_another_attempt_splits_anew() {
        let first = Request::towards(Number::parse_dialled("+491701234567").unwrap(), Timestamp::UNIX_EPOCH);
        assert_eq!(first.key(), 0x0f20_eaea_33c4_224b);
        let keyed = Request { split_key: Some(SplitKey::parse("491701234567").unwrap()), ..first.clone() };
        assert_eq!(keyed.key(), first.key());
        let again = Request { attempt: Attempt::parse(1).unwrap(), ..first.clone() };
        assert_eq!(again.key(), super::super::rendezvous::key("491701234567", 1));
        assert_ne!(again.key(), first.key());
        let other = Request { split_key: Some(SplitKey::parse("order 7").unwrap()), ..first.clone() };
        assert_ne!(other.key(), first.key());
    }
}
