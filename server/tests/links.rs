//! Links that are cut, split, delayed and dead: the same judge as for crashes, and the same rules.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use support::crowd::{Acked, Orders, Reader, Sender, judge, log_of};
use support::proxy::{Fault, Plan, Proxy};
use support::{Peer, durable, ephemeral};
use tokio::sync::watch;

/// Lets a crowd talk through a proxy until so many connections have been made; then the judge
/// compares what everybody has seen with the log.
async fn talk(plan: Arc<Plan>, connections: u64) {
    let data = tempfile::tempdir().unwrap();
    let server = durable(data.path()).await;
    let proxy = Proxy::start(server.addresses()[0], plan).await;
    let rooms: Vec<String> = ["lobby", "left"].map(str::to_owned).into();
    let orders = Orders { address: proxy.address, finish: false, read_until: None };
    let (command, orders) = watch::channel(orders);
    let acked: Acked = Arc::new(Mutex::default());
    let senders: Vec<_> = [("ann", "bob"), ("bob", "ann")]
        .into_iter()
        .map(|(name, friend)| {
            let (name, friend) = (name.to_owned(), friend.to_owned());
            let acked = Arc::clone(&acked);
            let sender = Sender { name, friend, rooms: rooms.clone(), acked };
            tokio::spawn(sender.speak(orders.clone()))
        })
        .collect();
    // Two devices of one person: each resumes on its own.
    let readers: Vec<_> = ["rita", "rita"]
        .into_iter()
        .map(|name| {
            let reader = Reader { name: name.to_owned(), rooms: rooms.clone() };
            tokio::spawn(reader.read(orders.clone()))
        })
        .collect();
    proxy.connections.clone().wait_for(|count| *count >= connections).await.unwrap();
    command.send_modify(|orders| {
        orders.address = server.addresses()[0];
        orders.finish = true;
    });
    for sender in senders {
        sender.await.unwrap();
    }
    let log = log_of(&orders, "ann", &rooms, &["bob"]).await;
    let acked = std::mem::take(&mut *acked.lock().unwrap());
    judge(&log, &acked);
    let lengths = rooms.iter().map(|room| (room.clone(), log[room].len() as u64)).collect();
    command.send_modify(|orders| orders.read_until = Some(lengths));
    for reader in readers {
        for (room, read) in reader.await.unwrap() {
            assert_eq!(read, log[&room], "{room} as a reader saw it");
        }
    }
    assert!(acked.len() > 50, "too little was said to prove anything: {}", acked.len());
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
