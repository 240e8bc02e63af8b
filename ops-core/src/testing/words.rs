//! Words that try a rule of text: the same ones go to its parser, its schema and its column, and all must say the same.

use std::collections::BTreeSet;

use crate::text_rule::TextRule;

/// Sound words of every shape that a value has; the others are made from them.
const SEEDS: &[&str] = &[
    "a",
    "0",
    "acme-de",
    "a--b",
    "DE",
    "AT",
    "DEU",
    "EUR",
    "CHF",
    "262",
    "01",
    "001",
    "491701234567",
    "+4930123456",
    "noc@example.net",
    "https://portal.example.net/login?x#y",
    "https://a.example:8443",
    "Europe/Berlin",
    "UTC",
    "smsc.example.net",
    "192.0.2.7",
    "2001:db8::1",
    "team/name",
    "smppclient1",
    "192.0.2.0/24",
    "2001:db8::/32",
    "https://api.example.net:8443/v1",
    "https://[2001:db8::1]/v1",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "Xp9+/aAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8=",
    "Idempotency-Key",
    "^49[0-9]*$",
    "Operator ACME",
    "Überträgt «alles» – 24/7",
    "通信事業者",
    "👨‍👩‍👧",
    "",
];

/// Characters with which words are drawn and lengthened: one of each kind that somebody treats in a way of their own, of one
/// to four octets in UTF-8.
const ALPHABET: &[char] = &[
    'a',
    'z',
    'A',
    'Z',
    '0',
    '9',
    '-',
    '_',
    '.',
    '/',
    '@',
    ':',
    '+',
    '~',
    '!',
    '^',
    ']',
    '[',
    '*',
    '?',
    '\'',
    '"',
    '\\',
    '%',
    '$',
    ' ',
    '\t',
    '\n',
    '\r',
    '\u{0}',
    '\u{1}',
    '\u{1f}',
    '\u{7f}',
    '\u{80}',
    '\u{85}',
    '\u{9f}',
    '\u{a0}',
    'ä',
    'ß',
    '\u{ad}',
    '\u{301}',
    '\u{430}',
    '\u{661}',
    '\u{61c}',
    '\u{958}',
    '\u{1680}',
    '\u{180e}',
    '\u{2003}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{2028}',
    '\u{202e}',
    '\u{202f}',
    '\u{2060}',
    '\u{2066}',
    '\u{206f}',
    '\u{212a}',
    '\u{3000}',
    '\u{ac00}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{feff}',
    '\u{ff21}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10000}',
    '\u{1f600}',
    '\u{e0001}',
    '\u{10ffff}',
];

/// Those of one, two, three and four octets, and one that its normal form makes longer: with them words reach every length.
const RULERS: &[char] = &['a', 'ä', '\u{ac00}', '\u{1f600}', '\u{958}'];
/// With the other characters words reach this length: the patterns that look at each character end before.
const LENGTH_MAX: usize = 65;
/// Words drawn at random.
const DRAWN: usize = 4000;

/// The words, each once, in a fixed order: every character that matters alone and at each place, the lengths around both ends
/// of every rule in characters and in octets, and words drawn with `seed`.
#[must_use]
pub fn words(rules: &[TextRule], seed: u64) -> Vec<String> {
    let mut words: BTreeSet<String> = SEEDS.iter().map(|&word| word.to_owned()).collect();
    for c in
        (0..0x600).chain(0x1670..0x1690).chain(0x1800..0x1810).chain(0x1fe0..0x2130).chain(0x2ff0..0x3010)
    {
        let c = char::from_u32(c).unwrap_or('a');
        words.extend([
            format!("{c}"),
            format!("{c}a"),
            format!("a{c}a"),
            format!("a{c}"),
            format!("26{c}"),
            format!("{c}01"),
        ]);
    }
    let lengths = lengths(rules);
    for c in ALPHABET {
        for &length in lengths.iter().filter(|&&length| length <= LENGTH_MAX || RULERS.contains(c)) {
            words.insert(c.to_string().repeat(length));
            words.insert(format!("a{c}").chars().cycle().take(length).collect());
            words.insert(c.to_string().repeat(length / c.len_utf8()));
        }
    }
    let mut dice = seed;
    words.extend((0..DRAWN).map(|_| drawn(&mut dice)));
    words.into_iter().collect()
}

/// The lengths around both ends of every rule.
fn lengths(rules: &[TextRule]) -> BTreeSet<usize> {
    let ends = rules.iter().flat_map(|rule| [rule.min, rule.max]);
    ends.flat_map(|end| [end.saturating_sub(1), end, end + 1]).collect()
}

/// A sound word after some accidents.
fn drawn(dice: &mut u64) -> String {
    let mut word: Vec<char> = pick(SEEDS, dice).chars().collect();
    for _ in 0..=roll(dice) % 3 {
        let at = usize::try_from(roll(dice)).unwrap_or_default() % (word.len() + 1);
        let c = *pick(ALPHABET, dice);
        match (roll(dice) % 4, word.get_mut(at)) {
            (0, Some(there)) => *there = c,
            (1, Some(_)) => drop(word.remove(at)),
            (2, Some(&mut there)) => word.insert(at, there),
            _ => word.insert(at, c),
        }
    }
    word.into_iter().collect()
}

#[expect(clippy::indexing_slicing, reason = "the lists are not empty")]
fn pick<'a, T>(of: &'a [T], dice: &mut u64) -> &'a T {
    &of[usize::try_from(roll(dice)).unwrap_or_default() % of.len()]
}

/// splitmix64 (Steele, Lea, Flood 2014).
fn roll(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*dice ^ (*dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 1
}
