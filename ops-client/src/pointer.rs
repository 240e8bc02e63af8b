//! JSON pointers (RFC 6901) out of places in a body.

use deserr::ValuePointerRef;

/// The pointer to a place in a body; empty for the body itself.
#[must_use]
pub fn to(place: ValuePointerRef<'_>) -> String {
    let mut pointer = String::new();
    write(&place, &mut pointer);
    pointer
}

/// One key as a pointer's segment, with its slash.
#[must_use]
pub fn segment(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn write(place: &ValuePointerRef<'_>, pointer: &mut String) {
    match place {
        ValuePointerRef::Origin => {}
        ValuePointerRef::Key { key, prev } => {
            write(prev, pointer);
            pointer.push_str(&segment(key));
        }
        ValuePointerRef::Index { index, prev } => {
            write(prev, pointer);
            pointer.push_str(&segment(&index.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tilde_and_slash_of_a_key_are_escaped() {
        let root = ValuePointerRef::Origin;
        let labels = root.push_key("labels");
        let list = labels.push_index(3);
        assert_eq!(to(root), "");
        assert_eq!(to(list.push_key("a/b~c")), "/labels/3/a~1b~0c");
        assert_eq!(to(list.push_key("")), "/labels/3/");
    }
}
