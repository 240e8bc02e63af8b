//! Many events at once, past the commits that would have made them.

use super::postgres::Database;

/// A trace context as a request leaves it.
pub const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Puts so many committed events of about 950 octets as CloudEvents into the outbox, for each of so many operators in turn.
/// Each operator's sequences go on where they were.
///
/// # Panics
/// When the database refuses.
pub async fn fill(database: &Database, operators: i64, of_each: i64) {
    let client = database.client("ops").await;
    let sql = "INSERT INTO outbox (id, operator_id, epoch, sequence, type, at, traceparent, data) \
        SELECT gen_random_uuid(), md5('operator' || (n % $1::bigint))::uuid, epoch, last + n / $1::bigint + 1, \
            CASE n % 2 WHEN 0 THEN 'operator.updated' ELSE 'operator.health_changed' END, clock_timestamp(), $3::text, \
            format('{\"changes\":[{\"what\":\"profile\",\"fields\":[\"display_name\"]}],\"n\":%s,\"note\":\"%s\"}', \
                n, repeat('Füße ', 70)) \
        FROM (SELECT service.epoch, coalesce(max(outbox.sequence), 0) AS last FROM service \
            LEFT JOIN outbox ON outbox.epoch = service.epoch GROUP BY service.epoch OFFSET 0) AS base, \
            generate_series(0, $1::bigint * $2::bigint - 1) AS n ORDER BY n";
    client.execute(sql, &[&operators, &of_each, &TRACEPARENT]).await.unwrap();
}
