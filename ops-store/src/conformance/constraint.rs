//! Constraints: each name in the database has a meaning or a reason why no change can meet it, and says the same as the
//! rule of the domain.

use std::{collections::BTreeMap, sync::Arc};

use ops_core::{
    Number, Text, Word, connection, credential, event, health, limits, maintenance, note, operator, routing,
};

use crate::{Store, sql::refusal, testing::Rows};

/// What stands behind a named constraint.
enum Rule {
    /// `sql::refusal` knows what it means.
    Mapped,
    /// The domain makes no other words than these, all of which are allowed.
    Words(&'static [&'static str]),
    /// The domain makes no other numbers, or lengths in characters, than from here to there.
    Range(i64, i64),
    /// No change can meet it, because …
    Unreachable(&'static str),
}

/// Every named constraint and unique index, and what stands behind it.
fn rules() -> BTreeMap<&'static str, Rule> {
    use Rule::{Mapped, Range, Unreachable, Words};
    const FRESH: Rule = Unreachable("ids are minted anew for every request, from sixteen random octets");
    const LOCKED: Rule = Unreachable("drawn under the lock of the row that counts");
    const ONE_ROW: Rule = Unreachable("the service makes no second row");
    const EXPECTED: Rule =
        Unreachable("the change expects it, under the lock of its operator, and rows are kept");
    let length = |rule: ops_core::text_rule::TextRule| {
        Range(i64::try_from(rule.min).unwrap(), i64::try_from(rule.max).unwrap())
    };
    let number = |rule: ops_core::number_rule::NumberRule| Range(rule.min, rule.max);
    BTreeMap::from([
        ("account_connection_exists", EXPECTED),
        ("account_operator_exists", EXPECTED),
        ("account_taken", Mapped),
        ("audit_link_hash_size", Unreachable("a SHA-256")),
        ("audit_link_n_range", Unreachable("the chain counts up from 1")),
        ("audit_link_row_taken", Unreachable("whoever leads the sealing links each row once")),
        ("audit_row_taken", Unreachable("the database draws the number itself")),
        ("audit_seal_n_range", Unreachable("the chain counts up from 1")),
        ("audit_seal_signature_size", Unreachable("an Ed25519 signature")),
        ("connection_health_connection_exists", EXPECTED),
        ("connection_health_state_rule", Words(health::State::WORDS)),
        ("connection_name_rule", length(connection::Name::RULE)),
        ("connection_name_taken", Mapped),
        ("connection_operator_exists", EXPECTED),
        ("connection_place_connection_exists", EXPECTED),
        ("connection_protocol_rule", Words(connection::Protocol::WORDS)),
        ("connection_status_rule", Words(connection::Status::WORDS)),
        ("connection_version_range", Unreachable("versions count up from 1")),
        ("credential_active_taken", Mapped),
        ("credential_connection_exists", EXPECTED),
        ("credential_operator_exists", EXPECTED),
        ("credential_stage_rule", Words(credential::Stage::WORDS)),
        ("credential_staged_taken", Mapped),
        ("credential_system_id_rule", Unreachable("the rule of SystemId; see `check.rs`")),
        ("credential_version_range", Unreachable("versions count up from 1")),
        ("credential_version_taken", Mapped),
        ("health_log_window_range", Unreachable("a sample is checked before it is taken")),
        ("idempotency_key_taken", Mapped),
        ("maintenance_connection_exists", EXPECTED),
        ("maintenance_drain_s_range", number(maintenance::DrainSeconds::RULE)),
        ("maintenance_due_rule", Unreachable("one function of the domain says when a window is due")),
        ("maintenance_operator_exists", EXPECTED),
        ("maintenance_order_rule", Unreachable("a window is checked before it is planned or moved")),
        ("maintenance_phase_rule", Words(maintenance::Phase::WORDS)),
        ("maintenance_reason_rule", length(operator::Reason::RULE)),
        ("maintenance_reference_rule", length(note::Reference::RULE)),
        ("maintenance_version_range", Unreachable("versions count up from 1")),
        ("note_operator_exists", EXPECTED),
        ("note_reference_rule", length(note::Reference::RULE)),
        ("note_text_rule", length(note::NoteText::RULE)),
        ("operator_code_rule", Unreachable("the rule of Code; see `check.rs`")),
        ("operator_code_taken", Mapped),
        ("operator_country_operator_exists", EXPECTED),
        ("operator_deleted_rule", Unreachable("only the deletion sets either, and it sets both")),
        ("operator_display_name_rule", length(operator::DisplayName::RULE)),
        ("operator_display_name_taken", Mapped),
        ("operator_external_id_rule", length(operator::ExternalId::RULE)),
        ("operator_external_id_taken", Mapped),
        ("operator_importance_rule", Words(operator::Importance::WORDS)),
        ("operator_kind_rule", Words(operator::Kind::WORDS)),
        ("operator_label_operator_exists", EXPECTED),
        ("operator_network_operator_exists", EXPECTED),
        ("operator_status_rule", Words(operator::Status::WORDS)),
        ("operator_version_range", Unreachable("versions count up from 1")),
        ("outbox_data_size", Unreachable("a larger event is refused before anything is sent")),
        ("outbox_head_one", ONE_ROW),
        ("outbox_id_taken", FRESH),
        ("outbox_position_taken", LOCKED),
        ("outbox_sequence_taken", LOCKED),
        ("outbox_type_rule", Words(event::EventType::WORDS)),
        ("relay_mark_one", ONE_ROW),
        ("relay_mark_stream_sequence_range", Unreachable("a stream counts up from 0")),
        ("routing_head_one", ONE_ROW),
        ("rule_name_rule", length(routing::RuleName::RULE)),
        ("rule_on_no_target_rule", Words(routing::OnNoTarget::WORDS)),
        ("rule_precedence_range", number(routing::Precedence::RULE)),
        ("rule_target_connection_exists", EXPECTED),
        ("rule_target_failover_on_rule", Words(routing::FailoverOn::WORDS)),
        ("rule_target_operator_exists", EXPECTED),
        ("rule_target_rule_exists", EXPECTED),
        ("rule_target_tier_range", number(routing::Tier::RULE)),
        ("rule_target_weight_range", number(routing::Weight::RULE)),
        ("rule_version_range", Unreachable("versions count up from 1")),
        ("service_epoch_range", Unreachable("no change writes the epoch")),
        ("service_one", ONE_ROW),
    ])
}

/// The named constraints and unique indexes of the database, with their definitions.
pub(super) async fn definitions(rows: &Rows) -> BTreeMap<String, String> {
    if rows.are_of_postgres() {
        // without those that PostgreSQL names itself (primary keys), and copies in partitions
        let sql = "SELECT c.conname::text, pg_get_constraintdef(c.oid) FROM pg_constraint c \
                   JOIN pg_class t ON t.oid = c.conrelid \
                   WHERE c.connamespace = 'ops'::regnamespace AND NOT t.relispartition AND c.contype <> 'n' \
                   AND c.conname <> t.relname || '_pkey' \
                   UNION SELECT i.relname::text, pg_get_indexdef(i.oid) FROM pg_index x \
                   JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
                   WHERE x.indisunique AND t.relnamespace = 'ops'::regnamespace AND NOT t.relispartition \
                   AND i.relname <> t.relname || '_pkey' \
                   AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid)";
        return rows.query(sql, []).await.iter().map(|row| (as_text(&row[0]), as_text(&row[1]))).collect();
    }
    let schema = rows.texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL", []).await;
    let mut found = BTreeMap::new();
    for statement in schema {
        for before in ["CONSTRAINT ", "CREATE UNIQUE INDEX "] {
            for rest in statement.split(before).skip(1) {
                let name = rest.split_whitespace().next().unwrap();
                found.insert(name.to_owned(), rest.lines().take(2).collect::<Vec<_>>().join(" "));
            }
        }
    }
    found
}

fn as_text(value: &crate::Value) -> String {
    match value {
        crate::Value::Text(Some(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// Words between apostrophes.
fn words(definition: &str) -> Vec<&str> {
    definition.split('\'').skip(1).step_by(2).collect()
}

/// Whole numbers that stand alone.
fn numbers(definition: &str) -> Vec<i64> {
    definition.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|word| word.parse().ok()).collect()
}

/// Each named constraint is in the list above, none of the list is missing, and its text allows what the domain makes and
/// nothing else. Both databases are compared with the one list, and so with each other.
pub async fn every_named_constraint_has_a_meaning_and_says_what_the_domain_says(
    _: Arc<dyn Store>,
    rows: Rows,
) {
    let definitions = definitions(&rows).await;
    let rules = rules();
    let names: Vec<&str> = definitions.keys().map(String::as_str).collect();
    assert_eq!(names, rules.keys().copied().collect::<Vec<_>>());
    for (name, rule) in rules {
        let definition = &definitions[name];
        assert_eq!(refusal::meaning(name).is_some(), matches!(rule, Rule::Mapped), "{name}");
        match rule {
            Rule::Mapped => {}
            Rule::Words(of_domain) => {
                let (mut found, mut of_domain) = (words(definition), of_domain.to_vec());
                found.sort_unstable();
                of_domain.sort_unstable();
                assert_eq!(found, of_domain, "{name}: {definition}");
            }
            Rule::Range(from, to) => assert_eq!(numbers(definition), [from, to], "{name}: {definition}"),
            Rule::Unreachable(reason) => assert!(!reason.is_empty()),
        }
    }
    let range = numbers(&definitions["health_log_window_range"]);
    assert_eq!(range, [5, 3600], "what a sample's check accepts");
    let octets = i64::try_from(limits::EVENT_OCTETS_MAX).unwrap();
    assert!(numbers(&definitions["outbox_data_size"]).contains(&octets));
}

/// The condition of a CHECK, out of its definition.
pub(super) fn check(definition: &str) -> &str {
    let start = definition.find("CHECK (").unwrap() + "CHECK ".len();
    let mut depth = 0;
    for (at, c) in definition[start..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &definition[start..=start + at];
        }
    }
    panic!("{definition} has no end")
}
