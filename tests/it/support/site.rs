//! A scripted web site on 127.0.0.1 that remembers who asked for what, and when.
//!
//! It speaks HTTP/1.1 over a plain socket, so that it can also answer as no library would.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

pub(crate) struct Site {
    base: String,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    visits: Vec<Visit>,
}

#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Written instead of all of that, byte for byte, then the connection closes.
    raw: Option<Vec<u8>>,
    delay: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Visit {
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) at: Instant,
}

pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Reply {
    Reply { body: body.into(), ..status(200) }.header("content-type", "text/html; charset=utf-8")
}

pub(crate) fn status(status: u16) -> Reply {
    Reply { status, headers: Vec::new(), body: Vec::new(), raw: None, delay: Duration::ZERO }
}

pub(crate) fn redirect(to: &str) -> Reply {
    status(302).header("location", to)
}

/// Bytes as they are, whatever they are.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Reply {
    Reply { raw: Some(bytes.into()), ..status(200) }
}

impl Reply {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The answer begins after this.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl Site {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that goes away in the middle is part of the play.
                thread::spawn(move || _ = serve(stream, &shared));
            }
        });
        Self { base, script }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Answer `path` with each reply in turn, then with the last one for ever. What has no answer is 404.
    pub(crate) fn on(&self, path: &str, replies: impl IntoIterator<Item = Reply>) {
        let replies = replies.into_iter().collect();
        self.script.lock().expect("a script").replies.insert(path.to_owned(), replies);
    }

    /// A feed at `/feeds/latest-news` that names these pages, dated now.
    pub(crate) fn feed(&self, paths: &[&str]) {
        self.on("/feeds/latest-news", [ok(rss(&self.base, paths, chrono::Utc::now()))]);
    }

    pub(crate) fn visits(&self, path: &str) -> Vec<Visit> {
        self.all_visits().into_iter().filter(|it| it.path == path).collect()
    }

    pub(crate) fn all_visits(&self) -> Vec<Visit> {
        self.script.lock().expect("a script").visits.clone()
    }

    pub(crate) fn forget_visits(&self) {
        self.script.lock().expect("a script").visits.clear();
    }
}

/// A feed of these pages.
pub(crate) fn rss(base: &str, paths: &[&str], at: chrono::DateTime<chrono::Utc>) -> String {
    let item = |path: &&str| {
        format!("<item><link>{base}{path}</link><pubDate>{}</pubDate></item>", at.to_rfc2822())
    };
    let items: String = paths.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>news</title>{items}</channel></rss>")
}

/// An article page of the newest era.
pub(crate) fn article(headline: &str, paragraph: &str) -> String {
    format!(
        "<html><head><meta property=\"article:published_time\" content=\"2025-10-22T11:00:00+05:00\"></head><body>\
         <h1 class=\"story__title\">{headline}</h1><span class=\"story__byline\">Reuters</span>\
         <div class=\"story__content\"><p>KARACHI: {paragraph}</p></div></body></html>"
    )
}

fn serve(stream: TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    while let Some(visit) = read_request(&mut reader)? {
        let known = visit.headers.get("if-none-match").cloned();
        let reply = {
            let mut script = script.lock().expect("a script");
            let path = visit.path.clone();
            script.visits.push(visit);
            match script.replies.get_mut(&path) {
                None => status(404),
                Some(queue) if 1 < queue.len() => queue.pop_front().expect("more than one"),
                Some(queue) => queue.front().cloned().unwrap_or_else(|| status(404)),
            }
        };
        thread::sleep(reply.delay);
        if let Some(bytes) = &reply.raw {
            stream.write_all(bytes)?;
            stream.flush()?;
            return stream.shutdown(Shutdown::Both);
        }
        let etag = reply.headers.iter().find(|it| it.0 == "etag").map(|it| it.1.clone());
        let reply = if etag.is_some() && etag == known { status(304) } else { reply };
        write_reply(&mut stream, &reply)?;
    }
    Ok(())
}

fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Visit>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    reader.read_exact(&mut vec![0; length])?;
    Ok(Some(Visit { path, headers, at: Instant::now() }))
}

fn write_reply(stream: &mut TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply.body)?;
    stream.flush()
}
