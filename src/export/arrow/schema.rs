//! The schema of a page in an Arrow stream: fixed, and written down in `docs/schema.arrow.json`, which a test compares. Fields are added at
//! the end of a version, and never change their type.

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use serde_json::{Value, json};

/// Returns the schema.
pub(super) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| Arc::new(Schema::new(fields())));
    Arc::clone(&SCHEMA)
}

fn fields() -> Vec<Field> {
    let origins = Field::new(
        "entries",
        DataType::Struct(Fields::from(vec![Field::new("key", DataType::Utf8, false), text("value")])),
        false,
    );
    vec![
        Field::new("segment", DataType::Utf8, false),
        whole("offset"),
        whole("length"),
        text("profile"),
        small("extractor_version"),
        text("not_story"),
        text("url"),
        text("host"),
        text("site_id"),
        moment("captured_at"),
        day("captured_on"),
        text("headline"),
        text("section"),
        text("byline"),
        texts("authors"),
        day("published_on"),
        moment("published_at"),
        moment("updated_at"),
        text("dateline"),
        texts("summary"),
        text("body"),
        small("word_count"),
        text("content_hash"),
        rows("blocks", vec![text("kind"), text("text"), text("url")]),
        rows("tags", vec![text("name"), text("url")]),
        rows("links", vec![text("placement"), text("title"), text("url")]),
        rows("boards", vec![text("board"), rows("rows", board_row())]),
        rows("most_read", vec![text("window"), small("rank"), text("title"), text("url")]),
        rows(
            "images",
            vec![text("url"), small("width"), small("height"), text("caption"), text("credit")],
        ),
        Field::new(
            "strip",
            DataType::Struct(Fields::from(vec![day("market_date"), rows("quotes", quote())])),
            true,
        ),
        Field::new("origins", DataType::Map(Arc::new(origins), false), true),
        rows("warnings", vec![text("code"), text("detail")]),
    ]
}

fn board_row() -> Vec<Field> {
    vec![
        text("code"),
        text("name"),
        day("as_of"),
        text("unit"),
        number("value"),
        number("change"),
        number("change_pct"),
    ]
}

fn quote() -> Vec<Field> {
    vec![
        text("symbol"),
        text("kind"),
        number("price"),
        number("change"),
        number("change_pct"),
        text("direction"),
        Field::new("suspect", DataType::Boolean, true),
    ]
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn whole(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn small(name: &str) -> Field {
    Field::new(name, DataType::Int32, true)
}

fn number(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

fn day(name: &str) -> Field {
    Field::new(name, DataType::Date32, true)
}

fn moment(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
}

fn texts(name: &str) -> Field {
    Field::new(name, DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))), true)
}

fn rows(name: &str, fields: Vec<Field>) -> Field {
    let item = Field::new("item", DataType::Struct(Fields::from(fields)), true);
    Field::new(name, DataType::List(Arc::new(item)), true)
}

/// Returns the schema in the JSON of Arrow's integration tests, which other implementations read.
pub fn schema_json() -> String {
    let fields: Vec<Value> = schema().fields().iter().map(field_json).collect();
    serde_json::to_string_pretty(&json!({ "fields": fields })).expect("values are JSON") + "\n"
}

fn field_json(field: &FieldRef) -> Value {
    let (kind, children): (Value, Vec<&FieldRef>) = match field.data_type() {
        DataType::Boolean => (json!({ "name": "bool" }), vec![]),
        DataType::Int32 => (json!({ "name": "int", "bitWidth": 32, "isSigned": true }), vec![]),
        DataType::Int64 => (json!({ "name": "int", "bitWidth": 64, "isSigned": true }), vec![]),
        DataType::Float64 => (json!({ "name": "floatingpoint", "precision": "DOUBLE" }), vec![]),
        DataType::Date32 => (json!({ "name": "date", "unit": "DAY" }), vec![]),
        DataType::Timestamp(_, zone) => {
            (json!({ "name": "timestamp", "unit": "MICROSECOND", "timezone": zone.as_deref() }), vec![])
        }
        DataType::List(item) => (json!({ "name": "list" }), vec![item]),
        DataType::Struct(fields) => (json!({ "name": "struct" }), fields.iter().collect()),
        DataType::Map(entries, sorted) => {
            (json!({ "name": "map", "keysSorted": sorted }), vec![entries])
        }
        _ => (json!({ "name": "utf8" }), vec![]),
    };
    let children: Vec<Value> = children.into_iter().map(field_json).collect();
    json!({ "name": field.name(), "nullable": field.is_nullable(), "type": kind, "children": children })
}
