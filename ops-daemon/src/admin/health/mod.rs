//! How well operators and connections work.

pub mod operator;
pub mod connection;

use ops_client::wire::health::{ConnectionHealth, Observed};
use ops_store::port::ConnectionHealthRow;

fn view(row: &ConnectionHealthRow) -> ConnectionHealth {
    let observed = Observed {
        sessions_bound: row.heard.sessions_bound,
        last_sample_at: row.heard.sample_end,
        window: row.last_window,
    };
    ConnectionHealth::of(&row.health, &observed)
}
