//! `POST /operators/{operator_id}/notes`.

use serde_json::json;

use crate::support::{Daemon, Database, on_both, sample};

const OPERATORS: &str = "/admin/v1/operators";

on_both!(a_note_is_kept_once_with_who_wrote_it_and_changes_nothing_else, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let operator = admin.post(OPERATORS, sample::operator("acme")).await.expect(201);
    let notes = format!("{}/notes", operator.header("location"));
    let body = json!({"text": "Zeile 1 – „ja“ 😀", "reference": "INC-9"});
    let editor = daemon.as_role("editor");
    let note = editor.post_keyed(&notes, body.clone(), "note-1").await.expect(201);
    assert_eq!(
        (&note.body["text"], &note.body["reference"], &note.body["created_by"]),
        (&body["text"], &json!("INC-9"), &json!("dev-editor"))
    );
    assert_eq!(editor.post_keyed(&notes, body.clone(), "note-1").await.expect(201).text, note.text);
    assert_eq!(daemon.rows().await.count("note").await, 1);
    let entry = &daemon.audit().await[0];
    assert_eq!((&entry["action"], &entry["subject"]["id"]), (&json!("note_create"), &json!(note.id())));
    assert!(!entry.to_string().contains("Zeile"), "its words stand in the timeline only");
    assert_eq!(daemon.events().await.len(), 1);
    let read = admin.get(&operator.header("location")).await.expect(200);
    assert_eq!(read.etag(), operator.etag());
});

on_both!(a_note_has_its_limits_and_a_deleted_operator_has_none, |daemon: Daemon| async move {
    let admin = daemon.admin();
    let path = admin.post(OPERATORS, sample::operator("acme")).await.expect(201).header("location");
    let notes = format!("{path}/notes");
    let before = daemon.stored().await;
    for (body, faults) in [
        (json!({}), vec![("/text", "required")]),
        (json!({"text": ""}), vec![("/text", "length")]),
        (
            json!({"text": "x".repeat(2001), "reference": "x".repeat(129)}),
            vec![("/text", "length"), ("/reference", "length")],
        ),
        (
            json!({"text": "a\u{202e}b", "operator_id": "x"}),
            vec![("/text", "characters"), ("/operator_id", "read_only")],
        ),
    ] {
        admin.post(&notes, body).await.refused(422, "invalid").telling(&faults);
    }
    assert_eq!(daemon.stored().await, before);
    admin.post(&notes, json!({"text": "x".repeat(2000), "reference": "x".repeat(128)})).await.expect(201);
    admin.delete(&path, "*").await.expect(204);
    let before = daemon.stored().await;
    admin.post(&notes, json!({"text": "late"})).await.refused(404, "not_found");
    assert_eq!(daemon.stored().await, before);
});
