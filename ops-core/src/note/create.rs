//! Writing a note. It is no change of the operator: nothing is published.

use super::{Note, NoteText, Reference, Write};
use crate::{
    Change, Stamp,
    audit::{AuditEntry, Difference},
    change::ChangeName,
    operator::{self, Operator},
};

/// What a note says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// The words.
    pub text: NoteText,
    /// A ticket or document.
    pub reference: Option<Reference>,
}

/// The operator is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operator is deleted")]
pub struct OperatorDeleted;

/// A new note.
///
/// # Errors
/// [`OperatorDeleted`].
pub fn create(
    operator: &Operator,
    command: Create,
    stamp: &Stamp,
) -> Result<(Note, Change), OperatorDeleted> {
    if operator.deleted_at.is_some() {
        return Err(OperatorDeleted);
    }
    let Create { text, reference } = command;
    let mut mint = stamp.mint();
    let note = Note {
        id: mint.id(),
        operator_id: operator.id,
        text,
        reference,
        created_at: stamp.at(),
        created_by: stamp.actor().subject.clone(),
    };
    let entry = AuditEntry::new(mint.id(), ChangeName::NoteCreate, Some(operator.id), note.id, stamp)
        .with(note.reference.as_ref().map(|reference| Difference::set("reference", reference)));
    let change = Change::new(ChangeName::NoteCreate, stamp)
        .expect(operator::Expect::Alive(operator.id))
        .write(Write::Insert(note.clone()))
        .audit(entry);
    Ok((note, change))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        operator::{Status, testing::standing_with},
        testing::{
            decision::{Told, colleague, difference, hours},
            text,
        },
    };

    #[test]
    fn a_note_is_kept_with_its_author_and_the_trail_holds_its_reference_but_not_its_words() {
        let operator = standing_with(Status::Active, |_| {});
        for (reference, differences) in
            [(None, vec![]), (Some("CHG-1"), vec![difference("reference", json!(null), json!("CHG-1"))])]
        {
            let command = Create { text: text("call Ada first"), reference: reference.map(text) };
            let (note, change) = create(&operator, command, &colleague(hours(1))).unwrap();
            let written = Note {
                id: note.id,
                operator_id: operator.id,
                text: text("call Ada first"),
                reference: reference.map(text),
                created_at: hours(1),
                created_by: "colleague".into(),
            };
            assert_eq!(note, written);
            let told = Told {
                name: ChangeName::NoteCreate,
                expects: vec![operator::Expect::Alive(operator.id).into()],
                writes: vec![Write::Insert(written).into()],
                events: vec![],
                audit: vec![(ChangeName::NoteCreate, Some(operator.id), note.id.into(), differences)],
                moves_view: false,
            };
            told.is(&change, hours(1));
        }
    }

    #[test]
    fn nobody_writes_about_a_deleted_operator() {
        let deleted = standing_with(Status::Deleted, |fields| fields.deleted_at = Some(hours(0)));
        let command = Create { text: text("x"), reference: None };
        assert_eq!(create(&deleted, command, &colleague(hours(1))).unwrap_err(), OperatorDeleted);
    }
}
