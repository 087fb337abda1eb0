//! Wall clocks that step: what is said keeps its order, an id stays one message, and nothing that
//! waits takes notice.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chat_server::{Clock, Config, Running, Storage};
use serde_json::{Value, json};
use support::{Peer, hello};
use tokio::time::Instant;

const HOUR: i64 = 60 * 60 * 1_000;

/// The last second of 2016, which was a leap second.
const LEAP: i64 = 1_483_228_799_000;

/// A clock on the wall, which anybody may set.
#[derive(Clone, Default)]
struct Wall(Arc<AtomicI64>);

impl Wall {
    fn set(&self, at: i64) {
        self.0.store(at, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let at = Arc::clone(&self.0);
        Clock::new(move || at.load(Ordering::SeqCst))
    }
}

async fn start(storage: Storage, clock: Clock) -> Running {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    chat_server::start(Config { listen, storage, clock, ..Config::default() }).await.unwrap()
}

fn folder(path: &Path) -> Storage {
    Storage::Folder(path.to_owned())
}

/// What the clock shows at each message: an hour on, two back, a second twice and one three times.
fn steps() -> Vec<i64> {
    let mut shown = vec![LEAP - 2_000, LEAP + HOUR, LEAP + HOUR + 1, LEAP - HOUR, LEAP - HOUR - 1];
    shown.extend([LEAP, LEAP + 500, LEAP + 999, LEAP, LEAP + 500, LEAP + 999, LEAP + 1_000]);
    shown.extend([0, -1, LEAP, LEAP, LEAP, LEAP + HOUR, LEAP - HOUR, LEAP]);
    shown
}

/// Numbers, times and texts of messages, as they are sent and as they come back.
type Told = Vec<(u64, i64, String)>;

fn told(message: &Value) -> (u64, i64, String) {
    let text = message["text"].as_str().unwrap().to_owned();
    (message["seq"].as_u64().unwrap(), message["at"].as_i64().unwrap(), text)
}

/// The lobby, page by page from its beginning.
async fn forwards(peer: &mut Peer) -> Told {
    let mut all = Told::new();
    loop {
        let after = all.last().map_or(0, |(seq, ..)| *seq);
        peer.send(json!({"type": "history", "room": "lobby", "after": after, "limit": 3})).await;
        let page = peer.wait_for("history").await;
        all.extend(page["messages"].as_array().unwrap().iter().map(told));
        if page["more"] == false {
            return all;
        }
    }
}

/// The lobby, page by page from its end.
async fn backwards(peer: &mut Peer) -> Told {
    let mut all = Told::new();
    loop {
        let mut request = json!({"type": "history", "room": "lobby", "limit": 3});
        if let Some((before, ..)) = all.first() {
            request["before"] = json!(before);
        }
        peer.send(request).await;
        let page = peer.wait_for("history").await;
        let messages = page["messages"].as_array().unwrap().iter().map(told);
        all.splice(0..0, messages);
        if page["more"] == false {
            return all;
        }
    }
}

/// Says something and gives its ack's number and time.
async fn acked(peer: &mut Peer, id: &str, text: &str) -> (u64, i64) {
    peer.say(id, text).await;
    let ack = peer.wait_for("ack").await;
    assert_eq!(ack["id"], id);
    (ack["seq"].as_u64().unwrap(), ack["at"].as_i64().unwrap())
}

async fn resumed(server: &Running, after: u64, until: u64) -> Told {
    let mut peer = Peer::connect(server).await;
    let mut hello = hello("cy");
    hello["resume"] = json!([{"room": "lobby", "after": after}]);
    peer.send(hello).await;
    let mut missed = Told::new();
    while missed.last().is_none_or(|(seq, ..)| *seq < until) {
        missed.push(told(&peer.wait_for("message").await));
    }
    peer.nothing_more().await;
    missed
}

#[tokio::test]
async fn steps_change_no_order_and_double_nothing() {
    let data = tempfile::tempdir().unwrap();
    let wall = Wall::default();
    let mut said = Told::new();
    // Each run begins with the clock where the last one's steps began, in its past.
    for run in 0..2 {
        wall.set(LEAP);
        let server = start(folder(data.path()), wall.clock()).await;
        let mut ann = Peer::owner(&server, "ann").await;
        let mut bob = Peer::owner(&server, "bob").await;
        for (text, (seq, at)) in said.iter().map(|(seq, at, text)| (text, (*seq, *at))) {
            wall.set(at + HOUR);
            assert_eq!(acked(&mut ann, text, text).await, (seq, at), "said once, for good");
        }
        for (number, at) in steps().into_iter().enumerate() {
            wall.set(at);
            let text = format!("{run}-{number}");
            let (seq, told_at) = acked(&mut ann, &text, &text).await;
            said.push((seq, told_at, text.clone()));
            assert_eq!((seq, told_at), (said.len() as u64, at));
            assert_eq!(told(&bob.wait_for("message").await), said[said.len() - 1]);
            wall.set(at - HOUR);
            assert_eq!(acked(&mut ann, &text, &text).await, (seq, at), "the same ack again");
            ann.say(&text, "another text").await;
            assert_eq!(ann.wait_for("error").await["id"], text.as_str());
        }
        // A doubled message would come before the answer.
        bob.nothing_more().await;
        assert_eq!(forwards(&mut bob).await, said);
        assert_eq!(backwards(&mut bob).await, said);
        for after in 0..said.len() - 1 {
            let missed = resumed(&server, after as u64, said.len() as u64).await;
            assert_eq!(missed, said[after..]);
        }
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_who_talk_while_it_steps_all_read_the_same() {
    const EACH: usize = 200;
    let data = tempfile::tempdir().unwrap();
    // Whoever looks at it sees another time: on, back, the same again.
    let looks = AtomicI64::new(0);
    let clock = Clock::new(move || {
        let look = looks.fetch_add(1, Ordering::SeqCst);
        LEAP + [0, HOUR, -HOUR, 0, 0, 999, 0, 1_000][look as usize % 8]
    });
    let server = start(folder(data.path()), clock).await;
    let mut reader = Peer::owner(&server, "reader").await;
    let mut talking = Vec::new();
    for name in ["ann", "bob", "cy"] {
        let mut peer = Peer::owner(&server, name).await;
        talking.push(tokio::spawn(async move {
            for number in 0..EACH {
                let text = format!("{name}-{number}");
                acked(&mut peer, &text, &text).await;
            }
        }));
    }
    let mut read = Told::new();
    while read.len() < 3 * EACH {
        read.push(told(&reader.wait_for("message").await));
    }
    for talk in talking {
        talk.await.unwrap();
    }
    let seqs: Vec<u64> = read.iter().map(|(seq, ..)| *seq).collect();
    assert_eq!(seqs, (1..=3 * EACH as u64).collect::<Vec<_>>());
    for name in ["ann", "bob", "cy"] {
        let own = read.iter().filter(|(.., text)| text.starts_with(name));
        let own: Vec<&str> = own.map(|(.., text)| text.as_str()).collect();
        assert_eq!(own, (0..EACH).map(|number| format!("{name}-{number}")).collect::<Vec<_>>());
    }
    assert_eq!(forwards(&mut reader).await, read);
    server.stop().await;
}

/// Runs on a clock that is somewhere else whenever somebody looks, with Tokio's time paused: what
/// waits is let go after exactly as long as it should be.
#[tokio::test(start_paused = true)]
async fn steps_break_no_time_out() {
    let looks = AtomicI64::new(0);
    let clock = Clock::new(move || LEAP + HOUR * (looks.fetch_add(1, Ordering::SeqCst) % 3 - 1));
    let server = start(Storage::Ephemeral, clock).await;
    let began = Instant::now();
    let mut begun = Peer::connect(&server).await;
    begun.bytes(b"{").await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::guest(&server, "bob").await;
    ann.expect("joined").await;
    // Somebody looks at the clock twice a second, and is heard by that.
    let asking = tokio::spawn(async move {
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            ann.send(json!({"type": "time"})).await;
            let answer = ann.wait_for("time").await["at"].as_i64().unwrap();
            assert!([LEAP - HOUR, LEAP, LEAP + HOUR].contains(&answer), "{answer}");
        }
        ann
    });
    let within = |least: u64, most: u64| {
        let took = began.elapsed();
        let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
        assert!(took >= least && took < most, "{took:?}");
    };
    bob.expect("ping").await;
    within(8, 11);
    begun.refused("no_hello").await;
    assert_eq!(begun.next_line().await, None);
    within(10, 12);
    // Bob never answers the ping.
    assert_eq!(bob.next_line().await, None);
    within(17, 19);
    let mut ann = asking.await.unwrap();
    ann.say("1", "still here").await;
    ann.wait_for("ack").await;
}

/// The wall clock steps, so only the clock that stamps messages may be looked at.
#[test]
fn nothing_else_looks_at_the_wall_clock() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source];
    let mut lookers = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                if ["SystemTime::now", "Timestamp::now", "Zoned::now"]
                    .iter()
                    .any(|now| text.contains(now))
                {
                    lookers.push(path.file_name().unwrap().to_owned());
                }
            }
        }
    }
    lookers.sort();
    assert_eq!(lookers, ["clock.rs", "console.rs"], "the console prints the time of day");
}
