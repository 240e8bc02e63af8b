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
