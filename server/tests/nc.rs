//! The door for people at netcat.

#![allow(clippy::unwrap_used)]

mod support;

use chat_server::DoorKind;
use serde_json::json;
use support::{Peer, with_doors};

async fn at_nc(server: &chat_server::Running, name: &str) -> Peer {
    let mut peer = Peer::connect_to(server.addresses()[1]).await;
    assert_eq!(peer.text_line().await, "SERVER: welcome to room 12");
    assert_eq!(peer.recv().await, "Your name: ");
    peer.bytes(format!("{name}\r\n").as_bytes()).await;
    assert_eq!(peer.text_line().await, format!("SERVER: {name} joined"));
    assert!(peer.text_line().await.contains("/who"));
    peer
}

#[tokio::test]
async fn somebody_at_netcat_is_greeted_and_finds_their_way() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    for number in 1..=12 {
        ann.say(&number.to_string(), &format!("message {number}")).await;
        ann.expect("ack").await;
    }
    let mut bob = at_nc(&server, "bob").await;
    let joined = json!({"type":"joined","room":"lobby","name":"bob","via":"nc","marks":["guest"]});
    assert_eq!(ann.expect("joined").await, joined);
    for number in 3..=12 {
        assert_eq!(bob.text_line().await, format!("ann: message {number}"));
    }
    bob.bytes(b"/who\r\n").await;
    assert_eq!(bob.text_line().await, "SERVER: 2 here: ann, bob");
    bob.bytes(b"/msg ann see you\n/msg zed hi\n/dance\n").await;
    let direct = ann.expect("direct").await;
    assert_eq!((&direct["from"], &direct["text"]), (&json!("bob"), &json!("see you")));
    assert_eq!(bob.text_line().await, "SERVER: nobody here is called ‘zed’");
    assert!(bob.text_line().await.starts_with("SERVER: no such command: what you type"));
    ann.send(json!({"type": "tell", "id": "t", "to": "bob", "text": "psst"})).await;
    assert_eq!(bob.text_line().await, "ann (to you): psst");
    ann.expect("ack").await;
    bob.bytes(b"hello\r\n/quit\r\n").await;
    assert_eq!(ann.expect("message").await["text"], "hello");
    assert_eq!(bob.rest().await, "DONE\n");
    assert_eq!(ann.expect("left").await["name"], "bob");
    server.stop().await;
}

#[tokio::test]
async fn ctrl_d_leaves_with_what_was_typed() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = at_nc(&server, "bob").await;
    bob.bytes(b"last words").await;
    bob.half_close().await;
    assert_eq!(ann.expect("joined").await["name"], "bob");
    assert_eq!(ann.expect("message").await["text"], "last words");
    assert_eq!(ann.expect("left").await["name"], "bob");
    assert_eq!(bob.rest().await, "");
    server.stop().await;
}

#[tokio::test]
async fn the_last_messages_and_the_next_ones_are_seen_once() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut peers = Vec::new();
    for number in 0..200_u32 {
        ann.say(&number.to_string(), &number.to_string()).await;
        if number.is_multiple_of(10) {
            let mut peer = Peer::connect_to(server.addresses()[1]).await;
            peer.bytes(format!("p{number}\n").as_bytes()).await;
            peers.push(peer);
        }
    }
    for peer in &mut peers {
        let mut last = None;
        while last != Some(199) {
            let line = peer.text_line().await;
            let Some(number) = line.strip_prefix("ann: ") else { continue };
            let number: u32 = number.parse().unwrap();
            assert!(last.is_none_or(|last| number == last + 1), "{number} behind {last:?}");
            last = Some(number);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_gives_no_name_is_a_guest() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::connect_to(server.addresses()[1]).await;
    ann.bytes(b"\n").await;
    ann.text_line().await;
    assert_eq!(ann.text_line().await, "Your name: SERVER: guest-1 joined");
    server.stop().await;
}

#[tokio::test]
async fn telnet_is_understood() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::connect_to(server.addresses()[1]).await;
    // What PuTTY begins with: it offers and asks for what it can.
    bob.bytes(b"\xff\xfb\x1f\xff\xfb\x20\xff\xfd\x03bob\r\nhi\xff\xf1\r\n").await;
    assert_eq!(ann.expect("joined").await["name"], "bob");
    assert_eq!(ann.expect("message").await["text"], "hi");
    // Ctrl-C.
    bob.bytes(b"\xff\xf4\xff\xfd\x06").await;
    assert_eq!(ann.expect("left").await["name"], "bob");
    assert!(bob.rest().await.ends_with("DONE\n"));
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_asked_for_a_name_can_go() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    for bytes in [&b"/quit\r\n"[..], b"Exit\n", b"\xff\xf4\xff\xfd\x06"] {
        let mut bob = Peer::connect_to(server.addresses()[1]).await;
        bob.bytes(bytes).await;
        assert_eq!(bob.rest().await, "SERVER: welcome to room 12\nYour name: DONE\n");
    }
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn names_are_made_of_what_was_typed() {
    let server = with_doors(&[DoorKind::Nc]).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let long = "x".repeat(300);
    let cut = "x".repeat(32);
    for (typed, name) in [
        ("🎉 bob 🎉", "bob"),
        ("🎉", "guest-1"),
        ("two  spaces", "two spaces"),
        ("Lee, Cy", "Lee Cy"),
        (long.as_str(), cut.as_str()),
        ("SERVER: bob left", "SERVER bob left"),
    ] {
        let mut bob = Peer::connect_to(server.addresses()[1]).await;
        bob.bytes(format!("{typed}\n").as_bytes()).await;
        assert_eq!(ann.expect("joined").await["name"], name, "{typed}");
        drop(bob);
        ann.expect("left").await;
    }
    server.stop().await;
}
