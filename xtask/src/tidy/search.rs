//! Finds whole words in text, and tells the line of a place.

/// Where `needle` stands, not as a part of a longer word.
pub(crate) fn places(text: &str, needle: &str) -> Vec<usize> {
    text.match_indices(needle)
        .map(|(at, _)| at)
        .filter(|&at| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + needle.len()..).and_then(|after| after.chars().next());
            let open = needle.starts_with(is_word) && before.is_some_and(is_word);
            let close = needle.ends_with(is_word) && after.is_some_and(is_word);
            !open && !close
        })
        .collect()
}

/// The number of the line that holds that byte, from 1.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

/// A letter, a digit or `_`.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_only_whole() {
        assert_eq!(places("Path<X> PathId<X> MyPath<X>", "Path<"), [0]);
        assert_eq!(places("rand random rand_core brand ::rand", "rand"), [0, 30]);
    }

    #[test]
    fn a_place_has_a_line() {
        assert_eq!(line_of("a\nb\nc", 0), 1);
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }
}
