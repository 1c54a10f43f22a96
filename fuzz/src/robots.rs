//! Any bytes as a robots.txt, for any agent and any path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tearsheet::fetch::permits;

fuzz_target!(|bytes: &[u8]| {
    let (agent, rest) = bytes.split_at(bytes.len().min(16));
    let (path, robots) = rest.split_at(rest.len().min(32));
    let agent = String::from_utf8_lossy(agent);
    let path = format!("/{}", String::from_utf8_lossy(path));
    let _ = permits(robots, &agent, &path);
    // It is always read itself.
    assert!(permits(robots, &agent, "/robots.txt"));
});
