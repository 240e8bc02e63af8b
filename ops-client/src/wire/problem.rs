//! The problem document (RFC 9457) that answers every refused request.

use ops_core::{
    Fault, Word,
    id::RuleId,
    operator::readiness::{Line, Readiness},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{operator::ReadinessLine, rule};
use crate::{error_code::ErrorCode, json::Unreadable};

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request is refused, and what the caller can do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The same for every occurrence of the code.
    title: &'static str,
    status: u16,
    /// What happened here, as a sentence.
    detail: String,
    code: ErrorCode,
    /// Every fault of the request; empty when it is not about its values.
    errors: Vec<ProblemFault>,
    request_id: String,
    /// The field that somebody else has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<String>,
    /// Who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = rule::of::<Uuid>)]
    existing_id: Option<Uuid>,
    /// Where the operator or credential stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    from: Option<&'static str>,
    /// Where it cannot go from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    to: Option<&'static str>,
    /// The readiness list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<ReadinessLine>>)]
    items: Option<Vec<Line>>,
    /// Rules that stand in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, schema_with = rule::list::<RuleId>)]
    rules: Option<Vec<RuleId>>,
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer (RFC 6901) into the body, or the query parameter's name.
    pub pointer: String,
    /// The rule that was broken.
    pub rule: String,
    /// What would be right, as a sentence.
    pub message: String,
}

impl From<Fault> for ProblemFault {
    fn from(Fault { pointer, invalid }: Fault) -> Self {
        Self { pointer, rule: invalid.rule.as_str().to_owned(), message: invalid.message }
    }
}

impl Problem {
    /// A problem with the code's title and status.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: code.title(),
            status: code.status(),
            detail: detail.into(),
            code,
            errors: Vec::new(),
            request_id: request_id.into(),
            field: None,
            existing_id: None,
            from: None,
            to: None,
            items: None,
            rules: None,
        }
    }

    /// The code, which decides the status.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// With these faults.
    #[must_use]
    pub fn with_errors(mut self, errors: impl IntoIterator<Item = impl Into<ProblemFault>>) -> Self {
        self.errors.extend(errors.into_iter().map(Into::into));
        self
    }

    /// With what makes the body unreadable.
    #[must_use]
    pub fn with_unreadable(mut self, unreadable: Unreadable) -> Self {
        let faults = unreadable.faults.into_iter();
        self.errors.extend(faults.map(|(pointer, message)| ProblemFault {
            pointer,
            rule: "json".into(),
            message,
        }));
        self
    }

    /// With the field that somebody else has.
    #[must_use]
    pub fn with_duplicate(mut self, field: impl Into<String>, existing_id: Option<Uuid>) -> Self {
        self.field = Some(field.into());
        self.existing_id = existing_id;
        self
    }

    /// With the move that is not in the table.
    #[must_use]
    pub fn with_transition<T: Word>(mut self, from: T, to: T) -> Self {
        self.from = Some(from.as_str());
        self.to = Some(to.as_str());
        self
    }

    /// With the readiness list.
    #[must_use]
    pub fn with_readiness(mut self, readiness: Readiness) -> Self {
        self.items = Some(readiness.items);
        self
    }

    /// With the rules that stand in the way.
    #[must_use]
    pub fn with_rules(mut self, rules: Vec<RuleId>) -> Self {
        self.rules = Some(rules);
        self
    }
}
