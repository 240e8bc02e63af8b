//! Shapes that several texts have, each said twice: as the parser checks it, and as an ECMA-262 pattern that the published
//! schema and the databases print. A test feeds the same words to both.

/// What stands in a class of characters for those that no text holds.
macro_rules! refused {
    () => {
        r"\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    };
}
/// What stands in a class of characters for spaces (Unicode `White_Space`, without those that no text holds). `\s` is not
/// used: ECMA-262, PostgreSQL and Rust each mean other characters by it.
macro_rules! spaces {
    () => {
        r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    };
}

/// Any text, as a pattern.
pub const ANY_TEXT: &str = concat!("^[^", refused!(), "]*$");
/// Text without spaces at its ends, as a pattern.
pub const TRIMMED: &str =
    concat!("^[^", spaces!(), refused!(), "]([^", refused!(), "]*[^", spaces!(), refused!(), "])?$");
/// What is wrong with a text that has spaces at its ends.
pub(crate) const TRIM_HINT: &str = "must not begin or end with a space";

/// Characters that no text holds: C0, C1 and DEL, line and paragraph separators, bidirectional controls (UAX #9, "Trojan
/// Source").
#[must_use]
pub fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{061C}' | '\u{200E}' | '\u{200F}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Accepts any text whose characters and length are right.
pub(crate) fn any_text(_: &str) -> bool {
    true
}

/// Text without spaces at its ends.
pub(crate) fn is_trimmed(text: &str) -> bool {
    text.trim() == text
}

/// Printable ASCII without the space, 0x21 to 0x7E.
pub(crate) fn printable_ascii(text: &str) -> bool {
    text.bytes().all(|b| (0x21..=0x7e).contains(&b))
}

/// Printable ASCII with the space, 0x20 to 0x7E, as a pattern.
pub const PRINTABLE: &str = "^[ -~]*$";
/// What is wrong with a text that holds other characters.
pub(crate) const PRINTABLE_HINT: &str = "must be printable ASCII";

/// Printable ASCII with the space.
pub(crate) fn is_printable(text: &str) -> bool {
    text.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_text_holds_ends_where_its_blocks_end() {
        for (first, last) in [
            ('\u{0}', '\u{1f}'),
            ('\u{7f}', '\u{9f}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{200e}', '\u{200f}'),
            ('\u{2028}', '\u{202e}'),
            ('\u{2066}', '\u{2069}'),
        ] {
            assert!((first..=last).all(is_refused), "{first:?}");
            let beside = [u32::from(first).checked_sub(1), u32::from(last).checked_add(1)];
            for beside in beside.into_iter().flatten().filter_map(char::from_u32) {
                assert!(!is_refused(beside), "{beside:?}");
            }
        }
    }

    #[test]
    fn text_is_trimmed_when_no_space_of_any_kind_stands_at_its_ends() {
        for good in ["", "a", "a b", "a\u{3000}b"] {
            assert!(is_trimmed(good), "{good:?}");
        }
        for bad in [" ", " a", "a ", "\u{a0}a", "a\u{3000}", "\u{2003}a"] {
            assert!(!is_trimmed(bad), "{bad:?}");
        }
    }

    #[test]
    fn printable_ascii_begins_at_the_space_or_behind_it_and_ends_at_the_tilde() {
        for (text, with_space, without) in [
            ("", true, true),
            ("!~", true, true),
            ("a b", true, false),
            ("a\u{1f}", false, false),
            ("a\u{7f}", false, false),
            ("ä", false, false),
        ] {
            assert_eq!((is_printable(text), printable_ascii(text)), (with_space, without), "{text:?}");
        }
    }
}
