//! Columns: the same words go to the parser of a value, to the CHECK that its rule prints, and to the CHECK that the
//! migrations made.

use std::sync::Arc;

use ops_core::{
    InvalidRule,
    number_rule::NumberRule,
    testing::words,
    text_rule::TextRule,
    text_shape::{ANY_TEXT, TRIMMED},
};

use super::constraint;
use crate::{
    Store,
    sql::check::{self, Column, Rule},
    testing::Rows,
};

/// Where the words begin to be drawn.
const SEED: u64 = 20_261_126;
/// Asked at once.
const BATCH: usize = 4000;

/// What the domain says of a word: it is right, or which rule it breaks.
type Verdict = Result<(), InvalidRule>;

/// What a database says of a batch of words: whether `condition` holds of each, when it stands in `column`.
async fn holds(rows: &Rows, condition: &str, column: &Column, words: &[String]) -> Vec<bool> {
    let name = column.column;
    let of = |text: &str, number: &str| match column.rule {
        Rule::Text(_) | Rule::Words(_) => text.to_owned(),
        Rule::Number(_) | Rule::Count => number.to_owned(),
    };
    let verdict = format!("CASE WHEN {condition} THEN '1' ELSE '0' END");
    let sql = if rows.are_of_postgres() {
        let value = of("value", "value::bigint");
        format!(
            "SELECT string_agg({verdict}, '' ORDER BY place) FROM (SELECT {value} AS {name}, place \
             FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS word(value, place)) AS word"
        )
    } else {
        let value = of("value", "CAST(value AS INTEGER)");
        format!(
            "SELECT group_concat({verdict}, '' ORDER BY place) FROM (SELECT {value} AS {name}, key AS place \
             FROM json_each($1)) AS word"
        )
    };
    let mut answers = Vec::new();
    for batch in words.chunks(BATCH) {
        let batch = serde_json::to_string(batch).unwrap();
        answers.extend(rows.texts(&sql, [batch.into()]).await.concat().bytes().map(|b| b == b'1'));
    }
    assert_eq!(answers.len(), words.len(), "{sql}");
    answers
}

/// The words for a column, and what the domain says of each.
fn judged(column: &Column, texts: &[String]) -> Vec<(String, Verdict)> {
    match &column.rule {
        Rule::Text(rule) => texts
            .iter()
            .map(|word| (word.clone(), rule.parse(word).map(drop).map_err(|why| why.rule)))
            .collect(),
        Rule::Words(of_domain) => {
            let all = texts.iter().cloned().chain(of_domain.iter().map(|&word| word.to_owned()));
            let is_one = |word: &str| of_domain.contains(&word).then_some(()).ok_or(InvalidRule::OneOf);
            all.map(|word| (word.clone(), is_one(&word))).collect()
        }
        Rule::Number(rule) => numbers(*rule),
        Rule::Count => numbers(NumberRule { min: 1, max: i64::MAX }),
    }
}

fn numbers(rule: NumberRule) -> Vec<(String, Verdict)> {
    let around =
        [rule.min, rule.max].into_iter().flat_map(|end| [end.saturating_sub(1), end, end.saturating_add(1)]);
    let is_one = |n: i64| (rule.min..=rule.max).contains(&n).then_some(()).ok_or(InvalidRule::Range);
    around.chain([i64::MIN, -1, 0, 1, i64::MAX]).map(|n| (n.to_string(), is_one(n))).collect()
}

/// Words in their normal form, as the door makes them, that the database can be asked about.
fn texts(rows: &Rows, columns: &[Column]) -> Vec<String> {
    let rules: Vec<TextRule> = columns
        .iter()
        .filter_map(|column| if let Rule::Text(rule) = column.rule { Some(rule) } else { None })
        .collect();
    let of_postgres = rows.are_of_postgres();
    let words = words(&rules, SEED).into_iter().map(|word| ops_core::text_rule::normal(&word));
    // PostgreSQL refuses a text with U+0000 before any CHECK sees it
    words.filter(|word| !of_postgres || !word.contains('\0')).collect()
}

/// The CHECK that a rule prints takes what the parser takes, and nothing else.
pub async fn the_check_that_a_rule_prints_takes_the_words_that_its_parser_takes(
    _: Arc<dyn Store>,
    rows: Rows,
) {
    let columns = check::columns();
    let texts = texts(&rows, &columns);
    let mut asked = 0;
    for column in &columns {
        let (words, verdicts): (Vec<String>, Vec<Verdict>) = judged(column, &texts).into_iter().unzip();
        let printed = if rows.are_of_postgres() { column.on_postgres() } else { column.on_sqlite() };
        let answers = holds(&rows, &printed, column, &words).await;
        for ((word, verdict), holds) in words.iter().zip(verdicts).zip(answers) {
            assert_eq!(verdict.is_ok(), holds, "{} of {word:?}, {verdict:?}: {printed}", column.name());
        }
        asked += words.len();
    }
    told(&rows, "printed", asked, columns.len());
}

/// The CHECK that the migrations made refuses nothing that the parser takes; where it takes more, that is known.
pub async fn no_column_is_stricter_than_its_rule_and_none_looser_than_it_must_be(
    _: Arc<dyn Store>,
    rows: Rows,
) {
    let columns = check::columns();
    let (texts, definitions) = (texts(&rows, &columns), constraint::definitions(&rows).await);
    let mut asked = 0;
    for column in &columns {
        let name = column.name();
        let made = constraint::check(&definitions[&name]);
        let (words, verdicts): (Vec<String>, Vec<Verdict>) = judged(column, &texts).into_iter().unzip();
        let answers = holds(&rows, made, column, &words).await;
        for ((word, verdict), holds) in words.iter().zip(verdicts).zip(answers) {
            let looser = verdict.is_err_and(|broken| is_left_to_the_parser(&rows, column, broken));
            assert!(verdict.is_ok() == holds || holds && looser, "{name} of {word:?}, {verdict:?}: {made}");
        }
        asked += words.len();
    }
    told(&rows, "made", asked, columns.len());
}

/// What a column of the first three migrations does not look at: the characters of free texts, and on SQLite, whose
/// functions end at it, what comes behind U+0000.
fn is_left_to_the_parser(rows: &Rows, column: &Column, broken: InvalidRule) -> bool {
    let Rule::Text(rule) = &column.rule else { return false };
    let is_free = [ANY_TEXT, TRIMMED].contains(&rule.shape());
    match broken {
        InvalidRule::Characters => is_free || !rows.are_of_postgres(),
        InvalidRule::Pattern => is_free,
        _ => false,
    }
}

fn told(rows: &Rows, which: &str, asked: usize, columns: usize) {
    let place = if rows.are_of_postgres() { "PostgreSQL" } else { "SQLite" };
    #[expect(clippy::print_stdout, reason = "how much a test has tried is part of what it shows")]
    {
        println!("{asked} verdicts of the CHECKs {which} for {columns} columns, {place}, seed {SEED}");
    }
}
