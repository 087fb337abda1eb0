//! Clients that never read, or that never stop writing, of every dialect: each costs a bounded
//! amount, and two ordinary members notice nothing.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use support::dialect::{Dialect, Places};
use support::load::{flood, noise, status, talk};
use support::program::Program;
use support::{PATIENCE, Peer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// What may wait for one connection, as the outbox has it, and what the connection takes itself.
const BOUND: u64 = MIB + MIB / 4;

/// Clients of each dialect that do not read: so many that what they take can be told from the rest.
const EACH: usize = 4;

/// Messages of 8,000 bytes that fill what the server keeps of its log's file in memory, 16 MiB at most,
/// whoever is told them: without these before, that would count as what the clients take.
const FILLING: usize = 2_600;

/// Who is told them, at the same time.
const READERS: usize = 10;

/// What a server may take for requests and rounds under way, whoever sends them.
const SHARED_BOUND: u64 = 16 * MIB;

async fn guest(places: &Places, name: &str) -> Peer {
    let mut peer = places.send_in(Dialect::Native, name).await;
    peer.expect("welcome").await;
    peer
}

/// The next frame that answers something, or tells that somebody left.
async fn answer(peer: &mut Peer) -> Value {
    loop {
        let frame = peer.frame().await;
        match frame["type"].as_str().unwrap() {
            "ping" => peer.send(json!({"type": "pong"})).await,
            "joined" | "message" => {}
            _ => return frame,
        }
    }
}

/// Tells each of these people this, once for each of these times, and waits until all is stored.
/// Returns who left.
async fn tell(
    teller: &mut Peer,
    names: &[String],
    times: std::ops::Range<usize>,
    text: &str,
) -> Vec<String> {
    let mut left = Vec::new();
    for time in times {
        for name in names {
            let id = format!("{name} {time}");
            teller.send(json!({"type": "tell", "id": id, "to": name, "text": text})).await;
        }
        let mut answers = 0;
        while answers < names.len() {
            let frame = answer(teller).await;
            match frame["type"].as_str().unwrap() {
                "left" => left.push(frame["name"].as_str().unwrap().to_owned()),
                // They have left.
                "error" => {
                    assert_eq!(frame["code"], "no_such_name", "{frame}");
                    answers += 1;
                }
                "ack" => answers += 1,
                other => panic!("{other}"),
            }
        }
    }
    left
}

/// A real server on whose memory what was said leaves no mark.
fn server(folder: &std::path::Path) -> (Program, Places) {
    let data = folder.to_str().unwrap();
    let doors = ["--port", "0", "--door", "nc=0", "--door", "duet=0", "--data", data];
    let mut program = Program::start_with(&[&doors[..], &["--durability", "os"]].concat());
    let places = Places::doors_of(&mut program);
    (program, places)
}

/// Clients of this dialect come in and never read, and as much as may wait is told to each: no two
/// share what they are told. Returns what each took of the server's memory.
async fn never_read(dialect: Dialect) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let (program, places) = server(folder.path());
    let mut teller = guest(&places, "teller").await;
    // What the server needs for the telling itself, it has taken before.
    let (mut readers, mut reading) = (Vec::new(), Vec::new());
    for number in 0..READERS {
        let name = format!("reader-{number}");
        let reader = guest(&places, &name).await;
        readers.push(name);
        reading.push(tokio::spawn(read_all(reader)));
    }
    let over = Arc::new(AtomicBool::new(false));
    let text = "x".repeat(8_000);
    tell(&mut teller, &readers, 0..FILLING / READERS, &text).await;
    let before = status(&program, "VmRSS");
    let mut stalled = Vec::new();
    for number in 0..EACH {
        let mut peer = Peer::connect_narrow(places.of(dialect)).await;
        peer.bytes(&dialect.hello(&format!("s{number}"))).await;
        stalled.push(peer);
    }
    let mut names = Vec::new();
    while names.len() < EACH {
        let frame = teller.frame().await;
        if frame["type"] == "joined" && !readers.iter().any(|reader| frame["name"] == **reader) {
            names.push(frame["name"].as_str().unwrap().to_owned());
        }
    }
    // As much as just may wait.
    let left = tell(&mut teller, &names, 0..124, &text).await;
    assert_eq!(left, [""; 0], "{dialect:?}");
    let each = status(&program, "VmRSS").saturating_sub(before) / EACH as u64;
    // Others are heard at once: here and now, with all that waits.
    let (ann, bob) = (guest(&places, "ann").await, guest(&places, "bob").await);
    let talking = tokio::spawn(talk(ann, bob, Arc::clone(&over)));
    // More than may wait, and than the system keeps: they are closed.
    let mut left = Vec::new();
    for batch in 10..30 {
        left.extend(tell(&mut teller, &names, batch * 20..batch * 20 + 20, &text).await);
        if left.len() == EACH {
            break;
        }
    }
    left.sort();
    names.sort();
    assert_eq!(left, names, "{dialect:?}: whoever lets too much wait is closed");
    over.store(true, Ordering::SeqCst);
    let (times, _) = talking.await.unwrap();
    assert!(times > 0, "nobody was answered");
    drop(stalled);
    reading.iter().for_each(tokio::task::JoinHandle::abort);
    each
}

async fn read_all(mut peer: Peer) {
    while let Some(line) = peer.next_line().await {
        if line.contains("\"ping\"") {
            peer.send(json!({"type": "pong"})).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_never_reads_costs_a_bounded_amount() {
    for dialect in Dialect::ALL {
        let each = never_read(dialect).await;
        println!("a {} that never reads takes {} KiB", dialect.name(), each / KIB);
        // Beside what waits, it is what rounds and the allocator keep. Much less it is for those whose
        // news go out at once: the system takes them, up to its own bound, outside of the server.
        assert!(each <= MIB + 3 * MIB / 4, "{dialect:?}: {each} bytes");
        // For these the server holds news back until they may come: what was told is all here.
        if matches!(dialect, Dialect::Comma | Dialect::Duet) {
            assert!(each >= MIB / 2, "{dialect:?}: {each} bytes do not hold what was told");
        }
    }
}

/// What somebody sends without an end, once they are in: each by another name, since who is refused
/// theirs is not in, and is soon closed for that.
fn floods(dialect: Dialect) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let hello = |what| dialect.hello(&format!("{}-{what}", dialect.name()));
    let asks: &[u8] = match dialect {
        Dialect::Native => b"{\"type\":\"rooms\"}\n",
        Dialect::Line => b"\x00\x01\x02\x03\n",
        Dialect::Comma => b"list,friends\n",
        Dialect::Pickle => b"(VAnn\nVs1\nVgh\nt.",
        Dialect::Nc => b"/who\n",
        Dialect::Duet => b"\x00\x01\x02\x03",
    };
    // A pickle's text ends at a newline, too.
    // A comma that has chatted is told at once what others say, and has nothing held back.
    let begin: &[u8] = match dialect {
        Dialect::Pickle => b"V",
        Dialect::Comma => b"chat,ann\n",
        _ => b"",
    };
    vec![
        ("without a newline", [&hello("endless"), begin].concat(), vec![b'x'; 1_000_000]),
        ("questions", hello("asks"), asks.repeat(10_000)),
        ("noise", hello("noise"), noise(7)),
    ]
}

/// Sends so many bytes of a flood, if the server takes them, and reads what it is told meanwhile:
/// whoever does not is closed for that. However slow the machine, each piece has its time. Returns
/// how many it took, and what was told last.
async fn pour(to: SocketAddr, begin: Vec<u8>, piece: Vec<u8>, bytes: usize) -> (usize, String) {
    let (mut reader, mut writer) = TcpStream::connect(to).await.unwrap().into_split();
    let reading = tokio::spawn(async move {
        let (mut last, mut read) = (Vec::new(), [0; 4_096]);
        while let Ok(length @ 1..) = reader.read(&mut read).await {
            last.extend(&read[..length]);
            last.drain(..last.len().saturating_sub(300));
        }
        String::from_utf8_lossy(&last).into_owned()
    });
    let mut sent = 0;
    writer.write_all(&begin).await.ok();
    while sent < bytes {
        let written = tokio::time::timeout(PATIENCE, writer.write_all(&piece)).await;
        if written.expect("it takes a piece in time").is_err() {
            break;
        }
        sent += piece.len();
    }
    drop(writer);
    (sent, reading.await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_never_stops_writing_costs_a_bounded_amount() {
    // More than all of them together may take.
    const MOST: usize = 50_000_000;
    let folder = tempfile::tempdir().unwrap();
    let (program, places) = server(folder.path());
    let (ann, bob) = (guest(&places, "ann").await, guest(&places, "bob").await);
    let before = status(&program, "VmRSS");
    let over = Arc::new(AtomicBool::new(false));
    let talking = tokio::spawn(talk(ann, bob, Arc::clone(&over)));
    let mut lines = Vec::new();
    let mut others = Vec::new();
    for dialect in Dialect::ALL {
        for (what, begin, piece) in floods(dialect) {
            if what == "without a newline" && dialect != Dialect::Duet {
                let poured = pour(places.of(dialect), begin, piece, MOST);
                lines.push((dialect, tokio::spawn(poured)));
            } else {
                let mut peer = Peer::connect_to(places.of(dialect)).await;
                peer.try_bytes(&begin).await;
                others.push(tokio::spawn(flood(peer, piece)));
            }
        }
    }
    let count = (lines.len() + others.len()) as u64;
    for (dialect, poured) in lines {
        let (sent, last) = poured.await.unwrap();
        println!("a {} has sent {} MB without a newline", dialect.name(), sent / 1_000_000);
        // A pickle that is none ends the connection; of the others, none is given up for it.
        assert_eq!(sent >= MOST, dialect != Dialect::Pickle, "{dialect:?}: {sent}, {last}");
    }
    over.store(true, Ordering::SeqCst);
    let (times, longest) = talking.await.unwrap();
    others.iter().for_each(tokio::task::JoinHandle::abort);
    let most = status(&program, "VmHWM") - before;
    println!(
        "{count} floods took at most {} KiB together; {times} times answered, within {longest:?}",
        most / KIB
    );
    assert!(times > 0, "nobody was answered");
    assert!(most < count * BOUND + SHARED_BOUND, "{most} bytes");
    assert_eq!(program.terminate().0, Some(0), "it lives to the end");
}
