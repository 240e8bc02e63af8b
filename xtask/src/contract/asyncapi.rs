//! Where events are published: subjects that readers listen on. The messages are made of the schemas under `events/`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Break;
use super::place::Place;

/// Subjects that are gone.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<Break> {
    let after: BTreeSet<&str> = addresses(new).into_iter().map(|(_, address)| address).collect();
    let gone = addresses(old).into_iter().filter(|(_, address)| !after.contains(address));
    gone.map(|(pointer, address)| {
        Break::at(&pointer, format!("nothing is published on `{address}` any more"))
    })
    .collect()
}

fn addresses(document: &Value) -> Vec<(String, &str)> {
    let channels = Place::root(document).child("channels");
    let all = channels.iter().flat_map(Place::members);
    all.map(|(_, channel)| (format!("{}/address", channel.pointer), channel.text("address"))).collect()
}
