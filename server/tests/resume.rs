//! Resuming: what was missed comes once, in order, before what is new.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Peer, durable, ephemeral, hello};

/// Says `count` messages and takes their acks.
async fn say_many(peer: &mut Peer, from: u64, count: u64) {
    let frames: String = (from..from + count)
        .map(|number| {
            let text = number.to_string();
            let say = json!({"type": "say", "id": text, "room": "lobby", "text": text});
            format!("{say}\n")
        })
        .collect();
    let (sent, acked) = frames.split_at(frames.len() / 2);
    peer.bytes(sent.as_bytes()).await;
    peer.bytes(acked.as_bytes()).await;
    for _ in 0..count {
        peer.wait_for("ack").await;
    }
}

fn resuming(name: &str, after: u64) -> Value {
    let mut hello = hello(name);
    hello["resume"] = json!([{"room": "lobby", "after": after}]);
    hello
}

#[tokio::test]
async fn a_long_absence_is_made_up_for_while_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path()).await;
    let mut ann = Peer::owner(&server, "ann").await;
    say_many(&mut ann, 1, 2_000).await;
    let mut bob = Peer::connect(&server).await;
    bob.send(resuming("bob", 17)).await;
    // More comes in while the log is still being read.
    let (_, seqs) = tokio::join!(say_many(&mut ann, 2_001, 500), async {
        let mut seqs = Vec::new();
        while seqs.last() != Some(&2_500) {
            seqs.push(bob.wait_for("message").await["seq"].as_u64().unwrap());
        }
        seqs
    });
    assert_eq!(seqs, (18..=2_500).collect::<Vec<u64>>());
    bob.nothing_more().await;
    ann.say("live", "live").await;
    assert_eq!(bob.expect("message").await["text"], "live");
    server.stop().await;
}

#[tokio::test]
async fn own_messages_and_directs_are_made_up_for_too() {
    let server = ephemeral().await;
    let mut bob = Peer::owner(&server, "bob").await;
    let mut ann = Peer::owner(&server, "ann").await;
    ann.say("1", "mine").await;
    ann.send(json!({"type": "tell", "id": "2", "to": "bob", "text": "to you"})).await;
    ann.expect("ack").await;
    ann.expect("ack").await;
    bob.wait_for("direct").await;
    bob.send(json!({"type": "tell", "id": "3", "to": "ann", "text": "and back"})).await;
    bob.expect("ack").await;
    drop(ann);
    let mut ann = Peer::connect(&server).await;
    let mut hello = hello("ann");
    hello["resume"] = json!([{"room": "@bob", "after": 0}, {"room": "lobby", "after": 0},
        {"room": "@nobody", "after": 3}]);
    ann.send(hello).await;
    ann.expect("welcome").await;
    let refused = ann.refused("no_such_name").await;
    assert_eq!(refused["room"], "@nobody");
    let own = ann.expect("direct").await;
    assert_eq!((&own["from"], &own["to"], &own["seq"]), (&json!("ann"), &json!("bob"), &json!(1)));
    let back = ann.expect("direct").await;
    assert_eq!((&back["from"], &back["to"]), (&json!("bob"), &json!("ann")));
    assert_eq!(ann.expect("message").await["text"], "mine");
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn another_log_is_told_and_shown() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    say_many(&mut ann, 1, 3).await;
    let resumes = [
        json!({"room": "lobby", "after": 2, "log": "another"}),
        json!({"room": "lobby", "after": 999}),
    ];
    for (before, resume) in resumes.iter().enumerate() {
        let mut bob = Peer::connect(&server).await;
        let mut hello = hello("bob");
        hello["resume"] = json!([resume]);
        bob.send(hello).await;
        bob.expect("welcome").await;
        assert_eq!(bob.refused("log_changed").await["room"], "lobby");
        let page = bob.expect("history").await;
        assert_eq!(page["messages"].as_array().unwrap().len(), 3 + before);
        ann.say(&format!("live {before}"), "live").await;
        bob.expect("message").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn directs_are_told_under_the_names_of_today() {
    let server = ephemeral().await;
    let mut bob = Peer::owner(&server, "bob").await;
    drop(Peer::owner(&server, "ann").await);
    bob.send(json!({"type": "tell", "id": "1", "to": "ann", "text": "hi"})).await;
    bob.wait_for("ack").await;
    bob.send(json!({"type": "rename", "name": "rob"})).await;
    bob.wait_for("renamed").await;
    let mut other = Peer::guest(&server, "bob").await;
    let mut ann = Peer::connect(&server).await;
    let mut hello = hello("ann");
    hello["resume"] = json!([{"room": "@rob", "after": 0}]);
    ann.send(hello).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["directs"][0]["name"], "rob");
    assert_eq!(ann.expect("direct").await["from"], "rob");
    ann.send(json!({"type": "history", "room": "@rob"})).await;
    assert_eq!(ann.expect("history").await["messages"][0]["from"], "rob");
    other.send(json!({"type": "history", "room": "@ann"})).await;
    assert_eq!(other.wait_for("history").await["messages"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn a_new_log_is_told_even_when_it_is_empty() {
    let server = ephemeral().await;
    let mut ann = Peer::connect(&server).await;
    let mut hello = hello("ann");
    hello["resume"] = json!([{"room": "lobby", "after": 7, "log": "another"}]);
    ann.send(hello).await;
    ann.expect("welcome").await;
    ann.refused("log_changed").await;
    assert_eq!(ann.expect("history").await["messages"], json!([]));
    let mut bob = Peer::guest(&server, "bob").await;
    bob.say("1", "hi").await;
    assert_eq!(ann.wait_for("message").await["seq"], 1);
    server.stop().await;
}

#[tokio::test]
async fn rooms_are_joined_again() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    ann.send(json!({"type": "join", "room": "rust"})).await;
    ann.expect("room").await;
    ann.expect("joined").await;
    let mut bob = Peer::connect(&server).await;
    let mut hello = hello("bob");
    hello["resume"] = json!([{"room": "rust", "after": 0}, {"room": "new", "after": 0}]);
    bob.send(hello).await;
    let welcome = bob.expect("welcome").await;
    let rooms = welcome["rooms"].as_array().unwrap().iter();
    let rooms: Vec<&str> = rooms.map(|room| room["name"].as_str().unwrap()).collect();
    assert_eq!(rooms, ["lobby", "new", "rust"]);
    let joined = [ann.expect("joined").await, ann.expect("joined").await];
    let rooms: Vec<&str> = joined.iter().map(|frame| frame["room"].as_str().unwrap()).collect();
    assert_eq!(rooms, ["lobby", "rust"]);
    server.stop().await;
}

#[tokio::test]
async fn nobody_is_in_more_rooms_than_a_frame_can_tell() {
    let server = ephemeral().await;
    let mut ann = Peer::connect(&server).await;
    let mut hello = hello("ann");
    let long = "x".repeat(28);
    let rooms = (0..150).map(|number| json!({"room": format!("{long}-{number}"), "after": 0}));
    hello["resume"] = rooms.collect();
    ann.send(hello).await;
    let line = ann.text_line().await;
    assert!(line.len() < 65_536, "{} bytes", line.len());
    let welcome: Value = serde_json::from_str(&line).unwrap();
    let mut rooms = welcome["rooms"].as_array().unwrap().len();
    let mut refused = 0;
    while refused < 51 {
        let frame = ann.frame().await;
        match frame["type"].as_str().unwrap() {
            "room" => rooms += 1,
            _ => {
                assert_eq!(frame["code"], "forbidden");
                refused += 1;
            }
        }
    }
    assert_eq!(rooms, 100);
    ann.nothing_more().await;
    server.stop().await;
}
