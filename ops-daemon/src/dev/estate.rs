//! The sample estate: operators, connections, credentials and rules, loaded once through the use cases that the API has.
//! Each step has an idempotency key of its own, so a load that was killed goes on; a marker at the end keeps a sample
//! that somebody deleted from coming back.

use std::time::Duration;

use axum::http::Method;
use futures::future::try_join_all;
use ops_client::{faults, wire};
use ops_core::{
    actor::Actor,
    id::{ConnectionId, OperatorId},
};
use ops_store::port::Reply;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::folder::{Folder, FolderError};
use crate::{
    app::{
        App, connection, credential,
        decide::{UseCase, decide},
        operator,
        refusal::Refusal,
        routing,
    },
    http::write::{Call, IfMatch},
};

const ESTATE: &str = include_str!("../../sample-estate.json");
const MARKER: &str = "estate.loaded";
/// How often a step is taken when the database has no time for it: the whole estate is asked for at once, and a small
/// machine may have other work.
const TRIES: u32 = 40;
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Why the sample estate is not there.
#[derive(Debug, thiserror::Error)]
pub enum NotLoaded {
    /// The file that is compiled in is not as it should be.
    #[error("the sample estate is wrong at {0}")]
    Sample(String),
    /// A use case refused a step.
    #[error("the sample estate's {step} was refused")]
    Refused {
        /// The step.
        step: String,
        /// Why.
        source: Refusal,
    },
    /// The marker cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Loads the sample estate, unless this folder's marker says that `database` has it. Answers whether it was loaded now.
///
/// # Errors
/// [`NotLoaded`].
pub async fn load(app: &App, folder: &Folder, database: &str) -> Result<bool, NotLoaded> {
    if folder.read(MARKER)?.is_some_and(|marked| marked == database.as_bytes()) {
        return Ok(false);
    }
    let estate: Value = serde_json::from_str(ESTATE).map_err(|error| NotLoaded::Sample(error.to_string()))?;
    let operators = list(&estate, "operators").iter().map(|sample| load_operator(app, sample));
    let connections: Vec<Vec<Named>> = try_join_all(operators).await?;
    let connections: Vec<Named> = connections.into_iter().flatten().collect();
    try_join_all(list(&estate, "rules").iter().map(|sample| load_rule(app, sample, &connections))).await?;
    folder.write_private(MARKER, database.as_bytes())?;
    Ok(true)
}

/// A connection by the names that rules of the sample call it.
struct Named {
    operator: String,
    connection: String,
    id: ConnectionId,
}

async fn load_operator(app: &App, sample: &Value) -> Result<Vec<Named>, NotLoaded> {
    let body: wire::operator::Create = body(sample.get("operator"))?;
    let code = text(sample.get("operator"), "code")?;
    let step = format!("operator {code}");
    let id: OperatorId = run(app, &step, &operator::create::Create(body.into_command())).await?.id(&step)?;
    let connections =
        list(sample, "connections").iter().map(|connection| load_connection(app, &code, id, connection));
    let connections = try_join_all(connections).await?;
    let status = text(Some(sample), "status")?;
    if status != "draft" {
        run(app, &format!("{step} activate"), &operator::activate::Activate(id)).await?;
    }
    if status == "suspended" {
        let reason = ops_core::Text::parse("sample of a suspended operator")
            .map_err(|invalid: ops_core::Invalid| NotLoaded::Sample(invalid.message))?;
        let command = ops_core::operator::suspend::Suspend { reason, receipts_until: None };
        run(app, &format!("{step} suspend"), &operator::suspend::Suspend(id, command)).await?;
    }
    Ok(connections)
}

async fn load_connection(
    app: &App,
    code: &str,
    operator: OperatorId,
    sample: &Value,
) -> Result<Named, NotLoaded> {
    let parsed: wire::connection::Create = body(sample.get("connection"))?;
    let name = text(sample.get("connection"), "name")?;
    let step = format!("connection {code}/{name}");
    let command = parsed.into_command().map_err(|faults| NotLoaded::Sample(format!("{step}: {faults:?}")))?;
    let create = connection::create::Create { operator, command, denied: &app.denied_cidrs };
    let id: ConnectionId = run(app, &step, &create).await?.id(&step)?;
    if let Some(secret) = sample.get("credential").filter(|credential| !credential.is_null()) {
        let create = credential::create::Create::new(id, body(Some(secret))?);
        run(app, &format!("{step} credential"), &create).await?;
    }
    Ok(Named { operator: code.to_owned(), connection: name, id })
}

async fn load_rule(app: &App, sample: &Value, connections: &[Named]) -> Result<(), NotLoaded> {
    let name = text(sample.get("rule"), "name")?;
    let targets = list(sample, "targets").iter().map(|target| rule_target(target, connections));
    let targets: Vec<Value> = targets.collect::<Result<_, _>>()?;
    let mut rule = sample.get("rule").cloned().unwrap_or_default();
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("targets".into(), targets.into());
    }
    let parsed: wire::routing::RuleCreate = body(Some(&rule))?;
    run(app, &format!("rule {name}"), &routing::create::Create(parsed.into_command())).await?;
    Ok(())
}

/// A target with the id of the connection that it names.
fn rule_target(target: &Value, connections: &[Named]) -> Result<Value, NotLoaded> {
    let (operator, connection) = (text(Some(target), "operator")?, text(Some(target), "connection")?);
    let named = connections.iter().find(|named| named.operator == operator && named.connection == connection);
    let named = named.ok_or_else(|| NotLoaded::Sample(format!("target {operator}/{connection}")))?;
    let mut resolved = json!({ "connection_id": named.id });
    for field in ["tier", "weight"] {
        if let (Some(value), Some(resolved)) = (target.get(field), resolved.as_object_mut()) {
            resolved.insert(field.into(), value.clone());
        }
    }
    Ok(resolved)
}

/// What a step came to: the answer, or the one that was there before.
enum Step {
    Answered(Reply),
    Existing(uuid::Uuid),
}

impl Step {
    fn id<T: From<uuid::Uuid>>(&self, step: &str) -> Result<T, NotLoaded> {
        let id = match self {
            Self::Existing(id) => Some(*id),
            Self::Answered(reply) => {
                let body: Option<Value> =
                    reply.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
                body.as_ref().and_then(|body| body.get("id")?.as_str()?.parse().ok())
            }
        };
        id.map(T::from).ok_or_else(|| NotLoaded::Sample(format!("the answer to {step}")))
    }
}

async fn run(app: &App, step: &str, use_case: &impl UseCase) -> Result<Step, NotLoaded> {
    let call = Call {
        request_id: "sample-estate".into(),
        source_address: None,
        traceparent: None,
        idempotency_key: Some(step.to_owned()),
        if_match: IfMatch::Absent,
        dry_run: false,
        method: Method::POST,
        path: String::new(),
        route: "sample-estate".into(),
        digest: Sha256::digest(step.as_bytes()).into(),
    };
    let mut answer = decide(app, &Actor::system("dev"), &call, use_case).await;
    for _ in 1..TRIES {
        // its key makes a second try safe, also when the first one was kept
        let Err(Refusal::Busy | Refusal::StoreUnavailable(_) | Refusal::OutcomeUnknown(_)) = &answer else {
            break;
        };
        tokio::time::sleep(PAUSE).await;
        answer = decide(app, &Actor::system("dev"), &call, use_case).await;
    }
    match answer {
        Ok(reply) => Ok(Step::Answered(reply)),
        Err(Refusal::Duplicate { existing: Some(id), .. }) => Ok(Step::Existing(id)),
        Err(source) => Err(NotLoaded::Refused { step: step.to_owned(), source }),
    }
}

fn body<T: deserr::Deserr<faults::Faults>>(value: Option<&Value>) -> Result<T, NotLoaded> {
    let value = value.cloned().unwrap_or_default();
    faults::parse(value).map_err(|faults| {
        let places: Vec<_> =
            faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.invalid)).collect();
        NotLoaded::Sample(places.join("; "))
    })
}

fn text(of: Option<&Value>, field: &str) -> Result<String, NotLoaded> {
    let text = of.and_then(|of| of.get(field)?.as_str());
    text.map(str::to_owned).ok_or_else(|| NotLoaded::Sample(field.to_owned()))
}

fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
