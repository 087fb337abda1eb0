//! Everybody quits in their way: whoever goes is unregistered and announced once, however it
//! happens, the others chat on, and nothing of them is left behind.
//! Packets that vanish are in `dropped.rs`, which needs a network of its own.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use support::dialect::{Dialect, Places};
use support::program::Program;
use support::{PATIENCE, Peer};

/// Set for the process that holds a connection until it is killed: to where, and what it sends.
const HOLD: &str = "CHAT_TEST_HOLD";

/// A way to quit, out of a connection or out of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The word that the dialect has for it, if any, and the end.
    Word,
    Close,
    HalfClose,
    Reset,
    /// Something unread waits, and the end of the process that was to read it.
    Kill,
}

/// Another process that holds a connection.
struct Holder(Child);

impl Holder {
    /// Connects, sends these bytes and holds on.
    fn start(places: &Places, dialect: Dialect, name: &str) -> Self {
        let bytes: Vec<String> =
            dialect.hello(name).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "holds_a_connection_until_it_is_killed", "--ignored", "--nocapture"])
            .env(HOLD, format!("{} {}", places.of(dialect), bytes.concat()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().ends_with("it holds")));
        Self(child)
    }

    /// `kill -9`.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
#[ignore = "the other test runs it in a process of its own, to be killed"]
fn holds_a_connection_until_it_is_killed() {
    let Ok(hold) = std::env::var(HOLD) else { return };
    let (address, bytes) = hold.split_once(' ').unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let bytes: Vec<u8> = (0..bytes.len() / 2)
        .map(|at| u8::from_str_radix(&bytes[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    stream.write_all(&bytes).unwrap();
    println!("\nit holds");
    // Nobody writes: this returns when whoever started it is gone.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// The name of whoever is announced next to have done this.
async fn announced(witness: &mut Peer, kind: &str) -> String {
    loop {
        let frame = witness.frame().await;
        if frame["type"] == "ping" {
            witness.send(json!({"type": "pong"})).await;
            continue;
        }
        assert_eq!(frame["type"], kind, "{frame}");
        return frame["name"].as_str().unwrap().to_owned();
    }
}

/// One comes in, and quits in this way before or after it has read what it was told.
async fn quits(places: &Places, witness: &mut Peer, dialect: Dialect, way: Way) {
    let name = format!("{}-{way:?}", dialect.name());
    if way == Way::Kill {
        let holder = Holder::start(places, dialect, &name);
        let name = announced(witness, "joined").await;
        holder.kill();
        assert_eq!(announced(witness, "left").await, name, "{dialect:?}");
        return;
    }
    let mut peer = places.send_in(dialect, &name).await;
    let name = announced(witness, "joined").await;
    assert!(name.starts_with(dialect.name()) || dialect == Dialect::Duet, "{name}");
    match way {
        Way::Word => match dialect.bye() {
            Some(bye) => {
                peer.bytes(bye).await;
                peer.rest().await;
            }
            None => drop(peer),
        },
        Way::Close | Way::Kill => drop(peer),
        Way::HalfClose => {
            peer.half_close().await;
            peer.rest().await;
        }
        Way::Reset => peer.reset(),
    }
    assert_eq!(announced(witness, "left").await, name, "{dialect:?} by {way:?}");
}

#[tokio::test]
async fn whoever_quits_in_whatever_way_is_announced_once() {
    let (server, places) = Places::ephemeral().await;
    let mut witness = Peer::guest(&server, "witness").await;
    for dialect in Dialect::ALL {
        for way in [Way::Word, Way::Close, Way::HalfClose, Way::Reset, Way::Kill] {
            quits(&places, &mut witness, dialect, way).await;
        }
        // The others chat on.
        witness.say(dialect.name(), "still here").await;
        witness.expect("ack").await;
    }
    witness.send(json!({"type": "members", "room": "lobby"})).await;
    assert_eq!(witness.expect("members").await["members"], json!(["witness"]));
    witness.nothing_more().await;
    server.stop().await;
}

#[tokio::test]
async fn whoever_quits_in_the_middle_of_something_leaves_nothing_of_it() {
    let (server, places) = Places::ephemeral().await;
    let mut witness = Peer::guest(&server, "witness").await;
    for dialect in Dialect::ALL {
        // Half of what would have been said, and a reset: nobody hears it.
        let mut peer = places.send_in(dialect, "half").await;
        announced(&mut witness, "joined").await;
        let say = dialect.say("never said", "witness");
        if dialect != Dialect::Duet {
            peer.bytes(&say[..say.len() / 2]).await;
        }
        peer.reset();
        announced(&mut witness, "left").await;
        // All at once, and gone: what came before the end was said, by somebody who was there.
        let mut peer = places.send_in(dialect, "whole").await;
        peer.bytes(&dialect.say("last words", "witness")).await;
        peer.half_close().await;
        let name = announced(&mut witness, "joined").await;
        let kind = if dialect == Dialect::Comma { "direct" } else { "message" };
        assert_eq!(witness.expect(kind).await["from"], name.as_str(), "{dialect:?}");
        assert_eq!(announced(&mut witness, "left").await, name);
    }
    witness.nothing_more().await;
    server.stop().await;
}

/// Descriptors and threads of the server, and what it has in memory, in KiB.
fn footprint(program: &Program) -> (usize, usize, u64) {
    let count =
        |what: &str| std::fs::read_dir(format!("/proc/{}/{what}", program.id())).unwrap().count();
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    (count("fd"), count("task"), resident.trim().trim_end_matches(" kB").parse().unwrap())
}

/// So many come and go, a few at a time, of every dialect and in every way but a kill.
async fn come_and_go(places: &Places, witness: &mut Peer, times: usize) {
    const AT_A_TIME: usize = 25;
    for batch in 0..times / AT_A_TIME {
        let mut peers = Vec::new();
        for number in 0..AT_A_TIME {
            let dialect = Dialect::ALL[(batch + number) % Dialect::ALL.len()];
            peers.push(places.send_in(dialect, &format!("p{number}")).await);
        }
        // Who comes and goes so often is told of several at a time, and a little later.
        for _ in 0..AT_A_TIME {
            announced(witness, "joined").await;
        }
        for (number, mut peer) in peers.into_iter().enumerate() {
            match (batch + number) % 3 {
                0 => drop(peer),
                1 => peer.reset(),
                _ => {
                    peer.half_close().await;
                    drop(peer);
                }
            }
        }
        for _ in 0..AT_A_TIME {
            announced(witness, "left").await;
        }
    }
}

#[tokio::test]
async fn a_thousand_who_come_and_go_leave_nothing_behind() {
    let (program, places) = Places::program();
    let mut witness = Peer::connect_to(places.main).await;
    witness.send(json!({"type": "hello", "version": 1, "name": "witness"})).await;
    witness.expect("welcome").await;
    let (files, ..) = footprint(&program);
    // What is made once, such as buffers of threads, is made by the first of them.
    come_and_go(&places, &mut witness, 250).await;
    let (_, threads, resident) = footprint(&program);
    come_and_go(&places, &mut witness, 1_000).await;
    witness.send(json!({"type": "members", "room": "lobby"})).await;
    assert_eq!(witness.expect("members").await["members"], json!(["witness"]));
    // A connection that was closed gently lets go of its socket a moment after it was announced.
    let began = std::time::Instant::now();
    while footprint(&program).0 > files {
        assert!(began.elapsed() < PATIENCE, "{:?}, and {files} before", footprint(&program));
        tokio::task::yield_now().await;
    }
    let (files_after, threads_after, resident_after) = footprint(&program);
    println!(
        "before and after: {files} and {files_after} files, {threads} and {threads_after} \
         threads, {resident} and {resident_after} KiB"
    );
    assert_eq!((files_after, threads_after), (files, threads));
    // A task, a link and a person that stayed would be some 5 KiB each.
    assert!(resident_after < resident + 2_048, "{resident} grew to {resident_after} KiB");
    assert_eq!(program.terminate().0, Some(0));
}
