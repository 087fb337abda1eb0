//! The comma dialect, byte by byte: what a lab's simulated user sees, who reads with `recv(4096)`.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Peer, ephemeral};

/// Registers and reads the answer.
async fn register(server: &chat_server::Running, name: &str) -> Peer {
    let mut peer = Peer::connect(server).await;
    peer.bytes(format!("register,{name}").as_bytes()).await;
    assert_eq!(peer.recv().await, "ack");
    peer
}

/// Asks for the list and reads it.
async fn friends(peer: &mut Peer) -> String {
    peer.bytes(b"list,friends").await;
    peer.recv().await
}

#[tokio::test]
async fn a_simulated_user_is_served() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = register(&server, "bob").await;
    let joined =
        json!({"type":"joined","room":"lobby","name":"bob","via":"comma","marks":["guest"]});
    assert_eq!(ann.expect("joined").await, joined);
    // What was said meanwhile is in no answer, and comes when the list has been read.
    ann.say("1", "good morning\nbob says hi").await;
    ann.expect("ack").await;
    let mut cy = register(&server, "cy").await;
    ann.expect("joined").await;
    assert_eq!(friends(&mut bob).await, "ann,bob,cy");
    assert_eq!(bob.recv().await, "ann: good morning\nann: bob says hi\n");
    // The first chat says that the list has been read.
    bob.bytes(b"chat,cy").await;
    cy.bytes(b"chat,bob").await;
    assert_eq!(bob.recv().await, "cy says hi\n");
    assert_eq!(cy.recv().await, "bob says hi\n");
    bob.bytes(b"chat,ann").await;
    let direct = ann.expect("direct").await;
    assert_eq!((&direct["from"], &direct["text"]), (&json!("bob"), &json!("hi")));
    ann.send(json!({"type": "tell", "id": "2", "to": "bob", "text": "psst\nhey"})).await;
    assert_eq!(bob.recv().await, "ann says psst\nann says hey\n");
    ann.expect("ack").await;
    // Whoever left is off the list at once, and not announced.
    drop(cy);
    assert_eq!(ann.expect("left").await["name"], "cy");
    assert_eq!(friends(&mut bob).await, "ann,bob");
    bob.bytes(b"chat,cy").await;
    assert_eq!(bob.recv().await, "nobody here is called ‘cy’\n");
    server.stop().await;
}

#[tokio::test]
async fn a_list_holds_everybody() {
    let server = ephemeral().await;
    let mut users = Vec::new();
    for number in 0..120 {
        let mut user = Peer::connect(&server).await;
        user.bytes(format!("register,u{number:03}\n").as_bytes()).await;
        assert_eq!(user.recv().await, "ack");
        users.push(user);
    }
    let expected: Vec<String> = (0..120).map(|number| format!("u{number:03}")).collect();
    assert_eq!(friends(&mut users[119]).await, expected.join(","));
    server.stop().await;
}

#[tokio::test]
async fn mistakes_are_answered_and_the_connection_goes_on() {
    let server = ephemeral().await;
    let _ann = Peer::owner(&server, "ann").await;
    // The name is taken; the number stands in the list.
    let mut bob = register(&server, "ann").await;
    assert_eq!(friends(&mut bob).await, "ann,ann-2");
    let mut check = async |bytes: &[u8], expected: &str| {
        bob.bytes(bytes).await;
        let answer = bob.recv().await;
        assert!(answer.contains(expected) && answer.ends_with('\n'), "{bytes:?}: {answer}");
    };
    check(b"register,bob", "registered already").await;
    check(b"dance", "no such command").await;
    check(b"chat,ann,bob", "one comma too many").await;
    check(b"list,", "no such command").await;
    check(b"\xff\xfe,\x00", "no such command").await;
    check(b"chat,", "nobody here is called").await;
    assert_eq!(friends(&mut bob).await, "ann,ann-2");
    server.stop().await;
}

/// A dialogue in two pieces, with a pause in between that is shorter than the one that ends a
/// command: where this machine makes a longer one, once more.
async fn in_two_pieces(
    server: &chat_server::Running,
    ann: &mut Peer,
    (bytes, at): (&[u8], usize),
    tries: usize,
) {
    let mut bob = Peer::connect(server).await;
    bob.bytes(&bytes[..at]).await;
    let began = Instant::now();
    // Whatever the first half says has arrived when somebody else is answered.
    ann.send(json!({"type": "ping"})).await;
    let mut seen = Vec::new();
    while seen.last().is_none_or(|frame: &Value| frame["type"] != "pong") {
        seen.push(ann.frame().await);
    }
    bob.bytes(&bytes[at..]).await;
    let paused = began.elapsed() > Duration::from_millis(40);
    bob.half_close().await;
    let heard = bob.rest().await;
    while seen.last().is_none_or(|frame| frame["type"] != "left") {
        seen.push(ann.frame().await);
    }
    if paused {
        assert!(tries > 0, "this machine is too slow for a pause of 40 ms");
        return Box::pin(in_two_pieces(server, ann, (bytes, at), tries - 1)).await;
    }
    assert_eq!(heard, "ackann,bøbnobody here is called ‘zed’\n", "split at {at}");
    let directs = seen.iter().filter(|frame| frame["type"] == "direct");
    let from: Vec<&Value> = directs.map(|frame| &frame["from"]).collect();
    assert_eq!(from, ["bøb"], "split at {at}");
}

#[tokio::test]
async fn the_same_dialogue_split_at_every_byte() {
    let bytes = b"register,b\xc3\xb8b\r\nlist,friends\nchat,ann\nchat,zed\n";
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for at in 1..bytes.len() {
        in_two_pieces(&server, &mut ann, (bytes, at), 100).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_last_command_behind_many_is_answered() {
    let server = ephemeral().await;
    let mut bob = register(&server, "bob").await;
    // More than may be under way at a time, and an end that only a pause tells.
    let commands = "dance\n".repeat(100) + "chat,zed";
    bob.bytes(commands.as_bytes()).await;
    for _ in 0..100 {
        assert!(bob.text_line().await.starts_with("no such command"));
    }
    assert_eq!(bob.text_line().await, "nobody here is called ‘zed’");
    server.stop().await;
}
