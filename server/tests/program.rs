//! The real `chat-server` program: what it prints, how it stops, and what outlives it.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::program::{Program, command};
use support::{Peer, hello};

/// Starts a server that must fail; returns its exit code and what it said on standard error.
fn failing(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut acked = Vec::new();
    let mut log = serde_json::Value::Null;
    for run in 0..3 {
        let program = Program::start(folder.path());
        let mut ann = Peer::connect_to(program.address).await;
        ann.send(hello("ann")).await;
        let welcome = ann.expect("welcome").await;
        if run > 0 {
            assert_eq!(welcome["log"], log);
            assert_eq!(welcome["rooms"][0]["last"], acked.len());
            // What was sent again under its id is not said twice.
            ann.say("0", "0").await;
            assert_eq!(ann.expect("ack").await["seq"], 1);
        }
        log = welcome["log"].clone();
        for number in run * 10..run * 10 + 10 {
            ann.say(&number.to_string(), &number.to_string()).await;
            acked.push(ann.expect("ack").await["seq"].as_u64().unwrap());
        }
        program.kill();
    }
    assert_eq!(acked, (1..=30).collect::<Vec<u64>>());
    let program = Program::start(folder.path());
    let mut bob = Peer::connect_to(program.address).await;
    bob.send(json!({"type": "hello", "version": 1, "name": "bob"})).await;
    bob.send(json!({"type": "history", "room": "lobby", "limit": 100})).await;
    let page = bob.wait_for("history").await;
    let texts = page["messages"].as_array().unwrap().iter();
    let texts: Vec<&str> = texts.map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, (0..30).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(program.terminate().0, Some(0));
}

#[tokio::test]
async fn it_says_where_it_is_and_who_comes() {
    let program =
        Program::start_with(&["--port", "0", "--ephemeral", "--verbose", "--door", "line=0"]);
    let mut ann = Peer::connect_to(program.address).await;
    ann.bytes(b"ann\nhi\x1b[2J\n").await;
    assert_eq!(ann.text_line().await, "SERVER: ann joined");
    // The message has been told when somebody later has been welcomed.
    let mut bob = Peer::connect_to(program.address).await;
    bob.send(json!({"type": "hello", "version": 1, "name": "bob"})).await;
    bob.expect("welcome").await;
    bob.send(json!({"type": "bye"})).await;
    bob.wait_for("bye").await;
    let port = program.address.port();
    let (code, printed) = program.terminate();
    assert_eq!(code, Some(0));
    assert_eq!(ann.rest().await.lines().last(), Some("SERVER: the server is stopping"));
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("listening on 127.0.0.1:") && lines[0].ends_with(" (line)"));
    assert_eq!(lines[1], format!("join with: chat-tui --host 127.0.0.1 --port {port}"));
    for expected in ["ann joined lobby (line)", "#lobby ann: hi[2J", "bob joined lobby"] {
        assert!(printed.contains(expected), "{expected:?} not in {printed}");
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(folder.path());
    let data = folder.path().to_str().unwrap();
    let (code, said) = failing(&["--port", "0", "--data", data]);
    assert_eq!(code, Some(1));
    assert!(said.contains("another chat-server") && said.contains(data), "{said}");
    assert_eq!(said.lines().count(), 1);
    first.kill();
    Program::start(folder.path()).kill();
}

#[tokio::test]
async fn what_cannot_work_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(folder.path());
    let port = first.address.port().to_string();
    let (code, said) = failing(&["--bind", "127.0.0.1", "--port", &port, "--ephemeral"]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains(&port) && said.contains("--port"), "{said}");

    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let (code, said) = failing(&["--port", "0", "--data", file.to_str().unwrap()]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("--data") && said.contains("--ephemeral"), "{said}");

    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("chat.db"), "not a database, but long enough to look at").unwrap();
    let (code, said) = failing(&["--port", "0", "--data", broken.to_str().unwrap()]);
    assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("--data"), "{said}");

    assert_eq!(failing(&["--prot", "1"]).0, Some(2));
    assert_eq!(failing(&["--door", "telex=1"]).0, Some(2));
    first.kill();
}

#[tokio::test]
async fn flags_beat_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(&["--ephemeral", "--bind", "127.0.0.1", "--port", "0"])
        .env("CHAT_DATA", folder.path())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.starts_with("listening on"), "{line:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is kept");
}

/// Descriptors that a program has open.
fn descriptors(program: &Program) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", program.id())).unwrap().count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_has_left_leaves_nothing_behind() {
    let program = Program::start_with(&["--port", "0", "--ephemeral"]);
    let mut ann = Peer::connect_to(program.address).await;
    ann.send(json!({"type": "hello", "version": 1, "name": "ann"})).await;
    ann.expect("welcome").await;
    let before = descriptors(&program);
    for number in 0..100 {
        let mut peer = Peer::connect_to(program.address).await;
        if number % 2 == 0 {
            let name = format!("p{number}");
            peer.send(json!({"type": "hello", "version": 1, "name": name})).await;
            peer.expect("welcome").await;
            drop(peer);
            while ann.wait_for("left").await["name"] != name {}
        } else {
            peer.bytes(b"line\nEXIT\n").await;
            peer.rest().await;
        }
    }
    // The server is done with a socket a moment after its peer is.
    let start = std::time::Instant::now();
    while descriptors(&program) > before {
        assert!(start.elapsed() < support::PATIENCE, "{} descriptors", descriptors(&program));
        tokio::task::yield_now().await;
    }
}
