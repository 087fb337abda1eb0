//! Finding one's way: who somebody is, who is away, who hosts, and which rooms there are.

#![allow(clippy::unwrap_used)]

mod support;

use std::net::SocketAddr;

use chat_protocol::Token;
use chat_server::{Config, Running, Storage};
use serde_json::{Value, json};
use support::{Peer, durable, ephemeral, hello, token};

/// A server that ann hosts.
async fn hosted_by_ann() -> Running {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let host = Token::new(&token("ann"));
    let config = Config { listen, storage: Storage::Ephemeral, host, ..Config::default() };
    chat_server::start(config).await.unwrap()
}

async fn whois(peer: &mut Peer, name: &str) -> Value {
    peer.send(json!({"type": "whois", "name": name})).await;
    peer.wait_for("whois").await
}

async fn rooms(peer: &mut Peer, after: Option<&str>) -> Value {
    peer.send(json!({"type": "rooms", "after": after})).await;
    peer.wait_for("rooms").await
}

#[tokio::test]
async fn somebody_is_who_they_say_and_no_more() {
    let server = ephemeral().await;
    let mut ann = Peer::connect(&server).await;
    let mut says = hello("ann");
    says["profile"] = json!({"full_name": "Ann\u{202e} Lee", "github": "x".repeat(200)});
    ann.send(says).await;
    ann.expect("welcome").await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut eve = Peer::line(&server, "eve").await;
    for peer in [&mut ann, &mut bob] {
        peer.send(json!({"type": "join", "room": "rust"})).await;
    }
    bob.send(json!({"type": "join", "room": "secret"})).await;
    for peer in [&mut ann, &mut bob] {
        peer.wait_for("room").await;
    }

    let told = whois(&mut ann, "BOB").await;
    let expected = json!({"type": "whois", "name": "bob", "here": true, "marks": ["guest"],
        "rooms": ["lobby", "rust"]});
    assert_eq!(told, expected, "the room that they do not share is not told");
    let told = whois(&mut bob, "bob").await;
    assert_eq!(told["rooms"], json!(["lobby", "rust", "secret"]), "one's own are");
    let told = whois(&mut bob, "ann").await;
    let profile = json!({"full_name": "Ann Lee", "github": "x".repeat(128)});
    assert_eq!(told["profile"], profile, "cleaned, cut, and without what is empty");
    assert!(told.get("marks").is_none(), "an owner has none");
    let told = whois(&mut ann, "eve").await;
    assert_eq!((&told["via"], &told["marks"]), (&json!("line"), &json!(["guest"])));

    ann.send(json!({"type": "whois", "name": "nobody"})).await;
    ann.refused("no_such_name").await;
    ann.send(json!({"type": "whois", "name": "#"})).await;
    ann.refused("bad_name").await;
    eve.bytes(b"EXIT\n").await;
    server.stop().await;
}

#[tokio::test]
async fn a_profile_is_put_in_the_place_of_the_old_one() {
    let server = ephemeral().await;
    let mut laptop = Peer::owner(&server, "ann").await;
    let mut phone = Peer::owner(&server, "ann").await;
    laptop.send(json!({"type": "profile", "full_name": "Ann Lee", "student_id": "s1"})).await;
    let told = laptop.expect("whois").await;
    assert_eq!(told["profile"], json!({"full_name": "Ann Lee", "student_id": "s1"}));
    phone.nothing_more().await;
    let profile = json!({"type": "profile", "github": "annlee"});
    phone.send(profile).await;
    assert_eq!(phone.expect("whois").await["profile"], json!({"github": "annlee"}));
    assert_eq!(whois(&mut laptop, "ann").await["profile"], json!({"github": "annlee"}));
    phone.send(json!({"type": "profile"})).await;
    assert!(phone.expect("whois").await.get("profile").is_none());
    laptop.send(json!({"type": "profile", "github": 7})).await;
    laptop.refused("bad_frame").await;
    server.stop().await;
}

#[tokio::test]
async fn an_owner_who_is_not_connected_is_known() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    drop(Peer::owner(&server, "ann").await);
    bob.wait_for("left").await;
    let told = whois(&mut bob, "Ann").await;
    assert_eq!(told, json!({"type": "whois", "name": "ann", "here": false}));
    server.stop().await;
}

#[tokio::test]
async fn who_shares_a_room_hears_once_who_is_away() {
    let server = ephemeral().await;
    let mut laptop = Peer::owner(&server, "ann").await;
    let mut phone = Peer::owner(&server, "ann").await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut cy = Peer::guest(&server, "cy").await;
    let mut old = Peer::line(&server, "old").await;
    for peer in [&mut laptop, &mut bob] {
        peer.send(json!({"type": "join", "room": "rust"})).await;
    }
    for room in ["lobby", "rust"] {
        bob.send(json!({"type": "topic", "room": room, "text": "begin"})).await;
    }
    for peer in [&mut laptop, &mut phone, &mut bob] {
        while peer.wait_for("topic").await["room"] != "rust" {}
    }
    cy.wait_for("topic").await;
    assert_eq!(old.text_line().await, "SERVER: bob set the topic: begin");

    laptop.send(json!({"type": "away", "text": "lunch\n now"})).await;
    let away = json!({"type": "away", "name": "ann", "text": "lunch  now"});
    for peer in [&mut laptop, &mut phone, &mut bob, &mut cy] {
        assert_eq!(peer.frame().await, away);
        peer.nothing_more().await;
    }
    // Who comes later finds it in the list; the same again is news for nobody else.
    let mut late = Peer::connect(&server).await;
    late.send(json!({"type": "hello", "version": 1, "name": "late"})).await;
    let lobby = late.expect("welcome").await["rooms"][0].clone();
    assert_eq!(lobby["marks"]["ann"], json!(["away"]));
    assert_eq!(lobby["marks"]["bob"], json!(["guest"]));
    assert_eq!(whois(&mut late, "ann").await["away"], "lunch  now");
    phone.wait_for("joined").await;
    phone.send(json!({"type": "away", "text": "lunch now"})).await;
    phone.expect("away").await;
    bob.wait_for("joined").await;
    bob.expect("away").await;
    phone.send(json!({"type": "away", "text": "lunch now"})).await;
    phone.expect("away").await;
    bob.nothing_more().await;

    // One device gone is not the person gone; with the last one it is forgotten.
    drop(laptop);
    phone.send(json!({"type": "away"})).await;
    assert_eq!(bob.expect("away").await, json!({"type": "away", "name": "ann", "text": ""}));
    phone.send(json!({"type": "away", "text": "gone"})).await;
    bob.expect("away").await;
    drop(phone);
    bob.wait_for("left").await;
    assert!(whois(&mut bob, "ann").await.get("away").is_none());
    let mut again = Peer::connect(&server).await;
    again.send(hello("ann")).await;
    let welcome = again.expect("welcome").await;
    assert!(welcome["rooms"][0]["marks"].get("ann").is_none(), "{welcome}");
    // A text too long is refused, and nothing of all this is told in plain text.
    again.send(json!({"type": "away", "text": "x".repeat(129)})).await;
    again.refused("bad_text").await;
    bob.say("1", "and now?").await;
    let mut line = old.text_line().await;
    while line != "bob: and now?" {
        assert!(!line.contains("away") && !line.contains("lunch"), "{line}");
        line = old.text_line().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn lists_tell_hosts_and_guests() {
    let server = hosted_by_ann().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut ann = Peer::owner(&server, "ann").await;
    let joined = bob.expect("joined").await;
    assert_eq!(joined["marks"], json!(["host"]));
    let _cy = Peer::owner(&server, "cy").await;
    assert!(bob.expect("joined").await.get("marks").is_none());
    ann.send(json!({"type": "members", "room": "lobby"})).await;
    let page = ann.wait_for("members").await;
    assert_eq!(page["marks"], json!({"ann": ["host"], "bob": ["guest"]}));
    // The mark goes with the token, and nobody gets it with the name.
    ann.send(json!({"type": "rename", "name": "anna"})).await;
    ann.wait_for("renamed").await;
    let mut eve = Peer::guest(&server, "ann").await;
    assert_eq!(whois(&mut eve, "ann").await["marks"], json!(["guest"]));
    assert_eq!(whois(&mut eve, "anna").await["marks"], json!(["host"]));
    eve.send(json!({"type": "join", "room": "rust"})).await;
    let room = eve.wait_for("room").await;
    assert_eq!(room["marks"], json!({"ann": ["guest"]}));
    server.stop().await;
}

#[tokio::test]
async fn rooms_are_listed_page_by_page_with_what_is_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let server = durable(folder.path()).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let topic = "\"".repeat(500);
    for number in 0..60 {
        let room = format!("room-{number:02}");
        ann.send(json!({"type": "join", "room": room})).await;
        ann.send(json!({"type": "topic", "room": room, "text": topic})).await;
        ann.wait_for("topic").await;
    }
    // Left and silent, a room is none to be found; with a message it is.
    ann.send(json!({"type": "say", "id": "1", "room": "room-00", "text": "hi"})).await;
    for room in ["room-00", "room-01"] {
        ann.send(json!({"type": "part", "room": room})).await;
    }
    let mut found: Vec<(String, u64)> = Vec::new();
    let mut pages = 0;
    loop {
        let after = found.last().map(|(name, _)| name.as_str());
        ann.send(json!({"type": "rooms", "after": after})).await;
        let page = ann.wait_for("rooms").await;
        assert!(page.to_string().len() < 65_536);
        for room in page["rooms"].as_array().unwrap() {
            found
                .push((room["name"].as_str().unwrap().to_owned(), room["count"].as_u64().unwrap()));
        }
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert!(pages > 1);
    let expected = ["lobby".to_owned(), "room-00".to_owned()].into_iter();
    let expected = expected.chain((2..60).map(|number| format!("room-{number:02}")));
    let names: Vec<String> = found.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, expected.collect::<Vec<_>>());
    assert_eq!(found[1].1, 0, "left by everybody, and read by whoever comes");
    server.stop().await;

    // What was said is there after a restart, and so is its room.
    let server = durable(folder.path()).await;
    let mut bob = Peer::guest(&server, "bob").await;
    let page = rooms(&mut bob, None).await;
    assert_eq!(page["rooms"][1]["name"], "room-00");
    assert_eq!((&page["rooms"][0]["count"], &page["more"]), (&json!(1), &json!(false)));
    assert_eq!(rooms(&mut bob, Some("ROOM-00")).await["rooms"], json!([]));
    bob.send(json!({"type": "rooms", "after": "no room!"})).await;
    bob.refused("bad_room").await;
    server.stop().await;
}

#[tokio::test]
async fn folded_joins_share_their_marks() {
    let server = ephemeral().await;
    let mut witness = Peer::guest(&server, "witness").await;
    let mut class = Vec::new();
    // Every third one owns their name.
    for number in 0..120 {
        let name = format!("n{number:03}");
        class.push(match number % 3 {
            0 => Peer::owner(&server, &name).await,
            _ => Peer::guest(&server, &name).await,
        });
    }
    let (mut heard, mut folded) = (0, 0);
    while heard < 120 {
        let joined = witness.wait_for("joined").await;
        let names = joined["names"].as_array().cloned().unwrap_or_default();
        folded += usize::from(!names.is_empty());
        for name in names.iter().chain(joined.get("name")) {
            let number: usize = name.as_str().unwrap()[1..].parse().unwrap();
            let marks = (!number.is_multiple_of(3)).then(|| json!(["guest"]));
            assert_eq!(joined.get("marks"), marks.as_ref(), "{joined}");
            heard += 1;
        }
    }
    assert!(folded > 0, "the room is big");
    server.stop().await;
}

#[tokio::test]
async fn a_room_of_the_longest_names_fits_the_welcome() {
    let server = ephemeral().await;
    let mut crowd = Vec::new();
    for number in 0..60 {
        // 32 characters of 7 and 8 bytes, each with marks above and below.
        let tail: String = (2..32).map(|_| "e\u{301}\u{323}\u{1dc4}").collect();
        let mut peer = Peer::connect(&server).await;
        peer.bytes(format!("{number:02}{tail}\n").as_bytes()).await;
        assert!(peer.text_line().await.ends_with(" joined"));
        crowd.push(peer);
    }
    let mut ann = Peer::connect(&server).await;
    ann.send(hello("ann")).await;
    let welcome = ann.expect("welcome").await;
    let lobby = &welcome["rooms"][0];
    assert_eq!(lobby["members"].as_array().unwrap().len(), 50);
    assert_eq!(lobby["marks"].as_object().unwrap().len(), 49, "all but ann are guests");
    let bytes = welcome.to_string().len();
    assert!((36_000..65_536).contains(&bytes), "{bytes}");
    server.stop().await;
}
