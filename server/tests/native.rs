//! The native dialect, frame by frame: what each request brings, and to whom.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{Peer, ephemeral, hello};

#[tokio::test]
async fn a_message_is_acknowledged_and_told_to_the_others() {
    let server = ephemeral().await;
    let mut ann = Peer::connect(&server).await;
    ann.send(json!({"type": "hello", "version": 1, "name": "ann"})).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["name"], "ann");
    assert_eq!(welcome["server"], "room 12");
    let room = &welcome["rooms"][0];
    assert_eq!(room["name"], "lobby");
    assert_eq!((&room["last"], &room["count"]), (&json!(0), &json!(1)));
    assert_eq!(room["members"], json!(["ann"]));

    let mut bob = Peer::guest(&server, "bob").await;
    let joined = ann.expect("joined").await;
    assert_eq!((&joined["room"], &joined["name"]), (&json!("lobby"), &json!("bob")));

    ann.say("x1", "hi").await;
    let ack = ann.expect("ack").await;
    assert_eq!((&ack["id"], &ack["room"], &ack["seq"]), (&json!("x1"), &json!("lobby"), &json!(1)));
    let message = bob.expect("message").await;
    assert_eq!(message["from"], "ann");
    assert_eq!(message["text"], "hi");
    assert_eq!((&message["seq"], &message["at"]), (&ack["seq"], &ack["at"]));
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn say_may_follow_hello_at_once() {
    let server = ephemeral().await;
    let mut ann = Peer::connect(&server).await;
    let hello = r#"{"type":"hello","version":1,"name":"ann"}"#;
    let say = r#"{"type":"say","id":"1","room":"lobby","text":"hi"}"#;
    ann.bytes(format!("{hello}\n{say}\n").as_bytes()).await;
    ann.expect("welcome").await;
    ann.expect("ack").await;
    server.stop().await;
}

#[tokio::test]
async fn the_same_id_is_the_same_message() {
    let server = ephemeral().await;
    let mut ann = Peer::owner(&server, "ann").await;
    let mut bob = Peer::guest(&server, "bob").await;
    ann.expect("joined").await;
    ann.say("1", "once").await;
    let first = ann.expect("ack").await;
    ann.say("1", "once").await;
    assert_eq!(ann.expect("ack").await, first);
    ann.say("1", "other").await;
    assert_eq!(ann.refused("bad_text").await["id"], "1");
    assert_eq!(bob.expect("message").await["text"], "once");
    bob.nothing_more().await;
    // Another person's ids are their own.
    bob.say("1", "mine").await;
    assert_eq!(bob.expect("ack").await["seq"], 2);
    server.stop().await;
}

#[tokio::test]
async fn rooms_are_joined_and_left() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    ann.send(json!({"type": "join", "room": "Rust"})).await;
    let room = ann.expect("room").await;
    assert_eq!((&room["name"], &room["members"]), (&json!("Rust"), &json!(["ann"])));
    let joined = json!({"type":"joined","room":"Rust","name":"ann","marks":["guest"]});
    assert_eq!(ann.expect("joined").await, joined);

    let mut bob = Peer::guest(&server, "bob").await;
    ann.expect("joined").await;
    bob.send(json!({"type": "say", "id": "1", "room": "rust", "text": "hi"})).await;
    assert_eq!(bob.refused("not_member").await["id"], "1");
    bob.send(json!({"type": "join", "room": "rust"})).await;
    assert_eq!(bob.expect("room").await["members"], json!(["ann", "bob"]));
    bob.expect("joined").await;
    assert_eq!(ann.expect("joined").await["name"], "bob");

    bob.send(json!({"type": "topic", "room": "rust", "text": "crabs\u{1b}[2J"})).await;
    let topic = json!({"type":"topic","room":"Rust","text":"crabs[2J","by":"bob"});
    assert_eq!(bob.expect("topic").await, topic);
    assert_eq!(ann.expect("topic").await, topic);

    bob.send(json!({"type": "part", "room": "rust"})).await;
    let left = json!({"type":"left","room":"Rust","name":"bob"});
    assert_eq!(bob.expect("left").await, left);
    assert_eq!(ann.expect("left").await, left);
    bob.send(json!({"type": "part", "room": "rust"})).await;
    bob.refused("not_member").await;
    bob.send(json!({"type": "topic", "room": "rust", "text": "x"})).await;
    bob.refused("not_member").await;
    server.stop().await;
}

#[tokio::test]
async fn a_name_can_be_changed() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::guest(&server, "bob").await;
    ann.expect("joined").await;
    ann.send(json!({"type": "rename", "name": "anna"})).await;
    let renamed = json!({"type":"renamed","from":"ann","to":"anna"});
    assert_eq!(ann.expect("renamed").await, renamed);
    assert_eq!(bob.expect("renamed").await, renamed);
    ann.send(json!({"type": "rename", "name": "B0b"})).await;
    assert_eq!(ann.refused("name_taken").await["suggest"], "B0b-2");
    ann.say("1", "hi").await;
    assert_eq!(bob.expect("message").await["from"], "anna");
    // The old name is free again.
    Peer::guest(&server, "ann").await;
    server.stop().await;
}

#[tokio::test]
async fn two_people_talk_in_private() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut eve = Peer::guest(&server, "eve").await;
    ann.expect("joined").await;
    ann.expect("joined").await;
    bob.expect("joined").await;
    ann.send(json!({"type": "tell", "id": "1", "to": "Bob", "text": "psst"})).await;
    let ack = ann.expect("ack").await;
    assert_eq!((&ack["room"], &ack["seq"]), (&json!("@bob"), &json!(1)));
    let direct = bob.expect("direct").await;
    assert_eq!((&direct["from"], &direct["to"]), (&json!("ann"), &json!("bob")));
    assert_eq!((&direct["seq"], &direct["text"]), (&json!(1), &json!("psst")));
    eve.nothing_more().await;
    ann.send(json!({"type": "tell", "id": "2", "to": "nobody", "text": "psst"})).await;
    assert_eq!(ann.refused("no_such_name").await["id"], "2");

    bob.send(json!({"type": "history", "room": "@ann"})).await;
    let page = bob.expect("history").await;
    assert_eq!(page["room"], "@ann");
    assert_eq!(page["messages"][0]["text"], "psst");
    eve.send(json!({"type": "history", "room": "@ann"})).await;
    assert_eq!(eve.expect("history").await["messages"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn history_comes_in_pages() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for number in 1..=5 {
        ann.say(&number.to_string(), &number.to_string()).await;
        ann.expect("ack").await;
    }
    let mut page = async |request| {
        ann.send(request).await;
        let page = ann.expect("history").await;
        let texts = page["messages"].as_array().unwrap().iter();
        let texts: Vec<&str> = texts.map(|message| message["text"].as_str().unwrap()).collect();
        (texts.join(" "), page["more"].as_bool().unwrap())
    };
    let whole = page(json!({"type": "history", "room": "lobby"})).await;
    assert_eq!(whole, ("1 2 3 4 5".to_owned(), false));
    let before = page(json!({"type": "history", "room": "lobby", "before": 5, "limit": 2})).await;
    assert_eq!(before, ("3 4".to_owned(), true));
    let after = page(json!({"type": "history", "room": "lobby", "after": 1, "limit": 2})).await;
    assert_eq!(after, ("2 3".to_owned(), true));
    ann.send(json!({"type": "history", "room": "elsewhere"})).await;
    ann.refused("not_member").await;
    server.stop().await;
}

#[tokio::test]
async fn answers_keep_the_order_of_their_requests() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let requests = [
        json!({"type": "say", "id": "1", "room": "lobby", "text": "hi"}),
        json!({"type": "history", "room": "lobby"}),
        json!({"type": "ping"}),
        json!({"type": "nonsense"}),
        json!({"type": "say", "id": "2", "room": "lobby", "text": "hi"}),
        json!({"type": "members", "room": "lobby"}),
        json!({"type": "time"}),
        json!({"type": "join", "room": "rust"}),
        json!({"type": "bye"}),
    ];
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
    ann.bytes(lines.as_bytes()).await;
    for kind in
        ["ack", "history", "pong", "error", "ack", "members", "time", "room", "joined", "bye"]
    {
        let frame = ann.expect(kind).await;
        if kind == "history" {
            assert_eq!(frame["messages"].as_array().unwrap().len(), 1);
        }
    }
    assert_eq!(ann.next_line().await, None);
    server.stop().await;
}

#[tokio::test]
async fn members_come_in_pages() {
    let server = ephemeral().await;
    let mut peers = Vec::new();
    for number in 0..60 {
        peers.push(Peer::guest(&server, &format!("p{number:02}")).await);
    }
    let mut ann = Peer::connect(&server).await;
    ann.send(hello("ann")).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["rooms"][0]["count"], 61);
    let mut names: Vec<String> = Vec::new();
    let mut more = true;
    while more {
        let after = names.last().cloned().unwrap_or_default();
        ann.send(json!({"type": "members", "room": "lobby", "after": after})).await;
        let page = ann.expect("members").await;
        more = page["more"].as_bool().unwrap();
        let page = page["members"].as_array().unwrap().clone();
        names.extend(page.iter().map(|name| name.as_str().unwrap().to_owned()));
    }
    assert_eq!(names.len(), 61);
    names.dedup();
    assert_eq!(names.len(), 61);
    server.stop().await;
}

#[tokio::test]
async fn whoever_leaves_is_announced_once() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for end in ["bye", "drop", "half"] {
        let mut bob = Peer::guest(&server, "bob").await;
        ann.expect("joined").await;
        match end {
            "bye" => {
                bob.send(json!({"type": "bye"})).await;
                bob.expect("bye").await;
                assert_eq!(bob.next_line().await, None);
            }
            "half" => {
                bob.say("1", "last words").await;
                bob.half_close().await;
                assert!(bob.rest().await.contains("\"ack\""));
                assert_eq!(ann.expect("message").await["text"], "last words");
            }
            _ => drop(bob),
        }
        assert_eq!(ann.expect("left").await["name"], "bob", "after {end}");
        ann.nothing_more().await;
    }
    server.stop().await;
}
