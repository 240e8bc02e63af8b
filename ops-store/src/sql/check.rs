//! Which column holds which value, and the CHECK that the value's rule prints for each database. The migrations are
//! compared with it.

use ops_core::{
    Number, Text, Word, connection, credential, event, health, maintenance, note, number_rule::NumberRule,
    operator, routing, text_rule::TextRule,
};

/// A column that holds one value of the domain.
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) rule: Rule,
}

/// What the domain says of it.
pub(crate) enum Rule {
    Text(TextRule),
    Number(NumberRule),
    Words(&'static [&'static str]),
    /// Counts up from 1.
    Count,
}

/// Every column with a CHECK that a rule prints.
pub(crate) fn columns() -> Vec<Column> {
    use Rule::{Count, Number as Whole, Text as Of, Words};
    let of = |table, columns: Vec<(&'static str, Rule)>| {
        columns.into_iter().map(move |(column, rule)| Column { table, column, rule })
    };
    let operator = vec![
        ("code", Of(operator::Code::RULE)),
        ("external_id", Of(operator::ExternalId::RULE)),
        ("display_name", Of(operator::DisplayName::RULE)),
        ("kind", Words(operator::Kind::WORDS)),
        ("importance", Words(operator::Importance::WORDS)),
        ("status", Words(operator::Status::WORDS)),
        ("version", Count),
    ];
    let maintenance = vec![
        ("reason", Of(operator::Reason::RULE)),
        ("reference", Of(note::Reference::RULE)),
        ("drain_s", Whole(maintenance::DrainSeconds::RULE)),
        ("phase", Words(maintenance::Phase::WORDS)),
        ("version", Count),
    ];
    let note = vec![("text", Of(note::NoteText::RULE)), ("reference", Of(note::Reference::RULE))];
    let connection = vec![
        ("name", Of(connection::Name::RULE)),
        ("protocol", Words(connection::Protocol::WORDS)),
        ("status", Words(connection::Status::WORDS)),
        ("version", Count),
    ];
    let credential = vec![
        ("system_id", Of(credential::SystemId::RULE)),
        ("stage", Words(credential::Stage::WORDS)),
        ("version", Count),
    ];
    let rule = vec![
        ("name", Of(routing::RuleName::RULE)),
        ("precedence", Whole(routing::Precedence::RULE)),
        ("on_no_target", Words(routing::OnNoTarget::WORDS)),
        ("version", Count),
    ];
    let rule_target = vec![
        ("tier", Whole(routing::Tier::RULE)),
        ("weight", Whole(routing::Weight::RULE)),
        ("failover_on", Words(routing::FailoverOn::WORDS)),
    ];
    of("operator", operator)
        .chain(of("maintenance", maintenance))
        .chain(of("note", note))
        .chain(of("connection", connection))
        .chain(of("connection_health", vec![("state", Words(health::State::WORDS))]))
        .chain(of("credential", credential))
        .chain(of("rule", rule))
        .chain(of("rule_target", rule_target))
        .chain(of("outbox", vec![("type", Words(event::EventType::WORDS))]))
        .collect()
}

impl Column {
    /// The name of its CHECK, on both databases.
    pub(crate) fn name(&self) -> String {
        let what = match self.rule {
            Rule::Text(_) | Rule::Words(_) => "rule",
            Rule::Number(_) | Rule::Count => "range",
        };
        format!("{}_{}_{what}", self.table, self.column)
    }

    /// The condition as PostgreSQL checks it: whole.
    pub(crate) fn on_postgres(&self) -> String {
        let column = self.column;
        match &self.rule {
            Rule::Text(rule) => {
                // no text of PostgreSQL holds U+0000, nor does a pattern
                let shape = rule.shape().replace(r"\u0000", r"\u0001");
                format!(
                    "char_length({column}) BETWEEN {} AND {} AND {column} ~ '{shape}'",
                    rule.min, rule.max
                )
            }
            other => other.without_text(column),
        }
    }

    /// The condition as SQLite checks it, which has no regular expressions: a character at a time. Its `length` and `GLOB`
    /// end at U+0000, which therefore stands by itself.
    pub(crate) fn on_sqlite(&self) -> String {
        let column = self.column;
        match &self.rule {
            Rule::Text(rule) => {
                let shape: String =
                    globs(rule.shape()).iter().map(|glob| format!(" AND {column} NOT GLOB {glob}")).collect();
                format!(
                    "length({column}) BETWEEN {} AND {} AND instr({column}, char(0)) = 0{shape}",
                    rule.min, rule.max
                )
            }
            other => other.without_text(column),
        }
    }
}

impl Rule {
    fn without_text(&self, column: &str) -> String {
        match self {
            Self::Number(rule) => format!("{column} BETWEEN {} AND {}", rule.min, rule.max),
            Self::Words(words) => format!("{column} IN ('{}')", words.join("', '")),
            Self::Count => format!("{column} >= 1"),
            Self::Text(_) => String::new(),
        }
    }
}

/// What a text of this shape never matches, for `GLOB`: a wrong first character, any wrong one, a wrong last one. Patterns
/// have the form `[all]…`, `[first][all]…` or `[first]([all]…[last])?`.
fn globs(shape: &str) -> Vec<String> {
    let classes: Vec<&str> =
        shape.split('[').skip(1).filter_map(|rest| rest.split_once(']')).map(|(class, _)| class).collect();
    match classes.as_slice() {
        [all] => vec![glob("*[", all, "]*")],
        [first, all] => vec![glob("[", first, "]*"), glob("*[", all, "]*")],
        [first, all, last] => vec![glob("[", first, "]*"), glob("*[", all, "]*"), glob("*[", last, "]")],
        _ => Vec::new(),
    }
}

/// A glob of one character outside of a class.
fn glob(before: &str, class: &str, after: &str) -> String {
    let outside = class.strip_prefix('^').map_or_else(|| format!("^{class}"), str::to_owned);
    if !outside.contains('\\') {
        return format!("'{before}{outside}{after}'");
    }
    let mut codes = Vec::new();
    let mut rest = outside.as_str();
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix(r"\u").and_then(|rest| rest.split_at_checked(4));
        let (code, after) = match escaped {
            // U+0000 would end the glob
            Some((code, after)) => (u32::from_str_radix(code, 16).unwrap_or_default().max(1), after),
            None => (u32::from(c), &rest[c.len_utf8()..]),
        };
        codes.push(code.to_string());
        rest = after;
    }
    format!("'{before}' || char({}) || '{after}'", codes.join(", "))
}
