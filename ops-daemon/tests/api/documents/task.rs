//! The list of background tasks in `docs/ARCHITECTURE.md` is that of the running service, and what the set-up guide says of
//! its connections counts those that lead.

use std::collections::BTreeSet;

use crate::support::{Daemon, Database, Options};

const ARCHITECTURE: &str = include_str!("../../../../docs/ARCHITECTURE.md");
const GUIDE: &str = include_str!("../../../../docs/LOCAL_DEV_SETUP.md");
/// How the guide writes a number.
const NUMBERS: [&str; 13] = [
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

/// The tasks of the document: name, and where each runs.
fn documented() -> BTreeSet<(String, bool)> {
    let (_, chapter) = ARCHITECTURE.split_once("\n## Background tasks\n").expect("the chapter is there");
    let rows =
        chapter.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        (cells[1].trim_matches('`').to_owned(), cells[2] == "its leader")
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_tasks_are_those_that_run() {
    let daemon = Daemon::start_with(Database::servers().await, Options::default()).await;
    let metrics = daemon.ops().get("/metrics").await.expect(200).text;
    let labels = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("ops_task_period_seconds{task=\"")?.split_once('"'));
    let running: BTreeSet<_> =
        labels.map(|(task, rest)| (task.to_owned(), rest.contains("scope=\"leader\""))).collect();
    let documented = documented();
    assert_eq!(running, documented);
    let leaders = documented.iter().filter(|(_, leads)| *leads).count();
    let said = format!("one connection per task that it leads or would lead ({})", NUMBERS[leaders]);
    assert!(GUIDE.contains(&said), "the guide should say: {said}");
}
