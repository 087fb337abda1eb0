//! Bytes that no client should send: each is answered, and costs nobody else anything.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use serde_json::json;
use support::{Peer, ephemeral};

/// Bytes before any hello are refused with this code, and a hello behind them still works.
async fn refused_before_hello(bytes: &[u8], code: &str) {
    let server = ephemeral().await;
    let mut peer = Peer::connect(&server).await;
    peer.bytes(bytes).await;
    peer.refused(code).await;
    peer.send(json!({"type": "hello", "version": 1, "name": "ann"})).await;
    peer.expect("welcome").await;
    server.stop().await;
}

#[tokio::test]
async fn before_hello() {
    refused_before_hello(b"{\n", "bad_frame").await;
    refused_before_hello(
        b"{\"type\":\"say\",\"id\":\"1\",\"room\":\"lobby\",\"text\":\"x\"}\n",
        "no_hello",
    )
    .await;
    refused_before_hello(b"{\"type\":\"hello\",\"version\":2,\"name\":\"ann\"}\n", "bad_version")
        .await;
    refused_before_hello(b"{\"type\":\"hello\",\"version\":1,\"name\":\"\"}\n", "bad_name").await;
    refused_before_hello(b"{\"type\":\"dance\"}\n", "unknown_type").await;
    refused_before_hello(b"{\xff\xfe\n", "bad_frame").await;
    refused_before_hello(&[b"{", &b"["[..].repeat(30_000)[..], b"\n"].concat(), "bad_frame").await;
    refused_before_hello(&[b"{", &b"x"[..].repeat(70_000)[..], b"\n"].concat(), "too_long").await;
}

#[tokio::test]
async fn after_hello_the_connection_goes_on() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for (bytes, code) in [
        (&b"nonsense\n"[..], "bad_frame"),
        (b"\xff\xfe\n", "bad_frame"),
        (b"{\"type\":\"dance\"}\n", "unknown_type"),
        (b"{\"type\":\"hello\",\"version\":1,\"name\":\"x\"}\n", "bad_frame"),
        (b"{\"type\":\"say\",\"id\":\"1\",\"room\":\"lobby\",\"text\":\"\\u0007\"}\n", "bad_text"),
        (b"{\"type\":\"join\",\"room\":\"a b\"}\n", "bad_room"),
    ] {
        ann.bytes(bytes).await;
        ann.refused(code).await;
    }
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn ten_megabytes_without_a_line_are_refused_once() {
    let server = ephemeral().await;
    let mut bob = Peer::guest(&server, "bob").await;
    let mut ann = Peer::guest(&server, "ann").await;
    bob.expect("joined").await;
    let megabyte = vec![b'x'; 1_000_000];
    for _ in 0..10 {
        ann.bytes(&megabyte).await;
    }
    ann.bytes(b"\n").await;
    ann.say("1", "still here").await;
    ann.refused("too_long").await;
    ann.expect("ack").await;
    assert_eq!(bob.expect("message").await["text"], "still here");
    server.stop().await;
}

#[tokio::test]
async fn escapes_reach_nobody() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut bob = Peer::line(&server, "bob").await;
    ann.expect("joined").await;
    let hostile = "\u{1b}]0;title\u{7}\u{9b}31m\u{202e}x\u{200b}\r\n\ty\u{7f}";
    ann.say("1", hostile).await;
    ann.expect("ack").await;
    assert_eq!(bob.text_line().await, "ann: ]0;title31mx");
    assert_eq!(bob.text_line().await, "ann: y");
    bob.bytes(b"\x1b[2Jhi\x07\n").await;
    assert_eq!(ann.expect("message").await["text"], "[2Jhi");
    server.stop().await;
}

#[tokio::test]
async fn noise_ends_without_a_trace() {
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    for seed in 0..50_u32 {
        let mut peer = Peer::connect(&server).await;
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let noise: Vec<u8> = (0..2_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                state.to_le_bytes()[0]
            })
            .collect();
        peer.try_bytes(&noise).await;
    }
    ann.say("1", "still here").await;
    ann.wait_for("ack").await;
    server.stop().await;
}

#[tokio::test]
async fn a_browser_gets_a_page_and_tls_an_alert() {
    let server = ephemeral().await;
    let mut browser = Peer::connect(&server).await;
    browser.bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let page = browser.rest().await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    let join = format!("chat-tui --host 127.0.0.1 --port {}", server.port());
    assert!(page.contains(&join), "{page}");
    let mut tls = Peer::connect(&server).await;
    tls.bytes(&[0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]).await;
    assert_eq!(tls.rest().await.as_bytes()[0], 0x15);
    server.stop().await;
}

#[tokio::test]
async fn whoever_never_reads_is_told_and_misses_nothing() {
    let server = ephemeral().await;
    let mut slow = Peer::owner(&server, "slow").await;
    let mut ann = Peer::guest(&server, "ann").await;
    slow.expect("joined").await;
    // More than the socket buffers of both ends and the outbox can hold.
    let text = "x".repeat(8_000);
    let mut sent = 0_u64;
    let mut gone = false;
    while !gone {
        sent += 1;
        assert!(sent < 4_000, "a reader that stands still is never closed");
        ann.say(&sent.to_string(), &text).await;
        loop {
            let frame = ann.frame().await;
            if frame["type"] == "left" {
                gone = true;
            }
            if frame["type"] == "ack" {
                break;
            }
        }
    }
    let mut seqs = Vec::new();
    let mut last = serde_json::Value::Null;
    while let Some(line) = slow.next_line().await {
        last = serde_json::from_str(&line).unwrap();
        if last["type"] == "message" {
            seqs.push(last["seq"].as_u64().unwrap());
        }
    }
    assert_eq!(last["code"], "too_slow", "the last frame says why");

    let after = *seqs.last().unwrap_or(&0);
    let mut back = Peer::connect(&server).await;
    let mut hello = support::hello("slow");
    hello["resume"] = json!([{"room": "lobby", "after": after}]);
    back.send(hello).await;
    while seqs.last() < Some(&sent) {
        let frame = back.wait_for("message").await;
        seqs.push(frame["seq"].as_u64().unwrap());
    }
    assert_eq!(seqs, (1..=sent).collect::<Vec<_>>());
    server.stop().await;
}

#[tokio::test]
async fn a_flood_of_other_requests_throws_nobody_out() {
    let server = ephemeral().await;
    let mut reader = Peer::guest(&server, "reader").await;
    let reading = tokio::spawn(async move {
        let mut topics = 0;
        while topics < 60 * 40 {
            let frame = reader.frame().await;
            assert_ne!(frame["code"], "too_slow", "a reader who reads was closed");
            topics += usize::from(frame["type"] == "topic");
        }
    });
    let topic = json!({"type": "topic", "room": "lobby", "text": "x".repeat(512)});
    let flood = format!("{topic}\n").repeat(40);
    let mut flooders = Vec::new();
    for number in 0..60 {
        flooders.push(Peer::guest(&server, &format!("flooder {number}")).await);
    }
    let mut tasks = Vec::new();
    for mut flooder in flooders {
        let flood = flood.clone();
        tasks.push(tokio::spawn(async move {
            flooder.bytes(flood.as_bytes()).await;
            for _ in 0..40 * 60 {
                flooder.wait_for("topic").await;
            }
        }));
    }
    reading.await.unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn large_messages_mixed_with_other_requests_throw_nobody_out() {
    const FLOODERS: usize = 4;
    const EACH: usize = 60;
    let server = ephemeral().await;
    let mut reader = Peer::guest(&server, "reader").await;
    let reading = tokio::spawn(async move {
        let mut messages = 0;
        while messages < FLOODERS * EACH {
            let frame = reader.frame().await;
            assert_ne!(frame["code"], "too_slow", "a reader who reads was closed");
            messages += usize::from(frame["type"] == "message");
        }
    });
    let mut tasks = Vec::new();
    for flooder in 0..FLOODERS {
        let mut peer = Peer::guest(&server, &format!("flooder {flooder}")).await;
        tasks.push(tokio::spawn(async move {
            let text = "\"".repeat(8_000);
            let part = json!({"type": "part", "room": "elsewhere"});
            let mut flood = String::new();
            for id in 0..EACH {
                let id = id.to_string();
                let say = json!({"type": "say", "id": id, "room": "lobby", "text": text});
                flood += &format!("{say}\n{part}\n");
            }
            peer.bytes(flood.as_bytes()).await;
            for _ in 0..EACH {
                peer.wait_for("ack").await;
            }
        }));
    }
    reading.await.unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    server.stop().await;
}

#[tokio::test]
async fn a_flood_is_slowed_down_for_others_and_answered_all_the_same() {
    let server = ephemeral().await;
    let mut flooder = Peer::guest(&server, "flooder").await;
    let mut other = Peer::guest(&server, "other").await;
    let (done, mut is_done) = tokio::sync::oneshot::channel::<()>();
    let others = tokio::spawn(async move {
        let mut id = 0_u64;
        while is_done.try_recv().is_err() {
            id += 1;
            other.say(&id.to_string(), "a word in between").await;
            other.wait_for("ack").await;
        }
    });
    // A burst and some more, sent at once.
    let lines: String = (0..2_500)
        .map(|id| json!({"type": "say", "id": id.to_string(), "room": "lobby", "text": "x"}))
        .map(|say| format!("{say}\n"))
        .collect();
    let began = Instant::now();
    flooder.bytes(lines.as_bytes()).await;
    for id in 0..2_500 {
        assert_eq!(flooder.wait_for("ack").await["id"], id.to_string());
    }
    // The burst is 2,048 and a window; of the others no more than 125 a second are taken.
    assert!(began.elapsed() > Duration::from_secs(2), "{:?}", began.elapsed());
    done.send(()).unwrap();
    others.await.unwrap();
    server.stop().await;
}
