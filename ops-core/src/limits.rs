//! Every limit of the domain: name, number, unit and reason, in one place.

/// Octets an SMPP `password` may have: 9 with the terminating NUL (SMPP 3.4 §5.2.2).
pub const SMPP_PASSWORD_MAX: usize = 8;
/// Octets an SMPP `system_id` may have: 16 with the terminating NUL (SMPP 3.4 §5.2.1).
pub const SMPP_SYSTEM_ID_MAX: usize = 15;
/// Octets an SMPP `password` may have with a spec override.
pub const SMPP_PASSWORD_LIFTED: usize = 64;
/// Octets an SMPP `system_id` may have with a spec override.
pub const SMPP_SYSTEM_ID_LIFTED: usize = 32;
/// Octets an SMPP `system_type` may have: 13 with the terminating NUL (SMPP 3.4 §5.2.3).
pub const SMPP_SYSTEM_TYPE_MAX: usize = 12;
/// Octets an SMPP `system_type` may have with a spec override.
pub const SMPP_SYSTEM_TYPE_LIFTED: usize = 32;
/// Octets an SMPP `address_range` may have: 41 with the terminating NUL (SMPP 3.4 §5.2.7).
pub const SMPP_ADDRESS_RANGE_MAX: usize = 40;
/// Octets an SMPP `address_range` may have with a spec override.
pub const SMPP_ADDRESS_RANGE_LIFTED: usize = 64;
/// Unanswered submits on one session: what connectors keep without trouble.
pub const WINDOW_SIZE_MAX: i64 = 1000;
/// Unanswered submits on one session with a spec override.
pub const WINDOW_SIZE_LIFTED: i64 = 10_000;
/// Octets of the certificates that a connection trusts: some chains of a private authority.
pub const TRUST_OCTETS_MAX: usize = 32 * 1024;
/// Characters of a domain name in text form (RFC 1035 §2.3.4, without the trailing dot).
pub const HOST_MAX: usize = 253;
/// Digits of an E.164 number (ITU-T E.164 §6).
pub const E164_DIGITS_MAX: usize = 15;

/// Connections one operator may have: more is a modelling mistake, and a readiness list must stay readable.
pub const CONNECTIONS_PER_OPERATOR: usize = 50;
/// Endpoints of one connection.
pub const ENDPOINTS_MAX: usize = 16;
/// Countries of one operator: every ISO 3166-1 code fits.
pub const COUNTRIES_MAX: usize = 250;
/// Networks of one operator: the largest groups have about 300.
pub const NETWORKS_MAX: usize = 500;
/// Contacts of one operator: two per role and some to spare.
pub const CONTACTS_MAX: usize = 20;
/// Planned windows of one operator that are not over: one a day for a quarter, and some to spare.
pub const MAINTENANCES_MAX: usize = 100;
/// Days a planned window may last.
pub const MAINTENANCE_DAYS_MAX: i64 = 90;
/// Days ahead for which a drain may be told to end, and receipts to be taken after a suspension.
pub const UNTIL_DAYS_MAX: i64 = 366;
/// Labels of one operator or rule.
pub const LABELS_MAX: usize = 64;
/// Octets of all labels of one thing together, keys and values: they travel in every event.
pub const LABELS_OCTETS_MAX: usize = 8 * 1024;
/// Targets of one rule: the largest split seen in the field has 12.
pub const TARGETS_MAX: usize = 64;
/// `exclude` entries of one resolve request.
pub const EXCLUDE_MAX: usize = 64;
/// Attempts of one message that a resolve request may name, counted from 0.
pub const ATTEMPT_MAX: i64 = 9;

/// Connections one lease request may name.
pub const LEASE_CONNECTIONS_MAX: usize = 200;
/// Samples of one batch.
pub const SAMPLES_PER_BATCH: usize = 1000;
/// Sessions one sample may report.
pub const SESSIONS_PER_SAMPLE: usize = 50;
/// Receipt cohorts one sample may report.
pub const COHORTS_PER_SAMPLE: usize = 300;
/// Distinct status codes one sample may report.
pub const STATUSES_PER_SAMPLE: usize = 16;
/// Buckets of a latency histogram: log2 bounds from 1 ms to 2²³ ms.
pub const LATENCY_BUCKETS: usize = 24;
/// Seconds a sample's window may lie in the future: clocks of gateways are not ours.
pub const SAMPLE_FUTURE_S: i64 = 600;
/// Days a sample is kept, and so the oldest one that is still taken.
pub const SAMPLE_KEPT_DAYS: i64 = 7;

/// Octets of one event's data: NATS carries 1 MiB, consumers' buffers do not.
pub const EVENT_OCTETS_MAX: usize = 64 * 1024;
/// Days a published event is kept, at least: twice as long as the stream keeps them, so that a lost stream can be filled again.
pub const EVENTS_KEPT_DAYS: i64 = 14;
/// Hours receipts are still taken after a suspension.
pub const RECEIPTS_AFTER_SUSPENSION_HOURS: i64 = 72;
/// Days a retired credential is kept for a rollback.
pub const RETIRE_AFTER_DAYS: i64 = 7;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        event::{Data, Event},
        operator::{Fields, Operator, testing::standing},
        testing::stamp,
    };

    #[test]
    fn the_event_of_an_operator_whose_lists_are_all_full_may_be_published() {
        let fields = standing(crate::operator::Status::Draft).fields().clone();
        let networks: Vec<_> =
            (0..NETWORKS_MAX).map(|n| json!({"mcc": "262", "mnc": format!("{n:03}")})).collect();
        let each = LABELS_OCTETS_MAX / LABELS_MAX - 3;
        let labels: serde_json::Map<_, _> =
            (0..LABELS_MAX).map(|n| (format!("k{n:02}"), json!("x".repeat(each)))).collect();
        let full = Operator::restore(Fields {
            countries: serde_json::from_value(json!(vec!["DE"; COUNTRIES_MAX])).unwrap(),
            networks: serde_json::from_value(networks.into()).unwrap(),
            labels: serde_json::from_value(labels.into()).unwrap(),
            ..fields
        });
        let data: Data = Event::created(stamp(1).mint().id(), &full).data;
        let octets = serde_json::to_vec(&data).unwrap().len();
        assert!((LABELS_OCTETS_MAX..=EVENT_OCTETS_MAX).contains(&octets), "{octets}");
    }
}
