//! Planned windows, notes and the timeline: what is written is read back, what is due is found, and all of it comes in one
//! order.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    maintenance::{self, Calendar, DrainSeconds, Maintenance, Phase},
    note,
    operator::{Operator, readiness::Dependents},
    testing::text,
};

use super::estate::Estate;
use crate::{
    Store,
    port::{CommitError, Happened},
    testing::Rows,
};

async fn calendar(estate: &Estate, operator: &Operator) -> Calendar {
    let dossier = estate.dossier(operator.id).await;
    Calendar {
        operator: dossier.operator,
        open: dossier.open_maintenances,
        dependents: Dependents::default(),
    }
}

fn window(ahead_s: i64, drain_s: i64) -> impl Fn(Timestamp) -> maintenance::create::Create {
    use ops_core::Number as _;
    move |now| maintenance::create::Create {
        starts_at: Some(now + SignedDuration::from_secs(ahead_s)),
        ends_at: now + SignedDuration::from_secs(ahead_s + 3600),
        reason: text("Umzug – „neue“ SMSC"),
        reference: Some(text("CHG-7 €")),
        drain_s: DrainSeconds::parse(drain_s).unwrap(),
    }
}

/// Plans a window as of the next stamp.
async fn plan(estate: &Estate, operator: &Operator, ahead_s: i64, drain_s: i64) -> Maintenance {
    let (calendar, stamp) = (calendar(estate, operator).await, estate.stamp());
    let command = window(ahead_s, drain_s)(stamp.at());
    let (planned, change) = maintenance::create::create(&calendar, None, command, &stamp).unwrap();
    estate.keep(change).await;
    planned
}

/// Every field of a window is read back as it was written, and again after it has moved; one of a connection too.
pub async fn a_window_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, main) = estate.active("acme").await;
    let planned = plan(&estate, &acme, 7200, 600).await;
    assert_eq!(estate.store.maintenance(planned.id).await.unwrap(), Some(planned.clone()));
    assert_eq!(calendar(&estate, &acme).await.open, std::slice::from_ref(&planned));
    let running = plan(&estate, &acme, 0, 0).await;
    assert_eq!(running.phase, Phase::Running);
    assert_eq!(estate.store.maintenance(running.id).await.unwrap(), Some(running.clone()));
    assert_eq!(estate.now(acme.id).await.status, ops_core::operator::Status::Maintenance);

    let (open, stamp) = (calendar(&estate, &acme).await, estate.stamp());
    let command = window(7200, 0)(stamp.at());
    let (of_main, change) = maintenance::create::create(&open, Some(&main), command, &stamp).unwrap();
    estate.keep(change).await;
    assert_eq!(estate.store.maintenance(of_main.id).await.unwrap(), Some(of_main.clone()));

    let open = calendar(&estate, &acme).await;
    let change = maintenance::cancel::cancel(&open, &running, &estate.stamp()).unwrap();
    estate.keep(change).await;
    let over = estate.store.maintenance(running.id).await.unwrap().unwrap();
    assert_eq!((over.phase, over.version, over.due_at()), (Phase::Ended, 2, None));
    assert!(over.ended_at.is_some());
    assert_eq!(calendar(&estate, &acme).await.open, [planned, of_main]);
}

/// A decision about windows is refused when another window came, went or changed meanwhile.
pub async fn a_decision_about_windows_holds_only_while_they_are_as_they_were(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let acme = estate.operator("acme").await;
    let first = plan(&estate, &acme, 7200, 0).await;
    let decide = async |calendar: &Calendar| {
        let stamp = estate.stamp();
        let command = window(9000, 0)(stamp.at());
        let decided = maintenance::create::create(calendar, None, command, &stamp).unwrap();
        estate.try_keep(decided.1).await
    };
    let before = calendar(&estate, &acme).await;
    let second = plan(&estate, &acme, 9000, 0).await;
    assert!(matches!(decide(&before).await, Err(CommitError::Conflict(name)) if name == "maintenance_open"));

    let before = calendar(&estate, &acme).await;
    let later = maintenance::update::Update {
        ends_at: Some(first.ends_at + SignedDuration::from_secs(1)),
        ..maintenance::update::Update::default()
    };
    let moved = maintenance::update::update(&before, &first, later, &estate.stamp()).unwrap().unwrap();
    estate.keep(moved.1).await;
    assert!(
        matches!(decide(&before).await, Err(CommitError::Conflict(name)) if name == "maintenance_version")
    );

    // one is gone and another has come: the number is the same, and the windows are not
    let before = calendar(&estate, &acme).await;
    estate.keep(maintenance::cancel::cancel(&before, &second, &estate.stamp()).unwrap()).await;
    plan(&estate, &acme, 9000, 0).await;
    assert!(
        matches!(decide(&before).await, Err(CommitError::Conflict(name)) if name == "maintenance_version")
    );
    assert!(decide(&calendar(&estate, &acme).await).await.is_ok());
}

/// Operators with a due window are found from its first instant on, the longest due first, each once; not those without.
pub async fn what_is_due_is_found_from_its_first_instant_on(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (later, sooner) = (estate.operator("later").await, estate.operator("sooner").await);
    estate.operator("never").await;
    let planned = plan(&estate, &later, 3000, 0).await;
    let drained = plan(&estate, &sooner, 3000, 600).await;
    plan(&estate, &sooner, 3000, 60).await;
    let due = async |at: Timestamp, limit| estate.store.due_maintenances(at, limit).await.unwrap();
    let drains_at = drained.due_at().unwrap();
    let just_before = drains_at - SignedDuration::from_micros(1);
    assert!(due(just_before, 10).await.is_empty());
    assert_eq!(due(drains_at, 10).await, [sooner.id]);
    assert_eq!(due(planned.starts_at, 10).await, [sooner.id, later.id]);
    assert_eq!(due(planned.starts_at, 1).await, [sooner.id]);
}

/// Drains that are over and deleted operators that are to be purged are found from their first instant on.
pub async fn drains_and_purges_are_found_when_they_are_due(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, _) = estate.active("acme").await;
    let (other, _) = estate.active("other").await;
    let until = estate.stamp().at() + SignedDuration::from_hours(1);
    for (operator, until) in [(&acme, Some(until)), (&other, None)] {
        let command = ops_core::operator::drain::Drain { reason: text("x"), until };
        let drained = ops_core::operator::drain::drain(operator, command, &estate.stamp()).unwrap();
        estate.keep(drained.unwrap().1).await;
    }
    let drained = async |at| -> Vec<_> {
        estate.store.drained_by(at, 10).await.unwrap().iter().map(|operator| operator.id).collect()
    };
    assert!(drained(until - SignedDuration::from_micros(1)).await.is_empty());
    assert_eq!(drained(until).await, [acme.id]);

    let doomed = estate.operator("doomed").await;
    let deleted = estate.delete(doomed.id).await;
    let after = deleted.purge_after.unwrap();
    assert_eq!(after, deleted.deleted_at.unwrap() + SignedDuration::from_hours(30 * 24));
    let to_purge = async |at| estate.store.to_purge(at, 10).await.unwrap();
    assert!(to_purge(after - SignedDuration::from_micros(1)).await.is_empty());
    assert_eq!(to_purge(after).await, [deleted]);
}

/// The windows of an operator come in pages, the newest first, in any phase or in one.
pub async fn windows_come_in_pages_the_newest_first(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, other) = (estate.operator("acme").await, estate.operator("other").await);
    plan(&estate, &other, 60, 0).await;
    let mut all = Vec::new();
    for n in 0..5 {
        all.insert(0, plan(&estate, &acme, 7200 * n, 0).await.id);
    }
    for limit in 1..7 {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = estate.store.maintenances(acme.id, None, before, limit).await.unwrap();
            assert_eq!(page.open.len(), 5);
            seen.extend(page.items.iter().map(|window| window.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, all, "by {limit}");
    }
    let running = estate.store.maintenances(acme.id, Some(Phase::Running), None, 10).await.unwrap();
    assert_eq!(running.items.iter().map(|window| window.id).collect::<Vec<_>>(), [all[4]]);
}

/// The timeline finds what was done, published, planned and noted around one operator, before any id, and nothing of others.
pub async fn the_timeline_holds_what_happened_around_one_operator(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (acme, other) = (estate.operator("acme").await, estate.operator("other").await);
    let planned = plan(&estate, &acme, 60, 0).await;
    plan(&estate, &other, 60, 0).await;
    for operator in [&acme, &other] {
        let command =
            note::create::Create { text: text("Sagt „ja“ 😀"), reference: Some(text("INC-9")) };
        estate.keep(note::create::create(operator, command, &estate.stamp()).unwrap().1).await;
    }
    let happened =
        async |before, limit| estate.store.happened(acme.id, before, limit).await.unwrap().unwrap();
    let Happened { audit, events, maintenances, notes, open_maintenances } = happened(None, 10).await;
    assert_eq!((audit.len(), events.len()), (3, 2));
    assert!(audit.iter().all(|entry| entry.operator_id == Some(acme.id)));
    assert!(events.iter().all(|event| event.operator_id == acme.id));
    assert_eq!((&maintenances, &open_maintenances), (&vec![planned.clone()], &vec![planned.clone()]));
    assert_eq!((notes.len(), notes[0].text.to_string().as_str()), (1, "Sagt „ja“ 😀"));
    let ids: BTreeSet<_> = [planned.id.uuid(), notes[0].id.uuid()]
        .into_iter()
        .chain(audit.iter().map(|entry| entry.id.uuid()))
        .chain(events.iter().map(|event| event.id.uuid()))
        .collect();
    assert_eq!(ids.len(), 7);

    // what comes before the window: the creation only
    let earlier = happened(Some(planned.id.uuid()), 10).await;
    assert_eq!((earlier.audit.len(), earlier.events.len(), earlier.notes.len()), (1, 1, 0));
    assert_eq!((earlier.maintenances.len(), earlier.open_maintenances.len()), (0, 1));
    let one = happened(None, 1).await;
    assert_eq!((one.audit.len(), one.events.len(), one.notes.len()), (1, 1, 1));
    assert_eq!(one.audit, audit[..1], "the newest");
    let nobody = ops_core::id::OperatorId::from(uuid::Uuid::nil());
    assert!(estate.store.happened(nobody, None, 10).await.unwrap().is_none());
}
