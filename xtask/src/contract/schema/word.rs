//! Closed lists of words: `enum` and `const`.

use serde_json::Value;

use super::shape::Shape;
use super::{Flow, kind_of};
use crate::contract::Break;

/// Words that are not understood any more, or not yet.
pub(super) fn breaks(flow: Flow, old: &Shape<'_>, new: &Shape<'_>) -> Vec<Break> {
    let pointer = new.pointer("enum");
    let (before, after) = (words(old), words(new));
    let without = |words: &[Value], known: &[Value]| -> Vec<Value> {
        words.iter().filter(|word| !known.contains(word)).cloned().collect()
    };
    match (flow, before, after) {
        (Flow::Taken, Some(before), Some(after)) => {
            let tell = |word| Break::at(&pointer, format!("{word} is not taken any more"));
            without(&before, &after).into_iter().map(tell).collect()
        }
        (Flow::Given, Some(before), Some(after)) => {
            let tell = |word| {
                Break::at(&pointer, format!("{word} is new: who reads with a closed list does not know it"))
            };
            without(&after, &before).into_iter().map(tell).collect()
        }
        (Flow::Taken, None, Some(_)) => vec![Break::at(&pointer, "only these words are taken now")],
        (Flow::Given, Some(_), None) => {
            vec![Break::at(&pointer, "was a closed list of words, and may be any other now")]
        }
        _ => Vec::new(),
    }
}

/// The words that all parts allow, of the shape's type.
fn words(shape: &Shape<'_>) -> Option<Vec<Value>> {
    let lists = shape.parts().iter().filter_map(|part| {
        let list = part.value.get("enum").and_then(Value::as_array).cloned();
        list.or_else(|| part.value.get("const").map(|word| vec![word.clone()]))
    });
    let common =
        lists.reduce(|known, list| known.into_iter().filter(|word| list.contains(word)).collect())?;
    let is_of_kind = |word: &Value| {
        let kind = kind_of(word);
        shape.may_be(kind) || (kind == "integer" && shape.may_be("number"))
    };
    Some(common.into_iter().filter(is_of_kind).collect())
}
