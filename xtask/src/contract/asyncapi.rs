//! Where events are published and what surrounds them: subjects that readers listen on, what comes on each, in which media type
//! and with which headers, on which stream. The schemas of `events/` are judged there as well, each by its own version.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Break;
use super::place::Place;
use super::schema::{self, Flow};

/// What breaks those who listen.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    let (before, after) = (channels(old), channels(new));
    let mut breaks = Vec::new();
    for (address, channel) in &before {
        match after.get(address) {
            None => {
                let (pointer, shown) =
                    (format!("{}/address", channel.place.pointer), channel.place.text("address"));
                breaks.push(Break::at(&pointer, format!("nothing is published on `{shown}` any more")));
            }
            Some(now) => breaks.extend(of_channel(channel, now, old, new)),
        }
    }
    breaks
}

/// A subject with the kinds of messages that come on it, and what is done there.
struct Channel<'a> {
    place: Place<'a>,
    messages: BTreeMap<&'a str, Place<'a>>,
    actions: Vec<&'a str>,
}

/// An address without the names of its parameters, which nobody sends.
fn wire(address: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    address.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn channels(document: &Value) -> BTreeMap<String, Channel<'_>> {
    let root = Place::root(document);
    let operations = members(&root, "operations");
    let mut channels = BTreeMap::new();
    for place in members(&root, "channels") {
        let messages = members(&place, "messages").into_iter().map(|message| (message.text("name"), message));
        let here = |operation: &&Place<'_>| {
            operation.followed("channel").is_some_and(|there| there.pointer == place.pointer)
        };
        let actions = operations.iter().filter(here).map(|operation| operation.text("action")).collect();
        let channel = Channel { messages: messages.collect(), actions, place: place.clone() };
        channels.insert(wire(place.text("address")), channel);
    }
    channels
}

fn members<'a>(of: &Place<'a>, name: &str) -> Vec<Place<'a>> {
    of.child(name).iter().flat_map(Place::members).map(|(_, member)| member).collect()
}

fn of_channel(old: &Channel<'_>, new: &Channel<'_>, before: &Value, after: &Value) -> Vec<Break> {
    let mut breaks = Vec::new();
    let lacks = |names: &BTreeMap<&str, Place<'_>>, name: &str| !names.contains_key(name);
    let gone = old.messages.keys().filter(|name| lacks(&new.messages, name));
    breaks.extend(
        gone.map(|name| Break::at(&old.place.pointer, format!("`{name}` does not come here any more"))),
    );
    // a kind in place of another is one break
    if breaks.is_empty() {
        let more = new.messages.keys().filter(|name| lacks(&old.messages, name));
        breaks.extend(more.map(|name| Break::at(&new.place.pointer, format!("`{name}` comes here too"))));
    }
    let (one, other) = (old.place.text("x-stream"), new.place.text("x-stream"));
    if one != other {
        breaks.push(Break::at(&new.place.pointer, format!("was on the stream `{one}`, and is on `{other}`")));
    }
    for action in old.actions.iter().filter(|action| !new.actions.contains(action)) {
        breaks.push(Break::at(&new.place.pointer, format!("we do not `{action}` here any more")));
    }
    for (name, was) in &old.messages {
        let Some(is) = new.messages.get(name) else { continue };
        let (one, other) = (media_type(was, before), media_type(is, after));
        if one != other {
            breaks.push(Break::at(&is.pointer, format!("was `{one}`, and is `{other}`")));
        }
        let (headers, now) = (was.followed("headers"), is.followed("headers"));
        breaks.extend(schema::breaks(Flow::Given, headers.as_ref(), now.as_ref()));
        let (payload, now) = (was.followed("payload"), is.followed("payload"));
        breaks.extend(schema::breaks(Flow::Given, payload.as_ref(), now.as_ref()));
    }
    breaks
}

fn media_type<'a>(message: &Place<'a>, document: &'a Value) -> &'a str {
    match message.text("contentType") {
        "" => document.get("defaultContentType").and_then(Value::as_str).unwrap_or_default(),
        own => own,
    }
}
