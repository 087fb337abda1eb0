//! Those who misbehave on purpose, what the server takes for it, and two who must not notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Peer;
use super::program::Program;

/// One value of `/proc/PID/status`, in bytes.
pub(crate) fn status(program: &Program, key: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let kib: u64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap();
    kib * 1024
}

/// Sends the same bytes again and again and never reads, until the server ends it.
pub(crate) async fn flood(mut peer: Peer, bytes: Vec<u8>) {
    while peer.try_bytes(&bytes).await {}
}

/// Bytes that look like nothing: xorshift.
pub(crate) fn noise(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..200_000).map(|_| next()).collect()
}

/// Two ordinary members talk in turns, and each has an answer and the other's message each time,
/// until it is over. Returns how often, and the longest that one had to wait.
pub(crate) async fn talk(mut ann: Peer, mut bob: Peer, over: Arc<AtomicBool>) -> (u64, Duration) {
    let (mut times, mut longest) = (0, Duration::ZERO);
    while !over.load(Ordering::SeqCst) {
        for (speaker, listener) in [(0, 1), (1, 0)] {
            let id = format!("talk-{times}");
            let start = Instant::now();
            let pair = [&mut ann, &mut bob];
            pair[speaker].say(&id, &id).await;
            heard(pair[speaker], "ack", &id).await;
            longest = longest.max(start.elapsed());
            heard(pair[listener], "message", &id).await;
            times += 1;
        }
    }
    (times, longest)
}

/// Waits for a frame with this id or text; parses no other, to keep up with a flood.
async fn heard(peer: &mut Peer, kind: &str, what: &str) {
    loop {
        let line = peer.text_line().await;
        assert!(!line.contains("too_slow"), "a member who reads is closed");
        if line.contains("\"ping\"") {
            peer.send(json!({"type": "pong"})).await;
        }
        if line.contains(what) {
            let frame: Value = serde_json::from_str(&line).unwrap();
            if frame["type"] == kind && (frame["id"] == what || frame["text"] == what) {
                return;
            }
        }
    }
}
