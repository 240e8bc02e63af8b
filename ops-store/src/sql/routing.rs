//! Routing rules, the view's version and what a resolve needs, in SQL.

use std::collections::BTreeMap;

use ops_core::{
    Mark,
    id::{ConnectionId, OperatorId, RuleId},
    routing::{Eligibility, Expect, Rule, RuleFields, Target, View, Write},
};

use super::{Corrupt, NotStorable, Row, Statement, Value, args, json, plan::expectation};
use crate::port::RuleFilter;

const RULE: &str = "id, name, enabled, precedence, match, on_no_target, version, created_at, created_by, updated_at, \
     updated_by";
const TARGET: &str = "rule_id, connection_id, operator_id, tier, weight, enabled, failover_on, note";

/// A rule and its targets: two statements, read by [`read`].
pub(crate) fn by_id(id: RuleId) -> [Statement; 2] {
    [
        Statement::new(format!("SELECT {RULE} FROM rule WHERE id = $1"), args![id.uuid()]),
        Statement::new(
            format!("SELECT {TARGET} FROM rule_target WHERE rule_id = $1 ORDER BY ordinal"),
            args![id.uuid()],
        ),
    ]
}

/// A page of rules and their targets, by precedence and id.
pub(crate) fn page(filter: &RuleFilter, limit: i64) -> [Statement; 2] {
    let mut conditions = vec!["true".to_owned()];
    let mut args: Vec<Value> = Vec::new();
    let mut arg = |value: Value| {
        args.push(value);
        args.len()
    };
    for (column, id) in [
        ("connection_id", filter.connection_id.map(ConnectionId::uuid)),
        ("operator_id", filter.operator_id.map(OperatorId::uuid)),
    ] {
        if let Some(id) = id {
            let at = arg(id.into());
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM rule_target t WHERE t.rule_id = rule.id AND t.{column} = ${at})"
            ));
        }
    }
    if let Some((precedence, id)) = filter.after {
        let after = (arg(precedence.into()), arg(id.uuid().into()));
        conditions.push(format!("(precedence, id) > (${}, ${})", after.0, after.1));
    }
    let limit = arg(limit.into());
    let conditions = conditions.join(" AND ");
    let chosen = format!("FROM rule WHERE {conditions} ORDER BY precedence, id LIMIT ${limit}");
    [
        Statement::new(format!("SELECT {RULE} {chosen}"), args.clone()),
        Statement::new(
            format!(
                "SELECT {TARGET} FROM rule_target WHERE rule_id IN (SELECT id {chosen}) ORDER BY rule_id, ordinal"
            ),
            args,
        ),
    ]
}

/// Rules out of rule rows and target rows.
pub(crate) fn read(rules: &[Row], targets: &[Row]) -> Result<Vec<Rule>, Corrupt> {
    let mut targets_of: BTreeMap<RuleId, Vec<Target>> = BTreeMap::new();
    for row in targets {
        targets_of.entry(row.uuid(0)?).or_default().push(Target {
            connection_id: row.uuid(1)?,
            operator_id: row.uuid(2)?,
            tier: row.number(3)?,
            weight: row.number(4)?,
            enabled: row.bool(5)?,
            failover_on: row.word(6)?,
            note: row.opt_value(7)?,
        });
    }
    let read_one = |row: &Row| {
        let id = row.uuid(0)?;
        Ok(Rule::restore(RuleFields {
            id,
            name: row.value(1)?,
            enabled: row.bool(2)?,
            precedence: row.number(3)?,
            matches: row.json(4)?,
            targets: targets_of.remove(&id).unwrap_or_default(),
            on_no_target: row.word(5)?,
            version: row.int(6)?,
            created_at: row.time(7)?,
            created_by: row.text(8)?,
            updated_at: row.time(9)?,
            updated_by: row.text(10)?,
        }))
    };
    rules.iter().map(read_one).collect()
}

pub(crate) fn head() -> Statement {
    Statement::new("SELECT epoch, version FROM routing_head", [])
}

pub(crate) fn read_head(rows: &[Row]) -> Result<Mark, Corrupt> {
    let head = rows.first().ok_or(Corrupt { column: 0, why: "the row of routing_head".into() })?;
    Ok(Mark::new(head.int(0)?, head.int(1)?))
}

/// Everything a resolve needs, to be read in one snapshot by [`read_view`].
pub(crate) fn view() -> [Statement; 4] {
    [
        head(),
        Statement::new(format!("SELECT {RULE} FROM rule"), []),
        Statement::new(format!("SELECT {TARGET} FROM rule_target ORDER BY rule_id, ordinal"), []),
        Statement::new(
            "SELECT c.id, c.operator_id, o.status, c.status, coalesce(h.state, 'unknown'), \
             c.id IN (SELECT connection_id FROM maintenance WHERE phase IN ('draining', 'running') \
             AND connection_id IS NOT NULL), c.counts_for_operator FROM connection c \
             JOIN operator o ON o.id = c.operator_id LEFT JOIN connection_health h ON h.connection_id = c.id \
             WHERE c.deleted_at IS NULL",
            [],
        ),
    ]
}

pub(crate) fn read_view(
    head: &[Row],
    rules: &[Row],
    targets: &[Row],
    connections: &[Row],
) -> Result<View, Corrupt> {
    let version = read_head(head)?;
    let mut eligibility = BTreeMap::new();
    for row in connections {
        let of = Eligibility {
            operator_id: row.uuid(1)?,
            operator_status: row.word(2)?,
            connection_status: row.word(3)?,
            health: row.word(4)?,
            in_maintenance: row.bool(5)?,
            counts_for_operator: row.bool(6)?,
        };
        eligibility.insert(row.uuid(0)?, of);
    }
    Ok(View::new(read(rules, targets)?, eligibility, version))
}

/// Locks the routing head by drawing the version of the view.
pub(crate) fn draw_view_version() -> Statement {
    Statement::new(
        "UPDATE routing_head SET version = CASE WHEN epoch < (SELECT epoch FROM service) THEN 1 ELSE version + 1 END, \
         epoch = (SELECT epoch FROM service)",
        [],
    )
}

pub(crate) fn expect(expect: &Expect) -> Vec<Statement> {
    match expect {
        Expect::TargetsAlive(ids) => ids
            .iter()
            .map(|id| {
                expectation(
                    "target_alive",
                    "EXISTS (SELECT 1 FROM connection WHERE id = $1 AND deleted_at IS NULL)",
                    args![id.uuid()],
                    id,
                )
            })
            .collect(),
        Expect::Rule(id, version) => vec![expectation(
            "rule_version",
            "EXISTS (SELECT 1 FROM rule WHERE id = $1 AND version = $2)",
            args![id.uuid(), *version],
            id,
        )],
    }
}

pub(crate) fn write(write: &Write) -> Result<Vec<Statement>, NotStorable> {
    match write {
        Write::Put(rule) => put(rule),
        Write::Delete(id) => Ok(vec![Statement::new("DELETE FROM rule WHERE id = $1", args![id.uuid()])]),
    }
}

fn put(rule: &Rule) -> Result<Vec<Statement>, NotStorable> {
    let RuleFields {
        id,
        name,
        enabled,
        precedence,
        matches,
        targets,
        on_no_target,
        version,
        created_at,
        created_by,
        updated_at,
        updated_by,
    } = rule.fields();
    let mut plan = vec![Statement::new(
        format!("INSERT INTO rule ({RULE}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"),
        args![
            id.uuid(),
            name.to_string(),
            *enabled,
            i64::from(*precedence),
            json(matches)?,
            on_no_target.to_string(),
            *version,
            *created_at,
            created_by.clone(),
            *updated_at,
            updated_by.clone(),
        ],
    )];
    for (ordinal, target) in targets.iter().enumerate() {
        plan.push(put_target(*id, i64::try_from(ordinal).unwrap_or(i64::MAX), target));
    }
    Ok(plan)
}

fn put_target(rule: RuleId, ordinal: i64, target: &Target) -> Statement {
    let Target { connection_id, operator_id, tier, weight, enabled, failover_on, note } = target;
    Statement::new(
        format!("INSERT INTO rule_target ({TARGET}, ordinal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        args![
            rule.uuid(),
            connection_id.uuid(),
            operator_id.uuid(),
            i64::from(*tier),
            i64::from(*weight),
            *enabled,
            failover_on.to_string(),
            note.as_ref().map(ToString::to_string),
            ordinal,
        ],
    )
}

/// Some rules that target an operator, and how many there are.
pub(crate) fn targeting(operator: OperatorId) -> Statement {
    Statement::new(
        "SELECT DISTINCT rule_id FROM rule_target WHERE operator_id = $1 ORDER BY rule_id LIMIT 20",
        args![operator.uuid()],
    )
}
