//! Documents of the core at the door: which members they have, which may be left out, and the schemas that say the same.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use ops_core::list::List;
use serde::Serialize;
use utoipa::openapi::{
    ObjectBuilder, RefOr,
    schema::{AdditionalProperties, Schema, SchemaType, Type},
};

use super::rule::{self, Described};
use crate::faults::Faults;

/// Declares how documents come through the door: each field with its type; one with a default may be left out, and has that
/// then. The sentence at a field is its description in the schema.
macro_rules! documents {
    ($($document:ty { $($(#[doc = $said:literal])* $field:ident $(as $json:literal)?: $type:ty $(= $default:expr)?),+ $(,)? })+) => {$(
        const _: () = {
            #[derive(deserr::Deserr)]
            #[deserr(error = $crate::faults::Faults, deny_unknown_fields)]
            struct Body {
                $($(#[deserr(rename = $json)])? $(#[deserr(default = $default)])? $field: $type),+
            }
            impl deserr::Deserr<$crate::faults::Faults> for $document {
                fn deserialize_from_value<V: deserr::IntoValue>(
                    value: deserr::Value<V>,
                    place: deserr::ValuePointerRef<'_>,
                ) -> Result<Self, $crate::faults::Faults> {
                    let Body { $($field),+ } = Body::deserialize_from_value(value, place)?;
                    Ok(Self { $($field),+ })
                }
            }
            impl $crate::wire::rule::Described for $document {
                fn described() -> utoipa::openapi::schema::Schema {
                    $crate::wire::document::taken([$({
                        let member = $crate::wire::document::Member::of::<$type>(
                            [$($json,)? stringify!($field)][0], concat!($($said),*));
                        $(let member = member.defaulting::<$type>(&$default);)?
                        member
                    }),+])
                }
                fn shown() -> utoipa::openapi::schema::Schema {
                    $crate::wire::document::shown([$(
                        $crate::wire::document::Member::of::<$type>(
                            [$($json,)? stringify!($field)][0], concat!($($said),*))
                    ),+])
                }
            }
        };
    )+};
}
pub(super) use documents;

/// The value of what nobody says.
pub(super) fn default<T: Default>() -> T {
    T::default()
}

/// One member of a document.
pub(super) struct Member {
    name: &'static str,
    said: &'static str,
    taken: Schema,
    shown: Schema,
    is_required: bool,
}

impl Member {
    /// One that must be there.
    pub(super) fn of<T: Described>(name: &'static str, said: &'static str) -> Self {
        Self { name, said, taken: T::described(), shown: T::shown(), is_required: true }
    }

    /// One that may be left out.
    pub(super) fn defaulting<T: Serialize>(self, default: &T) -> Self {
        let default = serde_json::to_value(default).ok().filter(|default| !default.is_null());
        let mut taken = self.taken;
        match &mut taken {
            Schema::Object(object) => object.default = default,
            Schema::Array(array) => array.default = default,
            _ => {}
        }
        Self { taken, is_required: false, ..self }
    }
}

/// The schema of what a client sends: closed.
pub(super) fn taken<const N: usize>(members: [Member; N]) -> Schema {
    let mut object = object().additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    for Member { name, said, taken, is_required, .. } in members {
        object = object.property(name, described(taken, said));
        if is_required {
            object = object.required(name);
        }
    }
    object.into()
}

/// The schema of what is shown: every member is there.
pub(super) fn shown<const N: usize>(members: [Member; N]) -> Schema {
    let with = |object: ObjectBuilder, Member { name, said, shown, .. }: Member| {
        object.property(name, described(shown, said)).required(name)
    };
    members.into_iter().fold(object(), with).into()
}

/// The schema of a merge patch (RFC 7396) of a document: nothing is required, null stands for the default, objects are merged.
pub(super) fn patched(of: Schema) -> Schema {
    let mut object = match of {
        Schema::Object(object) => object,
        // replaced as a whole, and kept when it is absent
        Schema::Array(mut array) => {
            array.default = None;
            return Schema::Array(array);
        }
        other => return other,
    };
    let required = std::mem::take(&mut object.required);
    for (name, property) in &mut object.properties {
        let RefOr::T(schema) = property else { continue };
        let inner = patched(schema.clone());
        *property = RefOr::T(if required.contains(name) { inner } else { or_null(inner) });
    }
    object.default = None;
    Schema::Object(object)
}

fn or_null(schema: Schema) -> Schema {
    let of = match &schema {
        Schema::Object(object) => Some(&object.schema_type),
        Schema::Array(array) => Some(&array.schema_type),
        _ => None,
    };
    let is_nullable = matches!(of, Some(SchemaType::Array(types)) if types.contains(&Type::Null));
    if is_nullable { schema } else { rule::or_null(schema) }
}

fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object)
}

/// With this description, when there is one; in front of the rule's own.
fn described(mut schema: Schema, said: &str) -> Schema {
    let said = said.trim();
    if said.is_empty() {
        return schema;
    }
    let both =
        |own: Option<String>| Some(own.map_or_else(|| said.to_owned(), |own| format!("{said} ({own})")));
    match &mut schema {
        Schema::Object(object) => object.description = both(object.description.take()),
        Schema::Array(array) => array.description = both(array.description.take()),
        _ => {}
    }
    schema
}

impl<T: Described> Described for Option<T> {
    fn described() -> Schema {
        or_null(T::described())
    }
    fn shown() -> Schema {
        or_null(T::shown())
    }
}

impl<T: Deserr<Faults>, const MIN: usize, const MAX: usize> Deserr<Faults> for List<T, MIN, MAX> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        place: ValuePointerRef<'_>,
    ) -> Result<Self, Faults> {
        let entries = Vec::<T>::deserialize_from_value(value, place)?;
        Self::parse(entries).map_err(|invalid| Faults::refused(place, invalid))
    }
}

impl<T: Described, const MIN: usize, const MAX: usize> Described for List<T, MIN, MAX> {
    fn described() -> Schema {
        rule::list_of(T::described(), MIN, Some(MAX))
    }
    fn shown() -> Schema {
        rule::list_of(T::shown(), MIN, Some(MAX))
    }
}
