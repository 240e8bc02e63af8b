//! Resolve: the first rule in order whose conditions hold and that has a usable target gives the route.

use super::{
    Destination, FailoverOn, NetworkSource, OnNoTarget, PlmnSource, Reason, Request, RequestNetwork, Rule,
    RuleExplained, RuleOutcome, Target, Tier, View,
    explain::{Explanation, Silent, Sink},
    rendezvous,
};
use crate::{
    health::State,
    id::{ConnectionId, OperatorId, RuleId},
    network::Plmn,
    number_rule::Number as _,
    operator::flow::{self, NewTraffic, NotRouted},
    text_rule::{Text, word_list},
    version::Mark,
};

word_list! {
    /// How a resolve ended.
    Outcome {
        /// Take the candidates in order.
        Route = "route",
        /// A rule refuses the message.
        Rejected = "rejected",
        /// No rule has a usable target.
        NoRoute = "no_route",
    }
}

/// What a resolve answers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// How it ended.
    pub outcome: Outcome,
    /// The rule that gave the route or refused.
    pub rule_id: Option<RuleId>,
    /// Connections to try in this order: tiers ascending, then the split inside a tier.
    pub candidates: Vec<Candidate>,
    /// The view it was answered from.
    pub view_version: Mark,
}

/// One connection to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Candidate {
    /// The connection.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// Its tier in the rule.
    pub tier: Tier,
}

/// Where a message goes.
#[must_use]
pub fn resolve(view: &View, request: &Request) -> Answer {
    scan(view, request, &mut Silent)
}

/// Where a message goes, and why not elsewhere: every rule considered, and one reason for every target of those rules
/// that was not chosen.
#[must_use]
pub fn resolve_explained(view: &View, request: &Request) -> (Answer, Vec<RuleExplained>) {
    let mut explanation = Explanation::default();
    let answer = scan(view, request, &mut explanation);
    (answer, explanation.into_rules())
}

fn scan(view: &View, request: &Request, sink: &mut impl Sink) -> Answer {
    let answer =
        |outcome, rule_id, candidates| Answer { outcome, rule_id, candidates, view_version: view.version() };
    for rule in view.rules() {
        if let Err(reason) = holds(rule, request) {
            sink.skipped(rule.id, reason);
            continue;
        }
        let candidates = candidates(view, rule, request, sink);
        if !candidates.is_empty() {
            sink.ended(rule.id, RuleOutcome::Chosen);
            return answer(Outcome::Route, Some(rule.id), candidates);
        }
        if rule.on_no_target == OnNoTarget::Reject {
            sink.ended(rule.id, RuleOutcome::Rejected);
            return answer(Outcome::Rejected, Some(rule.id), Vec::new());
        }
        sink.ended(rule.id, RuleOutcome::Exhausted);
    }
    answer(Outcome::NoRoute, None, Vec::new())
}

/// Whether the conditions of a rule hold.
fn holds(rule: &Rule, request: &Request) -> Result<(), Reason> {
    if !rule.enabled {
        return Err(Reason::RuleDisabled);
    }
    let is_destination = match &rule.matches.destination {
        Destination::Number(number) => *number == request.destination,
        Destination::Prefix(prefix) => request.destination.as_str().starts_with(prefix.as_str()),
        Destination::Plmn(plmn) => believed(rule, request)? == plmn,
        Destination::Mcc(mcc) => believed(rule, request)?.mcc == *mcc,
        Destination::Any => true,
    };
    is_destination.then_some(()).ok_or(Reason::Destination)
}

/// The request's network, when the rule believes it: a guess from the prefix must not beat a prefix rule.
fn believed<'a>(rule: &Rule, request: &'a Request) -> Result<&'a Plmn, Reason> {
    let RequestNetwork { plmn, source } = request.network.as_ref().ok_or(Reason::NetworkNotGiven)?;
    match (rule.matches.network_source, source) {
        (NetworkSource::Any, _) | (_, PlmnSource::Portability | PlmnSource::Imsi) => Ok(plmn),
        (NetworkSource::Trusted, PlmnSource::Prefix) => Err(Reason::NetworkNotTrusted),
    }
}

/// The usable targets of a rule in order; the sink hears of every target but the first of them.
fn candidates(view: &View, rule: &Rule, request: &Request, sink: &mut impl Sink) -> Vec<Candidate> {
    let mut usable = Vec::new();
    for target in &rule.targets {
        match health_if_usable(view, target, request) {
            Ok(health) => usable.push((target, health)),
            Err(reason) => sink.passed_over(target.connection_id, reason),
        }
    }
    leave_degraded_out(&mut usable, sink);
    let candidates = in_order(usable, request);
    for lower in candidates.iter().skip(1) {
        sink.passed_over(lower.connection_id, Reason::LowerInOrder);
    }
    candidates
}

/// The health of a target that may be used.
fn health_if_usable(view: &View, target: &Target, request: &Request) -> Result<State, Reason> {
    if !target.enabled {
        return Err(Reason::TargetDisabled);
    }
    let connection = view.connections().get(&target.connection_id).ok_or(Reason::ConnectionNotEnabled)?;
    match flow::flow(connection.standing(), request.at).new_traffic {
        NewTraffic::Yes => {}
        NewTraffic::TestOnly | NewTraffic::No(NotRouted::OperatorNotActive) => {
            return Err(Reason::OperatorNotActive);
        }
        NewTraffic::No(NotRouted::Maintenance) => return Err(Reason::Maintenance),
        NewTraffic::No(NotRouted::ConnectionNotEnabled) => return Err(Reason::ConnectionNotEnabled),
    }
    let operator_id = connection.operator_id;
    if request.exclude.contains(target.connection_id.uuid()) || request.exclude.contains(operator_id.uuid()) {
        return Err(Reason::Excluded);
    }
    if request.origin_operator_id == Some(operator_id) {
        return Err(Reason::Origin);
    }
    if connection.health == State::Down {
        return Err(Reason::HealthDown);
    }
    Ok(connection.health)
}

/// A degraded target that says so gives way while a later tier has a healthy one.
fn leave_degraded_out(usable: &mut Vec<(&Target, State)>, sink: &mut impl Sink) {
    let healthy = usable.iter().filter(|(_, health)| *health == State::Healthy);
    let Some(last_healthy_tier) = healthy.map(|(target, _)| target.tier).max() else { return };
    usable.retain(|(target, health)| {
        let gives_way = *health == State::Degraded
            && target.failover_on == FailoverOn::Degraded
            && target.tier < last_healthy_tier;
        if gives_way {
            sink.passed_over(target.connection_id, Reason::DegradedFailover);
        }
        !gives_way
    });
}

/// Tiers ascending; inside a tier the split, for which health scales the weights. One ordering of all targets and a
/// stable sort by tier give the same as an ordering per tier, because two targets compare without the others.
fn in_order(usable: Vec<(&Target, State)>, request: &Request) -> Vec<Candidate> {
    let mut ordered = rendezvous::ordered(request.key(), usable, |(target, health)| {
        (target.connection_id, target.weight.get().unsigned_abs() * factor(*health))
    });
    ordered.sort_by_key(|(target, _)| target.tier);
    ordered
        .into_iter()
        .map(|(target, _)| Candidate {
            connection_id: target.connection_id,
            operator_id: target.operator_id,
            tier: target.tier,
        })
        .collect()
}

/// How much of its weight a target keeps, in twentieths. A connection that is down never gets here.
const fn factor(health: State) -> u64 {
    match health {
        State::Healthy => 20,
        State::Degraded => 10,
        State::Unknown | State::Stale => 5,
        State::Probation | State::Down => 1,
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod properties;
