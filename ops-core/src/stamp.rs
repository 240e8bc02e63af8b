//! The stamp of one request: when, who, which request, and the ids it will mint. Pure and repeatable.

use std::net::IpAddr;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::actor::Actor;

/// Everything a decision may know about the world besides what it loaded.
#[derive(Debug, Clone)]
pub struct Stamp {
    at: Timestamp,
    actor: Actor,
    request_id: String,
    traceparent: Option<String>,
    source_address: Option<IpAddr>,
    seed: [u8; 16],
}

impl Stamp {
    /// `at` is rounded down to microseconds, as every database keeps it: otherwise the answer would differ from the
    /// row. `seed` is 16 fresh random bytes; the same seed mints the same ids.
    #[must_use]
    pub fn new(
        at: Timestamp,
        actor: Actor,
        request_id: String,
        traceparent: Option<String>,
        seed: [u8; 16],
    ) -> Self {
        let to_micros = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Floor);
        let at = at.round(to_micros).unwrap_or(at);
        Self { at, actor, request_id, traceparent, source_address: None, seed }
    }

    /// The same, of a request that came from this address.
    #[must_use]
    pub const fn from_address(mut self, address: Option<IpAddr>) -> Self {
        self.source_address = address;
        self
    }

    /// Where the request came from; nothing for our own tasks.
    #[must_use]
    pub const fn source_address(&self) -> Option<IpAddr> {
        self.source_address
    }

    /// When the request came in, in whole microseconds.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The request's id, as answers and logs show it.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The W3C trace context of the request.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// Starts minting. Every decision starts anew, so a second try mints the same ids.
    #[must_use]
    pub const fn mint(&self) -> Mint<'_> {
        Mint { stamp: self, minted: 0 }
    }
}

/// Mints UUIDv7s (RFC 9562 §5.7): the stamp's millisecond, then a counter, then bits of the seed.
#[derive(Debug)]
pub struct Mint<'a> {
    stamp: &'a Stamp,
    minted: u64,
}

impl Mint<'_> {
    /// The next id.
    pub fn id<T: From<Uuid>>(&mut self) -> T {
        let random = xxh3_128_with_seed(&self.stamp.seed, self.minted).to_be_bytes();
        // rand_a carries the counter, so that ids of one request sort in the order they were minted
        let counter = u16::try_from(self.minted & 0x0fff).unwrap_or_default().to_be_bytes();
        let [_, _, tail @ ..] = random;
        let mut bytes = [0u8; 10];
        for (to, from) in bytes.iter_mut().zip(counter.into_iter().chain(tail)) {
            *to = from;
        }
        self.minted += 1;
        let millis = u64::try_from(self.stamp.at.as_millisecond()).unwrap_or_default();
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn stamp(seed: u8) -> Stamp {
        let at = Timestamp::from_nanosecond(1_700_000_000_123_456_789).unwrap();
        Stamp::new(at, Actor::system("test"), "r".into(), None, [seed; 16])
    }

    #[test]
    fn time_is_cut_to_the_microseconds_a_database_keeps() {
        assert_eq!(stamp(1).at().as_nanosecond(), 1_700_000_000_123_456_000);
    }

    #[test]
    fn what_a_request_brings_is_kept_and_a_task_of_ours_brings_nothing() {
        let address = Some(IpAddr::from([192, 0, 2, 7]));
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let (actor, at) = (Actor::certificate("gateway-1"), stamp(1).at());
        let request = Stamp::new(at, actor.clone(), "request-1".into(), Some(trace.into()), [1; 16])
            .from_address(address);
        assert_eq!((request.at(), request.actor(), request.request_id()), (at, &actor, "request-1"));
        assert_eq!((request.traceparent(), request.source_address()), (Some(trace), address));
        assert_eq!((stamp(1).traceparent(), stamp(1).source_address()), (None, None));
    }

    #[test]
    fn an_id_is_the_millisecond_then_the_count_then_bits_of_the_seed() {
        let stamp = stamp(1);
        let mut mint = stamp.mint();
        let ids: Vec<u128> = (0..4098).map(|_| mint.id::<Uuid>().as_u128()).collect();
        assert!(ids.iter().all(|id| id >> 80 == 1_700_000_000_123));
        let counts: Vec<_> = ids.iter().map(|id| (id >> 64) & 0x0fff).collect();
        assert!(counts.iter().take(4096).copied().eq(0..4096), "12 bits of it");
        assert_eq!(counts.get(4096..), Some(&[0, 1][..]), "and then anew");
        let seeded: BTreeSet<_> = ids.iter().map(|id| id & u128::from(u64::MAX)).collect();
        assert_eq!(seeded.len(), ids.len());
    }

    #[test]
    fn a_second_try_mints_the_same_ids_in_rising_order() {
        let ids = |stamp: &Stamp| -> Vec<Uuid> {
            let mut mint = stamp.mint();
            (0..50).map(|_| mint.id()).collect()
        };
        let first = ids(&stamp(1));
        assert_eq!(first, ids(&stamp(1)));
        assert!(first.is_sorted());
        assert_ne!(first, ids(&stamp(2)));
        assert!(first.iter().all(|id| id.get_version_num() == 7));
    }
}
