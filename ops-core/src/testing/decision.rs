//! A decision as a whole, for the tests of this crate: who decides, when, and everything that the change then holds.

use std::net::{IpAddr, Ipv4Addr};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    Change, Stamp,
    actor::Actor,
    audit::{Difference, Subject},
    change::{ChangeName, Expect, Write},
    event::Data,
    id::OperatorId,
};

const REQUEST: &str = "request-of-a-colleague";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// So many hours after the time of [`super::stamp`].
pub(crate) fn hours(n: i64) -> Timestamp {
    super::stamp(0).at() + SignedDuration::from_hours(n)
}

/// The least that a stored time can lie before or after another.
pub(crate) const MOMENT: SignedDuration = SignedDuration::from_micros(1);

/// A stamp of somebody else than `tester`, with everything that a request can bring.
pub(crate) fn colleague(at: Timestamp) -> Stamp {
    colleague_again(at, 7)
}

/// The same for one of several decisions at the same time: each needs a seed of its own.
pub(crate) fn colleague_again(at: Timestamp, seed: u8) -> Stamp {
    let actor = Actor { issuer: "https://login.example.net".into(), subject: "colleague".into() };
    Stamp::new(at, actor, REQUEST.into(), Some(TRACEPARENT.into()), [seed; 16]).from_address(Some(ADDRESS))
}

/// Everything of a change, apart from the ids it mints and what its stamp says.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) name: ChangeName,
    pub(crate) expects: Vec<Expect>,
    pub(crate) writes: Vec<Write>,
    pub(crate) events: Vec<(OperatorId, Data)>,
    pub(crate) audit: Vec<(ChangeName, Option<OperatorId>, Subject, Vec<Difference>)>,
    pub(crate) moves_view: bool,
}

impl Told {
    /// Checks that a [`colleague`]'s change of this time tells this and nothing else, signed with the whole stamp.
    #[track_caller]
    pub(crate) fn is(&self, change: &Change, at: Timestamp) {
        assert_eq!((change.name, change.at), (self.name, at));
        assert_eq!(change.traceparent.as_deref(), Some(TRACEPARENT));
        assert_eq!(change.expects, self.expects);
        // rows have no equality, and their debug form shows every field
        assert_eq!(format!("{:#?}", change.writes), format!("{:#?}", self.writes));
        let events: Vec<_> = change.events.iter().map(|e| (e.operator_id, e.data.clone())).collect();
        assert_eq!(events, self.events);
        let audit = change.audit.iter().map(|e| (e.action, e.operator_id, e.subject, e.changes.clone()));
        assert_eq!(audit.collect::<Vec<_>>(), self.audit);
        assert_eq!(change.moves_view, self.moves_view);

        for event in &change.events {
            let read = Data::read(event.kind, serde_json::to_value(&event.data).unwrap());
            assert_eq!(read.unwrap(), event.data, "the type names the data");
        }
        let colleague = colleague(at);
        for entry in &change.audit {
            assert_eq!((entry.at, &entry.actor), (at, colleague.actor()));
            assert_eq!((entry.request_id.as_str(), entry.source_address), (REQUEST, Some(ADDRESS)));
        }
        let events = change.events.iter().map(|event| event.id.uuid());
        let mut ids: Vec<_> = events.chain(change.audit.iter().map(|entry| entry.id.uuid())).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|two| two[0] != two[1]), "each has an id of its own");
    }
}

/// A line of an audit entry.
pub(crate) fn difference(field: &str, old: Value, new: Value) -> Difference {
    Difference { field: field.into(), old, new }
}
