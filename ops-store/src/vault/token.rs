//! A token: what it opens the server with, and when something is to be done about it.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderValue;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::fault::Fault;

/// A token of ours. It has no `Debug`; its octets are wiped with the last request that bears them.
#[derive(Clone)]
pub(super) struct Token {
    header: HeaderValue,
    /// When it was asked for.
    since: Instant,
    /// How long it lives from then on; without a number it lives for ever.
    lifetime: Option<Duration>,
    /// How long it lived when we got it.
    at_first: Option<Duration>,
    /// Whether we may make it live longer.
    pub(super) is_renewable: bool,
    /// When it is to be renewed, replaced or looked at.
    due: Option<Instant>,
}

impl Token {
    /// A token that was asked for at `since`.
    pub(super) fn new(
        text: Zeroizing<String>,
        since: Instant,
        lifetime: Option<Duration>,
        is_renewable: bool,
    ) -> Result<Self, Fault> {
        // the header holds these octets themselves and no copy
        let octets = Bytes::from_owner(text);
        let mut header = HeaderValue::from_maybe_shared(octets).map_err(|_| Fault::NotItsApi)?;
        header.set_sensitive(true);
        let due = due(since, lifetime);
        Ok(Self { header, since, lifetime, at_first: lifetime, is_renewable, due })
    }

    /// The same token with another lifetime, asked for at `since`. Nothing, when the server is about to end it: what it
    /// grants is then less than half of what it granted at first.
    pub(super) fn renewed(&self, since: Instant, lifetime: Option<Duration>) -> Option<Self> {
        if let (Some(granted), Some(at_first)) = (lifetime, self.at_first)
            && granted < at_first / 2
        {
            return None;
        }
        Some(Self { since, lifetime, due: due(since, lifetime), ..self.clone() })
    }

    /// The same token, to be looked at again at `due`.
    pub(super) fn due_at(self, due: Instant) -> Self {
        Self { due: Some(due), ..self }
    }

    /// What a request bears.
    pub(super) const fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// How long it still lives; nothing, when it does for ever.
    pub(super) fn remaining(&self, now: Instant) -> Option<Duration> {
        self.lifetime.map(|lifetime| (self.since + lifetime).saturating_duration_since(now))
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }

    /// Whether no more than a third of its life is left.
    pub(super) fn is_old(&self, now: Instant) -> bool {
        due(self.since, self.lifetime).is_some_and(|due| now >= due)
    }

    /// How long until something is to be done about it; nothing, when that is never.
    pub(super) fn due_in(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due_in(now).is_some_and(|due| due.is_zero())
    }
}

/// At two thirds of its life: a third is left for tries, should the server be away.
fn due(since: Instant, lifetime: Option<Duration>) -> Option<Instant> {
    lifetime.map(|lifetime| since + lifetime * 2 / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(now: Instant, seconds: Option<u64>) -> Token {
        Token::new(Zeroizing::new("s.abc".to_owned()), now, seconds.map(Duration::from_secs), true)
            .ok()
            .unwrap()
    }

    #[test]
    fn it_is_due_at_two_thirds_of_its_life_and_over_at_its_end() {
        let now = Instant::now();
        let token = token(now, Some(90));
        let at = |seconds| now + Duration::from_secs(seconds);
        assert!(!token.is_due(at(59)) && token.is_due(at(60)));
        assert!(!token.is_over(at(89)) && token.is_over(at(90)));
        assert_eq!(token.remaining(at(30)), Some(Duration::from_secs(60)));
        assert_eq!(token.due_in(at(30)), Some(Duration::from_secs(30)));
    }

    #[test]
    fn one_without_an_end_is_never_due() {
        let now = Instant::now();
        let token = token(now, None);
        let later = now + Duration::from_hours(24 * 365);
        assert!(!token.is_due(later) && !token.is_over(later));
        assert_eq!(token.remaining(later), None);
    }

    #[test]
    fn a_renewal_that_grants_less_than_half_is_none() {
        let now = Instant::now();
        let token = token(now, Some(90));
        assert!(token.renewed(now, Some(Duration::from_secs(44))).is_none());
        let renewed = token.renewed(now, Some(Duration::from_secs(45))).unwrap();
        assert_eq!(renewed.remaining(now), Some(Duration::from_secs(45)));
        let again = renewed.renewed(now, Some(Duration::from_secs(44)));
        assert!(again.is_none(), "half of what was granted at first, not of what was granted last");
    }

    #[test]
    fn it_is_not_printed() {
        assert_eq!(format!("{:?}", token(Instant::now(), None).header()), "Sensitive");
    }

    #[test]
    fn octets_that_no_header_may_hold_are_no_token() {
        for bad in ["a\nb", "a\u{0}b"] {
            assert!(Token::new(Zeroizing::new(bad.to_owned()), Instant::now(), None, false).is_err());
        }
    }
}
