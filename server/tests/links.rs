//! Links that are cut, split, delayed and dead: the same judge as for crashes, and the same rules.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use support::crowd::{Crowd, Verdict};
use support::proxy::{Fault, Plan, Proxy};
use support::{Peer, durable, ephemeral};

/// Lets a crowd talk through a proxy until so many connections have been made; then the judge
/// compares what everybody has seen with the log.
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
