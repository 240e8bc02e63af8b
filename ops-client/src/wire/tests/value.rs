//! Every value object's parser against the schema that is printed from the same rule: the same words go to both.

use ops_core::{
    Decimal, Listed, Number, Text, Word,
    connection::{Cidr, Host, Trust},
    operator::{LabelKey, LabelValue},
    routing,
    testing::words,
    text_rule::{TextRule, normal},
};
use regex::Regex;
use serde_json::{Value, json};

use crate::wire::{resolve, rule, rule::Described, value};

/// Where the words of this test begin to be drawn.
const SEED: u64 = 20_261_126;

/// Values of which the schema says less than the parser, and why it cannot say all.
const WEAKER: &[(&str, &str)] = &[
    ("operator::CountryCode", "the list moves with ISO 3166-1; a client's copy would be older than ours"),
    ("operator::Currency", "the list moves with ISO 4217"),
    ("operator::TimeZone", "the list moves with the zone data"),
    ("Host", "that an IP address is one, and a last label no number, is no matter of single characters"),
    ("host in any case", "as Host"),
    ("connection::BaseUrl", "its host is as Host, and its port at most 65535"),
    ("Cidr", "that an address is one, and has no bits behind its prefix, is no matter of single characters"),
    ("routing::SplitKey", "JSON Schema counts characters, and its limit is in octets"),
];

/// A text with its rule, schema and parser.
pub(in crate::wire) struct TextValue {
    name: &'static str,
    rule: TextRule,
    schema: Value,
    accepts: fn(&str) -> bool,
}

impl TextValue {
    pub(in crate::wire) fn of<T: Text + Described>(name: &'static str) -> Self {
        let schema = serde_json::to_value(T::described()).unwrap();
        Self { name, rule: T::RULE, schema, accepts: |word| T::parse(word).is_ok() }
    }

    /// With the schema of a rule that has no `Described` of its own.
    fn ruled<T: Text>(name: &'static str, schema: Value) -> Self {
        Self { name, rule: T::RULE, schema, accepts: |word| T::parse(word).is_ok() }
    }

    /// What the schema says of a word: a pattern is found anywhere, and lengths count Unicode scalar values.
    fn verdict(&self) -> impl Fn(&str) -> bool {
        let number = |key: &str| self.schema[key].as_u64().map(|n| usize::try_from(n).unwrap());
        let (least, most) = (number("minLength").unwrap_or(0), number("maxLength").unwrap());
        let pattern = Regex::new(self.schema["pattern"].as_str().unwrap()).unwrap();
        move |word| (least..=most).contains(&word.chars().count()) && pattern.is_match(word)
    }
}

fn texts() -> Vec<TextValue> {
    let of = |rule: &TextRule| json!(utoipa::openapi::schema::Schema::from(rule::text(rule)));
    let mut texts = value::all_texts();
    texts.extend([
        TextValue::ruled::<LabelKey>("operator::LabelKey", of(&LabelKey::RULE)),
        TextValue::ruled::<LabelValue>("operator::LabelValue", of(&LabelValue::RULE)),
        TextValue::ruled::<Host>("Host", json!(Host::shown())),
        TextValue {
            accepts: |word| Host::parse(&word.to_ascii_lowercase()).is_ok(),
            ..TextValue::of::<Host>("host in any case")
        },
        TextValue {
            name: "Cidr",
            rule: Cidr::RULE,
            schema: json!(Cidr::described()),
            accepts: |word| Cidr::parse(word).is_ok(),
        },
        TextValue {
            accepts: |word| routing::Number::parse_dialled(word).is_ok(),
            ..TextValue::ruled::<routing::Number>("dialled number", json!(resolve::dialled()))
        },
        TextValue::ruled::<routing::Number>("routing::Number", of(&routing::Number::RULE)),
    ]);
    texts
}

#[test]
fn parser_and_schema_of_every_text_say_the_same_of_the_same_words() {
    let texts = texts();
    let rules: Vec<TextRule> = texts.iter().map(|text| text.rule).collect();
    let words: Vec<String> = words(&rules, SEED).iter().map(|word| normal(word)).collect();
    let (mut taken, mut weaker) = (0, Vec::new());
    for text in &texts {
        let verdict = text.verdict();
        let excuse = WEAKER.iter().find(|(name, _)| *name == text.name);
        let (mut right, mut passed) = (0, 0);
        for word in &words {
            match ((text.accepts)(word), verdict(word)) {
                (true, true) => right += 1,
                (false, false) => {}
                (false, true) if excuse.is_some() => passed += 1,
                (parser, schema) => {
                    panic!("{}: parser {parser}, schema {schema} of {word:?}: {}", text.name, text.schema)
                }
            }
        }
        assert!(right > 1, "{}: only {right} words are right, and the test shows little", text.name);
        assert!(excuse.is_none() || passed > 0, "{}: the schema says as much as the parser", text.name);
        taken += right;
        weaker.extend(excuse.map(|_| format!("{} {passed}", text.name)));
    }
    let count = words.len();
    println!("{count} words × {} texts × parser and schema, seed {SEED}: {taken} taken", texts.len());
    println!("the schema also takes: {}", weaker.join(", "));
}

/// Every text of up to seven of these pieces that begins well.
#[test]
fn parser_and_schema_of_certificates_say_the_same_of_the_same_lines() {
    const PIECES: [&str; 5] =
        ["-----BEGIN CERTIFICATE-----\n", "MIIB\r\n", "-----END CERTIFICATE-----", "\n", "public"];
    let schema = serde_json::to_value(Trust::described()).unwrap();
    let pattern = Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
    let (mut texts, mut taken) = (vec![String::new()], 0);
    for _ in 0..8 {
        for text in &texts {
            let parsed = Trust::parse(text).is_ok();
            assert_eq!(parsed, pattern.is_match(text), "{text:?}");
            taken += usize::from(parsed);
        }
        // what begins in a way that neither takes is not made longer
        texts.retain(|text| text.is_empty() || text.starts_with(PIECES[0]) || text.len() <= PIECES[0].len());
        texts = texts.iter().flat_map(|text| PIECES.map(|piece| text.clone() + piece)).collect();
        texts.sort_unstable();
        texts.dedup();
    }
    assert!(taken > 50, "only {taken} are right, and the test shows little");
}

#[test]
fn a_word_is_judged_in_its_normal_form() {
    let texts = texts();
    let rules: Vec<TextRule> = texts.iter().map(|text| text.rule).collect();
    let moved: Vec<String> = words(&rules, SEED).into_iter().filter(|word| normal(word) != *word).collect();
    for word in &moved {
        for rule in &rules {
            let parsed = rule.parse(word);
            assert_eq!(parsed, rule.parse(&normal(word)), "{word:?}");
            assert!(parsed.is_err() || parsed == Ok(normal(word)), "{word:?}");
        }
    }
    assert!(moved.len() > 100, "only {} words have another normal form", moved.len());
}

/// What JavaScript, PostgreSQL and Rust read alike: anchors, groups, `|`, classes, counts, and escapes of a character.
/// Shorthands such as `\s`, `\w`, `.` and `$` before a line's end mean other things elsewhere.
#[test]
fn every_pattern_keeps_to_what_every_engine_reads_alike() {
    let read_alike = Regex::new(
        r"^\^(?:[A-Za-z0-9:/@=-]|\\[.+/\[\]]|\[(?:[^\\\[\]]|\\u[0-9a-f]{4})+\]|[()|?*+]|\{[0-9,]+\})*\$$",
    )
    .unwrap();
    for text in texts() {
        let pattern = text.schema["pattern"].as_str().unwrap();
        assert!(read_alike.is_match(pattern), "{}: {pattern}", text.name);
        assert!(!pattern.contains("(?"), "{}: {pattern}", text.name);
    }
    for other in [r"^\S(.*\S)?$", r"^\w+$", "^.$", "a", r"^[\s]$", "^(?=a)$"] {
        assert!(!read_alike.is_match(other) || other.contains("(?"), "{other}");
    }
}

/// A whole number with its rule, schema and parser.
pub(in crate::wire) struct NumberValue {
    name: &'static str,
    ends: [i64; 2],
    schema: Value,
    accepts: fn(i64) -> bool,
}

impl NumberValue {
    pub(in crate::wire) fn of<T: Number + Described>(name: &'static str) -> Self {
        let schema = serde_json::to_value(T::described()).unwrap();
        let ends = [T::RULE.min, T::RULE.max];
        Self { name, ends, schema, accepts: |number| T::parse(number).is_ok() }
    }
}

#[test]
fn parser_and_schema_of_every_number_say_the_same_of_the_same_numbers() {
    for NumberValue { name, ends, schema, accepts } in value::all_numbers() {
        assert_eq!(schema["type"], "integer", "{name}");
        let (least, most) = (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64().unwrap());
        let around = ends.into_iter().flat_map(|end| end - 2..=end + 2);
        for number in around.chain([i64::MIN, -1, 0, 1, i64::MAX]) {
            assert_eq!(accepts(number), (least..=most).contains(&number), "{name}: {number}");
        }
    }
}

/// A number of a table with its ranges, schema and parser.
pub(in crate::wire) struct ListedValue {
    name: &'static str,
    ranges: &'static [(i64, i64)],
    schema: Value,
    accepts: fn(i64) -> bool,
}

impl ListedValue {
    pub(in crate::wire) fn of<T: Listed + Described>(name: &'static str) -> Self {
        let schema = serde_json::to_value(T::described()).unwrap();
        Self { name, ranges: T::RANGES, schema, accepts: |number| T::parse(number).is_ok() }
    }
}

#[test]
fn parser_and_schema_of_every_table_take_its_numbers_and_no_others() {
    for ListedValue { name, ranges, schema, accepts } in value::all_listed() {
        assert_eq!(schema["type"], "integer", "{name}");
        let listed = schema["enum"].as_array().unwrap();
        for number in (-2..=300).chain([i64::MIN, i64::MAX]) {
            let is_in = ranges.iter().any(|(from, to)| (*from..=*to).contains(&number));
            assert_eq!([accepts(number), listed.contains(&json!(number))], [is_in; 2], "{name}: {number}");
        }
    }
}

/// A number with decimals with its ends in thousandths, schema and parser.
pub(in crate::wire) struct DecimalValue {
    name: &'static str,
    ends: [i64; 2],
    schema: Value,
    accepts: fn(f64) -> bool,
}

impl DecimalValue {
    pub(in crate::wire) fn of<T: Decimal + Described>(name: &'static str) -> Self {
        let schema = serde_json::to_value(T::described()).unwrap();
        Self { name, ends: [T::RULE.min, T::RULE.max], schema, accepts: |number| T::parse(number).is_ok() }
    }
}

#[test]
fn parser_and_schema_of_every_number_with_decimals_say_the_same_to_the_third_decimal() {
    for DecimalValue { name, ends, schema, accepts } in value::all_decimals() {
        assert_eq!(schema["type"], "number", "{name}");
        let (least, most) = (schema["minimum"].as_f64().unwrap(), schema["maximum"].as_f64().unwrap());
        let around = ends.into_iter().flat_map(|end| [-1000, -1, 0, 1, 1000].map(|by| end + by));
        for thousandths in around.chain([-1, 0, 1]) {
            let number = f64::from(i32::try_from(thousandths).unwrap()) / 1000.0;
            assert_eq!(accepts(number), (least..=most).contains(&number), "{name}: {number}");
        }
        // JSON Schema has no good word for three decimals: multipleOf is not exact
        assert!(!accepts(least + 0.0005), "{name} takes a fourth decimal");
    }
}

/// A closed list of words with its schema and parser.
pub(in crate::wire) struct WordValue {
    name: &'static str,
    words: &'static [&'static str],
    schema: Value,
    accepts: fn(&str) -> bool,
}

impl WordValue {
    pub(in crate::wire) fn of<T: Word + Described>(name: &'static str) -> Self {
        let schema = serde_json::to_value(T::described()).unwrap();
        Self { name, words: T::WORDS, schema, accepts: |word| T::parse(word).is_ok() }
    }
}

#[test]
fn parser_and_schema_of_every_list_take_its_words_and_no_others() {
    for WordValue { name, words: of_domain, schema, accepts } in value::all_words() {
        assert_eq!(schema["enum"], json!(of_domain), "{name}");
        let accidents = of_domain.iter().flat_map(|word| {
            [word.to_uppercase(), format!(" {word}"), format!("{word}\n"), format!("{word}\u{0}")]
        });
        for word in accidents.chain(words(&[], SEED)).chain(of_domain.iter().map(|&word| word.to_owned())) {
            assert_eq!(accepts(&word), of_domain.contains(&word.as_str()), "{name}: {word:?}");
        }
    }
}

/// A lone surrogate is no character: it does not come through the door in any text, escaped or not.
#[test]
fn half_a_surrogate_pair_is_no_text_and_a_whole_one_is_a_character() {
    let read = |text: &str| crate::json::read(text.as_bytes());
    assert_eq!(read(r#""\ud83d\ude00""#).unwrap(), json!("\u{1f600}"));
    for lone in [
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ude00\ud83d""#,
        r#""\ud83dx""#,
        r#""a\udfff""#,
        r#""\ud83d\u0041""#,
    ] {
        assert!(read(lone).is_err(), "{lone}");
    }
}
