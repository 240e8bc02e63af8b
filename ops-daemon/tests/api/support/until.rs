//! Waiting for something that another process does.

use std::time::{Duration, Instant};

/// How long anything may take before the test gives up; no measure of speed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer. `what` completes "not within a minute: …".
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < patience, "not within a minute: {what}");
        // paced: another process works, and tells nobody but whoever asks
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
