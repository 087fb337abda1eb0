//! Disks that are full, locked or damaged: what cannot be stored is refused and seen by nobody,
//! reading goes on, and what was acknowledged stays.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;
use rustix::process::{Pid, Resource, Rlimit};
use serde_json::{Value, json};
use support::program::{Program, command};
use support::{Peer, hello};

/// A server whose files may not grow beyond so many bytes: a full disk, for that process alone.
struct Small {
    child: Child,
    address: SocketAddr,
}

impl Small {
    fn start(data: &Path, bytes: u64) -> Self {
        // The limit is soft, so that it can be lifted.
        let script = "ulimit -S -f \"$1\"; shift; exec \"$@\"";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh", &(bytes / 512).to_string()])
            .arg(env!("CARGO_BIN_EXE_chat-server"))
            .args(["--bind", "127.0.0.1", "--port", "0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.split(' ').nth(2).unwrap().parse().unwrap();
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address }
    }

    /// There is room on the disk again.
    fn make_room(&self) {
        let pid = Pid::from_child(&self.child);
        let unlimited = Rlimit { current: None, maximum: None };
        rustix::process::prlimit(Some(pid), Resource::Fsize, unlimited).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn come_in(address: SocketAddr, name: &str) -> Peer {
    let mut peer = Peer::connect_to(address).await;
    peer.send(hello(name)).await;
    peer.expect("welcome").await;
    peer
}

/// Says something, and gives the answer.
async fn said(peer: &mut Peer, id: &str, text: &str) -> Value {
    peer.say(id, text).await;
    loop {
        let frame = peer.frame().await;
        if frame["id"] == id {
            return frame;
        }
    }
}

async fn history(peer: &mut Peer) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    loop {
        let after = texts.len();
        peer.send(json!({"type": "history", "room": "lobby", "after": after, "limit": 200})).await;
        let page = peer.wait_for("history").await;
        for message in page["messages"].as_array().unwrap() {
            texts.push(message["text"].as_str().unwrap()[..9].to_owned());
        }
        if page["more"] == false {
            return texts;
        }
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let data = tempfile::tempdir().unwrap();
    let server = Small::start(data.path(), 256 * 1024);
    let mut reader = come_in(server.address, "reader").await;
    let mut ann = come_in(server.address, "ann").await;
    let text = |number: u32| format!("{number:09} {}", "x".repeat(4_000));
    let mut acked = Vec::new();
    let mut refused = Vec::new();
    for number in 0_u32.. {
        assert!(number < 1_000, "a full disk is never noticed");
        let answer = said(&mut ann, &number.to_string(), &text(number)).await;
        if answer["type"] == "ack" {
            acked.push(format!("{number:09}"));
        } else {
            assert_eq!(answer["code"], "not_stored", "{answer}");
            refused.push(number);
            if refused.len() == 20 {
                break;
            }
        }
    }
    // Reading goes on, and nobody was shown what was refused.
    assert_eq!(history(&mut ann).await, acked);
    reader.send(json!({"type": "bye"})).await;
    let rest = reader.rest().await;
    let shown = rest.lines().filter(|line| line.contains("\"message\"")).count();
    assert_eq!(shown, acked.len());
    // It recovers by itself: the same messages, under the same ids.
    server.make_room();
    for number in refused {
        let answer = said(&mut ann, &number.to_string(), &text(number)).await;
        assert_eq!(answer["type"], "ack", "{answer}");
        acked.push(format!("{number:09}"));
    }
    assert_eq!(history(&mut ann).await, acked);
    drop(server);
    let program = Program::start(data.path());
    let mut judge = come_in(program.address, "judge").await;
    assert_eq!(history(&mut judge).await, acked);
}

#[tokio::test]
async fn a_log_that_another_program_locks_refuses_and_recovers() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path());
    let mut ann = come_in(program.address, "ann").await;
    assert_eq!(said(&mut ann, "1", "before it").await["type"], "ack");
    let other = Connection::open(data.path().join("chat.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = said(&mut ann, "2", "while it lasts").await;
    assert_eq!(refused["code"], "not_stored", "{refused}");
    assert_eq!(history(&mut ann).await, ["before it"]);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(said(&mut ann, "2", "while it lasts").await["type"], "ack");
    assert_eq!(history(&mut ann).await, ["before it", "while it "]);
}

/// A log with so many messages, closed cleanly.
async fn filled(data: &Path, messages: u32) -> Vec<String> {
    let program = Program::start(data);
    let mut ann = come_in(program.address, "ann").await;
    let mut texts = Vec::new();
    for number in 0..messages {
        let text = format!("{number:09} {}", "x".repeat(300));
        assert_eq!(said(&mut ann, &number.to_string(), &text).await["type"], "ack");
        texts.push(format!("{number:09}"));
    }
    assert_eq!(program.terminate().0, Some(0));
    texts
}

#[tokio::test]
async fn a_log_torn_at_any_page_is_refused_in_one_line_or_read() {
    let data = tempfile::tempdir().unwrap();
    let texts = filled(data.path(), 60).await;
    let whole = std::fs::read(data.path().join("chat.db")).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 5, "{pages} pages");
    for page in 0..pages {
        for damage in ["torn", "flipped", "cut"] {
            let mut bytes = whole.clone();
            let at = page * 4096;
            match damage {
                "torn" => bytes[at + 512..at + 4096].fill(0),
                "flipped" => bytes[at + 100..at + 200].iter_mut().for_each(|byte| *byte ^= 0x55),
                _ => bytes.truncate(at + 700),
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("chat.db"), &bytes).unwrap();
            try_damaged(folder.path(), &texts, &format!("page {page} {damage}")).await;
        }
    }
}

/// A damaged log either keeps the server from starting, with one line that says so, or it serves:
/// whatever it still shows is what was said, and what it acknowledges from now on is kept.
async fn try_damaged(data: &Path, texts: &[String], what: &str) {
    let arguments = ["--bind", "127.0.0.1", "--port", "0", "--data", data.to_str().unwrap()];
    let mut child = command(&arguments).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let Some(address) = line.strip_prefix("listening on ").and_then(|rest| rest.split(' ').next())
    else {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{what}: {said}");
        assert!(said.contains("--data"), "{what}: {said}");
        return;
    };
    let mut peer = Peer::connect_to(address.parse().unwrap()).await;
    peer.send(json!({"type": "hello", "version": 1, "name": "judge"})).await;
    peer.expect("welcome").await;
    peer.send(json!({"type": "history", "room": "lobby", "after": 0, "limit": 200})).await;
    let page = loop {
        let frame = peer.frame().await;
        if frame["type"] == "history" || frame["type"] == "error" {
            break frame;
        }
    };
    for message in page["messages"].as_array().into_iter().flatten() {
        let text = &message["text"].as_str().unwrap()[..9];
        let seq = usize::try_from(message["seq"].as_u64().unwrap()).unwrap();
        // A flipped bit within a text is beyond what the log can know.
        if !what.ends_with("flipped") {
            assert_eq!(texts.get(seq - 1).map(String::as_str), Some(text), "{what}");
        }
    }
    let answer = said(&mut peer, "new", "something new").await;
    let known = ["ack", "error"].contains(&answer["type"].as_str().unwrap());
    assert!(known, "{what}: {answer}");
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{what}: {said}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_in_one_line() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    let data = tempfile::tempdir().unwrap();
    filled(data.path(), 3).await;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let file = entry.unwrap().path();
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o444)).unwrap();
    }
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    let arguments = ["--bind", "127.0.0.1", "--port", "0", "--data", data.path().to_str().unwrap()];
    let mut server = command(&arguments);
    if rustix::process::geteuid().is_root() {
        // Nothing is read-only to root; anybody else has to be able to run the program, then.
        server = Command::new(reachable_copy(data.path()));
        server.args(arguments).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
        server.uid(65_534).gid(65_534);
    }
    let output = server.output().unwrap();
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("cannot be written") && said.contains("--data"), "{said}");
}

/// The program where everybody can reach it: the folder that it is built in may be somebody's own.
fn reachable_copy(beside: &Path) -> std::path::PathBuf {
    let copy = beside.join("chat-server");
    std::fs::copy(env!("CARGO_BIN_EXE_chat-server"), &copy).unwrap();
    copy
}
