//! Samples on PostgreSQL: one INSERT of arrays into the partitions, then windows and sessions, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use deadpool_postgres::ClientWrapper;
use futures::future::join_all;
use jiff::Timestamp;
use ops_core::{
    health::Sample,
    id::{ConnectionId, OperatorId},
};
use tokio_postgres::Error;
use uuid::Uuid;

use super::{PostgresStore, READ_WITHIN, unavailable};
use crate::{
    port::{Arrived, HealthLog, ReadError, SampleTaken},
    sql::{self, Corrupt, Statement, json},
};

#[async_trait]
impl HealthLog for PostgresStore {
    async fn append(&self, arrived: Arrived) -> Result<Vec<SampleTaken>, ReadError> {
        let operators = self.operators_of(&arrived.samples).await?;
        let connection = self.connection().await.map_err(ReadError::Unavailable)?;
        // in a task of its own: a client that goes away must not leave an open transaction in the pool
        let append = async move |connection: &_| append(connection, arrived, &operators).await;
        let ended = tokio::time::timeout(READ_WITHIN, tokio::spawn(connection.work(append))).await;
        let ended = ended.map_err(|late| ReadError::OutcomeUnknown(late.into()))?.map_err(unavailable)?;
        ended.map_err(|late| ReadError::OutcomeUnknown(late.into()))?
    }
}

impl PostgresStore {
    async fn operators_of(
        &self,
        samples: &[Sample],
    ) -> Result<BTreeMap<ConnectionId, OperatorId>, ReadError> {
        use crate::port::Engine;
        let connections: BTreeSet<_> = samples.iter().map(|sample| sample.connection_id).collect();
        let rows = self.read(connections.into_iter().map(sql::connection::operator_of).collect()).await?;
        let pair = |row: &sql::Row| Ok((row.uuid(0)?, row.uuid(1)?));
        Ok(rows.iter().flatten().map(pair).collect::<Result<_, Corrupt>>()?)
    }
}

async fn append(
    connection: &ClientWrapper,
    arrived: Arrived,
    operators: &BTreeMap<ConnectionId, OperatorId>,
) -> Result<Vec<SampleTaken>, ReadError> {
    connection.batch_execute("BEGIN").await.map_err(unavailable)?;
    match within(connection, &arrived, operators).await {
        Ok(taken) => {
            let ended = connection.batch_execute("COMMIT").await;
            ended.map_err(|error| ReadError::OutcomeUnknown(error.into()))?;
            Ok(taken)
        }
        Err(error) => {
            connection.batch_execute("ROLLBACK").await.map_err(unavailable)?;
            Err(error)
        }
    }
}

async fn within(
    connection: &ClientWrapper,
    arrived: &Arrived,
    operators: &BTreeMap<ConnectionId, OperatorId>,
) -> Result<Vec<SampleTaken>, ReadError> {
    let stored = insert(connection, arrived, operators).await?;
    let (taken, statements) = sql::sample::account(arrived, operators, stored);
    let known = super::read::prepare(connection, &statements).await.map_err(unavailable)?;
    let flight = known
        .iter()
        .zip(&statements)
        .map(|(prepared, Statement { args, .. })| connection.execute_raw(prepared, args));
    join_all(flight).await.into_iter().collect::<Result<Vec<u64>, Error>>().map_err(unavailable)?;
    Ok(taken)
}

const INSERT: &str = "INSERT INTO operator_health_log (connector_id, run_id, seq, window_start, window_s, \
     connection_id, operator_id, received_at, late, sample) \
     SELECT connector_id, run_id, seq, window_start, window_s, connection_id, operator_id, received_at, late, sample \
     FROM UNNEST($1::text[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::uuid[], $7::uuid[], \
     $8::timestamptz[], $9::boolean[], $10::text[]) AS arrived (connector_id, run_id, seq, window_start, window_s, \
     connection_id, operator_id, received_at, late, sample) \
     ON CONFLICT DO NOTHING RETURNING connector_id, run_id, seq, window_start";

/// Inserts the samples of known connections; answers the identities that were not there yet.
async fn insert(
    connection: &ClientWrapper,
    arrived: &Arrived,
    operators: &BTreeMap<ConnectionId, OperatorId>,
) -> Result<BTreeSet<sql::sample::Identity>, ReadError> {
    let mut known: Vec<(&Sample, Uuid)> = arrived
        .samples
        .iter()
        .filter_map(|sample| operators.get(&sample.connection_id).map(|operator| (sample, operator.uuid())))
        .collect();
    // one order for every batch: two that hold the same samples would else wait for each other in a ring
    known.sort_by_key(|(sample, _)| sample.identity());
    let documents =
        known.iter().map(|(sample, _)| json(sample)).collect::<Result<Vec<_>, _>>().map_err(unavailable)?;
    let connectors: Vec<&str> = known.iter().map(|(sample, _)| sample.connector_id.as_str()).collect();
    let runs: Vec<Uuid> = known.iter().map(|(sample, _)| sample.run_id.uuid()).collect();
    let seqs: Vec<i64> = known.iter().map(|(sample, _)| sample.seq).collect();
    let starts: Vec<Timestamp> = known.iter().map(|(sample, _)| sample.window_start).collect();
    let lengths: Vec<i64> = known.iter().map(|(sample, _)| sample.window_s).collect();
    let connections: Vec<Uuid> = known.iter().map(|(sample, _)| sample.connection_id.uuid()).collect();
    let operators: Vec<Uuid> = known.iter().map(|(_, operator)| *operator).collect();
    let received: Vec<Timestamp> = known.iter().map(|_| arrived.received_at).collect();
    let late: Vec<bool> = known.iter().map(|(sample, _)| sql::sample::is_late(sample, arrived)).collect();
    let insert = connection.prepare_cached(INSERT).await.map_err(unavailable)?;
    let rows = connection
        .query(
            &insert,
            &[
                &connectors,
                &runs,
                &seqs,
                &starts,
                &lengths,
                &connections,
                &operators,
                &received,
                &late,
                &documents,
            ],
        )
        .await
        .map_err(unavailable)?;
    let identity = |row: &tokio_postgres::Row| {
        Ok((row.try_get(0)?, row.try_get::<_, Uuid>(1)?.into(), row.try_get(2)?, row.try_get(3)?))
    };
    rows.iter().map(identity).collect::<Result<_, Error>>().map_err(unavailable)
}
