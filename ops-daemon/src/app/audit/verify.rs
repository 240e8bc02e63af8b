//! Verifying: the whole chain is made anew from the entries as they lie there, and compared.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use ops_client::wire::audit::{AuditFault, AuditFaultKind, AuditVerification};
use ops_store::port::{ChainEnd, Link, Linked, Seal};
use uuid::Uuid;

use super::{
    chain::{Hash, START, SealKey, anchor, hash},
    recent,
};
use crate::app::{App, refusal::Refusal, stamp::now};

/// Links of one look into the database.
const PAGE: usize = 1000;
/// Links of one answer; the caller goes on after them.
const LINKS_MAX: i64 = 50_000;
/// Faults that are listed.
const FAULTS_MAX: usize = 100;

/// How far the time of an entry and that of its seal may lie from each other: the clocks of two machines, and the seconds until
/// it is sealed; also what an outage of the sealing may last before nobody vouches for what was written meanwhile.
const SEALED_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question {
    /// Links that were verified before.
    pub after: i64,
    /// A place of the chain that the caller knows from elsewhere.
    pub anchor: Option<(i64, Hash)>,
}

/// Verifies the chain, or the next part of it.
///
/// # Errors
/// The store does not answer.
pub async fn verify(app: &App, question: Question) -> Result<AuditVerification, Refusal> {
    let mut walk = Walk::new(&app.seal_key, question.after);
    let seen = app.witness.seen().filter(|seen| question.anchor != Some(*seen));
    for (place, hash) in question.anchor.into_iter().chain(seen) {
        // it may lie before or behind what this answer walks over, and is compared all the same
        let there = app.store.linked(place, 1).await?;
        walk.anchor(place, &hash, there.first());
    }
    if question.after > 0 {
        let before = app.store.linked(question.after, 1).await?;
        walk.begin_after(before.first().map(|linked| linked.link));
    }
    loop {
        let mut linked = app.store.linked(walk.expected, PAGE).await?;
        let is_last = linked.len() < PAGE;
        leave_last(&mut linked, is_last);
        let (Some(first), Some(last)) = (linked.first(), linked.last()) else { break };
        let seals = app.store.seals(first.link.n, last.link.n).await?;
        let row = linked.iter().map(|linked| linked.link.row_no).max().unwrap_or(last.link.row_no);
        let strays = app.store.strays(walk.row.saturating_add(1), row).await?;
        walk.page(&linked, &seals);
        walk.strays(&strays, row);
        if is_last || walk.checked() >= LINKS_MAX {
            break;
        }
    }
    // after the walk: what was linked meanwhile is sealed by then
    let ChainEnd { newest, seal, .. } = app.store.chain_end(0).await?;
    let next_after = newest.map(|link| link.n).filter(|n| *n >= walk.expected).map(|_| walk.expected - 1);
    walk.end(newest, seal.as_ref(), next_after);
    let oldest = app.store.oldest_unlinked(recent(now())).await?;
    Ok(walk.answer(seal, oldest, next_after))
}

/// The last link of a full page comes with the next one, whole: a second entry with its number may have been cut off.
fn leave_last(linked: &mut Vec<Linked>, is_last: bool) {
    let (first, last) = (linked.first().map(|one| one.link.n), linked.last().map(|one| one.link.n));
    if !is_last && first != last {
        linked.retain(|one| Some(one.link.n) != last);
    }
}

struct Walk<'a> {
    key: &'a SealKey,
    /// Links that were verified before.
    after: i64,
    /// The hash of the link before, as it is stored: one fault is told once, and not for every link after it.
    before: Hash,
    /// The place that comes next.
    expected: i64,
    head: Option<Link>,
    /// The newest row that was looked at; none may lie before all that are linked.
    row: i64,
    /// The last seal that was told to be far from an entry below it: one tale for all of them.
    told_far: i64,
    found: usize,
    faults: Vec<AuditFault>,
}

impl<'a> Walk<'a> {
    const fn new(key: &'a SealKey, after: i64) -> Self {
        let expected = after + 1;
        let row = i64::MIN;
        Self {
            key,
            after,
            before: START,
            expected,
            head: None,
            row,
            told_far: 0,
            found: 0,
            faults: Vec::new(),
        }
    }

    fn fault(&mut self, n: i64, kind: AuditFaultKind, linked: Option<&Linked>) {
        self.found += 1;
        if self.faults.len() < FAULTS_MAX {
            let entry_id = linked.and_then(|linked| linked.record.as_ref()).map(|record| record.id);
            self.faults.push(AuditFault { n, kind, entry_id });
        }
    }

    const fn checked(&self) -> i64 {
        self.expected - 1 - self.after
    }

    /// A place that is known from elsewhere was there once, with this hash.
    fn anchor(&mut self, place: i64, hash: &Hash, there: Option<&Linked>) {
        match there.filter(|linked| linked.link.n == place) {
            None => self.fault(place, AuditFaultKind::AnchorMissing, None),
            Some(linked) if linked.link.hash != *hash => {
                self.fault(place, AuditFaultKind::AnchorDiffers, Some(linked));
            }
            Some(_) => {}
        }
    }

    fn begin_after(&mut self, link: Option<Link>) {
        match link.filter(|link| link.n == self.after) {
            Some(link) => (self.before, self.row) = (link.hash, link.row_no),
            None => self.fault(self.after, AuditFaultKind::LinkMissing, None),
        }
    }

    fn page(&mut self, page: &[Linked], seals: &[Seal]) {
        let seals: BTreeMap<i64, &Seal> = seals.iter().map(|seal| (seal.n, seal)).collect();
        for linked in page {
            let Link { n, hash: stored, .. } = linked.link;
            if n < self.expected {
                // two entries have the number of one
                self.fault(n, AuditFaultKind::SlippedIn, Some(linked));
                continue;
            }
            while self.expected < n {
                self.fault(self.expected, AuditFaultKind::LinkMissing, None);
                // a long gap is one tale
                self.expected = n;
            }
            match &linked.record {
                None => self.fault(n, AuditFaultKind::Removed, None),
                Some(record) if hash(&self.before, n, record) != stored => {
                    self.fault(n, AuditFaultKind::Edited, Some(linked));
                }
                Some(_) => {}
            }
            let over = seals.range(n..).next().map(|(_, seal)| *seal);
            if let (Some(seal), Some(record)) = (over, &linked.record)
                && seal.at.duration_since(record.at).abs() > SEALED_WITHIN
                && self.told_far < seal.n
            {
                self.told_far = seal.n;
                self.fault(n, AuditFaultKind::TimeDiffers, Some(linked));
            }
            if seals.get(&n).is_some_and(|seal| !self.key.made(seal, &stored)) {
                self.fault(n, AuditFaultKind::SealBroken, Some(linked));
            }
            self.before = stored;
            self.head = Some(linked.link);
            self.expected = n + 1;
        }
    }

    fn strays(&mut self, strays: &[Uuid], row: i64) {
        for entry_id in strays {
            self.found += 1;
            if self.faults.len() < FAULTS_MAX {
                let (n, kind) = (self.expected - 1, AuditFaultKind::SlippedIn);
                self.faults.push(AuditFault { n, kind, entry_id: Some(*entry_id) });
            }
        }
        self.row = row.max(self.row);
    }

    /// What only shows at the end: links and their seal are written together.
    fn end(&mut self, newest: Option<Link>, seal: Option<&Seal>, next_after: Option<i64>) {
        let (newest, sealed) = (newest.map_or(0, |link| link.n), seal.map_or(0, |seal| seal.n));
        if next_after.is_none() && sealed > newest {
            self.fault(sealed, AuditFaultKind::LinkMissing, None);
        }
        if next_after.is_none() && self.head.is_some_and(|head| head.n > sealed) {
            self.fault(sealed + 1, AuditFaultKind::SealMissing, None);
        }
    }

    fn answer(
        self,
        seal: Option<Seal>,
        oldest: Option<jiff::Timestamp>,
        next_after: Option<i64>,
    ) -> AuditVerification {
        AuditVerification {
            intact: self.found == 0,
            after: self.after,
            checked: self.checked(),
            head: self.head.map(|link| anchor(link.n, &link.hash)),
            sealed_through: seal.as_ref().map_or(0, |seal| seal.n),
            sealed_at: seal.map(|seal| seal.at),
            oldest_unsealed_at: oldest,
            faults_found: self.found,
            faults: self.faults,
            next_after,
        }
    }
}

#[cfg(test)]
mod tests;
