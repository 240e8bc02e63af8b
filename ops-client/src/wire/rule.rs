//! The schema of a field, printed from the rule that parses it.

use ops_core::{Decimal, number_rule::NumberRule, text_rule::TextRule};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema,
    openapi::{
        ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
        schema::{AdditionalProperties, OneOfBuilder, Schema, SchemaType, Type},
    },
};

/// A value whose schema is printed from its rule.
pub trait Described {
    /// Its schema, as a client may write it.
    fn described() -> Schema;

    /// Its schema, as it is shown.
    #[must_use]
    fn shown() -> Schema {
        Self::described()
    }
}

/// The schema of a value.
#[must_use]
pub fn of<T: Described>() -> RefOr<Schema> {
    RefOr::T(T::described())
}

/// The schema of a value as it is shown.
#[must_use]
pub fn shown<T: Described>() -> RefOr<Schema> {
    RefOr::T(T::shown())
}

/// The schema of a value that can be null.
#[must_use]
pub fn nullable<T: Described>() -> RefOr<Schema> {
    RefOr::T(or_null(T::described()))
}

/// The schema of a value that has a default.
#[must_use]
pub fn defaulting<T: Described + Default + Serialize>() -> RefOr<Schema> {
    with_default(&T::default())
}

/// The schema of a value that has this default here.
#[must_use]
pub fn with_default<T: Described + Serialize>(default: &T) -> RefOr<Schema> {
    let mut schema = T::described();
    let default = serde_json::to_value(default).ok();
    match &mut schema {
        Schema::Object(object) => object.default = default,
        Schema::Array(array) => array.default = default,
        _ => {}
    }
    RefOr::T(schema)
}

/// The schema of a list of values, without a limit of its own.
#[must_use]
pub fn list<T: Described>() -> RefOr<Schema> {
    RefOr::T(list_of(T::described(), 0, None))
}

/// The schema of a struct, to stand inside of another.
pub(crate) fn inline<T: PartialSchema>() -> Schema {
    match T::schema() {
        RefOr::T(schema) => schema,
        RefOr::Ref(_) => Schema::default(),
    }
}

/// A list with at least `min` and at most `max` entries.
pub(crate) fn list_of(items: Schema, min: usize, max: Option<usize>) -> Schema {
    let min = (min > 0).then_some(min);
    Schema::Array(ArrayBuilder::new().items(RefOr::T(items)).min_items(min).max_items(max).build())
}

/// Text with its lengths and pattern. Both are about text in NFC, which the parser makes first.
#[must_use]
pub fn text(rule: &TextRule) -> ObjectBuilder {
    let hint = (!rule.hint.is_empty()).then_some(rule.hint);
    string()
        .min_length((rule.min > 0).then_some(rule.min))
        .max_length(Some(rule.max))
        .pattern(Some(rule.shape()))
        .description(hint)
}

/// A whole number with both ends; the last one of 64 bits goes without saying.
pub(crate) fn number(rule: NumberRule) -> ObjectBuilder {
    whole_number().minimum(Some(rule.min)).maximum((rule.max < i64::MAX).then_some(rule.max))
}

/// The schema of a number that a rule bounds.
pub(crate) fn within(rule: NumberRule) -> RefOr<Schema> {
    RefOr::T(number(rule).into())
}

/// The same, or null.
pub(crate) fn within_or_null(rule: NumberRule) -> RefOr<Schema> {
    RefOr::T(or_null(number(rule).into()))
}

/// A number with up to three decimals, with both ends.
pub(crate) fn decimal<T: Decimal>() -> ObjectBuilder {
    let end = |thousandths: i64| Some(f64::from(i32::try_from(thousandths).unwrap_or(i32::MAX)) / 1000.0);
    let number = ObjectBuilder::new().schema_type(Type::Number).description(Some(T::HINT));
    number.minimum(end(T::RULE.min)).maximum(end(T::RULE.max))
}

/// One of the numbers of a table.
pub(crate) fn listed(ranges: &[(i64, i64)]) -> ObjectBuilder {
    let numbers = ranges.iter().flat_map(|(from, to)| *from..=*to);
    ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some(numbers))
}

/// One of a closed list of words.
#[must_use]
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    string().enum_values(Some(words))
}

/// Text of this shape.
#[must_use]
pub fn pattern(pattern: &str) -> ObjectBuilder {
    string().pattern(Some(pattern))
}

/// Any text.
pub(crate) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// True or false.
pub(crate) fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

/// Any whole number.
pub(crate) fn whole_number() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

/// Text of a format that JSON Schema names.
pub(crate) fn formatted(format: &str) -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom(format.into())))
}

/// An object whose keys follow one schema and whose values another.
pub(crate) fn map_of(key: Schema, value: Schema) -> ObjectBuilder {
    let values = AdditionalProperties::RefOr(RefOr::T(value));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property_names(Some(key))
        .additional_properties(Some(values))
}

/// The same schema, or null.
pub(crate) fn or_null(schema: Schema) -> Schema {
    match schema {
        Schema::Object(mut object) => {
            object.schema_type = type_or_null(object.schema_type);
            object.enum_values = object.enum_values.map(|mut words| {
                words.push(Value::Null);
                words
            });
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.schema_type = type_or_null(array.schema_type);
            Schema::Array(array)
        }
        other => {
            let null = ObjectBuilder::new().schema_type(Type::Null);
            Schema::OneOf(OneOfBuilder::new().item(other).item(null).build())
        }
    }
}

fn type_or_null(of: SchemaType) -> SchemaType {
    match of {
        SchemaType::Type(of) => SchemaType::Array(vec![of, Type::Null]),
        other => other,
    }
}
