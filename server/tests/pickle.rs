//! The pickle dialect, byte by byte: what a lab's client sees that sends its profile.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use chat_protocol::pickle::{Decoder, Value, decode};
use serde_json::json;
use support::program::Program;
use support::{Peer, ephemeral};
use tokio::time::Instant;

/// `pickle.dumps({'name': 'Ann Lee', 'student_id': 's4711', 'github': 'annlee'}, protocol)` of
/// Python 3.11, for protocols 0 to 5.
const PROFILES: [&[u8]; 6] = [
    b"(dp0\nVname\np1\nVAnn Lee\np2\nsVstudent_id\np3\nVs4711\np4\nsVgithub\np5\nVannlee\np6\ns.",
    b"}q\x00(X\x04\x00\x00\x00nameq\x01X\x07\x00\x00\x00Ann Leeq\x02X\n\x00\x00\x00student_idq\x03X\x05\x00\x00\x00s4711q\x04X\x06\x00\x00\x00githubq\x05X\x06\x00\x00\x00annleeq\x06u.",
    b"\x80\x02}q\x00(X\x04\x00\x00\x00nameq\x01X\x07\x00\x00\x00Ann Leeq\x02X\n\x00\x00\x00student_idq\x03X\x05\x00\x00\x00s4711q\x04X\x06\x00\x00\x00githubq\x05X\x06\x00\x00\x00annleeq\x06u.",
    b"\x80\x03}q\x00(X\x04\x00\x00\x00nameq\x01X\x07\x00\x00\x00Ann Leeq\x02X\n\x00\x00\x00student_idq\x03X\x05\x00\x00\x00s4711q\x04X\x06\x00\x00\x00githubq\x05X\x06\x00\x00\x00annleeq\x06u.",
    b"\x80\x04\x95=\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04name\x94\x8c\x07Ann Lee\x94\x8c\nstudent_id\x94\x8c\x05s4711\x94\x8c\x06github\x94\x8c\x06annlee\x94u.",
    b"\x80\x05\x95=\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04name\x94\x8c\x07Ann Lee\x94\x8c\nstudent_id\x94\x8c\x05s4711\x94\x8c\x06github\x94\x8c\x06annlee\x94u.",
];

/// The next pickle, in however many reads it comes.
async fn pickled(peer: &mut Peer, buffer: &mut Vec<u8>) -> Value {
    let mut decoder = Decoder::default();
    loop {
        if let Some((value, used)) = decoder.decode(buffer).unwrap() {
            buffer.drain(..used);
            return value;
        }
        let read = peer.recv_bytes().await;
        assert!(!read.is_empty(), "the end within a pickle");
        buffer.extend(read);
    }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn welcome(name: &str) -> Value {
    let entries = [("status", "ok"), ("name", name), ("message", "welcome")];
    Value::Dict(entries.map(|(key, value)| (text(key), text(value))).into())
}

#[tokio::test]
async fn a_profile_is_answered_in_every_protocol() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    for (protocol, profile) in PROFILES.into_iter().enumerate() {
        let mut ann = Peer::connect(&server).await;
        ann.bytes(profile).await;
        // Alone in its read: nothing mixes into it.
        let answer = ann.recv_bytes().await;
        let whole = Some((welcome("Ann Lee"), answer.len()));
        assert_eq!(decode(&answer).unwrap(), whole, "protocol {protocol}");
        let joined = bob.expect("joined").await;
        assert_eq!(
            joined,
            json!({"type":"joined","room":"lobby","name":"Ann Lee","via":"pickle","marks":["guest"]})
        );
        bob.send(json!({"type": "whois", "name": "Ann Lee"})).await;
        let profile = json!({"full_name": "Ann Lee", "student_id": "s4711", "github": "annlee"});
        assert_eq!(bob.expect("whois").await["profile"], profile);
        drop(ann);
        bob.expect("left").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn the_same_dialogue_split_at_every_byte() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    for dialogue in [PROFILES[0], PROFILES[4]] {
        let mut bytes = dialogue.to_vec();
        bytes.extend(b"\x80\x02X\x02\x00\x00\x00hiq\x00.");
        for at in 1..bytes.len() {
            let mut ann = Peer::connect(&server).await;
            ann.bytes(&bytes[..at]).await;
            // Whatever the first half says has arrived when somebody else is answered.
            bob.send(json!({"type": "ping"})).await;
            let mut seen = Vec::new();
            let mut ponged = false;
            ann.bytes(&bytes[at..]).await;
            while !ponged || seen.len() < 2 {
                let frame = bob.frame().await;
                match frame["type"].as_str().unwrap() {
                    "pong" => ponged = true,
                    "message" => seen.push(format!("{} {}", frame["from"], frame["text"])),
                    kind => seen.push(format!("{} {kind}", frame["name"])),
                }
            }
            assert_eq!(seen, ["\"Ann Lee\" joined", "\"Ann Lee\" \"hi\""], "split at {at}");
            drop(ann);
            bob.expect("left").await;
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn strings_are_messages_both_ways() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let (mut ann, mut buffer) = (Peer::connect(&server).await, Vec::new());
    ann.bytes(PROFILES[2]).await;
    assert_eq!(pickled(&mut ann, &mut buffer).await, welcome("Ann Lee"));
    bob.expect("joined").await;
    bob.say("1", "one\ntwo").await;
    bob.expect("ack").await;
    assert_eq!(pickled(&mut ann, &mut buffer).await, text("bob: one"));
    assert_eq!(pickled(&mut ann, &mut buffer).await, text("bob: two"));
    // Another profile takes the place of the first; what is neither is refused.
    ann.bytes(b"(V\nVs1\nVlee\nt.").await;
    assert_eq!(pickled(&mut ann, &mut buffer).await, {
        let entries = [("status", "ok"), ("name", "Ann Lee"), ("message", "noted")];
        Value::Dict(entries.map(|(key, value)| (text(key), text(value))).into())
    });
    ann.bytes(b"N.").await;
    let refused = pickled(&mut ann, &mut buffer).await;
    assert!(format!("{refused:?}").contains("send a profile"), "{refused:?}");
    drop(bob);
    assert_eq!(pickled(&mut ann, &mut buffer).await, text("SERVER: bob left"));
    server.stop().await;
}

#[tokio::test]
async fn hostile_pickles_are_refused_and_cost_nobody() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let nested = [vec![0x80, 2], vec![b']'; 30_000], vec![b'a'; 29_999], b".".to_vec()].concat();
    let hostile: [&[u8]; 6] = [
        b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x80\x02T\xff\xff\xff\x7f",
        b"\x80\x63",
        b"\x80\x02\x00\x01\x02",
        &nested,
    ];
    for bytes in hostile {
        let mut peer = Peer::connect(&server).await;
        peer.try_bytes(bytes).await;
        let mut all = Vec::new();
        loop {
            match peer.recv_bytes().await {
                read if read.is_empty() => break,
                read => all.extend(read),
            }
        }
        let told = decode(&all).unwrap().map(|(value, _)| format!("{value:?}"));
        assert!(told.as_ref().is_some_and(|told| told.contains("SERVER: ")), "{told:?}");
    }
    bob.nothing_more().await;
    server.stop().await;
}

/// Tokio's time is paused: it takes exactly as long as it should.
#[tokio::test(start_paused = true)]
async fn whoever_stops_in_the_middle_of_a_pickle_is_not_waited_for_for_ever() {
    let server = ephemeral().await;
    for (begin, introduced) in [(&b"(VAnn Lee\n"[..], false), (b"Vhalf a sentence", true)] {
        let mut ann = Peer::connect(&server).await;
        let mut buffer = Vec::new();
        if introduced {
            ann.bytes(PROFILES[4]).await;
            assert_eq!(pickled(&mut ann, &mut buffer).await, welcome("Ann Lee"));
            // Whoever says nothing at all may stay.
            tokio::time::sleep(Duration::from_secs(100)).await;
        }
        let began = Instant::now();
        ann.bytes(begin).await;
        let told = text("SERVER: the pickle ends in the middle: send it whole");
        while pickled(&mut ann, &mut buffer).await != told {}
        let took = began.elapsed();
        assert!((10..12).contains(&took.as_secs()), "{introduced}: {took:?}");
        ann.rest().await;
    }
    server.stop().await;
}

#[test]
fn the_console_tells_two_hundred_profiles_in_whole_lines() {
    let mut server = Program::start_with(&["--port", "0", "--ephemeral"]);
    let address = server.address;
    let clients: Vec<_> = (0..200)
        .map(|number| {
            std::thread::spawn(move || {
                use std::io::{Read, Write};
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                let pickle = format!("(Vstudent {number}\nVs{number}\nVgit{number}\nt.");
                stream.write_all(pickle.as_bytes()).unwrap();
                stream.shutdown(std::net::Shutdown::Write).unwrap();
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).unwrap();
                assert!(decode(&answer).unwrap().is_some());
            })
        })
        .collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    let mut left: BTreeSet<String> = (0..200)
        .map(|number| {
            format!(
                "profile of student {number}: name student {number}, student id s{number}, \
                 GitHub git{number}"
            )
        })
        .collect();
    while !left.is_empty() {
        let line = server.line();
        let told = line.split_once(' ').map_or("", |(_, told)| told);
        if told.starts_with("profile") {
            assert!(left.remove(told), "{line}");
        }
    }
}
