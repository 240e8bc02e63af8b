//! Samples in SQL: each is stored once, and what was stored is added to its window and to the sessions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ops_core::{
    health::{Sample, WindowSums, is_closed, window_of},
    id::{ConnectionId, OperatorId, RunId},
};

use super::{NotStorable, Statement, args, health_session::put_sessions, health_window::add_to_window, json};
use crate::port::{Arrived, SampleTaken};

/// One sample; nothing when it is there already. `window_start` is part of the key, as partitions demand.
pub(crate) fn insert_sample(
    sample: &Sample,
    operator: OperatorId,
    received_at: Timestamp,
    late: bool,
) -> Result<Statement, NotStorable> {
    Ok(Statement::new(
        "INSERT INTO operator_health_log (connector_id, run_id, seq, window_start, window_s, connection_id, \
         operator_id, received_at, late, sample) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT DO NOTHING",
        args![
            sample.connector_id.clone(),
            sample.run_id.uuid(),
            sample.seq,
            sample.window_start,
            sample.window_s,
            sample.connection_id.uuid(),
            operator.uuid(),
            received_at,
            late,
            json(sample)?,
        ],
    ))
}

/// What makes two samples the same.
pub(crate) type Identity = (String, RunId, i64, Timestamp);

/// The identity of a sample as it is stored: in whole microseconds, whatever the connector sends.
pub(crate) fn identity(sample: &Sample) -> Identity {
    let (connector, run, seq, start) = sample.identity();
    let start = Timestamp::from_microsecond(start.as_microsecond()).unwrap_or(start);
    (connector.to_owned(), run, seq, start)
}

/// Whether a sample came after its window was closed.
pub(crate) fn is_late(sample: &Sample, arrived: &Arrived) -> bool {
    is_closed(window_of(sample.window_end(), arrived.eval_s), arrived.received_at)
}

/// What became of each sample, given the identities that were stored now; and the statements that add the stored ones to
/// their windows and sessions, in one order for every batch, so that two batches never wait in a ring.
pub(crate) fn account(
    arrived: &Arrived,
    operators: &BTreeMap<ConnectionId, OperatorId>,
    mut stored: BTreeSet<Identity>,
) -> (Vec<SampleTaken>, Vec<Statement>) {
    let mut windows: BTreeMap<(ConnectionId, Timestamp), WindowSums> = BTreeMap::new();
    let mut latest: BTreeMap<(ConnectionId, &str), &Sample> = BTreeMap::new();
    let mut taken = Vec::with_capacity(arrived.samples.len());
    for sample in &arrived.samples {
        if !operators.contains_key(&sample.connection_id) {
            taken.push(SampleTaken::UnknownConnection);
        } else if !stored.remove(&identity(sample)) {
            taken.push(SampleTaken::Duplicate);
        } else {
            let late = is_late(sample, arrived);
            taken.push(SampleTaken::Accepted { late });
            let newest = latest.entry((sample.connection_id, &sample.connector_id)).or_insert(sample);
            if sample.window_end() >= newest.window_end() {
                *newest = sample;
            }
            if !late {
                let end = window_of(sample.window_end(), arrived.eval_s);
                windows
                    .entry((sample.connection_id, end))
                    .or_insert_with(|| WindowSums::empty(end))
                    .add(sample);
            }
        }
    }
    let windows = windows.iter().map(|((connection, _), sums)| add_to_window(*connection, sums));
    let sessions = latest.values().flat_map(|sample| put_sessions(sample));
    (taken, windows.chain(sessions).collect())
}
