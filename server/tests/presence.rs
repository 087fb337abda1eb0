//! A class that comes and goes all at once: everybody hears of everybody, once, without a flood.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::{Peer, ephemeral, hello};

const CLASS: usize = 150;

/// What one member believes, from what they were told.
struct View {
    peer: Peer,
    count: u64,
    /// Who came while this member was there.
    came: BTreeSet<String>,
    left: BTreeSet<String>,
    /// Frames about comings and goings.
    frames: usize,
}

impl View {
    /// Whoever says hello before others have read their welcome comes in a burst with them.
    async fn new(mut peer: Peer) -> Self {
        let welcome = peer.expect("welcome").await;
        let count = welcome["rooms"][0]["count"].as_u64().unwrap();
        Self { peer, count, came: BTreeSet::new(), left: BTreeSet::new(), frames: 0 }
    }

    /// Reads until somebody says this; returns who.
    async fn read_until(&mut self, text: &str) -> String {
        loop {
            let frame = self.peer.frame().await;
            match frame["type"].as_str().unwrap() {
                "joined" => self.take(&frame, true),
                "left" => self.take(&frame, false),
                "message" => {
                    let from = frame["from"].as_str().unwrap().to_owned();
                    assert!(!self.left.contains(&from), "{from} speaks, and has left");
                    if frame["text"] == text {
                        return from;
                    }
                }
                "ping" => self.peer.send(json!({"type": "pong"})).await,
                other => panic!("{other}"),
            }
        }
    }

    fn take(&mut self, frame: &Value, came: bool) {
        self.frames += 1;
        let names = frame["names"].as_array().cloned().unwrap_or_default();
        for name in names.iter().chain(frame.get("name")) {
            let name = name.as_str().unwrap().to_owned();
            if came {
                self.count += 1;
                assert!(self.came.insert(name.clone()), "{name} came twice");
            } else {
                self.count -= 1;
                assert!(self.left.insert(name.clone()), "{name} left twice");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_of_everybody_once() {
    let server = ephemeral().await;
    let mut peers = Vec::new();
    for number in 0..CLASS {
        let mut peer = Peer::connect(&server).await;
        peer.send(json!({"type": "hello", "version": 1, "name": format!("n{number:03}")})).await;
        peers.push(peer);
    }
    let mut class = Vec::new();
    for peer in peers {
        class.push(View::new(peer).await);
    }
    class.last_mut().unwrap().peer.say("1", "we are all here").await;
    let last = class.len() - 1;
    for view in &mut class[..last] {
        let from = view.read_until("we are all here").await;
        // Who spoke is known to be here, whoever else is still to be told of.
        assert!(view.came.contains(&from) || view.count == CLASS as u64);
    }
    // Every other one leaves, and one of those who stay speaks when all are known to be gone.
    let mut stay = Vec::new();
    for (number, mut view) in class.into_iter().enumerate() {
        if number % 2 == 0 {
            stay.push(view);
        } else {
            view.peer.send(json!({"type": "bye"})).await;
            view.peer.rest().await;
        }
    }
    let mut witness = Peer::guest(&server, "witness").await;
    let left = CLASS as u64 / 2;
    witness.send(json!({"type": "members", "room": "lobby"})).await;
    witness.wait_for("members").await;
    witness.say("1", "half of us are gone").await;
    let mut frames = 0;
    for view in &mut stay {
        view.read_until("half of us are gone").await;
        assert_eq!(view.count, CLASS as u64 - left + 1, "the witness is one more");
        assert_eq!(view.left.len() as u64, left);
        frames += view.frames;
    }
    let unfolded = stay.len() * CLASS;
    assert!(frames < unfolded / 3, "{frames} frames for {unfolded} changes");
    server.stop().await;
}

#[tokio::test]
async fn nobody_speaks_before_their_coming_is_told() {
    let server = ephemeral().await;
    let mut first = View::new({
        let mut peer = Peer::connect(&server).await;
        peer.send(json!({"type": "hello", "version": 1, "name": "first"})).await;
        peer
    })
    .await;
    let mut class = Vec::new();
    for number in 0..CLASS {
        let mut peer = Peer::connect(&server).await;
        let name = format!("n{number:03}");
        peer.send(json!({"type": "hello", "version": 1, "name": name})).await;
        peer.say("1", &name).await;
        class.push(peer);
    }
    for number in 0..CLASS {
        let from = first.read_until(&format!("n{number:03}")).await;
        assert!(first.came.contains(&from), "{from} speaks, and nobody was told that they came");
    }
    server.stop().await;
}

#[tokio::test]
async fn visits_are_in_lists_and_no_news() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut old = Peer::line(&server, "old").await;
    bob.wait_for("joined").await;
    let mut says = hello("ann");
    says["visit"] = json!(true);
    let mut script = Peer::connect(&server).await;
    script.send(says.clone()).await;
    let welcome = script.expect("welcome").await;
    assert_eq!(welcome["rooms"][0]["marks"]["ann"], json!(["visit"]));
    assert_eq!(bob.expect("joined").await["marks"], json!(["visit"]));
    // Herself, at her own keyboard.
    let ann = Peer::owner(&server, "ann").await;
    assert_eq!(bob.expect("left").await["marks"], json!(["visit"]));
    assert!(bob.expect("joined").await.get("marks").is_none());
    // Another script of hers is no news.
    let mut second = Peer::connect(&server).await;
    second.send(says).await;
    second.expect("welcome").await;
    drop(second);
    drop(ann);
    assert!(bob.expect("left").await.get("marks").is_none());
    assert_eq!(bob.expect("joined").await["marks"], json!(["visit"]));
    script.say("1", "built").await;
    bob.wait_for("message").await;
    drop(script);
    assert_eq!(bob.expect("left").await["marks"], json!(["visit"]));
    bob.say("2", "bye").await;
    let mut told = vec![old.text_line().await];
    while told.last().unwrap() != "bob: bye" {
        told.push(old.text_line().await);
    }
    let told: Vec<&str> =
        told.iter().map(String::as_str).filter(|line| !line.contains("old")).collect();
    let news = ["SERVER: ann joined", "SERVER: ann left", "ann: built", "bob: bye"];
    assert_eq!(told, news);
    server.stop().await;
}

#[tokio::test]
async fn a_visit_that_ends_hides_nobody_else_in_a_big_room() {
    let server = ephemeral().await;
    let mut crowd = Vec::new();
    for number in 0..CLASS {
        crowd.push(Peer::guest(&server, &format!("n{number:03}")).await);
    }
    let mut says = hello("ann");
    says["visit"] = json!(true);
    let mut script = Peer::connect(&server).await;
    script.send(says).await;
    script.expect("welcome").await;
    // The first may be told at once; the others wait, while she comes herself, and leaves.
    for name in ["bob", "cy", "dan"] {
        crowd.push(Peer::guest(&server, name).await);
    }
    let mut ann = Peer::connect(&server).await;
    ann.send(hello("ann")).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["rooms"][0]["count"], CLASS + 4);
    crowd.push(Peer::guest(&server, "eve").await);
    ann.send(json!({"type": "bye"})).await;
    crowd.push(Peer::guest(&server, "last").await);
    let mut script =
        View { count: 0, came: BTreeSet::new(), left: BTreeSet::new(), frames: 0, peer: script };
    crowd.last_mut().unwrap().say("1", "we are all here").await;
    script.read_until("we are all here").await;
    let heard: Vec<&str> = script.came.iter().map(String::as_str).collect();
    assert_eq!(heard, ["bob", "cy", "dan", "eve", "last"]);
    let told = ann.rest().await;
    assert!(!told.contains("bob") && !told.contains("\"ann\""), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn a_new_name_is_told_behind_what_was_done_by_the_old_one() {
    let server = ephemeral().await;
    let side = |kind: &str| json!({"type": kind, "room": "side"});
    let mut watcher = Peer::guest(&server, "watcher").await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut restless = Peer::guest(&server, "restless").await;
    for peer in [&mut watcher, &mut ann, &mut restless] {
        peer.send(side("join")).await;
        peer.wait_for("room").await;
    }
    // So often that what follows is told a little later.
    for _ in 0..12 {
        restless.send(side("part")).await;
        restless.send(side("join")).await;
    }
    restless.send(json!({"type": "time"})).await;
    restless.wait_for("time").await;
    ann.send(side("part")).await;
    ann.send(json!({"type": "rename", "name": "anna"})).await;
    let mut has_left = false;
    loop {
        let frame = watcher.frame().await;
        has_left |= frame["type"] == "left" && frame["room"] == "side" && frame["name"] == "ann";
        if frame["type"] == "renamed" {
            break;
        }
    }
    assert!(has_left, "ann left the room before she was anna");
    server.stop().await;
}
