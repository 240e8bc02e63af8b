//! The closed list of error codes: status, whether to repeat, whether anything happened, and what to do.

use std::{borrow::Cow, fmt};

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, schema::Schema, schema::Type},
};

use Effect::{Nothing, Unknown};
use Repeat::{Changed, Same};

/// Whether the same request may be sent again as it is.
#[derive(PartialEq, Eq)]
enum Repeat {
    /// It may succeed later, with the same `Idempotency-Key`.
    Same,
    /// It will be refused again until something changes.
    Changed,
}

/// Whether the refused request left facts behind.
#[derive(PartialEq, Eq)]
enum Effect {
    /// Nothing was changed.
    Nothing,
    /// It may have been done.
    Unknown,
}

macro_rules! error_codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $word:literal, $status:literal, $repeat:ident, $effect:ident,
        $title:literal, $advice:literal;)+) => {
        /// What went wrong, as `code` of a problem document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[doc = $meaning])+ $variant),+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The HTTP status that carries it.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// Whether the same request may succeed later without a change. A client waits as `Retry-After` says and
            /// repeats it with the same `Idempotency-Key`.
            #[must_use]
            pub const fn is_retryable(self) -> bool {
                match self { $(Self::$variant => matches!($repeat, Same)),+ }
            }

            /// Whether it is certain that nothing was changed.
            #[must_use]
            pub const fn has_no_side_effects(self) -> bool {
                match self { $(Self::$variant => matches!($effect, Nothing)),+ }
            }

            /// A short title for people, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What has happened, for the list of codes.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),+).trim_ascii()),+ }
            }

            /// What the caller should do.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice),+ }
            }
        }
    };
}

error_codes! {
    /// The body is no JSON, repeats a key or is nested too deeply.
    MalformedJson = "malformed_json", 400, Changed, Nothing,
        "The body is not readable JSON", "Send one well-formed JSON value without repeated keys.";
    /// A header cannot be read.
    MalformedHeader = "malformed_header", 400, Changed, Nothing,
        "A header is not readable", "Correct the header that `detail` names.";
    /// A query parameter is unknown or wrong.
    InvalidQuery = "invalid_query", 400, Changed, Nothing,
        "The query is not valid", "Correct the parameters that `errors` lists.";
    /// A cursor is not one of ours, or belongs to another query.
    InvalidCursor = "invalid_cursor", 400, Changed, Nothing,
        "The cursor is not valid", "Start again without a cursor.";
    /// A token stands in the URL, where logs and proxies see it.
    TokenInUrl = "token_in_url", 400, Changed, Nothing,
        "A token must not stand in a URL", "Revoke the token, and send a new one in the Authorization header.";
    /// There is no valid token or certificate.
    Unauthenticated = "unauthenticated", 401, Changed, Nothing,
        "No valid credentials were given", "Get a new token and send the request again.";
    /// The caller has not the permission.
    Forbidden = "forbidden", 403, Changed, Nothing,
        "The caller may not do this", "Ask for the permission that `detail` names.";
    /// A field that decides who receives a secret needs more than the plain permission.
    CredentialPermissionRequired = "credential_permission_required", 403, Changed, Nothing,
        "The field decides who receives a secret", "Ask for credential:write, or leave the field as it is.";
    /// There is no such thing.
    NotFound = "not_found", 404, Changed, Nothing,
        "There is no such thing", "Check the id; it may have been deleted.";
    /// The path does not take this method.
    MethodNotAllowed = "method_not_allowed", 405, Changed, Nothing,
        "The path does not take this method", "Use a method of the Allow header.";
    /// Another one has this code, name or external id.
    Duplicate = "duplicate", 409, Changed, Nothing,
        "Another one has this already", "Use the one in `existing_id`, or choose another value for `field`.";
    /// The status move is not in the table.
    IllegalTransition = "illegal_transition", 409, Changed, Nothing,
        "The status cannot move there", "Read the present status in `from`, and go there by a move that exists.";
    /// The readiness list blocks.
    NotReady = "not_ready", 409, Changed, Nothing,
        "The operator is not ready", "Do what the blocking entries of `items` say, and activate again.";
    /// Rules target the operator.
    OperatorInUse = "operator_in_use", 409, Changed, Nothing,
        "Routing rules target this operator", "Delete or retarget the rules in `rules` first.";
    /// Rules target the connection.
    ConnectionInUse = "connection_in_use", 409, Changed, Nothing,
        "Routing rules target this connection", "Delete or retarget the rules in `rules` first.";
    /// A credential is staged already.
    AlreadyStaged = "already_staged", 409, Changed, Nothing,
        "A credential is staged already", "Discard the staged credential first.";
    /// Receipts of the old account come only to the old account.
    NewAccountNeedsNewConnection = "new_account_needs_new_connection", 409, Changed, Nothing,
        "Another system_id is another account", "Create a connection for the new account.";
    /// The reader was away for longer than events are kept.
    EventsForgotten = "events_forgotten", 410, Changed, Nothing,
        "Events after this position are not kept any more",
        "Begin to follow without a position, then read anew what you keep of the service.";
    /// The thing has changed since it was read.
    PreconditionFailed = "precondition_failed", 412, Changed, Nothing,
        "It has changed since it was read", "Read it again, decide anew, and send the new ETag in If-Match.";
    /// The body has too many octets.
    BodyTooLarge = "body_too_large", 413, Changed, Nothing,
        "The body is too large", "Send less at once.";
    /// The content type is not taken here.
    UnsupportedMediaType = "unsupported_media_type", 415, Changed, Nothing,
        "The content type is not taken here", "Send application/json.";
    /// The Host header is not one of ours.
    UnknownHost = "unknown_host", 421, Changed, Nothing,
        "This host is not served here", "Use a host name that the service is configured for.";
    /// Values of the body are refused.
    Invalid = "invalid", 422, Changed, Nothing,
        "The body is not valid", "Correct every entry of `errors`.";
    /// The key was used for another request.
    IdempotencyMismatch = "idempotency_mismatch", 422, Changed, Nothing,
        "The Idempotency-Key was used for another request", "Use a new key for a new request.";
    /// The request must say which version it changes.
    PreconditionRequired = "precondition_required", 428, Changed, Nothing,
        "If-Match is required", "Read the resource, and send its ETag in If-Match.";
    /// Too many requests.
    RateLimited = "rate_limited", 429, Same, Nothing,
        "Too many requests", "Wait as Retry-After says, and repeat the request.";
    /// A fault of ours.
    Internal = "internal", 500, Changed, Unknown,
        "The service failed", "Read before repeating a write, and report the `request_id`.";
    /// The database cannot be reached; nothing was sent to it.
    StoreUnavailable = "store_unavailable", 503, Same, Nothing,
        "The database is not available", "Wait as Retry-After says, and repeat the request.";
    /// Others changed the same thing all the time.
    Busy = "busy", 503, Same, Nothing,
        "Too many changes of the same thing at once", "Wait as Retry-After says, and repeat the request.";
    /// The secret store cannot be reached.
    SecretStoreUnavailable = "secret_store_unavailable", 503, Same, Nothing,
        "The secret store is not available", "Wait as Retry-After says, and repeat the request.";
    /// The secret store has not the secret that it should have.
    SecretMissing = "secret_missing", 503, Changed, Nothing,
        "The secret is not in the secret store", "Store the credential anew, and tell the operators of the service.";
    /// The change was sent, and no answer came.
    OutcomeUnknown = "outcome_unknown", 504, Same, Unknown,
        "Whether the change was made is not known", "Repeat the request with the same Idempotency-Key.";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let words = Self::ALL.iter().map(|code| code.as_str());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl ToSchema for ErrorCode {
    fn name() -> Cow<'static, str> {
        "ErrorCode".into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_status() {
        let by_status: Vec<(u16, &[&str])> = vec![
            (400, &["malformed_json", "malformed_header", "invalid_query", "invalid_cursor", "token_in_url"]),
            (401, &["unauthenticated"]),
            (403, &["forbidden", "credential_permission_required"]),
            (404, &["not_found"]),
            (405, &["method_not_allowed"]),
            (409, &["duplicate", "illegal_transition", "not_ready", "operator_in_use", "connection_in_use"]),
            (409, &["already_staged", "new_account_needs_new_connection"]),
            (410, &["events_forgotten"]),
            (412, &["precondition_failed"]),
            (413, &["body_too_large"]),
            (415, &["unsupported_media_type"]),
            (421, &["unknown_host"]),
            (422, &["invalid", "idempotency_mismatch"]),
            (428, &["precondition_required"]),
            (429, &["rate_limited"]),
            (500, &["internal"]),
            (503, &["store_unavailable", "busy", "secret_store_unavailable", "secret_missing"]),
            (504, &["outcome_unknown"]),
        ];
        let listed: Vec<_> =
            by_status.iter().flat_map(|(status, words)| words.iter().map(|word| (*status, *word))).collect();
        let coded: Vec<_> = ErrorCode::ALL.iter().map(|code| (code.status(), code.as_str())).collect();
        assert_eq!(coded, listed);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_repeated() {
        let repeated: Vec<_> =
            ErrorCode::ALL.iter().filter(|c| c.is_retryable()).map(|c| c.as_str()).collect();
        assert_eq!(
            repeated,
            ["rate_limited", "store_unavailable", "busy", "secret_store_unavailable", "outcome_unknown"]
        );
    }

    #[test]
    fn only_an_unknown_outcome_and_our_own_fault_may_have_changed_something() {
        let may: Vec<_> =
            ErrorCode::ALL.iter().filter(|c| !c.has_no_side_effects()).map(|c| c.as_str()).collect();
        assert_eq!(may, ["internal", "outcome_unknown"]);
    }

    #[test]
    fn words_and_titles_are_unique_and_serialised_as_written() {
        let words: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        let titles: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.title()).collect();
        assert_eq!((words.len(), titles.len()), (ErrorCode::ALL.len(), ErrorCode::ALL.len()));
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(code.advice().ends_with('.') && !code.title().ends_with('.'), "{code}");
        }
    }
}
