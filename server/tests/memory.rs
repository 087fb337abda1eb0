//! However its peers misbehave, all at once, the server stays within a hard limit on its memory,
//! and two ordinary members notice nothing.
//!
//! The limit is `RLIMIT_DATA`, which anybody may set, and which counts what a process can write to
//! and nobody shares: heap, allocator arenas and thread stacks, as soon as they are mapped for
//! writing. Address space (`RLIMIT_AS`) would count the 64 MiB that the allocator reserves for each
//! thread and never touches; control groups are not everybody's. Beyond the limit an allocation
//! fails, and that ends a Rust program: a server that lives has kept within it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit};
use serde_json::{Value, json};
use support::load::{flood, noise, status, talk};
use support::program::Program;
use support::{Peer, hello};
use tokio::task::JoinHandle;

const MIB: u64 = 1024 * 1024;

/// What a connection may cost that has said nothing.
const SILENT_BOUND: u64 = 16 * 1024;

/// What any other may: 1 MiB of unread messages, and a frame that is being read.
const BOUND: u64 = MIB + MIB / 4;

/// What the server may need for all together: requests and rounds under way, pages of the log.
const SHARED_BOUND: u64 = 16 * MIB;

const SILENT: usize = 500;

/// Of each other kind of peer so many; those who send noise or reset come and go.
const EACH: usize = 3;
const KINDS: usize = 6;

/// How often noise and resets come again.
const COME_AND_GO: usize = 40;

fn limit(program: &Program, bytes: u64) {
    let pid = Pid::from_raw(i32::try_from(program.id()).unwrap());
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    rustix::process::prlimit(pid, Resource::Data, limit).unwrap();
}

async fn come_in(mut peer: Peer, name: &str) -> Peer {
    peer.send(hello(name)).await;
    peer.expect("welcome").await;
    peer
}

/// Sends ten megabytes without a line's end, then its end, and goes; reads nothing.
async fn long_line(mut peer: Peer, begin: &[u8]) {
    let megabyte = vec![b'x'; 1_000_000];
    peer.try_bytes(begin).await;
    for _ in 0..10 {
        if !peer.try_bytes(&megabyte).await {
            return;
        }
    }
    peer.try_bytes(b"\n").await;
}

/// A hello that comes one byte a second; the server gives up waiting or the test ends.
async fn drip(mut peer: Peer) {
    for byte in hello("drip").to_string().bytes() {
        if !peer.try_bytes(&[byte]).await {
            return;
        }
        // How slow it is, is the point; nothing waits for it.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Everybody who misbehaves: those who flood until they are closed, and others.
async fn misbehave(program: &Program) -> (Vec<JoinHandle<()>>, Vec<JoinHandle<()>>) {
    let address = program.address;
    let (mut floods, mut tasks) = (Vec::new(), Vec::new());
    for number in 0..EACH {
        let say = |id: String, bytes: usize| {
            let text = "y".repeat(bytes);
            json!({"type": "say", "id": id, "room": "lobby", "text": text}).to_string() + "\n"
        };
        // The same id again and again is answered again and again, and stored once. Pages are
        // large answers, so that it does not take for ever until too many wait.
        let page = json!({"type": "history", "room": "lobby", "limit": 5}).to_string() + "\n";
        let flooder = come_in(Peer::connect_narrow(address).await, &format!("f{number}")).await;
        let again = say("same".to_owned(), 20).repeat(20) + &page;
        let again = again.repeat(20).into_bytes();
        floods.push(tokio::spawn(flood(flooder, again)));
        let known = come_in(Peer::connect_to(address).await, &format!("long {number}")).await;
        tasks.push(tokio::spawn(async move { long_line(known, b"{").await }));
        let unknown = Peer::connect_to(address).await;
        tasks.push(tokio::spawn(async move { long_line(unknown, b"{").await }));
        let line = Peer::connect_to(address).await;
        let begin = format!("line {number}\n");
        tasks.push(tokio::spawn(async move { long_line(line, begin.as_bytes()).await }));
        tasks.push(tokio::spawn(drip(Peer::connect_to(address).await)));
    }
    tasks.push(tokio::spawn(async move {
        for round in 0..COME_AND_GO {
            for number in 0..EACH {
                let mut peer = Peer::connect_to(address).await;
                peer.try_bytes(&noise((round * EACH + number) as u32)).await;
                let mut peer = Peer::connect_to(address).await;
                peer.try_bytes(format!("{}\n", hello("reset")).as_bytes()).await;
                peer.try_bytes(b"{\"type\":\"say\",\"id\":").await;
                peer.reset();
            }
        }
    }));
    (floods, tasks)
}

/// Says large messages until those who never read have left; gives the last one's number.
async fn fill_up(mut filler: Peer, stopped: &[&str]) -> u64 {
    const BATCH: u64 = 10;
    let text = "x".repeat(8_000);
    let mut still_here: Vec<&str> = stopped.to_vec();
    let mut last = 0;
    for batch in 0..500 {
        for number in batch * BATCH..(batch + 1) * BATCH {
            filler.say(&format!("fill-{number}"), &text).await;
        }
        let mut acks = 0;
        while acks < BATCH {
            let line = filler.text_line().await;
            if !["\"left\"", "\"ping\"", "\"ack\""].iter().any(|kind| line.contains(kind)) {
                continue;
            }
            let frame: Value = serde_json::from_str(&line).unwrap();
            match frame["type"].as_str().unwrap() {
                "left" => still_here.retain(|name| frame["name"] != *name),
                "ping" => filler.send(json!({"type": "pong"})).await,
                "ack" => {
                    acks += 1;
                    last = frame["seq"].as_u64().unwrap();
                }
                _ => {}
            }
        }
        if still_here.is_empty() {
            return last;
        }
    }
    panic!("a reader that stands still is never closed");
}

/// Reads what is left, which ends by saying why; then comes back and reads the rest.
async fn catches_up(program: &Program, name: &str, mut peer: Peer, until: u64) {
    let mut seqs = Vec::new();
    let mut last = Value::Null;
    while let Some(line) = peer.next_line().await {
        last = serde_json::from_str(&line).unwrap();
        if last["type"] == "message" {
            seqs.push(last["seq"].as_u64().unwrap());
        }
    }
    assert_eq!(last["code"], "too_slow", "the last frame says why: {last}");
    let first = seqs[0];
    let mut hello = hello(name);
    hello["resume"] = json!([{"room": "lobby", "after": seqs.last().unwrap()}]);
    let mut back = Peer::connect_to(program.address).await;
    back.send(hello).await;
    while seqs.last() < Some(&until) {
        seqs.push(back.wait_for("message").await["seq"].as_u64().unwrap());
    }
    let last = seqs[seqs.len() - 1];
    assert_eq!(seqs, (first..=last).collect::<Vec<_>>(), "{name} missed something");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_bounded_whatever_everybody_does() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let address = program.address;
    let mut ann = come_in(Peer::connect_to(address).await, "ann").await;
    let bob = come_in(Peer::connect_to(address).await, "bob").await;
    ann.say("warm", "up").await;
    ann.wait_for("ack").await;
    ann.send(json!({"type": "history", "room": "lobby"})).await;
    ann.wait_for("history").await;
    let (base, base_resident) = (status(&program, "VmData"), status(&program, "VmRSS"));
    let others = (EACH * KINDS + 4) as u64;
    let bound = SILENT as u64 * SILENT_BOUND + others * BOUND + SHARED_BOUND;
    limit(&program, base + bound);

    let over = Arc::new(AtomicBool::new(false));
    let names = ["stopped 1", "stopped 2", "stopped 3"];
    let mut stopped = Vec::new();
    for name in names {
        stopped.push(come_in(Peer::connect_narrow(address).await, name).await);
    }
    let filler = come_in(Peer::connect_to(address).await, "filler").await;
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(Peer::connect_to(address).await);
    }
    let talking = tokio::spawn(talk(ann, bob, Arc::clone(&over)));
    let (floods, bad) = misbehave(&program).await;
    let until = fill_up(filler, &names).await;
    // Each has a moment to take its last frame; so all read at once.
    let reading = names.into_iter().zip(stopped);
    let reading = reading.map(|(name, peer)| catches_up(&program, name, peer, until));
    futures::future::join_all(reading).await;
    for flood in floods {
        let closed = tokio::time::timeout(support::PATIENCE, flood).await;
        closed.expect("whoever floods and never reads is closed").unwrap();
    }
    over.store(true, Ordering::SeqCst);
    let (times, longest) = talking.await.unwrap();
    for task in bad {
        task.abort();
    }
    let (writable, resident) = (status(&program, "VmData"), status(&program, "VmHWM"));
    println!(
        "{times} times answered, within {longest:?} at most; at most {} MiB resident; {} MiB \
         writable of {} MiB allowed",
        resident / MIB,
        writable / MIB,
        (base + bound) / MIB,
    );
    assert!(resident < base_resident + bound, "{resident} bytes were resident");
    assert!(times > 10, "nobody was answered");
    assert_eq!(program.terminate().0, Some(0), "it lives to the end");
}
