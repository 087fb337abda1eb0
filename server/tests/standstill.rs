//! A disk that does not answer for a while: nothing is acknowledged that is not stored, who has
//! nothing to do with it goes on, what waits is bounded, and nothing is lost when it answers again.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_protocol::Page;
use chat_server::log::{ChannelId, Extract, Kept, Log, LogError, Record, Stored};
use chat_server::{Config, Running, Storage};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use support::{Peer, durable, hello};
use tokio::sync::watch;

/// Requests of one connection that the server has under way at a time.
const WINDOW: usize = 64;

/// How the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disk {
    Well,
    /// It does nothing.
    Hangs,
    /// It does what it is told to, and does not say so.
    Silent,
}

/// A log whose disk is as it is told to be.
struct Hanging {
    log: Arc<dyn Log>,
    disk: watch::Receiver<Disk>,
    /// How many records came in each batch.
    batches: Arc<watch::Sender<Vec<usize>>>,
}

impl Log for Hanging {
    fn append(
        &self,
        records: Arc<Vec<Record>>,
    ) -> BoxFuture<'static, Result<Vec<Stored>, LogError>> {
        let (log, mut disk) = (Arc::clone(&self.log), self.disk.clone());
        let size = records.len();
        let batches = Arc::clone(&self.batches);
        async move {
            if *disk.borrow() == Disk::Silent {
                let stored = log.append(records).await;
                batches.send_modify(|batches| batches.push(size));
                disk.wait_for(|disk| *disk == Disk::Well).await.ok();
                return stored;
            }
            batches.send_modify(|batches| batches.push(size));
            disk.wait_for(|disk| *disk == Disk::Well).await.ok();
            log.append(records).await
        }
        .boxed()
    }

    fn read(
        &self,
        channel: ChannelId,
        page: Page,
        limit: usize,
    ) -> BoxFuture<'static, Result<Extract, LogError>> {
        self.log.read(channel, page, limit)
    }

    fn fetch(
        &self,
        places: Vec<(ChannelId, u64)>,
    ) -> BoxFuture<'static, Result<Vec<Option<Kept>>, LogError>> {
        self.log.fetch(places)
    }

    /// What a batch does not come to, the end does not come to either.
    fn close(&self) -> BoxFuture<'static, ()> {
        let (log, mut disk) = (Arc::clone(&self.log), self.disk.clone());
        async move {
            disk.wait_for(|disk| *disk == Disk::Well).await.ok();
            log.close().await;
        }
        .boxed()
    }
}

/// A server, and its disk.
struct Server {
    running: Running,
    disk: watch::Sender<Disk>,
    batches: watch::Receiver<Vec<usize>>,
}

impl Server {
    async fn start(data: &Path) -> Self {
        let (disk, disk_out) = watch::channel(Disk::Well);
        let (batches_in, batches) = watch::channel(Vec::new());
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let storage = Storage::Folder(data.to_owned());
        let bound = chat_server::bind(Config { listen, storage, ..Config::default() }).await;
        let batches_in = Arc::new(batches_in);
        let between = |log| -> Arc<dyn Log> {
            Arc::new(Hanging { log, disk: disk_out, batches: batches_in })
        };
        Self { running: bound.unwrap().through(between).serve(), disk, batches }
    }

    /// The disk is like that from now on.
    fn becomes(&mut self, disk: Disk) {
        self.disk.send_replace(disk);
        self.batches.mark_unchanged();
    }

    /// Waits until somebody waits for the disk.
    async fn stuck(&mut self) {
        self.batches.changed().await.unwrap();
    }
}

/// The answer to a request, which must be of this type and come before anything else.
async fn asks(peer: &mut Peer, request: Value, kind: &str) -> Value {
    peer.send(request).await;
    peer.expect(kind).await
}

/// Somebody is answered so often that the server has taken what others sent before.
async fn goes_on(peer: &mut Peer) {
    for _ in 0..20 {
        asks(peer, json!({"type": "ping"}), "pong").await;
    }
}

/// The lobby's messages, as its history tells them.
async fn history(peer: &mut Peer) -> Vec<String> {
    peer.send(json!({"type": "history", "room": "lobby", "after": 0, "limit": 200})).await;
    let page = peer.wait_for("history").await;
    let texts = page["messages"].as_array().unwrap().iter().map(|message| &message["text"]);
    texts.map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn who_has_nothing_to_do_with_it_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    ann.wait_for("joined").await;
    server.becomes(Disk::Hangs);
    ann.say("1", "is it stored?").await;
    server.stuck().await;
    // Far more often than a link that is taken for dead would be asked.
    for _ in 0..100 {
        asks(&mut bob, json!({"type": "ping"}), "pong").await;
    }
    asks(&mut bob, json!({"type": "time"}), "time").await;
    let members = asks(&mut bob, json!({"type": "members", "room": "lobby"}), "members").await;
    assert_eq!(members["members"], json!(["ann", "bob"]));
    asks(&mut bob, json!({"type": "whois", "name": "ann"}), "whois").await;
    let rooms = asks(&mut bob, json!({"type": "rooms"}), "rooms").await;
    assert_eq!(rooms["rooms"][0]["name"], "lobby");
    // Two in one write, and again: the one does not stand in the other's way.
    for _ in 0..2 {
        bob.bytes(b"{\"type\":\"time\"}\n{\"type\":\"ping\"}\n").await;
        bob.expect("time").await;
        bob.expect("pong").await;
    }
    // A pong asks for nothing.
    bob.send(json!({"type": "pong"})).await;
    asks(&mut bob, json!({"type": "ping"}), "pong").await;
    server.becomes(Disk::Well);
    assert_eq!(ann.expect("ack").await["seq"], 1);
    assert_eq!(bob.expect("message").await["text"], "is it stored?");
    server.running.stop().await;
}

#[tokio::test]
async fn what_is_asked_behind_something_that_waits_waits_with_it() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    let mut dan = Peer::owner(&server.running, "dan").await;
    ann.wait_for("joined").await;
    ann.wait_for("joined").await;
    bob.wait_for("joined").await;
    server.becomes(Disk::Hangs);
    ann.say("1", "is it stored?").await;
    server.stuck().await;
    ann.send(json!({"type": "ping"})).await;
    bob.send(json!({"type": "join", "room": "rust"})).await;
    bob.send(json!({"type": "ping"})).await;
    let mut line = Peer::connect(&server.running).await;
    line.bytes(b"eve\n").await;
    let mut cat = Peer::connect(&server.running).await;
    cat.send(hello("cat")).await;
    goes_on(&mut dan).await;
    for peer in [&mut ann, &mut bob, &mut line, &mut cat] {
        assert!(peer.has_nothing());
    }
    server.becomes(Disk::Well);
    assert_eq!(ann.expect("ack").await["seq"], 1);
    ann.expect("pong").await;
    assert_eq!(bob.expect("message").await["text"], "is it stored?");
    bob.wait_for("room").await;
    bob.wait_for("pong").await;
    assert_eq!(line.text_line().await, "SERVER: eve joined");
    cat.expect("welcome").await;
    server.running.stop().await;
}

#[tokio::test]
async fn who_waits_hears_that_the_server_is_there_and_who_gave_up_is_not_let_in() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    ann.wait_for("joined").await;
    server.becomes(Disk::Hangs);
    ann.say("1", "is it stored?").await;
    server.stuck().await;
    bob.send(json!({"type": "join", "room": "rust"})).await;
    // A guest's name is theirs as long as they are connected, and so nobody else's.
    let cat = json!({"type": "hello", "version": 1, "name": "cat"});
    let mut gives_up = Peer::connect(&server.running).await;
    gives_up.send(cat.clone()).await;
    drop(gives_up);
    for peer in [&mut ann, &mut bob] {
        peer.expect("ping").await;
        peer.send(json!({"type": "pong"})).await;
    }
    let mut comes_back = Peer::connect(&server.running).await;
    comes_back.send(cat).await;
    ann.expect("ping").await;
    server.becomes(Disk::Well);
    ann.expect("ack").await;
    assert_eq!(comes_back.expect("welcome").await["name"], "cat");
    assert_eq!(ann.expect("joined").await["name"], "cat");
    ann.nothing_more().await;
    server.running.stop().await;
}

#[tokio::test]
async fn what_one_sends_is_bounded_and_comes_once_when_the_disk_answers() {
    const SAID: usize = 1_000;
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    server.becomes(Disk::Hangs);
    ann.say("first", "first").await;
    server.stuck().await;
    // It fits into what the systems in between keep: so much is there for the server to read.
    for number in 0..SAID {
        ann.say(&number.to_string(), "more").await;
    }
    goes_on(&mut bob).await;
    server.becomes(Disk::Well);
    ann.wait_for("ack").await;
    for number in 0..SAID {
        let ack = ann.expect("ack").await;
        assert_eq!((&ack["id"], &ack["seq"]), (&json!(number.to_string()), &json!(number + 2)));
        let message = bob.wait_for("message").await;
        assert_eq!(message["seq"], number + 1);
    }
    // What was taken meanwhile comes as one batch, but for the window's first.
    let batches = server.batches.borrow().clone();
    assert!(batches.iter().all(|size| *size <= WINDOW), "{batches:?}");
    server.running.stop().await;
}

#[tokio::test]
async fn however_many_wait_the_others_are_answered() {
    const OTHERS: usize = 100;
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    let mut others = Vec::new();
    for number in 0..OTHERS {
        others.push(Peer::guest(&server.running, &format!("n{number}")).await);
    }
    bob.wait_for("joined").await;
    server.becomes(Disk::Hangs);
    others[0].say("1", "is it stored?").await;
    server.stuck().await;
    let nowhere = format!("{}\n", json!({"type": "part", "room": "nowhere"}));
    for other in &mut others {
        other.bytes(nowhere.repeat(2 * WINDOW).as_bytes()).await;
    }
    for _ in 0..OTHERS {
        bob.send(json!({"type": "ping"})).await;
        bob.wait_for("pong").await;
    }
    server.becomes(Disk::Well);
    for other in &mut others {
        for _ in 0..2 * WINDOW {
            assert_eq!(other.wait_for("error").await["code"], "not_member");
        }
    }
    server.running.stop().await;
}

#[tokio::test]
async fn a_stop_says_goodbye_and_acknowledges_nothing_that_is_not_stored() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    ann.say("0", "stored before").await;
    ann.wait_for("ack").await;
    bob.wait_for("message").await;
    server.becomes(Disk::Hangs);
    ann.say("1", "never stored").await;
    server.stuck().await;
    bob.say("2", "never asked for").await;
    bob.send(json!({"type": "topic", "room": "lobby", "text": "disks"})).await;
    let start = Instant::now();
    server.running.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    for (name, peer) in [("ann", &mut ann), ("bob", &mut bob)] {
        let rest = peer.rest().await;
        assert!(rest.contains(r#""type":"bye""#), "{rest}");
        assert!(!rest.contains(r#""ack""#) && !rest.contains("never"), "{rest}");
        let unsure = rest.contains(r#""code":"not_stored""#) && rest.contains("may or may not");
        assert_eq!(unsure, name == "bob", "{rest}");
    }
    // The same ids again, to the server that comes after it: each is there once.
    server.disk.send_replace(Disk::Well);
    let running = durable(data.path()).await;
    let mut ann = Peer::owner(&running, "ann").await;
    ann.say("1", "never stored").await;
    ann.wait_for("ack").await;
    ann.say("0", "stored before").await;
    assert_eq!(ann.wait_for("ack").await["seq"], 1);
    assert_eq!(history(&mut ann).await, ["stored before", "never stored"]);
    running.stop().await;
}

#[tokio::test]
async fn what_was_stored_without_a_word_is_there_once() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    server.becomes(Disk::Silent);
    ann.say("1", "stored in silence").await;
    server.stuck().await;
    server.running.stop().await;
    assert!(!ann.rest().await.contains(r#""ack""#));
    server.disk.send_replace(Disk::Well);
    let running = durable(data.path()).await;
    let mut ann = Peer::owner(&running, "ann").await;
    ann.say("1", "stored in silence").await;
    assert_eq!(ann.expect("ack").await["seq"], 1);
    assert_eq!(history(&mut ann).await, ["stored in silence"]);
    running.stop().await;
}
