//! Parquet: typed columns, compressed with zstd, in row groups of bounded size. How days, moments and decimal numbers are stored is
//! decided here, and nowhere else, because no other format has types of its own.

use std::{io, io::Write, sync::Arc};

use chrono::{DateTime, NaiveDate};
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::{Type, TypePtr},
};

use crate::store::Cell;

use super::{
    columns::{Column, ColumnKind, texts},
    sink::RowSink,
};

/// The rows of a group, at most.
const ROWS_MAX: usize = 16_384;
/// The bytes of a group before compression, about.
const BYTES_MAX: usize = 16 << 20;
/// The digits of a decimal number, and how many of them follow the point.
const PRECISION: i32 = 18;
const SCALE: i32 = 2;

/// Writes Parquet.
pub struct Parquet<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
}

impl<W: Write + Send> Parquet<W> {
    /// Begins a file of these columns.
    pub fn new(to: W, columns: Vec<Column>) -> io::Result<Self> {
        let level = ZstdLevel::try_new(3).map_err(io_error)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(concat!("tearsheet ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_key_value_metadata(Some(columns.iter().map(description).collect()))
            .build();
        let fields: Result<Vec<TypePtr>, ParquetError> = columns.iter().map(field).collect();
        let schema = Type::group_type_builder("row").with_fields(fields.map_err(io_error)?).build();
        let schema = Arc::new(schema.map_err(io_error)?);
        let writer = SerializedFileWriter::new(to, schema, Arc::new(properties)).map_err(io_error)?;
        Ok(Self { writer, columns, rows: Vec::new(), bytes: 0 })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        self.write_group().map_err(io_error)?;
        self.rows.clear();
        self.bytes = 0;
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for (at, column) in self.columns.iter().enumerate() {
            let mut writer = group.next_column()?.expect("a writer for each column of the schema");
            let cells = || self.rows.iter().map(|it| &it[at]);
            match column.kind {
                ColumnKind::Text => {
                    let text = |it: &Cell| match it {
                        Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
                        Cell::Null | Cell::Whole(_) | Cell::Real(_) => None,
                    };
                    let (values, levels) = parts(cells().map(text));
                    writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::List => {
                    let (values, Levels { definition, repetition }) = list_parts(cells().map(texts));
                    let writer = writer.typed::<ByteArrayType>();
                    writer.write_batch(&values, Some(&definition), Some(&repetition))?;
                }
                ColumnKind::Whole => {
                    let whole = |it: &Cell| match it {
                        Cell::Whole(number) => Some(*number),
                        Cell::Null | Cell::Text(_) | Cell::Real(_) => None,
                    };
                    let (values, levels) = parts(cells().map(whole));
                    writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::Flag => {
                    let (values, levels) = parts(cells().map(|it| Some(*it == Cell::Whole(1))));
                    writer.typed::<BoolType>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::Day => {
                    let (values, levels) = parts(cells().map(days));
                    writer.typed::<Int32Type>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::Moment | ColumnKind::Captured => {
                    let (values, levels) = parts(cells().map(micros));
                    writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::Number => {
                    let (values, levels) = parts(cells().map(double));
                    writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                }
                ColumnKind::Decimal => {
                    let (values, levels) = parts(cells().map(cents));
                    writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> RowSink for Parquet<W> {
    fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        let text = |it: &Cell| match it {
            Cell::Text(text) => text.len(),
            Cell::Null | Cell::Whole(_) | Cell::Real(_) => 8,
        };
        self.bytes += row.iter().map(text).sum::<usize>();
        self.rows.push(row.to_vec());
        if ROWS_MAX <= self.rows.len() || BYTES_MAX <= self.bytes { self.flush() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()?;
        self.writer.finish().map_err(io_error)?;
        Ok(())
    }
}

/// Returns the values that are not null, and for each cell whether it has one (1) or not (0).
fn parts<T>(cells: impl Iterator<Item = Option<T>>) -> (Vec<T>, Vec<i16>) {
    let mut values = Vec::new();
    let levels = cells.map(|it| {
        let level = i16::from(it.is_some());
        values.extend(it);
        level
    });
    let levels = levels.collect();
    (values, levels)
}

/// Where the values of lists stand (Dremel, "Repetition and definition levels").
struct Levels {
    /// For each value 1; for a list without one 0.
    definition: Vec<i16>,
    /// 0 where a list begins, 1 where it goes on.
    repetition: Vec<i16>,
}

/// Returns the values of lists, and where they stand.
fn list_parts(lists: impl Iterator<Item = Vec<String>>) -> (Vec<ByteArray>, Levels) {
    let mut values = Vec::new();
    let mut levels = Levels { definition: Vec::new(), repetition: Vec::new() };
    for list in lists {
        let places = list.len().max(1);
        levels.definition.extend(std::iter::repeat_n(i16::from(!list.is_empty()), places));
        levels.repetition.extend((0..places).map(|place| i16::from(0 < place)));
        values.extend(list.into_iter().map(|text| ByteArray::from(text.into_bytes())));
    }
    (values, levels)
}

/// Returns the days since 1970.
fn days(cell: &Cell) -> Option<i32> {
    let Cell::Text(text) = cell else { return None };
    let day: NaiveDate = text.parse().ok()?;
    i32::try_from((day - NaiveDate::default()).num_days()).ok()
}

/// Returns the microseconds since 1970; of a bare day, those of its first moment in UTC.
fn micros(cell: &Cell) -> Option<i64> {
    let Cell::Text(text) = cell else { return None };
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Some(at.timestamp_micros()),
        Err(_) => days(cell).map(|it| i64::from(it) * 86_400_000_000),
    }
}

/// Returns a number in hundredths.
fn cents(cell: &Cell) -> Option<i64> {
    match cell {
        #[expect(clippy::cast_possible_truncation, reason = "numbers of at most fifteen digits")]
        Cell::Real(number) => Some((number * 100.0).round() as i64),
        Cell::Whole(number) => Some(number * 100),
        Cell::Null | Cell::Text(_) => None,
    }
}

fn double(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Real(number) => Some(*number),
        Cell::Null | Cell::Text(_) | Cell::Whole(_) => None,
    }
}

/// Returns what a column says, for the file's metadata.
fn description(column: &Column) -> KeyValue {
    KeyValue::new(format!("description:{}", column.name), column.what.to_owned())
}

fn field(column: &Column) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column.kind {
        ColumnKind::List => return list_field(column.name),
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Whole => (Physical::INT64, None),
        ColumnKind::Flag => (Physical::BOOLEAN, None),
        ColumnKind::Day => (Physical::INT32, Some(LogicalType::Date)),
        ColumnKind::Moment | ColumnKind::Captured => {
            let unit = TimeUnit::MICROS;
            (Physical::INT64, Some(LogicalType::timestamp(true, unit)))
        }
        ColumnKind::Number => (Physical::DOUBLE, None),
        ColumnKind::Decimal => (Physical::INT64, Some(LogicalType::decimal(SCALE, PRECISION))),
    };
    let mut builder = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical);
    if column.kind == ColumnKind::Decimal {
        builder = builder.with_precision(PRECISION).with_scale(SCALE);
    }
    builder.build().map(Arc::new)
}

/// Returns a list of three levels, as the format wants it. It is empty rather than null.
fn list_field(name: &str) -> Result<TypePtr, ParquetError> {
    let element = Type::primitive_type_builder("element", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String))
        .build()?;
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(list)])
        .build()
        .map(Arc::new)
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_the_paper_printed() {
        let text = |it: &str| Cell::Text(it.to_owned());
        assert_eq!(days(&text("1970-01-02")), Some(1));
        assert_eq!(days(&text("2021-03-08")), Some(18_694));
        assert_eq!(micros(&text("1970-01-01T05:00:01+05:00")), Some(1_000_000));
        assert_eq!(micros(&text("1970-01-02")), Some(86_400_000_000));
        assert_eq!(cents(&Cell::Real(45_932.0)), Some(4_593_200));
        assert_eq!(cents(&Cell::Real(-0.29)), Some(-29));
        assert_eq!(cents(&Cell::Null), None);
    }
}
