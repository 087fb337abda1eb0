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

/// A log whose disk hangs while it is told to.
struct Hanging {
    log: Arc<dyn Log>,
    hangs: watch::Receiver<bool>,
    /// How many batches have come.
    batches: Arc<watch::Sender<usize>>,
}

impl Log for Hanging {
    fn append(
        &self,
        records: Arc<Vec<Record>>,
    ) -> BoxFuture<'static, Result<Vec<Stored>, LogError>> {
        let (log, mut hangs) = (Arc::clone(&self.log), self.hangs.clone());
        self.batches.send_modify(|batches| *batches += 1);
        async move {
            hangs.wait_for(|hangs| !hangs).await.ok();
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
        let (log, mut hangs) = (Arc::clone(&self.log), self.hangs.clone());
        async move {
            hangs.wait_for(|hangs| !hangs).await.ok();
            log.close().await;
        }
        .boxed()
    }
}

/// A server, and its disk.
struct Server {
    running: Running,
    hangs: watch::Sender<bool>,
    batches: watch::Receiver<usize>,
}

impl Server {
    async fn start(data: &Path) -> Self {
        let (hangs, hangs_out) = watch::channel(false);
        let (batches_in, batches) = watch::channel(0);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let storage = Storage::Folder(data.to_owned());
        let bound = chat_server::bind(Config { listen, storage, ..Config::default() }).await;
        let batches_in = Arc::new(batches_in);
        let between = |log| -> Arc<dyn Log> {
            Arc::new(Hanging { log, hangs: hangs_out, batches: batches_in })
        };
        Self { running: bound.unwrap().through(between).serve(), hangs, batches }
    }

    /// The disk hangs from now on.
    fn hang(&mut self) {
        self.hangs.send_replace(true);
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
    server.hang();
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
    // Answers keep their order: what is asked behind a message waits with it.
    ann.send(json!({"type": "ping"})).await;
    bob.send(json!({"type": "join", "room": "rust"})).await;
    bob.send(json!({"type": "ping"})).await;
    let mut line = Peer::connect(&server.running).await;
    line.bytes(b"eve\n").await;
    let mut cat = Peer::connect(&server.running).await;
    cat.send(hello("cat")).await;
    server.hangs.send_replace(false);
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
async fn what_waits_is_bounded_and_comes_once_when_the_disk_answers() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path()).await;
    let mut ann = Peer::owner(&server.running, "ann").await;
    let mut bob = Peer::owner(&server.running, "bob").await;
    server.hang();
    ann.say("first", "first").await;
    server.stuck().await;
    // As much as the link takes: the server stops reading it, so that the sender waits.
    let text = "x".repeat(8_000);
    let mut sent = 0;
    while let Ok(taken) = tokio::time::timeout(
        Duration::from_millis(500),
        ann.try_bytes(
            format!(
                "{}\n",
                json!({"type": "say", "id": sent.to_string(),
            "room": "lobby", "text": format!("{sent} {text}")})
            )
            .as_bytes(),
        ),
    )
    .await
    {
        assert!(taken && sent < 10_000, "{sent} messages wait");
        sent += 1;
    }
    assert!(sent > WINDOW, "{sent}");
    // And the others are still answered.
    asks(&mut bob, json!({"type": "ping"}), "pong").await;
    server.hangs.send_replace(false);
    ann.wait_for("ack").await;
    for number in 0..WINDOW {
        let ack = ann.wait_for("ack").await;
        assert_eq!((&ack["id"], &ack["seq"]), (&json!(number.to_string()), &json!(number + 2)));
        let message = bob.wait_for("message").await;
        assert_eq!(message["seq"], number + 1);
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
    server.hang();
    ann.say("1", "never stored").await;
    server.stuck().await;
    bob.say("2", "never asked for").await;
    let start = Instant::now();
    server.running.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    for peer in [&mut ann, &mut bob] {
        let rest = peer.rest().await;
        assert!(rest.contains(r#""type":"bye""#), "{rest}");
        assert!(!rest.contains("ack") && !rest.contains("never"), "{rest}");
    }
    // The same ids again, to the server that comes after it: each is there once.
    server.hangs.send_replace(false);
    let running = durable(data.path()).await;
    let mut ann = Peer::owner(&running, "ann").await;
    ann.say("1", "never stored").await;
    ann.wait_for("ack").await;
    ann.say("0", "stored before").await;
    assert_eq!(ann.wait_for("ack").await["seq"], 1);
    assert_eq!(history(&mut ann).await, ["stored before", "never stored"]);
    running.stop().await;
}
