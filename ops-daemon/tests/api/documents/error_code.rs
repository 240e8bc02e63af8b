//! `docs/ERRORS.md`, from the closed list of codes.

use ops_client::error_code::ErrorCode;
use ops_store::testing::committed;

const HEAD: &str = "\
# Error codes

Made by `cargo xtask documents` from `ops-client/src/error_code.rs`; a test compares it.

Every refusal is `application/problem+json` (RFC 9457) with one of these words as `code`; the list is closed.
*Repeat* says whether the same request may succeed later without a change: wait as `Retry-After` says, and send it with the \
same `Idempotency-Key`. *Effect* says whether the refused request left anything behind.

";

fn line(code: ErrorCode) -> String {
    let repeat = if code.is_retryable() { "yes" } else { "no" };
    let effect = if code.has_no_side_effects() { "none" } else { "not known" };
    let (word, status) = (code.as_str(), code.status());
    format!("| `{word}` | {status} | {} | {repeat} | {effect} | {} |\n", code.meaning(), code.advice())
}

#[test]
fn the_committed_list_of_error_codes_is_that_of_the_code() {
    let mut text = HEAD.to_owned();
    text += "| code | status | what it means | repeat | effect | what to do |\n|---|---|---|---|---|---|\n";
    text.extend(ErrorCode::ALL.iter().map(|code| line(*code)));
    committed::assert_equal("docs/ERRORS.md", &text, super::WRITES);
}
