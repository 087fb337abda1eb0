//! The line dialect, byte by byte: what `nc` and the first lab's client see.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{Peer, ephemeral};

#[tokio::test]
async fn lines_and_frames_meet_in_one_room() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::line(&server, "bob").await;
    let joined =
        json!({"type":"joined","room":"lobby","name":"bob","via":"line","marks":["guest"]});
    assert_eq!(ann.expect("joined").await, joined);
    bob.bytes(b"hello\r\n").await;
    assert_eq!(ann.expect("message").await["text"], "hello");
    ann.say("1", "one\nSERVER: two").await;
    assert_eq!(bob.text_line().await, "ann: one");
    assert_eq!(bob.text_line().await, "ann: SERVER: two");
    ann.expect("ack").await;
    ann.send(json!({"type": "tell", "id": "2", "to": "bob", "text": "psst"})).await;
    assert_eq!(bob.text_line().await, "ann (to you): psst");
    ann.expect("ack").await;
    ann.send(json!({"type": "rename", "name": "anna"})).await;
    assert_eq!(bob.text_line().await, "SERVER: ann is now anna");
    let mut cy = Peer::line(&server, "cy").await;
    assert_eq!(bob.text_line().await, "SERVER: cy joined");
    cy.bytes(b"ExIt\n").await;
    assert_eq!(cy.rest().await, "DONE\n");
    assert_eq!(bob.text_line().await, "SERVER: cy left");
    drop(ann);
    assert_eq!(bob.text_line().await, "SERVER: anna left");
    let stopping = server.stop();
    let (rest, ()) = tokio::join!(bob.rest(), stopping);
    assert_eq!(rest, "SERVER: the server is stopping\n");
}

#[tokio::test]
async fn the_same_dialogue_split_at_every_byte() {
    let bytes = "bøb\r\nhé\nEXIT\n".as_bytes();
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for at in 1..bytes.len() {
        let mut bob = Peer::connect(&server).await;
        bob.bytes(&bytes[..at]).await;
        // Whatever the first half says has arrived when somebody else is answered.
        ann.send(json!({"type": "ping"})).await;
        let mut seen = Vec::new();
        let mut ponged = false;
        bob.bytes(&bytes[at..]).await;
        while !ponged || seen.len() < 3 {
            let frame = ann.frame().await;
            match frame["type"].as_str().unwrap() {
                "pong" => ponged = true,
                "message" => seen.push(format!("{} {}", frame["from"], frame["text"])),
                kind => seen.push(format!("{} {kind}", frame["name"])),
            }
        }
        assert_eq!(seen, ["\"bøb\" joined", "\"bøb\" \"hé\"", "\"bøb\" left"], "split at {at}");
        assert_eq!(bob.rest().await, "SERVER: bøb joined\nDONE\n", "split at {at}");
    }
    server.stop().await;
}

#[tokio::test]
async fn names_are_repaired_and_numbered() {
    let server = ephemeral().await;
    let _ann = Peer::owner(&server, "ann").await;
    let mut first = Peer::connect(&server).await;
    first.bytes(b"ann\n").await;
    assert_eq!(first.text_line().await, "SERVER: ann-2 joined");
    assert_eq!(first.text_line().await, "SERVER: the name ann is taken: here you are ann-2");
    let mut nameless = Peer::connect(&server).await;
    nameless.bytes(b"\xff\x1b\n").await;
    assert_eq!(nameless.text_line().await, "SERVER: guest-1 joined");
    let mut impostor = Peer::connect(&server).await;
    impostor.bytes(b"SERVER\n").await;
    assert_eq!(impostor.text_line().await, "SERVER: not-the-server joined");
    server.stop().await;
}

#[tokio::test]
async fn a_last_line_without_its_end_counts() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::connect(&server).await;
    bob.bytes(b"bob\nlast words").await;
    bob.half_close().await;
    assert_eq!(ann.expect("joined").await["name"], "bob");
    assert_eq!(ann.expect("message").await["text"], "last words");
    assert_eq!(ann.expect("left").await["name"], "bob");
    server.stop().await;
}

#[tokio::test]
async fn a_door_of_its_own_takes_any_first_byte() {
    let line = (chat_server::DoorKind::Line, "127.0.0.1:0".parse().unwrap());
    let listen = "127.0.0.1:0".parse().unwrap();
    let config =
        chat_server::Config { listen, doors: vec![line], ..chat_server::Config::default() };
    let server = chat_server::start(config).await.unwrap();
    let mut peer = Peer::connect_to(server.addresses()[1]).await;
    peer.bytes(b"{GET }\n").await;
    assert_eq!(peer.text_line().await, "SERVER: GET joined");
    server.stop().await;
}
