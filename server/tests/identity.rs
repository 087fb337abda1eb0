//! Who somebody is: owners by token, guests while connected, and what waits for whom.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::{Peer, durable, ephemeral, hello, token};

#[tokio::test]
async fn a_guests_name_is_theirs_while_connected() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut other = Peer::connect(&server).await;
    other.send(json!({"type": "hello", "version": 1, "name": "ANN"})).await;
    assert_eq!(other.refused("name_taken").await["suggest"], "ANN-2");
    // A token does not take a name from somebody who is here under it.
    other.send(hello("ann")).await;
    assert_eq!(other.refused("name_taken").await["suggest"], "ann-2");
    // The same connection may try again.
    other.send(json!({"type": "hello", "version": 1, "name": "ann-2"})).await;
    assert_eq!(other.expect("welcome").await["name"], "ann-2");
    assert_eq!(ann.expect("joined").await["name"], "ann-2");
    drop(ann);
    assert_eq!(other.expect("left").await["name"], "ann");
    Peer::guest(&server, "ann").await;
    server.stop().await;
}

#[tokio::test]
async fn an_owner_keeps_the_name_while_away() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path()).await;
    drop(Peer::owner(&server, "ann").await);
    server.stop().await;

    let server = durable(folder.path()).await;
    let mut other = Peer::connect(&server).await;
    other.send(json!({"type": "hello", "version": 1, "name": "ann"})).await;
    other.refused("name_taken").await;
    let thief =
        json!({"type": "hello", "version": 1, "name": "аnn", "token": "not the right token"});
    other.send(thief).await;
    other.refused("name_taken").await;
    other.send(hello("Ann")).await;
    other.refused("name_taken").await;
    let mut owner = hello("Ann");
    owner["token"] = token("ann").into();
    other.send(owner).await;
    assert_eq!(other.expect("welcome").await["name"], "ann", "as it was first spelt");
    server.stop().await;
}

#[tokio::test]
async fn an_owner_may_be_connected_several_times() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut laptop = Peer::owner(&server, "ann").await;
    bob.expect("joined").await;
    let mut phone = Peer::owner(&server, "ann").await;
    laptop.say("1", "from the laptop").await;
    laptop.expect("ack").await;
    let own = phone.expect("message").await;
    assert_eq!((&own["from"], &own["text"]), (&json!("ann"), &json!("from the laptop")));
    bob.expect("message").await;

    phone.send(json!({"type": "tell", "id": "2", "to": "bob", "text": "psst"})).await;
    phone.expect("ack").await;
    let own = laptop.expect("direct").await;
    assert_eq!((&own["from"], &own["to"]), (&json!("ann"), &json!("bob")));
    bob.expect("direct").await;

    phone.send(json!({"type": "join", "room": "rust"})).await;
    phone.expect("room").await;
    assert_eq!(laptop.expect("room").await["name"], "rust");
    // One device gone is not the person gone.
    drop(laptop);
    phone.expect("joined").await;
    phone.nothing_more().await;
    bob.nothing_more().await;
    drop(phone);
    assert_eq!(bob.expect("left").await["name"], "ann");
    server.stop().await;
}

#[tokio::test]
async fn directs_wait_for_owners_and_not_for_guests() {
    let server = ephemeral().await;
    drop(Peer::owner(&server, "ann").await);
    let mut bob = Peer::owner(&server, "bob").await;
    bob.send(json!({"type": "tell", "id": "1", "to": "ann", "text": "when you are back"})).await;
    bob.wait_for("ack").await;
    let mut ann = Peer::connect(&server).await;
    let mut back = hello("ann");
    back["resume"] = json!([{"room": "@bob", "after": 0}]);
    ann.send(back).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["directs"][0]["name"], "bob");
    assert_eq!(welcome["directs"][0]["last"], 1);
    assert_eq!(ann.expect("direct").await["text"], "when you are back");

    // What one guest was told is not for the next one of that name.
    let mut cy = Peer::guest(&server, "cy").await;
    bob.send(json!({"type": "tell", "id": "2", "to": "cy", "text": "secret"})).await;
    cy.expect("direct").await;
    drop(cy);
    loop {
        if bob.wait_for("left").await["name"] == "cy" {
            break;
        }
    }
    bob.send(json!({"type": "tell", "id": "3", "to": "cy", "text": "gone?"})).await;
    bob.refused("no_such_name").await;
    let mut cy = Peer::guest(&server, "cy").await;
    cy.send(json!({"type": "history", "room": "@bob"})).await;
    assert_eq!(cy.expect("history").await["messages"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn an_owners_new_name_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path()).await;
    let mut ann = Peer::owner(&server, "ann").await;
    ann.send(json!({"type": "rename", "name": "anna"})).await;
    ann.expect("renamed").await;
    server.stop().await;
    let server = durable(folder.path()).await;
    let mut again = Peer::connect(&server).await;
    let mut hello = hello("anna");
    hello["token"] = token("ann").into();
    again.send(hello).await;
    assert_eq!(again.expect("welcome").await["name"], "anna");
    Peer::guest(&server, "ann").await;
    server.stop().await;
}

#[tokio::test]
async fn names_that_break_the_rules_are_refused() {
    let server = ephemeral().await;
    let mut peer = Peer::connect(&server).await;
    let names = ["", " ", "a\u{1b}[31mb", "a\nb", "server", "\u{3164}", "\u{202e}ann", "#ann"];
    for name in names {
        peer.send(json!({"type": "hello", "version": 1, "name": name})).await;
        peer.refused("bad_name").await;
    }
    let long = "x".repeat(33);
    peer.send(json!({"type": "hello", "version": 1, "name": long})).await;
    assert_eq!(peer.refused("bad_name").await["suggest"], "x".repeat(32));
    peer.send(json!({"type": "hello", "version": 1, "name": "Zoe\u{308}"})).await;
    assert_eq!(peer.expect("welcome").await["name"], "Zoë");
    server.stop().await;
}

#[tokio::test]
async fn a_name_that_means_somebody_else_is_another_conversation() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path()).await;
    let mut ann = Peer::owner(&server, "ann").await;
    let tell = |id: &str| json!({"type": "tell", "id": id, "to": "ann", "text": id});
    let mut gus = Peer::guest(&server, "gus").await;
    let mut first = serde_json::Value::Null;
    for id in ["1", "2"] {
        gus.send(tell(id)).await;
        let direct = ann.wait_for("direct").await;
        assert_eq!(direct["text"], id);
        first = direct["log"].clone();
    }
    assert_eq!(gus.wait_for("ack").await["log"], first);
    drop(gus);
    ann.wait_for("left").await;
    // Another of that name is told apart by the conversation's identity.
    let mut gus = Peer::guest(&server, "gus").await;
    gus.send(tell("3")).await;
    let direct = ann.wait_for("direct").await;
    assert_eq!((&direct["text"], &direct["seq"]), (&json!("3"), &json!(1)));
    let second = direct["log"].clone();
    assert_ne!(first, second);
    drop(ann);
    gus.wait_for("left").await;
    for id in ["4", "5", "6"] {
        gus.send(tell(id)).await;
        gus.wait_for("ack").await;
    }
    // Whoever goes on with the first one is told, and whoever goes on with the second is not.
    let resuming = |log: &serde_json::Value| {
        let mut hello = hello("ann");
        hello["resume"] = json!([{"room": "@gus", "after": 2, "log": log}]);
        hello
    };
    let mut ann = Peer::connect(&server).await;
    ann.send(resuming(&first)).await;
    let welcome = ann.expect("welcome").await;
    assert_eq!(welcome["directs"], json!([{"name": "gus", "last": 4, "log": second}]));
    assert_eq!(ann.refused("log_changed").await["room"], "@gus");
    assert_eq!(ann.expect("history").await["messages"].as_array().unwrap().len(), 4);
    let mut ann = Peer::connect(&server).await;
    ann.send(resuming(&second)).await;
    ann.expect("welcome").await;
    assert_eq!(ann.expect("direct").await["text"], "5");
    // Somebody who has not talked with her at all is told apart, too.
    drop(gus);
    while ann.wait_for("left").await["name"] != "gus" {}
    let _gus = Peer::guest(&server, "gus").await;
    let mut ann = Peer::connect(&server).await;
    ann.send(resuming(&second)).await;
    ann.expect("welcome").await;
    assert_eq!(ann.refused("log_changed").await["room"], "@gus");
    server.stop().await;
}
