//! Every request's parser against its own schema: whatever the schema says of a member, the parser must say too.

use deserr::Deserr;
use ops_core::Fault;
use ops_core::health::Sample;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::document::{Document, types};
use crate::{
    example::request as example,
    faults::{Faults, parse},
    pointer::segment,
    wire::{
        connection, credential, lease::LeaseRequest, maintenance, operator, resolve::ResolveRequest,
        routing::RuleCreate, sample::SampleBatch, timeline::NoteCreate,
    },
};

type Told = Vec<(String, &'static str)>;

/// A request's schema, a body with every member, and its parser.
struct Request {
    document: Document,
    body: Value,
    parse: fn(Value) -> Result<(), Vec<Fault>>,
}

impl Request {
    fn of<T: ToSchema + Deserr<Faults>>(body: Value) -> Self {
        Self { document: Document::of::<T>(), body, parse: |body| parse::<T>(body).map(|_| ()) }
    }

    fn told(&self, body: Value) -> Told {
        let faults = (self.parse)(body).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.invalid.rule.as_str())).collect()
    }

    /// What is told when the value at `at` is another one.
    fn told_with(&self, at: &str, value: Value) -> Told {
        let mut body = self.body.clone();
        *body.pointer_mut(at).unwrap() = value;
        self.told(body)
    }

    fn assert_told(&self, at: &str, value: Value, rule: &'static str) {
        let shown = value.to_string();
        assert_eq!(self.told_with(at, value), [(at.to_owned(), rule)], "{at} = {shown:.80}");
    }

    fn check(&self) {
        assert_eq!(self.told(self.body.clone()), [], "the example is right");
        self.check_value(&self.document.root, "");
    }

    /// As [`Request::check`], for an example without one member.
    fn check_without(mut self, member: &str) {
        self.document.root["properties"].as_object_mut().unwrap().remove(member).unwrap();
        self.check();
    }

    fn check_value(&self, schema: &Value, at: &str) {
        let takes_null = self.document.takes_null(schema);
        let schema = self.document.resolve(schema);
        if let Some(forms) = schema["oneOf"].as_array() {
            return self.check_form(forms, at);
        }
        self.check_type(schema, at);
        if takes_null {
            assert_eq!(self.told_with(at, Value::Null), [], "{at}");
        } else {
            self.assert_told(at, Value::Null, "type");
        }
        match &self.body.pointer(at).unwrap() {
            Value::Object(_) => self.check_object(schema, at),
            Value::Array(_) => self.check_list(schema, at),
            Value::String(_) => self.check_text(schema, at),
            Value::Number(_) => self.check_number(schema, at),
            _ => {}
        }
    }

    fn check_type(&self, schema: &Value, at: &str) {
        let candidates = [
            ("integer", json!(7)),
            ("string", json!("x")),
            ("boolean", json!(true)),
            ("array", json!([])),
            ("object", json!({})),
        ];
        let taken = types(schema);
        assert!(!taken.is_empty(), "{at} has a type");
        for (of, value) in candidates {
            let is_taken = taken.contains(&of) || of == "integer" && taken.contains(&"number");
            if !is_taken {
                self.assert_told(at, value, "type");
            }
        }
    }

    fn check_object(&self, schema: &Value, at: &str) {
        let body = self.body.pointer(at).unwrap().as_object().unwrap();
        let Some(properties) = schema["properties"].as_object() else {
            for key in body.keys() {
                self.check_value(&schema["additionalProperties"], &format!("{at}{}", segment(key)));
            }
            return;
        };
        assert_eq!(schema["additionalProperties"], false, "{at} is closed");
        assert_eq!(
            body.keys().collect::<Vec<_>>(),
            properties.keys().collect::<Vec<_>>(),
            "the example is complete"
        );
        self.check_unknown(at);
        let required: Vec<_> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, schema) in properties {
            let at_key = format!("{at}{}", segment(key));
            let mut without = self.body.clone();
            without.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(key);
            let told = self.told(without);
            if required.contains(&key.as_str()) {
                assert_eq!(told, [(at_key.clone(), "required")]);
            } else {
                assert!(!told.contains(&(at_key.clone(), "required")), "{at_key} may be left out");
            }
            self.check_value(schema, &at_key);
        }
    }

    fn check_unknown(&self, at: &str) {
        for (key, rule) in [("no_such_member", "unknown"), ("created_at", "read_only"), ("a/b~c", "unknown")]
        {
            let mut with = self.body.clone();
            with.pointer_mut(at).unwrap().as_object_mut().unwrap().insert(key.into(), json!("x"));
            assert_eq!(self.told(with), [(format!("{at}{}", segment(key)), rule)]);
        }
    }

    /// One of several forms: the example has the members of one of them.
    fn check_form(&self, forms: &[Value], at: &str) {
        if self.body.pointer(at).unwrap().is_array() {
            return self.check_lengths(forms, at);
        }
        let body = self.body.pointer(at).unwrap().as_object().unwrap();
        let keys: Vec<_> = body.keys().collect();
        let is_it = |form: &&Value| form["properties"].as_object().unwrap().keys().eq(keys.iter().copied());
        let form = forms.iter().find(is_it).expect("the example has one of the forms");
        self.check_unknown(at);
        self.assert_told(at, json!([]), "type");
        self.assert_told(at, json!({}), "combination");
        for key in keys {
            self.check_type(&form["properties"][key], &format!("{at}{}", segment(key)));
        }
    }

    /// A list of one of several lengths.
    fn check_lengths(&self, forms: &[Value], at: &str) {
        let item = self.body.pointer(at).unwrap()[0].clone();
        let lengths: Vec<_> = forms.iter().map(|form| form["maxItems"].as_u64().unwrap()).collect();
        for length in 0..=lengths.iter().max().unwrap() + 1 {
            let items = vec![item.clone(); usize::try_from(length).unwrap()];
            let expected = if lengths.contains(&length) { vec![] } else { vec![(at.to_owned(), "length")] };
            assert_eq!(self.told_with(at, items.into()), expected, "{length} of {at}");
        }
        assert!(forms.iter().all(|form| form["minItems"].as_u64().unwrap_or(0) == form["maxItems"]));
        self.check_value(&forms[0]["items"], &format!("{at}/0"));
    }

    fn check_list(&self, schema: &Value, at: &str) {
        let items = self.body.pointer(at).unwrap().as_array().unwrap();
        if let Some(most) = schema["maxItems"].as_u64() {
            let many = vec![items[0].clone(); usize::try_from(most).unwrap() + 1];
            let told = self.told_with(at, many.into());
            assert!(told.contains(&(at.to_owned(), "length")), "{at} has at most {most} entries: {told:?}");
        }
        if schema["minItems"].as_u64().is_some_and(|least| least > 0) {
            self.assert_told(at, json!([]), "length");
        }
        self.check_value(&schema["items"], &format!("{at}/0"));
    }

    fn check_text(&self, schema: &Value, at: &str) {
        if let Some(words) = schema["enum"].as_array() {
            for word in words.iter().filter(|word| !word.is_null()) {
                let told = self.told_with(at, word.clone());
                assert!(told.iter().all(|(pointer, _)| pointer != at), "{at} takes {word}");
            }
            self.assert_told(at, json!("no_such_word"), "one_of");
        }
        if ["uuid", "date-time", "date"].iter().any(|format| schema["format"] == *format) {
            self.assert_told(at, json!("x"), "pattern");
        }
        if let Some(most) = schema["maxLength"].as_u64() {
            self.assert_told(at, json!("x".repeat(usize::try_from(most).unwrap() + 1)), "length");
            self.assert_told(at, json!("\u{202e}"), "characters");
        }
        if schema["minLength"].as_u64().is_some_and(|least| least > 0) {
            self.assert_told(at, json!(""), "length");
        }
    }

    fn check_number(&self, schema: &Value, at: &str) {
        if types(schema).contains(&"number") {
            return self.check_decimal(schema, at);
        }
        if let Some(numbers) = schema["enum"].as_array() {
            for number in numbers.iter().filter(|number| !number.is_null()) {
                assert_eq!(self.told_with(at, number.clone()), [], "{at} takes {number}");
            }
            self.assert_told(at, json!(-1), "one_of");
            self.assert_told(at, json!(1_000_000), "one_of");
            return self.assert_told(at, json!(1.5), "type");
        }
        self.assert_told(at, json!(1.5), "type");
        self.assert_told(at, json!(9_223_372_036_854_775_808_u64), "range");
        self.assert_told(at, serde_json::from_str("-99999999999999999999").unwrap(), "range");
        for (end, beyond) in [("minimum", -1), ("maximum", 1)] {
            if let Some(last) = schema[end].as_i64() {
                let told = self.told_with(at, json!(last));
                assert!(!told.contains(&(at.to_owned(), "range")), "{at} takes its {end}");
                // a number may break a rule between several members as well
                let mut told = self.told_with(at, json!(last + beyond));
                told.retain(|(pointer, rule)| pointer == at || *rule != "combination");
                assert_eq!(told, [(at.to_owned(), "range")], "{end} of {at}");
            }
        }
    }

    fn check_decimal(&self, schema: &Value, at: &str) {
        let [least, most] = ["minimum", "maximum"].map(|end| schema[end].as_f64().unwrap());
        for end in [least, most] {
            let told = self.told_with(at, json!(end));
            assert!(!told.contains(&(at.to_owned(), "range")), "{at} takes {end}");
        }
        for beyond in [least - 0.001, most + 0.001, most + 1.0, least + 0.0005] {
            self.assert_told(at, json!(beyond), "range");
        }
    }
}

#[test]
fn creating_an_operator_is_parsed_as_its_schema_says() {
    Request::of::<operator::Create>(example::operator_create()).check();
}

#[test]
fn changing_an_operator_is_parsed_as_its_schema_says() {
    Request::of::<operator::Update>(example::operator_update()).check();
}

#[test]
fn suspending_an_operator_is_parsed_as_its_schema_says() {
    let body = json!({"reason": "unpaid", "receipts_until": "2026-02-01T00:00:00Z"});
    Request::of::<operator::Suspend>(body).check();
}

#[test]
fn draining_an_operator_is_parsed_as_its_schema_says() {
    Request::of::<operator::Drain>(json!({"reason": "unpaid", "until": "2026-02-01T00:00:00Z"})).check();
}

#[test]
fn planning_and_moving_a_window_are_parsed_as_their_schemas_say() {
    Request::of::<maintenance::Create>(example::maintenance_create()).check();
    Request::of::<maintenance::Update>(example::maintenance_update()).check();
}

#[test]
fn writing_a_note_is_parsed_as_its_schema_says() {
    Request::of::<NoteCreate>(example::note_create()).check();
}

#[test]
fn creating_a_connection_is_parsed_as_its_schema_says() {
    Request::of::<connection::Create>(example::connection_create()).check_without("http");
    Request::of::<connection::Create>(example::connection_create_http()).check_without("smpp");
}

#[test]
fn storing_a_credential_is_parsed_as_its_schema_says() {
    Request::of::<credential::Create>(example::credential_create()).check();
}

#[test]
fn a_lease_request_is_parsed_as_its_schema_says() {
    Request::of::<LeaseRequest>(example::lease_request()).check();
}

#[test]
fn creating_a_rule_is_parsed_as_its_schema_says_for_each_form_of_destination() {
    for destination in example::destinations() {
        Request::of::<RuleCreate>(example::rule_create(&destination)).check();
    }
}

#[test]
fn a_resolve_request_is_parsed_as_its_schema_says() {
    Request::of::<ResolveRequest>(example::resolve_request()).check();
}

#[test]
fn a_batch_of_samples_is_parsed_as_its_schema_says() {
    let mut batch = example::sample_batch();
    // a session is bound for no longer than its window: only in the longest one for as long as the schema says
    batch["samples"][0]["window_s"] = json!(Sample::WINDOW_S.max);
    batch["samples"][0]["sessions"][0]["bound_ms"] = json!(0);
    Request::of::<SampleBatch>(batch).check();
}
