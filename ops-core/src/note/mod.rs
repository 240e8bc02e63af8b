//! A note: what somebody wants others to know about an operator. It is written once and stands in the timeline.

pub mod create;

use jiff::Timestamp;

use crate::{
    id::{NoteId, OperatorId},
    text_rule::{TextRule, any_text, text_value},
};

/// A note about an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ours.
    pub id: NoteId,
    /// Whom it is about.
    pub operator_id: OperatorId,
    /// What it says.
    pub text: NoteText,
    /// A ticket or document.
    pub reference: Option<Reference>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whose token wrote it.
    pub created_by: String,
}

text_value! {
    /// The words of a note.
    NoteText,
    TextRule { min: 1, max: 2000, pattern: None, accepts: any_text, hint: "" }
}

text_value! {
    /// The number of a ticket, change or document elsewhere.
    Reference,
    TextRule { min: 1, max: 128, pattern: None, accepts: any_text, hint: "" }
}

/// What is stored of a note.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new one.
    Insert(Note),
}
