//! Three daemons on one database, one secret store and one stream: what one of them commits all of them show, each task has
//! one leader, another one follows, and nothing is done twice.

use std::{collections::BTreeSet, process::Command, sync::Arc, time::Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Caller, Daemon, Database, Estate, Options, sample, until};

const OPERATORS: &str = "/admin/v1/operators";
const RULES: &str = "/admin/v1/routing/rules";
/// Tasks that one replica does for all.
const LED: [&str; 5] = ["outbox_relay", "outbox_expiry", "judge", "receipt_expiry", "secret_sweep"];

/// Daemons that share everything: servers, keys, tokens and certificates.
struct Replicas {
    all: Vec<Daemon>,
}

impl Replicas {
    async fn start(count: usize) -> Self {
        let database = Database::servers().await;
        let first = Daemon::start(database.clone()).await;
        let mut all = Vec::new();
        for _ in 1..count {
            // a copy of the folder has the keys of the first one, and so takes its tokens and receipts
            let folder = Arc::new(TempDir::new().unwrap());
            let copied =
                Command::new("cp").arg("-a").arg(first.folder().join(".")).arg(folder.path()).status();
            assert!(copied.unwrap().success());
            all.push(Daemon::start_in(folder, database.clone(), Options::default()).await);
        }
        all.insert(0, first);
        Self { all }
    }

    /// Which replica leads a task, by what each says about itself; nobody while the lead is passed on.
    async fn leader(&self, task: &str, among: &[usize]) -> Option<usize> {
        let mut leading = Vec::new();
        for &nth in among {
            let metrics = self.all[nth].ops().get("/metrics").await.expect(200).text;
            if metrics.lines().any(|line| line == format!("ops_task_leader{{task=\"{task}\"}} 1")) {
                leading.push(nth);
            }
        }
        assert!(leading.len() <= 1, "{task} is led by {leading:?}");
        leading.first().copied()
    }

    async fn led_by(&self, task: &str, among: &[usize]) -> usize {
        until("somebody leads", async || self.leader(task, among).await).await
    }
}

async fn outcome(caller: &Caller, number: &str) -> Value {
    let asked = caller.post("/admin/v1/routing/resolve", json!({"destination": number})).await;
    asked.expect(200).body["outcome"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_commits_all_of_them_show_and_one_key_has_one_effect_wherever_it_is_sent() {
    let replicas = Replicas::start(3).await;
    let [one, two, three] = [0, 1, 2].map(|nth| replicas.all[nth].admin());
    let estate = Estate::create(&replicas.all[0], "acme").await;
    one.post(RULES, estate.rule("german", "49")).await.expect(201);
    let began = Instant::now();
    for other in [&two, &three] {
        until("the others resolve it", async || {
            (outcome(other, "+491701234567").await == "route").then_some(())
        })
        .await;
    }
    println!("a rule was live on the other replicas after {:?}", began.elapsed());

    // the same request at every replica at once, as a client that was told to try elsewhere
    let body = sample::operator("keyed");
    let asked = [&one, &two, &three].map(|caller| caller.post_keyed(OPERATORS, body.clone(), "one-key"));
    let answers = futures::future::join_all(asked).await;
    let texts: BTreeSet<_> = answers.into_iter().map(|answer| answer.expect(201).text).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let path = format!("{OPERATORS}/{}", estate.operator);
    let tag = one.get(&path).await.expect(200).etag();
    let renamed = [(&one, "One"), (&two, "Two"), (&three, "Three")]
        .map(|(caller, name)| caller.patch(&path, json!({"display_name": name}), &tag));
    let mut statuses: Vec<_> =
        futures::future::join_all(renamed).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412]);
    let names: BTreeSet<_> = futures::future::join_all([&one, &two, &three].map(|caller| caller.get(&path)))
        .await
        .into_iter()
        .map(|answer| answer.expect(200).text)
        .collect();
    assert_eq!(names.len(), 1);
    replicas.all[0].stream_is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_task_has_one_leader_and_another_follows_one_that_is_killed_or_stands_still() {
    let mut replicas = Replicas::start(3).await;
    for task in LED {
        println!("{task} is led by replica {}", replicas.led_by(task, &[0, 1, 2]).await);
    }
    let mut among = vec![0, 1, 2];
    let killed = replicas.led_by("outbox_relay", &among).await;
    replicas.all[killed].kill();
    among.retain(|nth| *nth != killed);
    let began = Instant::now();
    let second = replicas.led_by("outbox_relay", &among).await;
    println!("replica {second} followed the killed {killed} after {:?}", began.elapsed());
    let writer = replicas.all[among[0]].admin();
    writer.post(OPERATORS, sample::operator("after-the-kill")).await.expect(201);
    replicas.all[among[0]].stream_is_whole().await;

    replicas.all[second].signal("STOP");
    let rest: Vec<_> = among.iter().copied().filter(|nth| *nth != second).collect();
    let began = Instant::now();
    for task in LED {
        assert_eq!(replicas.led_by(task, &rest).await, rest[0]);
    }
    println!("replica {} followed the one that stood still after {:?}", rest[0], began.elapsed());
    let writer = replicas.all[rest[0]].admin();
    for n in 0..20 {
        writer.post(OPERATORS, sample::operator(&format!("meanwhile-{n}"))).await.expect(201);
    }
    replicas.all[rest[0]].stream_is_whole().await;

    // it wakes, believes for a moment that it leads, and can do nothing
    replicas.all[second].signal("CONT");
    until("it has stepped down", async || {
        let metrics = replicas.all[second].ops().get("/metrics").await.expect(200).text;
        let leads = LED.iter().any(|task| metrics.contains(&format!("ops_task_leader{{task=\"{task}\"}} 1")));
        (!leads).then_some(())
    })
    .await;
    replicas.all[second].admin().post(OPERATORS, sample::operator("awake")).await.expect(201);
    replicas.all[rest[0]].stream_is_whole().await;
    for task in LED {
        assert_eq!(replicas.led_by(task, &among).await, rest[0], "{task}");
    }
}
