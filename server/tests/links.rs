//! Links that are cut, split, delayed and dead: the same judge as for crashes, and the same rules.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use support::crowd::{Crowd, Verdict};
use support::proxy::{Fault, Plan, Proxy};
use support::{Peer, durable, ephemeral, hello};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// Lets a crowd talk through a proxy until so many connections have been made; then the judge
/// compares what everybody has seen with the log. Rita reads on two devices.
async fn talk(plan: Arc<Plan>, connections: u64) {
    let data = tempfile::tempdir().unwrap();
    let server = durable(data.path()).await;
    let proxy = Proxy::start(server.addresses()[0], plan).await;
    let readers = ["rita", "rita"];
    let crowd = Crowd::gather(proxy.address, &["ann", "bob"], &readers, &["lobby", "left"]);
    proxy.connections.clone().wait_for(|count| *count >= connections).await.unwrap();
    crowd.go_to(server.addresses()[0]);
    let Verdict { acked, .. } = crowd.judge().await;
    assert!(acked > 50, "too little was said to prove anything: {acked}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_at_every_byte_of_a_dialogue() {
    // Each connection lives one byte longer than the one before, in one direction or the other.
    let plan = |number: u64| {
        let cut = Fault { cut_after: number / 2, ..Fault::NONE };
        if number.is_multiple_of(2) { (cut, Fault::NONE) } else { (Fault::NONE, cut) }
    };
    talk(Arc::new(plan), 2_400).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn split_into_single_bytes() {
    let plan = |number: u64| {
        let split = Fault { piece: 1, cut_after: 3_000 + number * 100, ..Fault::NONE };
        (split, split)
    };
    talk(Arc::new(plan), 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_and_sometimes_late() {
    let plan = |number: u64| {
        let (delay, late) = (Duration::from_millis(400), Duration::from_millis(1_200));
        let slow = Fault { delay, late, cut_after: 4_000 + number * 500, ..Fault::NONE };
        (slow, slow)
    };
    talk(Arc::new(plan), 10).await;
}

/// What the test above takes for granted: bytes are so long under way and no longer, however many
/// there are; one in fifty is later and holds up those behind it; and all arrive in order.
#[tokio::test]
async fn a_slow_link_is_slow_and_not_narrow() {
    const PIECES: usize = 100;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (delay, late) = (Duration::from_millis(400), Duration::from_millis(1_200));
    let slow = Fault { delay, late, piece: 1, ..Fault::NONE };
    let plan = move |_| (slow, Fault::NONE);
    let proxy = Proxy::start(listener.local_addr().unwrap(), Arc::new(plan)).await;
    let mut client = TcpStream::connect(proxy.address).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    let sent: Vec<u8> = (0..PIECES as u8).collect();
    let start = Instant::now();
    client.write_all(&sent).await.unwrap();
    let mut took = Vec::new();
    for byte in sent {
        assert_eq!(server.read_u8().await.unwrap(), byte);
        took.push(start.elapsed());
    }
    // The seventh piece is the first that is late.
    assert!(took[0] >= delay && took[5] < delay + late, "{took:?}");
    assert!(took[6] >= delay + late, "{took:?}");
    let one_by_one = delay * PIECES as u32;
    assert!(took[PIECES - 1] < one_by_one / 2, "{took:?}");
}

/// Half a minute in which nothing passes, one way, the other or both; then all that was held back
/// does. The server has given most of these links up by then, and what comes from them late must
/// do no harm. A link that stalls for a shorter time goes on as if nothing had been.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_of_half_a_minute() {
    let data = tempfile::tempdir().unwrap();
    let server = durable(data.path()).await;
    let plan = |number: u64| {
        // So that the others do not say too much meanwhile.
        let calm = Fault { delay: Duration::from_millis(100), ..Fault::NONE };
        let stall_after = 1_000 + 300 * number;
        let stalled = Fault { stall_after, stall_for: Duration::from_secs(30), ..calm };
        let shorter = Fault { stall_for: Duration::from_secs(5), ..stalled };
        match number {
            0 | 4 => (stalled, calm),
            1 | 5 => (calm, stalled),
            2 => (stalled, stalled),
            3 => (shorter, shorter),
            _ => (calm, calm),
        }
    };
    let start = Instant::now();
    let proxy = Proxy::start(server.addresses()[0], Arc::new(plan)).await;
    let names = ["ann", "bob", "cy", "di"];
    let crowd = Crowd::gather(proxy.address, &names, &["rita", "rita", "rob"], &["lobby", "left"]);
    // Seven come in, and come back from every link that was stalled for half a minute.
    let mut connections = proxy.connections.clone();
    connections.wait_for(|count| *count >= 12).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(30));
    let Verdict { acked, .. } = crowd.judge().await;
    assert!(acked > 200, "too little was said to prove anything: {acked}");
    server.stop().await;
}

/// Whoever asks, says that no more will come, and goes on reading, is answered all the same.
#[tokio::test]
async fn half_closed_links_get_every_answer() {
    const SAID: u64 = 300;
    let server = ephemeral().await;
    let mut ann = Peer::guest(&server, "ann").await;
    // More than a connection may have under way, in one go, behind a hello that is not answered.
    let mut asked = format!("{}\n", hello("bob"));
    for number in 0..SAID {
        let id = number.to_string();
        let say = json!({"type": "say", "id": id, "room": "lobby", "text": id});
        asked += &format!("{say}\n");
    }
    for last in [
        json!({"type": "history", "room": "lobby", "limit": 7}),
        json!({"type": "members", "room": "lobby"}),
        json!({"type": "dance"}),
        json!({"type": "time"}),
    ] {
        asked += &format!("{last}\n");
    }
    let mut bob = Peer::connect(&server).await;
    bob.bytes(asked.as_bytes()).await;
    bob.half_close().await;
    bob.expect("welcome").await;
    for seq in 1..=SAID {
        assert_eq!(bob.expect("ack").await["seq"], seq);
    }
    assert_eq!(bob.expect("history").await["messages"].as_array().unwrap().len(), 7);
    bob.expect("members").await;
    bob.refused("unknown_type").await;
    bob.expect("time").await;
    assert_eq!(bob.next_line().await, None, "and then it ends");
    ann.expect("joined").await;
    for seq in 1..=SAID {
        assert_eq!(ann.expect("message").await["seq"], seq);
    }
    assert_eq!(ann.expect("left").await["name"], "bob");
    ann.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn a_link_that_has_gone_silent_is_noticed() {
    let server = ephemeral().await;
    // The hello passes, and nothing after it: no answer to a ping, and no end either.
    let stalled = Fault { stall_after: 40, ..Fault::NONE };
    let plan = move |_| (stalled, Fault::NONE);
    let proxy = Proxy::start(server.addresses()[0], Arc::new(plan)).await;
    let mut ann = Peer::guest(&server, "ann").await;
    let mut silent = Peer::connect_to(proxy.address).await;
    silent.send(json!({"type": "hello", "version": 1, "name": "silent"})).await;
    silent.expect("welcome").await;
    let joined = std::time::Instant::now();
    ann.expect("joined").await;
    // Our own link answers, so that only the silent one is given up.
    loop {
        let frame = ann.frame().await;
        match frame["type"].as_str().unwrap() {
            "ping" => ann.send(json!({"type": "pong"})).await,
            "left" => break,
            other => panic!("{other}"),
        }
    }
    assert!(joined.elapsed() < Duration::from_secs(20), "noticed within 20 s");
    server.stop().await;
}

#[tokio::test]
async fn half_closed_links_get_what_they_missed() {
    const SAID: u64 = 2_000;
    let data = tempfile::tempdir().unwrap();
    let server = durable(data.path()).await;
    let mut ann = Peer::guest(&server, "ann").await;
    for id in 0..SAID {
        ann.say(&id.to_string(), "x").await;
    }
    for _ in 0..SAID {
        ann.expect("ack").await;
    }
    let mut bob = Peer::connect(&server).await;
    let mut hello = hello("bob");
    hello["resume"] = json!([{"room": "lobby", "after": 0}]);
    bob.send(hello).await;
    bob.half_close().await;
    bob.expect("welcome").await;
    let rest = bob.rest().await;
    let frames = rest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let seqs: Vec<u64> = frames.filter_map(|frame| frame["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=SAID).collect::<Vec<_>>());
    server.stop().await;
}
