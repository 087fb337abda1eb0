//! What a room shows its members beside what is said: the line that one of them set, and the
//! countdown. Told to everybody, also to who comes later, and gone with the server.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Peer, durable, ephemeral, hello};

fn announce(text: &str) -> Value {
    json!({"type": "announce", "room": "Lobby", "text": text})
}

fn timer(seconds: u64) -> Value {
    json!({"type": "timer", "room": "lobby", "seconds": seconds})
}

/// The lobby as a newcomer finds it.
async fn found(server: &chat_server::Running, name: &str) -> Value {
    let mut peer = Peer::connect(server).await;
    peer.send(json!({"type": "hello", "version": 1, "name": name})).await;
    peer.expect("welcome").await["rooms"][0].clone()
}

#[tokio::test]
async fn a_line_is_told_to_everybody_and_to_who_comes_later() {
    let server = ephemeral().await;
    let mut old = Peer::line(&server, "old").await;
    let mut ann = Peer::guest(&server, "ann").await;
    assert_eq!(old.text_line().await, "SERVER: ann joined");
    ann.send(announce("pause\nuntil\u{1b}[2J 10:15")).await;
    let told = json!({"type":"announce","room":"lobby","text":"pause until[2J 10:15","by":"ann"});
    assert_eq!(ann.expect("announce").await, told);
    assert_eq!(old.text_line().await, "SERVER: ann announces: pause until[2J 10:15");
    let lobby = found(&server, "late").await;
    assert_eq!((&lobby["announcement"], &lobby["timer"]), (&told["text"], &Value::Null));

    ann.send(announce("")).await;
    assert_eq!(ann.wait_for("announce").await["text"], "");
    while old.text_line().await != "SERVER: ann took the announcement away" {}
    assert_eq!(found(&server, "later").await["announcement"], Value::Null);

    ann.send(json!({"type": "announce", "room": "rust", "text": "x"})).await;
    assert_eq!(ann.wait_for("error").await["code"], "not_member");
    ann.send(announce(&"x".repeat(513))).await;
    assert_eq!(ann.wait_for("error").await["code"], "bad_text");
    server.stop().await;
}

#[tokio::test]
async fn a_countdown_runs_for_everybody_until_it_is_over() {
    let server = ephemeral().await;
    let mut old = Peer::line(&server, "old").await;
    let mut ann = Peer::guest(&server, "ann").await;
    old.text_line().await;
    ann.send(timer(300)).await;
    let set = ann.expect("timer").await;
    assert_eq!((&set["remaining"], &set["by"]), (&json!(300_000), &json!("ann")));
    assert_eq!(old.text_line().await, "SERVER: ann set a timer: 5 min");
    let lobby = found(&server, "late").await;
    assert_eq!(lobby["timer"]["ends"], set["ends"]);
    let remaining = lobby["timer"]["remaining"].as_u64().unwrap();
    assert!((200_000..=300_000).contains(&remaining), "{remaining}");

    // Another takes its place: the first does not end any more.
    ann.send(timer(1)).await;
    let set = ann.wait_for("timer").await;
    assert_eq!(set["remaining"], 1_000);
    let over = ann.wait_for("timer").await;
    assert_eq!(over, json!({"type":"timer","room":"lobby","ends":set["ends"],"remaining":0}));
    while old.text_line().await != "SERVER: time is up" {}
    assert_eq!(found(&server, "later").await["timer"], Value::Null);
    server.stop().await;
}

#[tokio::test]
async fn a_countdown_that_was_taken_away_does_not_end() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    ann.send(timer(1)).await;
    ann.expect("timer").await;
    ann.send(timer(0)).await;
    assert_eq!(ann.expect("timer").await, json!({"type":"timer","room":"lobby","by":"ann"}));
    // One of another room is over after it would have been.
    ann.send(json!({"type": "join", "room": "rust"})).await;
    ann.wait_for("joined").await;
    ann.send(json!({"type": "timer", "room": "rust", "seconds": 1})).await;
    assert_eq!(ann.expect("timer").await["remaining"], 1_000);
    let over = ann.expect("timer").await;
    assert_eq!((&over["room"], &over["remaining"]), (&json!("rust"), &json!(0)));
    ann.send(timer(86_401)).await;
    ann.refused("bad_frame").await;
    server.stop().await;
}

#[tokio::test]
async fn both_outlive_a_broken_link_and_not_the_server() {
    let data = tempfile::tempdir().unwrap();
    let server = durable(data.path()).await;
    let mut ann = Peer::owner(&server, "ann").await;
    ann.say("1", "hi").await;
    ann.expect("ack").await;
    ann.send(announce("pause")).await;
    ann.send(timer(300)).await;
    ann.wait_for("timer").await;
    ann.reset();
    let mut back = Peer::connect(&server).await;
    back.send(hello("ann")).await;
    let lobby = back.expect("welcome").await["rooms"][0].clone();
    assert_eq!(lobby["announcement"], "pause");
    assert!(lobby["timer"]["remaining"].as_u64().unwrap() > 200_000);
    server.stop().await;

    let server = durable(data.path()).await;
    let lobby = found(&server, "bob").await;
    assert_eq!((&lobby["announcement"], &lobby["timer"]), (&Value::Null, &Value::Null));
    server.stop().await;
}

#[tokio::test]
async fn who_sets_them_without_end_waits_and_nobody_else() {
    const EACH: usize = 400;
    let server = ephemeral().await;
    let mut reader = Peer::guest(&server, "reader").await;
    let mut flooder = Peer::guest(&server, "flooder").await;
    let frames = format!("{}\n{}\n", announce(&"x".repeat(512)), timer(60));
    let flood = tokio::spawn(async move {
        flooder.bytes(frames.repeat(EACH).as_bytes()).await;
        for _ in 0..EACH {
            flooder.wait_for("timer").await;
        }
    });
    for _ in 0..EACH {
        let frame = reader.wait_for("timer").await;
        assert_eq!(frame["remaining"], 60_000);
        reader.send(json!({"type": "ping"})).await;
    }
    flood.await.unwrap();
    server.stop().await;
}
