//! Planted changes, each with its verdict, and the ways in which one is allowed.

mod api;
mod api_breaks;
mod api_harmless;
mod event;
mod subject;

use serde_json::{Value, json};

use super::*;

const API: &str = "openapi/admin.json";
const EVENT: &str = "events/thing.changed.v1.schema.json";
const SUBJECTS: &str = "asyncapi.json";
const ENVELOPE: &str = "events/cloudevent.v1.schema.json";

/// A change by its name.
type Planted = (&'static str, fn(&mut Value));

/// What stands below a pointer in place of what stood there.
fn set(document: &mut Value, pointer: &str, value: Value) {
    *document.pointer_mut(pointer).unwrap() = value;
}

fn insert(document: &mut Value, at: &str, name: &str, value: Value) {
    document.pointer_mut(at).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
}

fn remove(document: &mut Value, at: &str, name: &str) {
    document.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}

fn push(document: &mut Value, list: &str, value: Value) {
    document.pointer_mut(list).unwrap().as_array_mut().unwrap().push(value);
}

fn contract() -> Vec<Document> {
    let subjects = (SUBJECTS, subject::document());
    [(API, api::document()), (EVENT, event::document()), (ENVELOPE, event::envelope()), subjects]
        .map(|(file, content)| Document { file: file.to_owned(), content })
        .into()
}

/// The contract with one file changed.
fn changed(file: &str, edit: impl Fn(&mut Value)) -> Vec<Document> {
    let mut contract = contract();
    edit(&mut contract.iter_mut().find(|document| document.file == file).unwrap().content);
    contract
}

fn of(file: &str, new: &[Document]) -> Judgement {
    judge(&contract(), new).into_iter().find(|judgement| judgement.file == file).unwrap()
}

#[test]
fn every_planted_change_gets_its_verdict() {
    let lists: [(&str, &[Planted], Verdict); 6] = [
        (API, &api_breaks::CHANGES, Verdict::Breaks),
        (API, &api_harmless::CHANGES, Verdict::Harmless),
        (EVENT, &event::BREAKS, Verdict::Breaks),
        (EVENT, &event::HARMLESS, Verdict::Harmless),
        (SUBJECTS, &subject::BREAKS, Verdict::Breaks),
        (SUBJECTS, &subject::HARMLESS, Verdict::Harmless),
    ];
    let mut wrong = Vec::new();
    for (file, changes, expected) in lists {
        assert!(changes.len() >= 10);
        println!("\n{file}");
        for (name, edit) in changes {
            let Judgement { verdict, breaks, .. } = of(file, &changed(file, edit));
            let word = if verdict == Verdict::Breaks { "breaks" } else { "harmless" };
            let why = breaks.first().map(ToString::to_string).unwrap_or_default();
            println!("  {word:<8}  {name:<56} {why}");
            let is_single = expected == Verdict::Harmless || breaks.len() == 1;
            if verdict != expected || !is_single {
                wrong.push(format!("{name}: {verdict:?} {breaks:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_same_breaks_of_an_api_pass_with_a_major_version() {
    for (name, edit) in &api_breaks::CHANGES {
        let raised = changed(API, |document| {
            edit(document);
            set(document, "/info/version", json!("2.0.0"));
        });
        assert_eq!(of(API, &raised).verdict, Verdict::Allowed("1.4.0 → 2.0.0".to_owned()), "{name}");
        let minor = changed(API, |document| {
            edit(document);
            set(document, "/info/version", json!("1.5.0"));
        });
        assert_eq!(of(API, &minor).verdict, Verdict::Breaks, "{name}");
    }
}

#[test]
fn no_version_of_the_api_allows_a_break_within_a_schema_of_an_event() {
    for (name, edit) in &event::BREAKS {
        let mut raised = changed(EVENT, edit);
        set(&mut raised[0].content, "/info/version", json!("2.0.0"));
        assert_eq!(of(EVENT, &raised).verdict, Verdict::Breaks, "{name}");
    }
}

#[test]
fn a_schema_that_goes_needs_a_major_version_and_a_new_one_needs_nothing() {
    let mut gone = contract();
    gone.retain(|document| document.file != EVENT);
    assert_eq!(of(EVENT, &gone).verdict, Verdict::Breaks);
    set(&mut gone[0].content, "/info/version", json!("2.0.0"));
    assert_eq!(of(EVENT, &gone).verdict, Verdict::Allowed("1.4.0 → 2.0.0".to_owned()));
    let next = EVENT.replace(".v1.", ".v2.");
    let mut more = contract();
    more.push(Document { file: next.clone(), content: json!({}) });
    assert_eq!(of(&next, &more).verdict, Verdict::New);
}

#[test]
fn an_api_that_goes_breaks() {
    let judgement = of(API, &contract()[1..]);
    assert_eq!(judgement.verdict, Verdict::Breaks);
    assert!(judgement.lines()[1].contains("is gone"), "{:?}", judgement.lines());
}

#[test]
fn the_envelope_lists_an_event_more_only_with_its_schema() {
    let mut listed = changed(ENVELOPE, |envelope| {
        push(envelope, "/properties/type/enum", json!("thing.merged"));
        push(envelope, "/properties/dataschema/enum", json!("urn:ops:event:thing.merged:v1"));
        set(envelope, "/properties/subject/pattern", json!("^ops\\.thing\\.(changed|merged)$"));
    });
    assert_eq!(of(ENVELOPE, &listed).breaks.len(), 3);
    listed.push(Document { file: "events/thing.merged.v1.schema.json".to_owned(), content: json!({}) });
    assert_eq!(of(ENVELOPE, &listed).verdict, Verdict::Harmless);
    let mut next = changed(ENVELOPE, |envelope| {
        push(envelope, "/properties/dataschema/enum", json!("urn:ops:event:thing.changed:v2"));
    });
    next.push(Document { file: EVENT.replace(".v1.", ".v2."), content: json!({}) });
    assert_eq!(of(ENVELOPE, &next).verdict, Verdict::Harmless);
}

#[test]
fn a_subject_that_nothing_is_published_on_any_more_breaks() {
    let document = |address: &str| {
        let content = json!({"info": {"version": "0.1.3"}, "channels": {"a": {"address": address}}});
        vec![Document { file: "asyncapi.json".to_owned(), content }]
    };
    let judged = judge(&document("ops.a"), &document("ops.b"));
    assert_eq!(
        (&judged[0].verdict, judged[0].breaks[0].pointer.as_str()),
        (&Verdict::Breaks, "/channels/a/address")
    );
}

#[test]
fn a_break_is_told_with_its_place_and_what_to_do() {
    let (_, tightened) = api_breaks::CHANGES[0];
    assert_eq!(
        of(API, &changed(API, tightened)).lines(),
        [
            "docs/contract/openapi/admin.json: BREAKS",
            "  /components/schemas/Create/properties/name/maxLength: was 64 and is 32: what was sent before may be refused now",
            "  take it back, or raise the major version (before 1.0.0 the minor one) in Cargo.toml",
        ]
    );
}

#[test]
fn a_break_in_the_committed_contract_is_seen() {
    let committed = base::committed().unwrap();
    let judged = |file: &str, edit: &dyn Fn(&mut Value)| {
        let mut new = committed.clone();
        edit(&mut new.iter_mut().find(|document| document.file == file).unwrap().content);
        let mut touched = judge(&committed, &new);
        touched.retain(|judgement| judgement.verdict != Verdict::Same);
        touched
    };
    assert_eq!(judged("openapi/admin.json", &|_| ()), []);
    let tightened = judged("openapi/admin.json", &|document| {
        set(document, "/components/schemas/OperatorCreate/properties/code/maxLength", json!(7));
    });
    assert_eq!((tightened.len(), tightened[0].breaks.len()), (1, 1), "{tightened:?}");
    let more = judged("openapi/admin.json", &|document| {
        insert(document, "/components/schemas/EventOperator/properties", "zone", json!({"type": "string"}));
    });
    assert_eq!(more[0].verdict, Verdict::Harmless, "{more:?}");
    let less = judged("events/operator.created.v1.schema.json", &|schema| {
        remove(schema, "/properties", "labels");
    });
    assert_eq!((less.len(), less[0].breaks[0].pointer.as_str()), (1, "/properties/labels"), "{less:?}");
}

#[test]
fn each_document_of_the_committed_contract_is_the_same_to_itself_when_it_is_walked() {
    for document in base::committed().unwrap() {
        let (old, new) = (&document.content, &document.content);
        let breaks = match document.file.split('/').next() {
            Some("openapi") => openapi::breaks(old, new),
            Some("events") => super::event::breaks(old, new),
            _ => asyncapi::breaks(old, new),
        };
        assert_eq!(breaks, [], "{}", document.file);
    }
}
