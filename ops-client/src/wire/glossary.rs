//! What each member of a document means, once for all documents that have it: a schema that is printed from a rule knows what
//! a value may be, and not what it is for.

use serde_json::{Map, Value, json};

/// Members by name, or by owner and name where they mean something particular there. The owner is the component, or the
/// member that the object stands in.
pub const GLOSSARY: &[(&str, &str)] = &[
    ("AuditDifference.new", "After; null when it is not set any more."),
    ("AuditDifference.old", "Before; null when it was not set."),
    ("AuditEntry.action", "What was done."),
    ("AuditEntry.at", "When it was decided."),
    ("AuditEntry.id", "The id of the entry."),
    ("AuditEntry.operator_id", "The operator that it is listed under; null when there is none."),
    ("AuditFault.entry_id", "The entry, when it is there."),
    ("AuditSubject.id", "Which of them."),
    ("AuditSubject.kind", "Which noun."),
    (
        "AuditVerification.oldest_unsealed_at",
        "When the oldest entry that has no seal yet was decided; a few seconds are no reason to worry.",
    ),
    ("AuditVerification.sealed_at", "When the newest sealed place was sealed; null before the first seal."),
    ("Candidate.connection_id", "The connection to try."),
    ("Candidate.operator_id", "Whose connection it is."),
    ("Candidate.tier", "Its tier in the rule."),
    ("CloudEvent.id", "The event's id: a repetition has the same."),
    ("CloudEvent.subject", "The subject of the stream that carries it."),
    ("CloudEvent.time", "When it was decided."),
    ("CloudEvent.type", "What happened."),
    ("Connection.deleted_at", "When it was deleted; only then it is there."),
    ("Connection.id", "The id of the connection."),
    ("Connection.name", "What people call it, unique within the operator."),
    ("Connection.operator_id", "Whose account it is."),
    (
        "Connection.status",
        "Whether it may be used: `disabled`, `enabled`, or `draining` (it keeps its sessions and gets no new traffic).",
    ),
    ("ConnectionCreate.name", "What people call it, unique within the operator."),
    ("ConnectionHealth.connection_id", "The connection that was observed."),
    ("ConnectionHealth.reason", "Why it is in this state."),
    ("ConnectionHealth.since", "Since when it is in this state."),
    ("ConnectionHealth.state", "How well it works."),
    ("ConnectionUpdate.name", "What people call it, unique within the operator."),
    ("Contact.name", "The person or desk."),
    ("Credential.connection_id", "The connection that it is for."),
    ("Credential.created_at", "When it was stored."),
    ("Credential.created_by", "Whose token stored it."),
    ("Credential.id", "The id of the credential."),
    ("Credential.note", "What people should know of it."),
    (
        "Credential.stage",
        "`staged`, `active` (the one that connectors bind with), `retired`, `discarded` or `destroyed`.",
    ),
    ("CredentialCreate.note", "What people should know of it; never the secret."),
    (
        "EventChange.id",
        "Whose id it is depends on `what`: `maintenance` the window's, `connection` the connection's, `credential` that of the \
         connection that the credential is for, `routing` the rule's. `profile`, `status` and `restored` have none: they are about \
         the operator.",
    ),
    ("EventChange.what", "What of the operator changed."),
    ("EventConnectionHealth.from", "Its state before."),
    ("EventConnectionHealth.id", "The connection."),
    ("EventConnectionHealth.reason", "Why it moved."),
    ("EventConnectionHealth.since", "Since when it is in the state `to`."),
    ("EventConnectionHealth.to", "Its state now."),
    ("EventDeleted.code", "Its code, which is free again."),
    ("EventDeleted.id", "Whom it was about."),
    ("EventHealthChanged.from", "The operator's state before; equal to `to` when only connections moved."),
    ("EventHealthChanged.id", "Whom it is about."),
    (
        "EventHealthChanged.since",
        "When the last of the connections that count moved; when it was decided, if none counts.",
    ),
    ("EventHealthChanged.to", "The operator's state now."),
    ("EventOperator.id", "Whom it is about."),
    ("EventPage.items", "The events, the oldest first."),
    (
        "EventPage.next_cursor",
        "`after` of the next request: the position of the last event; the place that was asked for when there was none.",
    ),
    ("Lease.connection_id", "The connection that the secret is for."),
    ("Lease.stage", "The stage of the credential."),
    ("LeaseRefused.code", "Why there is no secret."),
    ("LeaseRefused.connection_id", "The connection that was asked for."),
    ("LeaseRequest.stage", "Which credential: the one that is active, or the one that is staged."),
    ("Maintenance.connection_id", "The only connection that it is about; null for the whole operator."),
    ("Maintenance.created_at", "When it was planned."),
    ("Maintenance.created_by", "Whose token planned it."),
    ("Maintenance.id", "The id of the window."),
    ("Maintenance.operator_id", "Whose window it is."),
    (
        "MaintenanceCreate.connection_id",
        "The only connection that it is about; the whole operator when absent.",
    ),
    ("Me.expires_at", "When the token ends."),
    ("Network.country", "Where it is (ISO 3166-1 alpha-2)."),
    ("Note.created_at", "When it was written."),
    ("Note.created_by", "Whose token wrote it."),
    ("Note.id", "The id of the note."),
    ("Note.operator_id", "About whom it is."),
    ("Operator.contract", "The contract; null when none is known."),
    ("Operator.deleted_at", "When it was deleted; only then it is there."),
    ("Operator.description", "What people should know of it."),
    ("Operator.id", "The id of the operator."),
    (
        "Operator.purge_after",
        "From when a deleted one cannot be restored, and its secrets and contacts are erased.",
    ),
    ("OperatorCreate.description", "What people should know of it."),
    ("OperatorDrain.reason", "Why, in a person's words."),
    (
        "OperatorDrain.until",
        "When the drain ends by itself in a suspension, at most 366 days ahead; null or absent: when a person moves the operator on.",
    ),
    ("OperatorHealth.connections", "The health of each of its connections."),
    (
        "OperatorHealth.last_sample_at",
        "The end of the last sample's window, over all connections; null when there was none.",
    ),
    ("OperatorHealth.operator_id", "The operator that was observed."),
    ("OperatorHealth.reason", "Why the connection that moved last did; null without connections."),
    ("OperatorHealth.since", "When the last of its connections moved; null without connections."),
    ("OperatorHealth.state", "How well it works, over the connections that count."),
    (
        "OperatorSuspend.receipts_until",
        "Until when receipts are taken, and connectors may bind; at most 366 days ahead, 72 hours when absent.",
    ),
    ("OperatorSuspend.reason", "Why, in a person's words."),
    ("OperatorUpdate.description", "What people should know of it."),
    ("Problem.code", "What went wrong: one word of a closed list."),
    ("Problem.request_id", "The request's id; logs and audit name it."),
    ("Problem.rules", "The routing rules that stand in the way."),
    ("Problem.status", "The HTTP status, once more."),
    ("ReadinessLine.item", "What was looked at."),
    (
        "ReadinessLine.verdict",
        "`ok`: it is there; `warn`: it is missing, and activation goes on; `block`: it is missing, and activation is refused.",
    ),
    ("RequestNetwork.source", "How the caller knows the network."),
    ("ResolveAnswer.outcome", "How it ended."),
    ("ResolveAnswer.rule_id", "The rule that gave the route or refused; null when none did."),
    ("ResolveAnswer.view_version", "The routing view that it was answered from."),
    ("ResolveRequest.at", "When the message is to be sent; now when absent."),
    (
        "ResolveRequest.destination",
        "Whom it goes to: an international number (ITU-T E.164); one leading + is allowed.",
    ),
    ("ResolveRequest.network", "The network of the destination, when the caller knows it."),
    ("Rule.id", "The id of the rule."),
    ("Rule.name", "What people call it."),
    ("RuleCreate.name", "What people call it."),
    ("RuleExplained.outcome", "How the rule ended."),
    ("RuleExplained.reason", "Why it was skipped; absent when it was not."),
    ("RuleExplained.rule_id", "The rule that was considered."),
    (
        "RuleMatch.destination",
        "Which destinations it is about, in one of five forms: a number, a network, a prefix, a country, or any.",
    ),
    ("RuleTarget.connection_id", "The connection that may be chosen."),
    ("RuleTarget.enabled", "Whether it may be chosen."),
    ("RuleTarget.note", "Why it is there, in a person's words."),
    ("RuleTarget.operator_id", "Whose connection it is."),
    ("TargetExplained.connection_id", "The connection that was not chosen."),
    ("TargetExplained.reason", "Why not."),
    ("TimelineEntry.at", "When it was, or will be."),
    ("TimelineEntry.id", "The id of what it is: of an audit entry, event, note or window."),
    ("TimelineEntry.kind", "What it is, and so what its other members are."),
    ("activated_at", "When it became active; null when it never did."),
    ("allow_duplicate", "Why it shares its account with another connection; null when it does not."),
    ("any", "Every destination; the only value is true."),
    (
        "attempt",
        "Which try of the same message this is, counted from 0. Another try is split anew; name what was tried in `exclude`.",
    ),
    ("binds.bound", "Attempts that ended bound."),
    ("binds.busy", "Attempts after which the operator was busy, or did not answer in time."),
    ("binds.config_refused", "Attempts of which something else than the account was refused."),
    ("binds.limit", "Attempts that were refused because the account has too many sessions."),
    ("binds.secret_refused", "Attempts of which the account or its secret was refused."),
    ("binds.unreachable", "Attempts without a connection."),
    ("by_status", "Answers by SMPP `command_status` (SMPP 3.4 §5.1.3), each code once."),
    ("by_status.code", "The `command_status`."),
    ("by_status.count", "How many answers had it."),
    ("code", "The operator's short name: unique among the not deleted, and never changed."),
    (
        "config_version",
        "The connection's configuration that the connector applied; null when it does not know.",
    ),
    ("connection_ids", "The connections whose secrets are asked for, each once."),
    ("connector_id", "Which connector observed it; one of those that the caller may report for."),
    ("contacts", "Whom to call, in the order of their levels."),
    ("contacts.name", "The person or desk."),
    ("contract", "The contract; null when none is known."),
    ("contracted_binds", "TCP sessions that were bought."),
    ("contracted_tps", "Messages per second that were bought."),
    ("countries", "Where it works (ISO 3166-1 alpha-2)."),
    ("counts_for_operator", "Whether its health is part of its operator's."),
    ("created_at", "When it was created."),
    ("created_by", "Whose token created it."),
    ("currency", "In what it is paid."),
    ("datacontenttype", "The media type of `data`."),
    ("dataschema", "The schema of `data`, with its version."),
    ("deleted_at", "When it was deleted."),
    ("destination.number", "Exactly this number."),
    ("display_name", "As people call it; unique among the not deleted, without regard to case and width."),
    ("drain_s", "Seconds before the start in which no new traffic is routed any more."),
    ("email", "Where to write."),
    ("enabled", "Whether it is tried."),
    ("ended_at", "When it was really over, or cancelled; null until then."),
    ("ends_at", "When it is over."),
    ("ends_on", "Its last day."),
    ("enquire_missed", "`enquire_link`s that were not answered."),
    ("enquire_sent", "`enquire_link`s that were sent."),
    ("erased_at", "When its contacts were erased and its credentials given up, for ever."),
    ("exclude", "Connections or operators that must not be chosen."),
    ("existing_id", "Who has the value that was wanted."),
    ("explain", "Whether the answer says of every rule that was considered how it ended."),
    ("external_id", "Its key in another system; unique among the not deleted."),
    ("failover_on", "From which health on it gives way to a later tier."),
    ("host", "The host's name or address; never resolved here."),
    ("hours", "When somebody can be reached."),
    ("http", "How to connect over HTTP; exactly with `protocol: http`."),
    ("importance", "Whether its failure wakes somebody."),
    ("judged_through", "The end of the last window that was judged; null before the first."),
    ("kind", "What it is: a network, a network without radio of its own, an aggregator, a hub, or a test."),
    ("labels", "Free labels of the platform, by key."),
    ("last_sample_at", "The end of the last sample's window; null when there was none."),
    ("leases", "The secrets."),
    ("legal_name", "Its name in the commercial register."),
    ("level", "Whom to call first: 1, and then upwards."),
    ("local", "The window on the clocks of the operator's time zone; null when it has none."),
    ("mcc", "Mobile country code (ITU-T E.212). Text: it may begin with 0."),
    ("mnc", "Mobile network code (ITU-T E.212). Text: \"01\" is not \"001\"."),
    ("mo_total", "Messages from subscribers."),
    ("network_source", "What the caller's knowledge of the network must rest on for the rule to look at it."),
    ("networks", "The networks that it terminates, by their codes."),
    ("no_answer", "Messages that were not answered in time."),
    ("notice_days", "Days of notice."),
    ("ok", "Messages that were answered with success."),
    (
        "on_no_target",
        "What happens when no target is usable: the next rule is tried, or the message is refused.",
    ),
    ("operator_error", "Messages that were refused for the operator's sake."),
    ("origin_operator_id", "Who sent the message to us: it is never sent back there."),
    ("phase", "How far it has come."),
    ("phone", "Where to call (ITU-T E.164)."),
    ("port", "The TCP port."),
    ("portal_url", "Where its partners log in."),
    (
        "precedence",
        "Lower is tried first. Of equals: a number, a network, a longer prefix, a shorter one, a country, any.",
    ),
    (
        "prefix",
        "Every number that begins so; of rules with equal precedence the one with the longer prefix is tried first.",
    ),
    ("private_network", "Whether it may lead into a private network (RFC 1918, RFC 4193)."),
    ("protocol", "How messages are exchanged."),
    ("purge_after", "From when its secrets and contacts are erased."),
    ("purged_at", "When the secret store had destroyed the last of its secrets as well."),
    ("queue_depth", "Messages that waited at the window's end."),
    ("rates", "What became of the messages of the last window, when they were enough to say something."),
    ("reason", "Why, in a person's words."),
    ("receipts", "Receipts by the five minutes in which their messages were sent, each stretch once."),
    ("receipts.delivered", "Receipts of messages that were delivered."),
    ("receipts.expired", "Receipts of messages that expired."),
    ("receipts.failed_operator", "Receipts of messages that failed at the operator."),
    ("receipts.failed_subscriber", "Receipts of messages that failed at the subscriber."),
    ("receipts.rejected", "Receipts of messages that were rejected."),
    ("receipts.requested", "Receipts that were asked for."),
    (
        "receipts.submit_bucket",
        "When the five minutes began: a time of UTC whose minutes are a multiple of five, without seconds.",
    ),
    ("receipts.unknown", "Receipts of messages that ended in some other way."),
    ("receipts_until", "Until when receipts are taken, and connectors may bind, after a suspension."),
    ("reconnects", "Sessions that were opened anew."),
    ("reference", "Its number in the files of whoever is concerned: a ticket, a case, a contract."),
    ("refused", "Who gets none, and why."),
    ("rejected_message", "Messages that were refused for their own sake: the customer's mistake."),
    ("retired_at", "When another took its place; null until then."),
    ("role", "For what somebody is called."),
    ("run_id", "That connector's start: a new id each time it starts."),
    ("samples", "What connectors observed."),
    ("samples.connection_id", "The connection that was observed."),
    ("samples.ok", "Messages that were answered with success."),
    (
        "seq",
        "Counts the samples of this start, over all connections: a sample is known again by `connector_id`, `run_id`, `seq` and \
         `window_start`, so two connections need two numbers.",
    ),
    ("sessions", "The connector's sessions at the window's end, each slot once."),
    (
        "sessions.bound_ms",
        "Milliseconds of the window in which it was bound: at most a second more than the window lasts.",
    ),
    ("sessions.credential_version", "The credential that it bound with; null when it never did."),
    ("sessions.since", "Since when it stands there; null when it is not known."),
    ("sessions.slot", "Which of the connector's sessions it is."),
    ("sessions.state", "Where it stands (SMPP 5.0 §2.3)."),
    ("smpp", "How to connect over SMPP; exactly with `protocol: smpp`."),
    ("spec_overrides", "Why it keeps not to the standard, where it does not."),
    ("specversion", "The version of CloudEvents."),
    (
        "split_key",
        "What keeps messages together: equal keys of the same `attempt` go to the same target while it is usable. The destination when absent.",
    ),
    ("starts_at", "When it begins."),
    ("MaintenanceCreate.starts_at", "When it begins; now when absent."),
    ("starts_on", "Its first day."),
    ("status", "Where it stands."),
    ("status_reason", "Why it stands there, in a person's words."),
    ("status_until", "When a person's drain ends by itself in a suspension; null without such an end."),
    (
        "submit_ms",
        "Answered messages by the time to the answer: 24 counts in bounds of powers of two, from 1 ms to 2²³ ms, or none at all.",
    ),
    (
        "submitted",
        "Messages that were sent to the operator: not less than `ok`, `throttled`, `rejected_message`, `operator_error` and \
         `no_answer` together.",
    ),
    ("support_hours", "When its support answers."),
    ("system_id", "The account's name at the operator; it is not secret."),
    ("targets", "Whom the rule chooses from; none only when it refuses."),
    ("targets.connection_id", "The connection that may be chosen."),
    ("targets.enabled", "Whether it may be chosen."),
    ("targets.note", "Why it is there, in a person's words."),
    ("text", "What is noted."),
    ("throttled", "Messages that were answered with \"too fast\" or \"queue full\"."),
    ("throttled_ms", "Milliseconds in which the connector held back because it was throttled."),
    ("tier", "The order of failover: tier 0 is tried first."),
    ("time_zone", "The time zone that its planned windows are also shown in."),
    ("updated_at", "When it last changed."),
    ("updated_by", "Who changed it last: the subject of a token, or a task of the service."),
    ("version", "Counts the changes of these fields, from 1; the second part of the ETag."),
    ("view_version", "The routing view that the connector used; null when it used none."),
    ("website", "Its public site."),
    ("weight", "The share within the tier, in proportion to the others."),
    ("window_full_ms", "Milliseconds in which the window of unanswered messages was full."),
    ("window_s", "Seconds that the window lasted."),
    ("window_start", "When the window began; it ends before the year 10000."),
];

/// Adds to the schema of `owner`, and to what stands inside of it, what its members mean.
pub fn explain(owner: &str, schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, member) in properties.iter_mut() {
            // what a reference leads to says what it is; only an owner's own words go before that
            let is_general = !member["$ref"].is_string();
            if let (Some(says), Some(member)) = (meaning(owner, name, is_general), member.as_object_mut()) {
                say(says, member);
            }
            explain(name, member);
        }
    }
    for part in ["items", "additionalProperties"] {
        if let Some(part) = members.get_mut(part) {
            explain(owner, part);
        }
    }
    for forms in ["oneOf", "anyOf", "allOf"] {
        let forms = members.get_mut(forms).and_then(Value::as_array_mut);
        forms.into_iter().flatten().for_each(|form| explain(owner, form));
    }
}

/// What a member means there, or in general.
fn meaning(owner: &str, name: &str, is_general: bool) -> Option<&'static str> {
    let find = |wanted: &str| GLOSSARY.iter().find(|(known, _)| *known == wanted).map(|(_, says)| *says);
    find(&format!("{owner}.{name}")).or_else(|| find(name).filter(|_| is_general))
}

/// A description of its own wins; a rule's hint says what the value must be, and stands behind what it is.
fn say(says: &str, member: &mut Map<String, Value>) {
    let said = member.get("description").and_then(Value::as_str).unwrap_or_default();
    let description = match said {
        "" => says.to_owned(),
        hint if hint.starts_with("must ") => format!("{says} It {hint}."),
        hint if hint.starts_with("at most ") => format!("{says} {}{}.", "A", &hint[1..]),
        _ => return,
    };
    member.insert("description".to_owned(), json!(description));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_is_told_once_in_whole_sentences() {
        for (at, (name, says)) in GLOSSARY.iter().enumerate() {
            assert!(!GLOSSARY[at + 1..].iter().any(|(other, _)| other == name), "{name} stands there twice");
            assert!(says.ends_with('.') && !says.starts_with(char::is_whitespace), "{name}: {says}");
        }
    }

    #[test]
    fn a_member_is_told_by_its_owner_first_and_a_hint_stays_behind_it() {
        let mut schema = json!({"properties": {
            "code": {"description": "must be short"}, "id": {"type": "string"}, "labels": {"description": "at most 3"},
            "version": {"description": "own words"}, "status": {"$ref": "#/x"}, "strange": {"type": "string"},
            "binds": {"type": "object", "properties": {"busy": {"type": "integer"}}},
            "receipts": {"type": "array", "items": {"properties": {"expired": {}}}},
            "destination": {"oneOf": [{"properties": {"number": {}}}]},
        }});
        explain("Operator", &mut schema);
        let said =
            |pointer: &str| schema.pointer(pointer).unwrap()["description"].as_str().unwrap_or_default();
        assert!(said("/properties/code").ends_with("never changed. It must be short."));
        assert_eq!(said("/properties/id"), "The id of the operator.");
        assert!(said("/properties/labels").ends_with("by key. At most 3."));
        assert_eq!((said("/properties/version"), said("/properties/strange")), ("own words", ""));
        assert_eq!(said("/properties/status"), "", "what it refers to says it");
        assert!(said("/properties/binds/properties/busy").contains("busy"));
        assert!(said("/properties/receipts/items/properties/expired").contains("expired"));
        assert_eq!(said("/properties/destination/oneOf/0/properties/number"), "Exactly this number.");
    }
}
