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
    /// When it was put up.
    born: chrono::DateTime<chrono::Utc>,
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    replies: HashMap<String, VecDeque<Reply>>,
    visits: Vec<Visit>,
    /// What a path without a reply of its own is answered.
    otherwise: Option<Otherwise>,
    is_dead: bool,
}

/// An answer made of the path and the number of visits so far.
type Otherwise = Arc<dyn Fn(&str, usize) -> Reply + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// Written instead of all of that, byte for byte, then the connection closes.
    raw: Option<Vec<u8>>,
    delay: Duration,
    then: Then,
}

/// What a library would not do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    /// The raw bytes come one by one, with this pause between them.
    Drip(Duration),
    /// The last so many raw bytes come again and again.
    Repeat(usize),
    /// No answer, but a reset.
    Reset,
    /// The whole site is gone after this answer.
    Die,
}

/// So many bytes are for ever.
const FOR_EVER: usize = 64 << 20;

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
    Reply {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        raw: None,
        delay: Duration::ZERO,
        then: Then::Nothing,
    }
}

pub(crate) fn redirect(to: &str) -> Reply {
    status(302).header("location", to)
}

/// Bytes as they are, whatever they are.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Reply {
    Reply { raw: Some(bytes.into()), ..status(200) }
}

/// The connection is reset as soon as the request line is read.
pub(crate) fn reset() -> Reply {
    Reply { then: Then::Reset, ..status(200) }
}

/// A head, and a tail that never ends.
pub(crate) fn endless(head: &str, tail: &str) -> Reply {
    Reply { then: Then::Repeat(tail.len()), ..raw(format!("{head}{tail}")) }
}

/// Bytes as they are, one by one.
pub(crate) fn drip(bytes: impl Into<Vec<u8>>, pause: Duration) -> Reply {
    Reply { then: Then::Drip(pause), ..raw(bytes) }
}

impl Reply {
    /// 200 with this content type.
    pub(crate) fn html(body: Vec<u8>, content_type: &str) -> Self {
        Self { body, ..status(200) }.header("content-type", content_type)
    }

    /// The site answers nobody after this answer.
    pub(crate) fn and_die(mut self) -> Self {
        self.then = Then::Die;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
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
        Self::over(TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    /// At an address of the test's own.
    pub(crate) fn over(listener: TcpListener) -> Self {
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.lock().expect("a script").is_dead {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that goes away in the middle is part of the play.
                thread::spawn(move || _ = serve(stream, &shared));
            }
        });
        Self { base, born: chrono::Utc::now(), script }
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

    /// Answer every path that has no reply of its own with what `reply` makes of it and of the number of visits so far.
    pub(crate) fn otherwise(&self, reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) {
        self.script.lock().expect("a script").otherwise = Some(Arc::new(reply));
    }

    /// A feed at `/feeds/latest-news` that names these pages, all of the moment in which the site was put up.
    pub(crate) fn feed(&self, paths: &[&str]) {
        self.on("/feeds/latest-news", [ok(rss(&self.base, paths, self.born))]);
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
    // Byte by byte, so that a connection that closes early leaves something unread: that makes a reset.
    let mut reader = BufReader::with_capacity(1, stream.try_clone()?);
    // A head and a body that wait for each other cost 40 ms.
    stream.set_nodelay(true)?;
    let mut stream = stream;
    while let Some(path) = read_request_line(&mut reader)? {
        let at = Instant::now();
        if script.lock().expect("a script").is_dead {
            return Ok(());
        }
        let reply = next_reply(script, &path);
        let headers =
            if reply.then == Then::Reset { HashMap::new() } else { read_headers(&mut reader)? };
        let known = headers.get("if-none-match").cloned();
        script.lock().expect("a script").visits.push(Visit { path, headers, at });
        if reply.then == Then::Reset {
            return Ok(());
        }
        thread::sleep(reply.delay);
        if let Some(bytes) = &reply.raw {
            write_raw(&mut stream, bytes, reply.then)?;
            return stream.shutdown(Shutdown::Both);
        }
        let etag = reply.headers.iter().find(|it| it.0 == "etag").map(|it| it.1.clone());
        let then = reply.then;
        let reply = if etag.is_some() && etag == known { status(304) } else { reply };
        if then == Then::Die {
            script.lock().expect("a script").is_dead = true;
            // The listener looks when somebody knocks.
            TcpStream::connect(stream.local_addr()?)?;
        }
        write_reply(&mut stream, &reply)?;
    }
    Ok(())
}

fn next_reply(script: &Mutex<Script>, path: &str) -> Reply {
    let mut script = script.lock().expect("a script");
    let (otherwise, count) = (script.otherwise.clone(), script.visits.len());
    match script.replies.get_mut(path) {
        None => otherwise.map_or_else(|| status(404), |it| it(path, count)),
        Some(queue) if 1 < queue.len() => queue.pop_front().expect("more than one"),
        Some(queue) => queue.front().cloned().unwrap_or_else(|| status(404)),
    }
}

fn write_raw(stream: &mut TcpStream, bytes: &[u8], then: Then) -> std::io::Result<()> {
    if let Then::Drip(pause) = then {
        for byte in bytes {
            stream.write_all(&[*byte])?;
            thread::sleep(pause);
        }
        return Ok(());
    }
    stream.write_all(bytes)?;
    if let Then::Repeat(tail) = then {
        let tail = &bytes[bytes.len() - tail..];
        for _ in 0..FOR_EVER / tail.len() {
            stream.write_all(tail)?;
        }
    }
    stream.flush()
}

fn read_request_line(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.split(' ').nth(1).unwrap_or_default().to_owned()))
}

fn read_headers(reader: &mut BufReader<TcpStream>) -> std::io::Result<HashMap<String, String>> {
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
    Ok(headers)
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
