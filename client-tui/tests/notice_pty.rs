//! Focus lost and somebody calls: what the terminal is told, byte by byte; also through tmux.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use portable_pty::CommandBuilder;
use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

const FOCUS_LOST: &str = "\x1b[O";
const FOCUS_GAINED: &str = "\x1b[I";

const CALL: &str = "\x1b]9;bob in #lobby: ann: look\x07";

/// Ann in the lobby, and bob as bytes.
fn scene(data: &Path, home: &Path) -> (Server, Pty, Peer) {
    let server = Server::start(data, 0);
    let port = server.port.to_string();
    let ann = Pty::client(home, &["--host", "127.0.0.1", "--port", &port, "--name", "ann"]);
    ann.wait_for("● linked");
    let bob = Peer::guest(server.port, "bob");
    ann.wait_for("2 here");
    (server, ann, bob)
}

fn contains(written: &[u8], part: &str) -> bool {
    String::from_utf8_lossy(written).contains(part)
}

#[test]
fn a_mention_rings_while_nobody_looks() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_server, mut ann, mut bob) = scene(data.path(), home.path());
    let kept = ann.wait_written(b"\x1b[22;2t\x1b]2;", 0);
    ann.wait_written("\x1b]2;#lobby – chat-tui\x07".as_bytes(), kept);
    ann.send(&format!("{FOCUS_LOST}x"));
    ann.wait_for("› x");
    // A key says otherwise: once more.
    ann.send(FOCUS_LOST);
    bob.say("1", "ann: look");
    let rung = ann.wait_written(format!("\x07{CALL}").as_bytes(), 0);
    ann.wait_written("\x1b]2;(1) #lobby – chat-tui\x07".as_bytes(), 0);
    ann.wait_for("ann: look");
    // Back again, it is seen; and what comes now is, at once.
    ann.send(FOCUS_GAINED);
    let seen = ann.wait_written("\x1b]2;#lobby – chat-tui\x07".as_bytes(), rung);
    bob.say("2", "ann: thank you");
    ann.wait_for("ann: thank you");
    ann.send("y");
    ann.wait_for("› xy");
    assert!(!contains(&ann.written()[seen..], "\x1b]9;"));
    ann.send("\x15/quit\r");
    assert_eq!(ann.exit_code(), 0);
    ann.wait_written(b"\x1b[23;2t", seen);
    assert_eq!(String::from_utf8_lossy(&ann.written()).matches("\x1b[22;2t").count(), 1);
}

#[test]
fn peace_is_kept_and_the_title_counts() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (_server, mut ann, mut bob) = scene(data.path(), home.path());
    ann.enter("/dnd");
    ann.wait_for("ann (quiet)");
    ann.send(FOCUS_LOST);
    // The terminal says it behind the keys: one more picture, and it is known.
    ann.resize(90, 24);
    ann.wait_written(b"\x1b[?2026l", ann.written().len());
    bob.say("1", "ann: look");
    ann.wait_written("\x1b]2;(1) #lobby – chat-tui\x07".as_bytes(), 0);
    ann.wait_for("ann: look");
    assert!(!contains(&ann.written(), "\x1b]9;"));
}

/// Ends the tmux of a test, whatever became of it.
struct Tmux<'a>(&'a str);

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        _ = Command::new("tmux").args(["-S", self.0, "kill-server"]).output();
    }
}

#[test]
fn it_rings_through_tmux() {
    if Command::new("tmux").arg("-V").output().is_err() {
        eprintln!("SKIPPED: there is no tmux here");
        return;
    }
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(data.path(), 0);
    let file = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (socket, settings) = (file("socket"), file("tmux.conf"));
    let words = "set -g allow-passthrough on\nset -g focus-events on\nset -g set-titles on\n\
                 set -g set-titles-string '#T'\n";
    std::fs::write(&settings, words).unwrap();
    let mut command = CommandBuilder::new("tmux");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let port = server.port;
    let join = format!("'{client}' --host 127.0.0.1 --port {port} --name ann");
    command.args(["-S", &socket, "-f", &settings, "new-session", &join]);
    let _tmux = Tmux(&socket);
    let mut ann = Pty::start(command, home.path());
    ann.wait_for("● linked");
    let mut bob = Peer::guest(port, "bob");
    ann.wait_for("2 here");
    ann.send(FOCUS_LOST);
    ann.wait_written("\x1b]0;#lobby – chat-tui\x07".as_bytes(), 0);
    bob.say("1", "ann: look");
    let told = ann.wait_written(CALL.as_bytes(), 0);
    ann.wait_written("\x1b]0;(1) #lobby – chat-tui\x07".as_bytes(), 0);
    // The bell is tmux's own; what ends a sequence is none.
    let written = String::from_utf8_lossy(&ann.written()).into_owned();
    let outside = written.split("\x1b]").enumerate().any(|(index, part)| {
        let rest =
            if index == 0 { part } else { part.split_once('\x07').map_or("", |parts| parts.1) };
        rest.contains('\x07')
    });
    assert!(outside, "no bell in {written:?}");
    ann.send(FOCUS_GAINED);
    ann.wait_written("\x1b]0;#lobby – chat-tui\x07".as_bytes(), told);
    ann.enter("/quit");
    assert_eq!(ann.exit_code(), 0);
}
