//! Trails as they lie in the database, changed in every way, and what is told of them.

use jiff::Timestamp;
use ops_store::port::Record;

use super::{AuditFaultKind as Kind, *};
use crate::app::audit::chain::extend;
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
