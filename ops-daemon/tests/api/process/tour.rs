//! The five-minute tour of the README: it runs as it is written, and each step answers what the reader is told.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::support::{Daemon, Database, Options, until};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/tour.sh");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_the_tour_answers_embedded() {
    every_step_answers(Database::Sqlite).await;
}

#[cfg(feature = "stack")]
#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_the_tour_answers_on_servers() {
    every_step_answers(Database::servers().await).await;
}

async fn every_step_answers(database: Database) {
    let daemon = Daemon::start_with(database, Options { sample: true, ..Options::default() }).await;
    until("the sample estate is loaded", async || daemon.output().contains("\nReady. ").then_some(())).await;
    let tour = Tour::run(&daemon).await;
    let (operator, connection) = (tour.word(1, "operator "), tour.word(2, "connection "));

    let list = tour.json(0);
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
    let credential = tour.json(3);
    assert_eq!((&credential["stage"], &credential["system_id"]), (&"active".into(), &"tour".into()));
    assert!(!tour.lines[3].contains("s3cret"), "{credential}");
    let activated = tour.json(4);
    assert_eq!((&activated["id"], &activated["status"]), (&operator.clone().into(), &"active".into()));
    let rule = tour.json(5);
    let targets = rule["targets"].as_array().unwrap();
    assert_eq!((targets.len(), &targets[0]["connection_id"]), (2, &connection.clone().into()));
    let backup = targets[1]["connection_id"].clone();

    let before = tour.json(6);
    let candidates = before["candidates"].as_array().unwrap();
    assert_eq!((&before["outcome"], &before["rule_id"]), (&"route".into(), &rule["id"]), "{before}");
    assert_eq!(
        (&candidates[0]["connection_id"], &candidates[1]["connection_id"]),
        (&connection.clone().into(), &backup)
    );

    let [after, events, leased] = tour.last_three();
    let watched = &tour.lines[7..tour.lines.len() - 3];
    let (reports, health): (Vec<_>, Vec<_>) =
        watched.iter().partition(|line| line.starts_with(r#"{"accepted":1,"#));
    assert!((1..=12).contains(&reports.len()) && reports.len() == health.len(), "{watched:?}");
    let last = health.last().unwrap();
    assert!(last.contains(&connection) && last.contains(r#""state":"down""#), "{health:?}");

    let candidates = after["candidates"].as_array().unwrap();
    assert_eq!((candidates.len(), &candidates[0]["connection_id"]), (1, &backup), "{after}");
    let explained = after["explain"].as_array().unwrap();
    let ours = explained.iter().find(|explained| explained["rule_id"] == rule["id"]).unwrap();
    let mut targets = ours["targets"].as_array().unwrap().iter();
    let ours = targets.find(|target| target["connection_id"] == connection).unwrap();
    assert_eq!(ours["reason"], "health_down", "{after}");

    assert_eq!(
        told(&events, &operator),
        ["operator.created", "connection", "credential", "status", "routing", "operator.health_changed"]
    );
    let lease = &leased["leases"][0];
    assert_eq!(
        (&lease["connection_id"], &lease["secret"]["system_id"]),
        (&connection.into(), &"tour".into())
    );
    assert_eq!(lease["secret"]["password"], "s3cret-1");
    assert_eq!(leased["refused"], Value::Array(Vec::new()));
}

/// What the events say about an operator, in their order: the type, or for an update what changed.
fn told(events: &Value, operator: &str) -> Vec<String> {
    let subject = format!("ops.operator.{operator}.");
    let items = events["items"].as_array().unwrap().iter();
    let ours = items.filter(|event| event["subject"].as_str().unwrap().starts_with(&subject));
    let told = ours.map(|event| match &event["data"]["changes"] {
        Value::Array(changes) => changes[0]["what"].clone(),
        _ => event["type"].clone(),
    });
    told.map(|told| told.as_str().unwrap().to_owned()).collect()
}

/// What the script printed.
struct Tour {
    /// A line for each answer.
    lines: Vec<String>,
}

impl Tour {
    async fn run(daemon: &Daemon) -> Self {
        let mut script = Command::new("bash");
        script.arg(SCRIPT).env("DATA", daemon.folder()).env("NO_PROXY", "127.0.0.1,localhost");
        script.env("ADMIN", daemon.admin_url()).env("INTERNAL", daemon.internal_url());
        let ended = tokio::task::spawn_blocking(move || script.output().unwrap()).await.unwrap();
        let [output, complaints] = [ended.stdout, ended.stderr].map(|text| String::from_utf8(text).unwrap());
        assert_eq!((ended.status.code(), complaints.as_str()), (Some(0), ""), "{output}");
        Self { lines: output.lines().map(str::to_owned).collect() }
    }

    fn json(&self, line: usize) -> Value {
        let text = &self.lines[line];
        serde_json::from_str(text).unwrap_or_else(|error| panic!("line {line}: {error}: {text}"))
    }

    fn word(&self, line: usize, before: &str) -> String {
        self.lines[line].strip_prefix(before).unwrap_or_else(|| panic!("{:?}", self.lines)).to_owned()
    }

    fn last_three(&self) -> [Value; 3] {
        let end = self.lines.len();
        [end - 3, end - 2, end - 1].map(|line| self.json(line))
    }
}

#[test]
fn the_tour_of_the_readme_is_the_script_that_is_tested() {
    let readme = std::fs::read_to_string(README).expect("there is a README.md");
    let script = std::fs::read_to_string(SCRIPT).unwrap();
    let (_, body) = script.split_once("\nset -euo pipefail\n").expect("the script is strict");
    let told = blocks_of_the_tour(&readme).join("\n");
    let (told, tested) = (meant(&told), meant(body));
    for (line, (told, tested)) in told.iter().zip(&tested).enumerate() {
        assert_eq!(told, tested, "line {line} of the tour in {}", Path::new(README).display());
    }
    assert_eq!(told.len(), tested.len(), "the README and the script end at the same step");
}

/// Lines that count, without what is only for the eye.
fn meant(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The fenced bash blocks below the heading of the tour, up to the next heading of its level or above.
fn blocks_of_the_tour(readme: &str) -> Vec<String> {
    let (mut level, mut fenced, mut blocks) = (None, None::<Fenced>, Vec::new());
    for line in readme.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut fenced, fence) {
            (Some(block), None) => block.lines.push(line),
            (Some(_), Some(_)) => {
                let block = fenced.take().filter(|block| block.is_bash && level.is_some());
                blocks.extend(block.map(|block| block.lines.join("\n")));
            }
            (None, Some(language)) => {
                fenced = Some(Fenced { is_bash: language.trim() == "bash", lines: Vec::new() });
            }
            (None, None) => level = level_after(level, line),
        }
    }
    blocks
}

/// A block of code, as far as it is read.
struct Fenced<'a> {
    is_bash: bool,
    lines: Vec<&'a str>,
}

/// The level of the tour's heading, while `line` does not end its section.
fn level_after(level: Option<usize>, line: &str) -> Option<usize> {
    let depth = line.bytes().take_while(|octet| *octet == b'#').count();
    match level {
        None => (depth > 0 && line.to_lowercase().contains("five-minute tour")).then_some(depth),
        Some(tour) => (depth == 0 || depth > tour).then_some(tour),
    }
}
