//! The committed registry of event schemas: what a test reads from the stream or from the API has to follow it.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value;

/// Fails when the envelope or the data of an event breaks the committed schema of its version.
pub fn assert_registered(event: &Value) {
    let kind = event["type"].as_str().unwrap();
    let version = event["dataschema"].as_str().unwrap().strip_prefix(&format!("urn:ops:event:{kind}:"));
    let version = version.unwrap_or_else(|| panic!("{event} names no schema of its type"));
    let mut faults = faults(&schema(&format!("cloudevent.{version}")), event);
    faults.extend(self::faults(&schema(&format!("{kind}.{version}")), &event["data"]));
    assert_eq!(faults, Vec::<String>::new(), "{event}");
}

fn faults(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// The schema of that name, compiled once for all events.
fn schema(name: &str) -> Arc<Validator> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let known = COMPILED.lock().unwrap().get(name).cloned();
    known.unwrap_or_else(|| {
        let compiled = Arc::new(compile(name));
        COMPILED.lock().unwrap().insert(name.to_owned(), Arc::clone(&compiled));
        compiled
    })
}

fn compile(name: &str) -> Validator {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/contract/events");
    let text = fs::read(folder.join(format!("{name}.schema.json")));
    let text = text.unwrap_or_else(|error| panic!("{name} is not in the registry: {error}"));
    let schema = serde_json::from_slice(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}
