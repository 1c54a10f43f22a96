//! Pages as rows: an Arrow stream of a web archive, answers to requests, and the records that the rows name.

use std::{fs, io::Write, process::Stdio};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Int64Type};
use arrow_ipc::reader::StreamReader;

use crate::support::{
    program::{Program, one},
    warc::{HTTP, answer, gzip, page, record, url},
};

const DAY: &str = "2021-03-08T06:20:00Z";

/// A web archive of three stories, one of another paper, one of nobody, and a request; each record is a member.
fn archive() -> Vec<u8> {
    let response = |address: &str, text: String| {
        gzip(&record("response", address, DAY, HTTP, &answer("", text.as_bytes())))
    };
    [
        gzip(&record("request", &url(1), DAY, HTTP, b"GET / HTTP/1.1\r\n\r\n")),
        response(&url(1), page(1)),
        response(&url(2), page(2)),
        response("https://www.dawn.com/news/3/a", page(3)),
        response("https://nobody.example/news/4/a", page(4)),
        response(&url(5), "<html><p>short".to_owned()),
    ]
    .concat()
}

fn rows(bytes: &[u8]) -> Vec<RecordBatch> {
    StreamReader::try_new(bytes, None).expect("a stream").map(|it| it.expect("a batch")).collect()
}

fn texts(batches: &[RecordBatch], name: &str) -> Vec<String> {
    let of = |batch: &RecordBatch| {
        let column = batch.column_by_name(name).expect("a column").as_string::<i32>().clone();
        (0..column.len())
            .map(|it| if column.is_null(it) { "-".into() } else { column.value(it).to_owned() })
            .collect()
    };
    let all: Vec<Vec<String>> = batches.iter().map(of).collect();
    all.concat()
}

fn run(program: &Program, args: &[&str]) -> (i32, Vec<u8>, String) {
    let out = program.command().args(args).output().expect("the binary runs");
    (out.status.code().unwrap_or(-1), out.stdout, String::from_utf8_lossy(&out.stderr).into_owned())
}

#[test]
fn a_web_archive_is_a_stream_of_rows_in_its_order_and_damage_is_a_row() {
    let program = Program::new();
    let whole = archive();
    fs::write(program.path("whole.warc.gz"), &whole).expect("write");
    let (code, bytes, said) = run(&program, &["extract", "whole.warc.gz", "--arrow"]);
    assert_eq!(code, 0, "{said}");
    let batches = rows(&bytes);
    assert_eq!(texts(&batches, "site_id"), ["1", "2", "5"]);
    assert_eq!(texts(&batches, "not_story")[..2], ["-", "-"]);
    assert!(said.contains("extract: 3 pages; passed over 1 no captures, 2 of other sites"), "{said}");
    let offsets = batches[0].column_by_name("offset").expect("a column").as_primitive::<Int64Type>();
    let lengths = batches[0].column_by_name("length").expect("a column").as_primitive::<Int64Type>();
    assert_eq!(usize::try_from(offsets.value(2) + lengths.value(2)).expect("small"), whole.len());
    // Each page by the profile of its host.
    let both = ["extract", "whole.warc.gz", "--arrow", "--profile", "dawn", "--profile", "brecorder"];
    let (_, bytes, said) = run(&program, &both);
    assert_eq!(
        texts(&rows(&bytes), "profile"),
        ["Business Recorder", "Business Recorder", "Dawn", "Business Recorder"]
    );
    assert!(said.contains("1 of other sites"), "{said}");
    // A torn file gives its readable rows.
    fs::write(program.path("torn.warc.gz"), &whole[..whole.len() - 30]).expect("write");
    let (code, bytes, said) = run(&program, &["extract", "torn.warc.gz", "--arrow"]);
    assert_eq!(code, 1, "{said}");
    let batches = rows(&bytes);
    assert_eq!(texts(&batches, "site_id"), ["1", "2", "-"]);
    let warnings = batches[0].column_by_name("warnings").expect("a column").as_list::<i32>().value(2);
    assert_eq!(
        warnings.as_struct().column_by_name("code").expect("a field").as_string::<i32>().value(0),
        "damaged"
    );
}

#[test]
fn the_records_that_rows_name_are_imported_alone() {
    let program = Program::new();
    fs::create_dir(program.path("segments")).expect("a folder");
    fs::write(program.path("segments/a.warc.gz"), archive()).expect("write");
    let (_, bytes, _) = run(&program, &["extract", "segments/a.warc.gz", "--arrow"]);
    let batch = rows(&bytes).remove(0);
    let number =
        |name: &str| batch.column_by_name(name).expect("a column").as_primitive::<Int64Type>().value(1);
    let list =
        format!("segment,offset,length\nsegments/a.warc.gz,{},{}\n", number("offset"), number("length"));
    program.write("list.csv", &list);
    program.ok(&["import", "--records", "list.csv"]);
    let archive = program.archive();
    assert_eq!(one(&archive, "SELECT group_concat(site_id) FROM articles"), "2");
    assert_eq!(one(&archive, "SELECT count(*) FROM captures WHERE body_id IS NOT NULL"), "1");
    // What is wrong with a list is said before anything is read.
    for (list, said) in [
        ("segment,offset\na,1\n", "there is no column `length`"),
        ("segment,offset,length\nsegments/a.warc.gz,x,1\n", "line 2: `offset` is no whole number"),
        ("segment,offset,length\nno.warc,1,1\n", "there is no file"),
    ] {
        program.write("bad.csv", list);
        let ran = program.run(&["import", "--records", "bad.csv"]);
        assert!(ran.code == 2 && ran.stderr.contains(said), "{}", ran.stderr);
    }
    program.write("far.csv", "segment,offset,length\nsegments/a.warc.gz,1,99999999\n");
    assert_eq!(program.run(&["import", "--records", "far.csv"]).code, 1);
}

#[test]
fn every_request_has_its_answer() {
    let program = Program::new();
    let html = serde_json::to_string(&page(7)).expect("JSON");
    let good = format!(
        "{{\"html\": {html}, \"url\": \"{}\", \"captured_at\": \"{DAY}\", \"segment\": \"s\", \"offset\": 3}}",
        url(7)
    );
    let lines = format!(
        "{good}\nno JSON\n\n{{\"html\": \"a\", \"html_base64\": \"YQ==\"}}\n{{\"html\": \"a\", \"captured_at\": \"soon\"}}\n"
    );
    let ask = |args: &[&str]| {
        let mut child = program
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("spawn");
        child.stdin.take().expect("stdin").write_all(lines.as_bytes()).expect("write");
        child.wait_with_output().expect("an output").stdout
    };
    let answers = String::from_utf8(ask(&["extract", "-", "--requests"])).expect("text");
    let answers: Vec<serde_json::Value> =
        answers.lines().map(|it| serde_json::from_str(it).expect("JSON")).collect();
    assert_eq!(answers.len(), 4);
    assert_eq!((&answers[0]["site_id"], &answers[0]["captured_at"]), (&"7".into(), &DAY.into()));
    for (nth, what) in
        [(1, "no request"), (2, "either `html` or `html_base64`"), (3, "no moment and no day: soon")]
    {
        let detail = answers[nth]["warnings"][0]["detail"].as_str().expect("a warning");
        assert!(detail.contains(what), "{detail}");
    }
    let batches = rows(&ask(&["extract", "-", "--requests", "--arrow"]));
    assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(texts(&batches, "segment")[0], "s");
}

/// `UPDATE_SCHEMA=1 cargo test the_schema` writes it anew.
#[test]
fn the_schema_is_the_one_that_is_written_down() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.arrow.json");
    let now = tearsheet::export::arrow::schema_json();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &now).expect("write");
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == now,
        "docs/schema.arrow.json is another schema"
    );
}
