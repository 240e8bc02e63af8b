//! Operators: what is written is read back, what must be unique is unique, and lists show what they are asked for.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ops_core::{
    Change, Text,
    change::ChangeName,
    event::Event,
    operator::{self, Countries, Labels, NameKey, Networks, Operator, Status},
    testing::{create_operator, text},
};

use super::estate::{Estate, receipt};
use crate::{
    Store,
    port::{CommitError, Deleted, OperatorFilter, OperatorSort},
    testing::Rows,
};

/// A command that fills every field, with characters of several lengths in UTF-8.
fn every_field() -> operator::create::Create {
    let labels = [("team", "Füße 😀 \"'\\"), ("empty", "")].map(|(key, value)| (text(key), text(value)));
    let plmn = |mcc: &str, mnc: &str| ops_core::network::Plmn { mcc: text(mcc), mnc: text(mnc) };
    operator::create::Create {
        external_id: Some(text("Nr. ÄÖÜ/7 €")),
        display_name: text("Straße & Söhne ﬁ 😀"),
        kind: operator::Kind::Aggregator,
        importance: operator::Importance::Critical,
        countries: Countries::parse(vec![text("DE"), text("AT")]).unwrap(),
        networks: Networks::parse(vec![plmn("262", "01"), plmn("310", "004")]).unwrap(),
        labels: Labels::new(labels.into()).unwrap(),
        about: every_description(),
        ..create_operator("acme-de")
    }
}

fn every_description() -> operator::About {
    let json = serde_json::json!({
        "legal_name": "ACME „Süd“ GmbH", "website": "https://acme.example", "portal_url": "https://p.acme.example/x",
        "description": "Erreicht alles.", "support_hours": "24/7", "time_zone": "Europe/Berlin",
        "contacts": [{"role": "noc", "level": 1, "name": "NÖC", "email": "noc@acme.example", "phone": null, "hours": null}],
        "contract": {"reference": "V-7", "starts_on": "2026-01-01", "ends_on": null, "notice_days": 90,
            "currency": "EUR", "contracted_tps": 12.5, "contracted_binds": 8},
    });
    serde_json::from_value(json).unwrap()
}

/// Every field of an operator is read back as it was written, and again after each has changed.
pub async fn an_operator_is_read_back_as_it_was_written(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (created, change) = operator::create::create(every_field(), &estate.stamp());
    assert_ne!(created.created_at.subsec_microsecond(), 0, "the test looks at microseconds");
    estate.keep(change).await;
    assert_eq!(estate.now(created.id).await, created);

    let mut fields = created.fields().clone();
    fields.external_id = None;
    fields.display_name = text("其他");
    fields.importance = operator::Importance::Normal;
    fields.countries = Countries::default();
    fields.networks = Networks::default();
    fields.labels = Labels::default();
    fields.about = Box::default();
    fields.status = Status::Suspended;
    fields.status_until = Some(Timestamp::from_microsecond(1_760_000_000_000_002).unwrap());
    fields.erased_at = Some(Timestamp::from_microsecond(1_760_000_000_000_003).unwrap());
    fields.purged_at = Some(Timestamp::from_microsecond(1_760_000_000_000_004).unwrap());
    fields.purge_after = Some(Timestamp::from_microsecond(1_760_000_000_000_005).unwrap());
    fields.status_reason = Some(text("weil „es“ so ist"));
    fields.drain_reason = Some(text("der Vertrag „endet“"));
    fields.receipts_until = Some(Timestamp::from_microsecond(1_760_000_000_000_001).unwrap());
    fields.version = 2;
    fields.updated_at = created.updated_at + SignedDuration::from_micros(1);
    fields.updated_by = "somebody else".into();
    let changed = Operator::restore(fields);
    estate.keep(estate.put(changed.clone(), Some(1))).await;
    assert_eq!(estate.now(created.id).await, changed);
    assert_eq!(estate.store.operator(ops_core::id::OperatorId::from(uuid::Uuid::nil())).await.unwrap(), None);
}

/// A second operator with the code, the folded name or the external id of another one is refused with the other's id,
/// and leaves no row, event, audit entry or receipt.
pub async fn a_second_operator_with_the_same_code_name_or_external_id_is_taken_and_leaves_nothing(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (first, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    let other = create_operator("other");
    let same = [
        ("code", operator::create::Create { code: text("acme-de"), ..other.clone() }),
        (
            "display_name",
            operator::create::Create { display_name: text("STRASSE & sÖhne FI 😀"), ..other.clone() },
        ),
        ("external_id", operator::create::Create { external_id: first.external_id.clone(), ..other.clone() }),
    ];
    for (field, command) in same {
        let stamp = estate.stamp();
        let (_, change) = operator::create::create(command, &stamp);
        match estate.refused(change, Some(receipt("key", 1, stamp.at()))).await {
            CommitError::Taken { field: taken, existing } => {
                assert_eq!((taken, existing), (field, Some(first.id.uuid())));
            }
            refusal => panic!("{field}: {refusal:?}"),
        }
    }
    estate.operator("other").await;
}

/// Of several values that are taken the code is told, then the name, then the external id, each with its holder.
pub async fn of_several_taken_values_the_code_is_told_first(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (first, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    let (_, change) = operator::create::create(every_field(), &estate.stamp());
    let refusal = estate.refused(change, None).await;
    let is = |refusal: &CommitError, told, by: &Operator| matches!(refusal, CommitError::Taken { field, existing } if *field == told && *existing == Some(by.id.uuid()));
    assert!(is(&refusal, "code", &first), "{refusal:?}");

    let second = estate.operator("second").await;
    let third = estate.operator("third").await;
    let update = operator::update::Update {
        display_name: Some(second.display_name.clone()),
        external_id: Some(first.external_id.clone()),
        ..Default::default()
    };
    let (_, change) = operator::update::update(&third, update, &estate.stamp()).unwrap().unwrap();
    let refusal = estate.refused(change, None).await;
    assert!(is(&refusal, "display_name", &second), "{refusal:?}");
}

/// A change of an operator to the name or external id of another one is refused in the same way.
pub async fn an_operator_cannot_take_the_name_or_external_id_of_another_one(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (first, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    let second = estate.operator("other").await;
    let named =
        operator::update::Update { display_name: Some(first.display_name.clone()), ..Default::default() };
    let keyed =
        operator::update::Update { external_id: Some(first.external_id.clone()), ..Default::default() };
    for (field, update) in [("display_name", named), ("external_id", keyed)] {
        let (_, change) = operator::update::update(&second, update, &estate.stamp()).unwrap().unwrap();
        let refusal = estate.refused(change, None).await;
        assert!(
            matches!(refusal, CommitError::Taken { field: taken, existing } if taken == field && existing == Some(first.id.uuid())),
            "{field}: {refusal:?}"
        );
    }
}

/// Deleting an operator deletes its connections with it, frees its code, name and external id, and keeps its row.
pub async fn a_deleted_operator_frees_what_was_unique_takes_its_connections_along_and_can_still_be_read(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let (draft, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    let connection = estate.connection(&draft, "main").await;
    let spared = estate.connection(&estate.operator("spared").await, "main").await;
    let deleted = estate.delete(draft.id).await;
    assert_eq!((deleted.status, deleted.version), (Status::Deleted, 2));
    assert!(deleted.deleted_at.is_some());

    let gone = estate.store.connection(connection.id).await.unwrap().unwrap();
    assert_eq!((gone.deleted_at, gone.version), (deleted.deleted_at, 2));
    assert_eq!(estate.store.connections_of(draft.id).await.unwrap(), Some(Vec::new()));
    assert_eq!(estate.store.credentials_of(connection.id).await.unwrap(), None);
    assert_eq!(estate.store.connection(spared.id).await.unwrap(), Some(spared));

    let (again, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    assert_eq!(estate.now(again.id).await, again);
    assert_eq!(estate.now(draft.id).await, deleted);
}

/// Pages of every size, walked in each order, show each operator once.
pub async fn a_walk_over_operators_neither_repeats_nor_skips_one_in_any_order(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let names = ["b", "A", "ä", "Z", "é", "ß", "ss-2", "0", "aa", "a a", "a-a", "Ω", "其", "😀", "y"];
    let mut all = Vec::new();
    // several at one moment: the id must decide
    let moment = estate.stamp();
    for (n, name) in names.iter().enumerate() {
        let stamp = ops_core::testing::stamp_at(moment.at(), u8::try_from(n).unwrap());
        let stamp = if n % 3 == 0 { estate.stamp() } else { stamp };
        let command = operator::create::Create {
            display_name: text(name),
            ..create_operator(&format!("{}{n}", ["x", "a-", "a"][n % 3]))
        };
        let (operator, change) = operator::create::create(command, &stamp);
        estate.keep(change).await;
        all.push(operator);
    }
    for sort in [OperatorSort::Code, OperatorSort::CreatedAt, OperatorSort::DisplayName] {
        all.sort_by_key(|operator| {
            let key = match sort {
                OperatorSort::Code => operator.code.as_str().to_owned(),
                OperatorSort::CreatedAt => format!("{:020}", operator.created_at.as_microsecond()),
                OperatorSort::DisplayName => operator.display_name.key().as_str().to_owned(),
            };
            (key, operator.id)
        });
        for limit in [1, 2, 4, 14, 15, 16] {
            let mut filter = OperatorFilter { sort, ..OperatorFilter::default() };
            let mut seen = Vec::new();
            loop {
                let (page, next) = estate.store.operators(&filter, limit).await.unwrap();
                assert!(page.len() == limit || next.is_none());
                seen.extend(page);
                match next {
                    Some(next) => filter.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, all, "{sort:?} by {limit}");
        }
    }
}

/// The filters of a list: a prefix of code or folded name, a status, deleted or not, and all of them together.
pub async fn a_list_of_operators_shows_what_the_filter_says(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (active, _) = estate.active("acme-de").await;
    for (code, name) in [("acme-fr", "Straßenfunk"), ("b-acme", "100 % Mobil"), ("c", "acme's_other")] {
        let command = operator::create::Create { display_name: text(name), ..create_operator(code) };
        estate.keep(operator::create::create(command, &estate.stamp()).1).await;
    }
    let gone = estate.operator("acme-gone").await;
    estate.delete(gone.id).await;
    let shown = async |filter: OperatorFilter| -> Vec<String> {
        let (operators, next) = estate.store.operators(&filter, 100).await.unwrap();
        assert_eq!(next, None);
        operators.iter().map(|operator| operator.code.to_string()).collect()
    };
    let q = |q: &str| OperatorFilter { q: Some(q.into()), ..OperatorFilter::default() };
    let all = || OperatorFilter::default();
    assert_eq!(shown(all()).await, ["acme-de", "acme-fr", "b-acme", "c"]);
    assert_eq!(shown(q("acme")).await, ["acme-de", "acme-fr", "c"], "a prefix of the code or of the name");
    assert_eq!(shown(q("STRASS")).await, ["acme-fr"], "folded as names are");
    assert_eq!(shown(q("Operator ACME")).await, ["acme-de"]);
    assert_eq!(shown(q("100 %")).await, ["b-acme"]);
    for none in ["%", "_cme", "acm_", "me", "acme-de-", "\u{10ffff}"] {
        assert!(
            shown(q(none)).await.is_empty(),
            "{none}: no character is wild, and only the beginning counts"
        );
    }
    assert_eq!(shown(q("")).await.len(), 4);
    assert_eq!(shown(OperatorFilter { status: Some(Status::Active), ..all() }).await, ["acme-de"]);
    assert_eq!(shown(OperatorFilter { status: Some(Status::Draining), ..all() }).await.len(), 0);
    assert_eq!(shown(OperatorFilter { deleted: Deleted::Only, ..all() }).await, ["acme-gone"]);
    assert_eq!(shown(OperatorFilter { deleted: Deleted::Include, ..all() }).await.len(), 5);
    let together = OperatorFilter {
        status: Some(Status::Draft),
        deleted: Deleted::Include,
        sort: OperatorSort::DisplayName,
        after: Some((NameKey::of("acme's_other").as_str().to_owned(), active.id)),
        ..q("acme")
    };
    assert_eq!(shown(together).await, ["c", "acme-fr"], "its id is higher than the cursor's");
    let counts = estate.store.count_by_status().await.unwrap();
    let mut counts: Vec<_> = counts.into_iter().map(|(status, n)| (status.to_string(), n)).collect();
    counts.sort();
    assert_eq!(counts, [("active".to_owned(), 1), ("draft".to_owned(), 3)]);
}

/// A dossier holds the operator, its connections, their credentials, some of its rules and who was ever bound.
pub async fn a_dossier_holds_everything_that_hangs_off_an_operator(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let (operator, main) = estate.active("acme").await;
    let (_, foreign) = estate.active("other").await;
    let backup = estate.connection(&operator, "backup").await;
    let staged = estate.credential(&main).await;
    assert_eq!((staged.version, staged.stage), (2, ops_core::credential::Stage::Staged));
    let rule = estate.rule("both", 1, &[&main, &backup]).await;
    estate.rule("not ours", 2, &[&foreign]).await;
    let arrived = crate::port::Arrived {
        samples: vec![
            super::estate::sample(main.id, "gateway/a", 0, 0, &[0]),
            super::estate::sample(backup.id, "gateway/a", 1, 0, &[]),
            super::estate::sample(foreign.id, "gateway/a", 2, 0, &[0]),
        ],
        received_at: super::estate::time(31),
        eval_s: 30,
    };
    estate.store.append(arrived).await.unwrap();
    // bound once is bound once, also when the session is lost now
    let mut lost = super::estate::sample(main.id, "gateway/a", 3, 30, &[]);
    lost.sessions.push(super::estate::session(
        0,
        ops_core::health::SessionState::Unbound,
        super::estate::time(40),
    ));
    let later =
        crate::port::Arrived { samples: vec![lost], received_at: super::estate::time(61), eval_s: 30 };
    estate.store.append(later).await.unwrap();

    let dossier = estate.dossier(operator.id).await;
    assert_eq!(dossier.operator, operator);
    assert_eq!(dossier.connections, [backup, main.clone()], "by name");
    assert_eq!(dossier.credentials, estate.store.credentials_of(main.id).await.unwrap().unwrap());
    assert_eq!(dossier.credentials.len(), 2);
    assert_eq!(dossier.targeting_rules, [rule.id]);
    assert_eq!(dossier.last_bound.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [main.id]);
    assert!(estate.store.dossier(ops_core::id::OperatorId::from(uuid::Uuid::nil())).await.unwrap().is_none());
}

/// An event has room for 64 KiB of data; one octet more is refused, and nothing of its change is kept.
pub async fn an_event_over_64_kib_is_refused_and_nothing_of_its_change_is_kept(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    let estate = Estate::new(store, rows);
    let operator = estate.operator("acme").await;
    let change = |octets: usize| {
        let stamp = estate.stamp();
        let changed = |field: String| vec![ops_core::event::Changed::profile([field])];
        let empty = serde_json::to_string(
            &Event::updated(stamp.mint().id(), operator.id, changed(String::new()), None).data,
        );
        let event = Event::updated(
            stamp.mint().id(),
            operator.id,
            changed("x".repeat(octets - empty.unwrap().len())),
            None,
        );
        assert_eq!(serde_json::to_string(&event.data).unwrap().len(), octets);
        Change::new(ChangeName::OperatorUpdate, &stamp).event(event)
    };
    estate.keep(change(65_536)).await;
    let refusal = estate.refused(change(65_537), None).await;
    assert!(matches!(refusal, CommitError::NotStorable(_)), "{refusal:?}");
}

/// The filters that look elsewhere: country, network, label with and without a value, and the state of health, which is the
/// one that the domain says for every mixture of connections.
pub async fn a_list_of_operators_finds_places_labels_and_health(store: Arc<dyn Store>, rows: Rows) {
    let estate = Estate::new(store, rows);
    let shown = async |filter: OperatorFilter| -> Vec<String> {
        let (operators, _) = estate.store.operators(&filter, 1000).await.unwrap();
        operators.iter().map(|operator| operator.code.to_string()).collect()
    };
    let all = || OperatorFilter::default();
    let (acme, change) = operator::create::create(every_field(), &estate.stamp());
    estate.keep(change).await;
    estate.operator("other").await;
    let plmn = |mnc: &str| Some(ops_core::network::Plmn { mcc: text("262"), mnc: text(mnc) });
    assert_eq!(shown(OperatorFilter { country: Some(text("AT")), ..all() }).await, ["acme-de"]);
    assert!(shown(OperatorFilter { country: Some(text("CH")), ..all() }).await.is_empty());
    assert_eq!(shown(OperatorFilter { network: plmn("01"), ..all() }).await, ["acme-de"]);
    assert!(shown(OperatorFilter { network: plmn("001"), ..all() }).await.is_empty(), "codes are text");
    let label = |key: &str, value: Option<&str>| Some((text(key), value.map(text)));
    assert_eq!(shown(OperatorFilter { label: label("team", None), ..all() }).await, ["acme-de"]);
    assert_eq!(shown(OperatorFilter { label: label("empty", Some("")), ..all() }).await, ["acme-de"]);
    assert!(shown(OperatorFilter { label: label("team", Some("")), ..all() }).await.is_empty());

    // a change of these fields moves them
    let update = operator::update::Update {
        countries: Some(Countries::parse(vec![text("CH")]).unwrap()),
        ..operator::update::Update::default()
    };
    let (_, change) = operator::update::update(&acme, update, &estate.stamp()).unwrap().unwrap();
    estate.keep(change).await;
    assert_eq!(shown(OperatorFilter { country: Some(text("CH")), ..all() }).await, ["acme-de"]);
    assert!(shown(OperatorFilter { country: Some(text("AT")), ..all() }).await.is_empty());
    assert_eq!(shown(OperatorFilter { network: plmn("01"), ..all() }).await, ["acme-de"]);

    assert_health_is_the_domains(&estate).await;
}

/// An operator for every pair of states, the second of which may be disabled, or say that it does not count.
async fn assert_health_is_the_domains(estate: &Estate) {
    use ops_core::{Word as _, connection, health};
    let mut expected = std::collections::BTreeMap::new();
    let states = health::State::WORDS.iter().map(|word| health::State::parse(word).unwrap());
    let states: Vec<_> = states.collect();
    for (n, one) in states.iter().enumerate() {
        for (m, two) in states.iter().enumerate() {
            let operator = estate.operator(&format!("h{n}{m}")).await;
            let first = estate.connection(&operator, "one").await;
            let second = estate.connection(&operator, "two").await;
            let mut two_counts = true;
            if n < m {
                let (_, change) = connection::status::disable(&second, &estate.stamp()).unwrap();
                estate.keep(change).await;
                two_counts = false;
            } else if n > m {
                let (_, change) = estate.updated(&second, &[], |update| update.counts_for_operator = false);
                estate.keep(change).await;
                two_counts = false;
            }
            let health = |of: &connection::Connection, state| {
                let unknown = health::ConnectionHealth::unknown(of.id, operator.id, of.created_at);
                health::ConnectionHealth { state, ..unknown }
            };
            estate.store.keep_progress(&[health(&first, *one), health(&second, *two)]).await.unwrap();
            let state = health::operator_state([(true, *one), (two_counts, *two)]);
            expected.entry(state).or_insert_with(Vec::new).push(operator.code.to_string());
        }
    }
    expected.entry(health::State::Unknown).or_default().extend(["acme-de", "other"].map(str::to_owned));
    for state in states {
        let filter = OperatorFilter { health: Some(state), ..OperatorFilter::default() };
        let (found, _) = estate.store.operators(&filter, 1000).await.unwrap();
        let found: Vec<_> = found.iter().map(|operator| operator.code.to_string()).collect();
        let mut of_state = expected.remove(&state).unwrap_or_default();
        of_state.sort();
        assert_eq!(found, of_state, "{state}");
    }
}

/// A restore brings back the operator and exactly the connections that were deleted with it, disabled, once; it is refused
/// when somebody has taken a name meanwhile, and when the purge has begun.
pub async fn a_deleted_operator_comes_back_with_exactly_its_connections_while_its_name_is_free(
    store: Arc<dyn Store>,
    rows: Rows,
) {
    use ops_core::{connection, operator::restore::restore};
    let estate = Estate::new(store, rows);
    let acme = estate.operator("acme").await;
    let kept = estate.connection(&acme, "kept").await;
    let deleted = estate.delete(acme.id).await;
    let (restored, change) = restore(&deleted, &estate.stamp()).unwrap();
    estate.keep(change.clone()).await;
    assert_eq!(estate.now(acme.id).await, restored);
    assert_eq!((restored.status, restored.deleted_at, restored.purge_after), (Status::Suspended, None, None));
    let back = estate.store.connection(kept.id).await.unwrap().unwrap();
    assert_eq!((back.status, back.deleted_at), (connection::Status::Disabled, None));
    assert_eq!((back.version, back.config_version), (3, 2));
    let again = estate.refused(change, None).await;
    assert!(matches!(again, CommitError::Conflict(name) if name == "operator_restorable"));

    let deleted = estate.delete(acme.id).await;
    let thief = estate.operator("acme").await;
    let taken = estate.refused(restore(&deleted, &estate.stamp()).unwrap().1, None).await;
    assert!(
        matches!(&taken, CommitError::Taken { field: "code", existing } if *existing == Some(thief.id.uuid())),
        "{taken:?}"
    );
    assert_eq!(estate.now(acme.id).await, deleted, "nothing of it is kept");
    assert!(estate.store.connection(kept.id).await.unwrap().unwrap().deleted_at.is_some());
}
