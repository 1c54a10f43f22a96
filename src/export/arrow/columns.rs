//! Columns out of JSON values: for each type of the schema, how its array is made. A value of another type is null, so that no page stops
//! a stream.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, ListArray, MapArray,
    StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, FieldRef, Fields};
use chrono::{DateTime, Datelike, NaiveDate};
use serde_json::Value;

/// Returns the array of some values; `None` is null.
pub(super) fn array(kind: &DataType, values: &[Option<&Value>]) -> ArrayRef {
    let cells = || values.iter().copied();
    let text = |it: Option<&'_ Value>| it.and_then(Value::as_str).map(str::to_owned);
    match kind {
        DataType::Boolean => {
            Arc::new(cells().map(|it| it.and_then(Value::as_bool)).collect::<BooleanArray>())
        }
        DataType::Int32 => {
            let whole = |it: Option<&Value>| i32::try_from(it?.as_i64()?).ok();
            Arc::new(cells().map(whole).collect::<Int32Array>())
        }
        DataType::Int64 => {
            Arc::new(cells().map(|it| it.and_then(Value::as_i64)).collect::<Int64Array>())
        }
        DataType::Float64 => {
            Arc::new(cells().map(|it| it.and_then(Value::as_f64)).collect::<Float64Array>())
        }
        DataType::Date32 => {
            let day = |it: Option<&Value>| {
                let day: NaiveDate =
                    it?.as_str()?.parse().ok().filter(|it: &NaiveDate| is_a_year(it.year()))?;
                i32::try_from((day - NaiveDate::default()).num_days()).ok()
            };
            Arc::new(cells().map(day).collect::<Date32Array>())
        }
        DataType::Timestamp(_, zone) => {
            // A bare day is no moment.
            let moment = |it: Option<&Value>| {
                let at = DateTime::parse_from_rfc3339(it?.as_str()?).ok()?.to_utc();
                is_a_year(at.year()).then(|| at.timestamp_micros())
            };
            let moments: TimestampMicrosecondArray = cells().map(moment).collect();
            Arc::new(moments.with_timezone_opt(zone.clone()))
        }
        DataType::List(item) => list(item, values),
        DataType::Struct(fields) => Arc::new(structs(fields, values)),
        DataType::Map(entries, _) => map(entries, values),
        // The schema has no other types.
        _ => Arc::new(cells().map(text).collect::<StringArray>()),
    }
}

/// Whether other tools know a year: Python's begin with 1 and end with 9999.
fn is_a_year(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// Returns the lists of some values; what is no list is an empty one.
fn list(item: &FieldRef, values: &[Option<&Value>]) -> ArrayRef {
    let lists = || values.iter().map(|it| it.and_then(Value::as_array));
    let lengths = lists().map(|it| it.map_or(0, Vec::len));
    let items: Vec<Option<&Value>> = lists().flatten().flatten().map(Some).collect();
    let items = array(item.data_type(), &items);
    Arc::new(ListArray::new(Arc::clone(item), OffsetBuffer::from_lengths(lengths), items, None))
}

fn structs(fields: &Fields, values: &[Option<&Value>]) -> StructArray {
    let column = |field: &FieldRef| {
        let cells: Vec<_> = values.iter().map(|it| it.and_then(|it| it.get(field.name()))).collect();
        array(field.data_type(), &cells)
    };
    let columns = fields.iter().map(column).collect();
    let nulls: NullBuffer = values.iter().map(|it| it.is_some_and(Value::is_object)).collect();
    StructArray::new(fields.clone(), columns, Some(nulls).filter(|it| 0 < it.null_count()))
}

/// Returns the maps of some objects, whose values are texts.
fn map(entries: &FieldRef, values: &[Option<&Value>]) -> ArrayRef {
    let objects = || values.iter().map(|it| it.and_then(Value::as_object));
    let lengths = objects().map(|it| it.map_or(0, serde_json::Map::len));
    let DataType::Struct(fields) = entries.data_type() else { unreachable!("a map is made of entries") };
    let keys: StringArray = objects().flatten().flatten().map(|it| Some(it.0.as_str())).collect();
    let texts: StringArray = objects().flatten().flatten().map(|it| it.1.as_str()).collect();
    let pairs = StructArray::new(fields.clone(), vec![Arc::new(keys), Arc::new(texts)], None);
    Arc::new(MapArray::new(Arc::clone(entries), OffsetBuffer::from_lengths(lengths), pairs, None, false))
}
