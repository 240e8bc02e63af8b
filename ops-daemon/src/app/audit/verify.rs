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
    for (place, hash) in question.anchor.into_iter().chain(app.witness.seen(app.epoch())) {
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
mod tests {
    use jiff::Timestamp;
    use ops_store::port::Record;

    use super::{super::chain::extend, AuditFaultKind as Kind, *};
    use crate::config::Key32;

    const COUNT: i64 = 9;

    /// A trail as it lies in the database, sealed every three entries.
    #[derive(Clone)]
    struct Trail {
        linked: Vec<Linked>,
        seals: Vec<Seal>,
    }

    fn key(seed: u8) -> SealKey {
        SealKey::new(&Key32::new([seed; 32]), Vec::new())
    }

    fn record(n: i64) -> Record {
        Record {
            id: Uuid::from_u128(u128::try_from(n).unwrap()),
            at: Timestamp::from_second(n).unwrap(),
            action: "note_create".into(),
            operator_id: Some(Uuid::nil()),
            request_id: format!("r{n}"),
            entry: format!("{{\"n\":{n}}}"),
            actor: "ada".into(),
            subject_id: None,
        }
    }

    impl Trail {
        fn new() -> Self {
            Self::of((1..=COUNT).map(|n| (n, record(n))).collect(), &key(1))
        }

        fn of(rows: Vec<(i64, Record)>, key: &SealKey) -> Self {
            let links = extend(None, &rows);
            let sealed = links.iter().filter(|link| link.n % 3 == 0);
            let seals = sealed.map(|link| key.seal(link, Timestamp::UNIX_EPOCH)).collect();
            let linked =
                links.into_iter().zip(rows).map(|(link, (_, record))| Linked { link, record: Some(record) });
            Self { linked: linked.collect(), seals }
        }

        fn entry(&mut self, n: usize) -> &mut Record {
            self.linked[n - 1].record.as_mut().unwrap()
        }

        /// With the faults of a verification in pages of four.
        fn faults(&self, anchor: Option<(i64, Hash)>) -> Vec<(i64, Kind)> {
            let key = key(1);
            let mut walk = Walk::new(&key, 0);
            if let Some((place, hash)) = anchor {
                walk.anchor(place, &hash, self.linked.iter().find(|linked| linked.link.n >= place));
            }
            for page in self.linked.chunks(4) {
                walk.page(page, &self.seals);
            }
            walk.end(self.linked.last().map(|last| last.link), self.seals.last(), None);
            walk.faults.iter().map(|fault| (fault.n, fault.kind)).collect()
        }
    }

    #[test]
    fn a_trail_as_it_was_written_is_intact_whatever_is_known_of_it() {
        let trail = Trail::new();
        assert_eq!(trail.faults(None), []);
        for linked in &trail.linked {
            assert_eq!(trail.faults(Some((linked.link.n, linked.link.hash))), []);
        }
    }

    #[test]
    fn an_edit_of_any_column_of_any_entry_is_found_at_its_place_alone() {
        let edits: [fn(&mut Record); 8] = [
            |record| record.id = Uuid::max(),
            |record| record.at = Timestamp::UNIX_EPOCH,
            |record| record.action.push('x'),
            |record| record.operator_id = None,
            |record| record.request_id.push('x'),
            |record| record.entry.push(' '),
            |record| record.actor = "mallory".into(),
            |record| record.subject_id = Some(Uuid::nil()),
        ];
        for n in 1..=9 {
            for edit in edits {
                let mut trail = Trail::new();
                edit(trail.entry(n));
                assert_eq!(trail.faults(None), [(i64::try_from(n).unwrap(), Kind::Edited)]);
            }
        }
    }

    #[test]
    fn every_bit_of_a_hash_and_of_a_seal_counts() {
        for (n, bit) in [(1, 0), (4, 100), (9, 255)] {
            let mut trail = Trail::new();
            trail.linked[n - 1].link.hash[bit / 8] ^= 1 << (bit % 8);
            assert!(!trail.faults(None).is_empty(), "{n} {bit}");
        }
        for bit in 0..512 {
            let mut trail = Trail::new();
            trail.seals[1].signature[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(trail.faults(None), [(6, Kind::SealBroken)], "{bit}");
        }
    }

    #[test]
    fn what_is_removed_or_moved_is_found() {
        for n in 0..9 {
            let mut trail = Trail::new();
            trail.linked[n].record = None;
            assert_eq!(trail.faults(None), [(i64::try_from(n).unwrap() + 1, Kind::Removed)]);
            let mut trail = Trail::new();
            trail.linked.remove(n);
            let told = trail.faults(None);
            assert!(told.iter().any(|(_, kind)| *kind == Kind::LinkMissing), "{n}: {told:?}");
        }
        for (a, b) in [(0, 1), (3, 8)] {
            let mut trail = Trail::new();
            let moved = trail.linked[a].record.clone();
            trail.linked[a].record = std::mem::replace(&mut trail.linked[b].record, moved);
            assert_eq!(trail.faults(None).len(), 2);
        }
    }

    #[test]
    fn a_chain_that_is_made_anew_lacks_our_seals() {
        let mut rows: Vec<_> = (1..=COUNT).map(|n| (n, record(n))).collect();
        rows[4].1.entry = "{}".into();
        let foreign = Trail::of(rows, &key(2));
        let sealed: Vec<_> = foreign.faults(None);
        assert_eq!(sealed, [(3, Kind::SealBroken), (6, Kind::SealBroken), (9, Kind::SealBroken)]);
        let ours = Trail::new();
        let kept = Trail { seals: ours.seals.clone(), ..foreign.clone() };
        assert_eq!(kept.faults(None), [(6, Kind::SealBroken), (9, Kind::SealBroken)]);
        let unsealed = Trail { seals: ours.seals[..1].to_vec(), ..foreign };
        assert_eq!(unsealed.faults(None), [(4, Kind::SealMissing)]);
        let anchor = ours.linked[6].link;
        assert_eq!(
            unsealed.faults(Some((anchor.n, anchor.hash))),
            [(7, Kind::AnchorDiffers), (4, Kind::SealMissing)]
        );
    }

    #[test]
    fn a_time_far_from_that_of_the_seal_is_told_once_a_seal() {
        let both = || vec![(4, Kind::TimeDiffers), (7, Kind::TimeDiffers)];
        for (seconds, faults) in [(3600, vec![]), (3601, both()), (-3600, vec![]), (-3601, both())] {
            let rows = (1..=COUNT).map(|n| {
                let mut record = record(n);
                if n > 3 {
                    record.at = Timestamp::from_second(seconds).unwrap();
                }
                (n, record)
            });
            let trail = Trail::of(rows.collect(), &key(1));
            assert_eq!(trail.faults(None), faults, "{seconds}");
        }
    }

    #[test]
    fn an_entry_is_as_old_as_the_next_seal_that_is_left() {
        let rows: Vec<_> = (1..=COUNT).map(|n| (n, record(n))).collect();
        let mut trail = Trail::of(rows, &key(1));
        let late = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(2);
        trail.seals[2] = key(1).seal(&trail.linked[8].link, late);
        assert_eq!(trail.faults(None), [(7, Kind::TimeDiffers)]);
        trail.seals.remove(1);
        assert_eq!(trail.faults(None), [(4, Kind::TimeDiffers)]);
    }

    #[test]
    fn a_second_entry_with_the_number_of_another_is_found() {
        let mut trail = Trail::new();
        let twin = Linked { record: Some(record(77)), ..trail.linked[4].clone() };
        trail.linked.insert(5, twin);
        assert_eq!(trail.faults(None), [(5, Kind::SlippedIn)]);

        let places = |page: &[Linked]| page.iter().map(|linked| linked.link.n).collect::<Vec<_>>();
        for (count, is_last, left) in
            [(5, false, vec![1, 2, 3, 4]), (6, false, vec![1, 2, 3, 4]), (6, true, vec![1, 2, 3, 4, 5, 5])]
        {
            let mut page = trail.linked[..count].to_vec();
            leave_last(&mut page, is_last);
            assert_eq!(places(&page), left, "a page never ends between two entries of one number");
        }
        let mut full = vec![trail.linked[4].clone(), trail.linked[5].clone()];
        leave_last(&mut full, false);
        assert_eq!(places(&full), [5, 5], "and always goes on");
    }

    #[test]
    fn a_tail_that_was_cut_at_a_seal_is_found_by_who_knows_an_anchor_behind_it() {
        let mut trail = Trail::new();
        let anchor = trail.linked[7].link;
        trail.linked.truncate(6);
        assert_eq!(trail.faults(None), [(9, Kind::LinkMissing)], "its seal is still there");
        trail.seals.truncate(2);
        assert_eq!(trail.faults(None), [], "nothing in the database tells");
        assert_eq!(trail.faults(Some((anchor.n, anchor.hash))), [(8, Kind::AnchorMissing)]);
        trail.linked.truncate(0);
        trail.seals.truncate(0);
        assert_eq!(trail.faults(Some((anchor.n, anchor.hash))), [(8, Kind::AnchorMissing)]);
    }
}
