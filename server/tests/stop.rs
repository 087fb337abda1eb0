//! SIGTERM, whatever is going on: the server ends in time and says so, everybody who reads is told,
//! and nothing acknowledged is lost.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::program::Program;
use support::{Peer, hello};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A promise of the contract, and not a measure of speed.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

/// Members, senders and those who stand still among them.
const MEMBERS: usize = 100;
const SENDERS: usize = 8;
const STANDING: usize = 2;

/// Messages that a sender leaves unacknowledged before it waits.
const OUTSTANDING: usize = 16;

/// Messages of 8,000 bytes that are said at a time to those who stand still: a fraction of what the
/// server keeps for each.
const BATCH: u64 = 20;

/// Acks after which the load counts as full.
const ACKS: usize = 1_500;

/// What one member got: texts by their numbers, and the last frame.
#[derive(Default)]
struct Got {
    texts: BTreeMap<u64, String>,
    last: Value,
}

impl Got {
    /// Takes a message or an ack. Numbers rise by one, but for one's own between them.
    fn take(&mut self, frame: &Value, text: &Value) {
        let seq = frame["seq"].as_u64().unwrap();
        let text = text.as_str().unwrap()[..8].to_owned();
        assert_eq!(self.texts.insert(seq, text), None, "{seq} came twice");
    }
}

async fn come_in(mut peer: Peer, name: &str) -> Peer {
    peer.send(hello(name)).await;
    peer.expect("welcome").await;
    peer
}

/// Reads until the end, and thinks about it only then: a slow reader is another matter.
async fn read(mut peer: Peer) -> Got {
    let mut lines = Vec::new();
    while let Some(line) = peer.next_line().await {
        lines.push(line);
    }
    let mut got = Got::default();
    for line in lines {
        let frame: Value = serde_json::from_str(&line).unwrap();
        if frame["type"] == "message" && frame["room"] == "lobby" {
            got.take(&frame, &frame["text"]);
        }
        got.last = frame;
    }
    got
}

/// Talks as fast as the acks come, until the end; what it got are its acks. An id is the
/// beginning of its text.
async fn pump(mut peer: Peer, number: usize, acks: Arc<watch::Sender<usize>>) -> Got {
    let mut got = Got::default();
    let padding = "x".repeat(200);
    let (mut said, mut waiting) = (0, 0);
    loop {
        while waiting < OUTSTANDING {
            let id = format!("{number:02}-{said:05}");
            let text = format!("{id} {padding}");
            let say = json!({"type": "say", "id": id, "room": "lobby", "text": text});
            // The server may be gone; what it said before that is still to be read.
            peer.try_bytes(format!("{say}\n").as_bytes()).await;
            said += 1;
            waiting += 1;
        }
        let Some(line) = peer.next_line().await else { return got };
        let frame: Value = serde_json::from_str(&line).unwrap();
        if frame["type"] == "ack" {
            got.take(&frame, &frame["id"]);
            acks.send_modify(|acks| *acks += 1);
            waiting -= 1;
        }
        got.last = frame;
    }
}

/// The lobby, as a new server on the same folder tells it.
async fn stored(data: &Path) -> BTreeMap<u64, String> {
    let program = Program::start(data);
    let mut peer = come_in(Peer::connect_to(program.address).await, "judge").await;
    let mut stored = Got::default();
    loop {
        let after = stored.texts.len();
        peer.send(json!({"type": "history", "room": "lobby", "after": after, "limit": 200})).await;
        let page = peer.wait_for("history").await;
        for message in page["messages"].as_array().unwrap() {
            stored.take(message, &message["text"]);
            assert!(stored.texts.contains_key(&(stored.texts.len() as u64)), "a gap");
        }
        if page["more"] == false {
            return stored.texts;
        }
    }
}

/// Members who do not read, and for whom more waits than their links take.
async fn stand_still(program: &Program) -> Vec<Peer> {
    let join = json!({"type": "join", "room": "aside"});
    let mut standing = Vec::new();
    for number in 0..STANDING {
        let peer = Peer::connect_narrow(program.address).await;
        let mut peer = come_in(peer, &format!("standing {number}")).await;
        peer.send(join.clone()).await;
        peer.wait_for("room").await;
        standing.push(peer);
    }
    let mut filler = come_in(Peer::connect_to(program.address).await, "filler").await;
    filler.send(join).await;
    let last = standing[STANDING - 1].port();
    let text = "x".repeat(8_000);
    let mut held = 0;
    // Their systems take no more when a batch has changed nothing.
    for batch in 0.. {
        let mut say = json!({"type": "say", "room": "aside", "text": text});
        let mut frames = String::new();
        for number in 0..BATCH {
            say["id"] = json!(format!("{batch}-{number}"));
            frames += &format!("{say}\n");
        }
        filler.bytes(frames.as_bytes()).await;
        for _ in 0..BATCH {
            filler.wait_for("ack").await;
        }
        let now = program.in_flight(program.address.port(), last).expect("not closed yet");
        if std::mem::replace(&mut held, now) == now {
            break;
        }
    }
    standing
}

/// Sends SIGTERM while everything goes on; returns how long it took.
async fn terminate(program: Program) -> Duration {
    let start = Instant::now();
    let (code, _) = tokio::task::spawn_blocking(|| program.terminate()).await.unwrap();
    assert_eq!(code, Some(0));
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_full_load_everybody_is_told_and_nothing_is_lost() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let address = program.address;
    let standing = stand_still(&program).await;
    // Strangers hold nobody up either.
    let mut strangers = Vec::new();
    for bytes in [&b""[..], b"{", b"GET / HTTP/1.1\r\n"] {
        let mut stranger = Peer::connect_to(address).await;
        stranger.bytes(bytes).await;
        strangers.push(stranger);
    }
    let mut reading: Vec<JoinHandle<Got>> = Vec::new();
    for number in 0..MEMBERS - SENDERS - STANDING {
        let peer = come_in(Peer::connect_to(address).await, &format!("reader {number}")).await;
        reading.push(tokio::spawn(read(peer)));
    }
    let (acks, mut counted) = watch::channel(0);
    let acks = Arc::new(acks);
    let mut talking = Vec::new();
    for number in 0..SENDERS {
        let peer = come_in(Peer::connect_to(address).await, &format!("sender {number}")).await;
        talking.push(tokio::spawn(pump(peer, number, Arc::clone(&acks))));
    }
    counted.wait_for(|acks| *acks >= ACKS).await.unwrap();
    let took = terminate(program).await;
    let stored = stored(data.path()).await;
    for talk in talking {
        let got = talk.await.unwrap();
        assert_eq!(got.last["type"], "bye", "{}", got.last);
        for (seq, id) in got.texts {
            assert_eq!(stored.get(&seq), Some(&id), "acknowledged, and lost");
        }
    }
    for read in reading {
        let got = read.await.unwrap();
        assert_eq!(got.last["type"], "bye", "{}", got.last);
        // What was stored was told, all of it, before the goodbye.
        assert_eq!(got.texts, stored);
    }
    drop(standing);
    println!("stopped within {took:?}, {} messages", stored.len());
    assert!(took < STOPS_WITHIN, "{took:?}");
}

#[tokio::test]
async fn a_stop_waits_for_no_reader() {
    let program = Program::start_with(&["--port", "0", "--ephemeral"]);
    let data = tempfile::tempdir().unwrap();
    let durable = Program::start(data.path());
    for program in [program, durable] {
        let mut peers = Vec::new();
        for number in 0..20 {
            let mut peer = Peer::connect_to(program.address).await;
            peer.send(json!({"type": "hello", "version": 1, "name": format!("p{number}")})).await;
            peer.expect("welcome").await;
            // Half a request holds nobody up either.
            let mut browser = Peer::connect_to(program.address).await;
            browser.bytes(b"GET / HTTP/1.1\r\n").await;
            peers.push((peer, browser));
        }
        for (peer, _) in &mut peers {
            let history = json!({"type": "history", "room": "lobby"}).to_string() + "\n";
            peer.bytes(history.repeat(200).as_bytes()).await;
        }
        let start = Instant::now();
        assert_eq!(program.terminate().0, Some(0));
        assert!(start.elapsed() < STOPS_WITHIN);
        for (mut peer, _) in peers {
            assert!(peer.rest().await.contains("\"bye\""), "everybody is told");
        }
    }
}
