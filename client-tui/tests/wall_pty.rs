//! `--projector` in a terminal: hosted from here, joined by netcat's means, and nothing private on it.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::TcpStream;

use support::pty::Pty;

#[test]
fn the_wall_is_there_from_the_start_and_tells_how_to_join() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--serve", "--port", "0", "--name", "teacher", "--projector"];
    let mut pty = Pty::client(data.path(), &arguments);
    pty.wait_for("Join in: open a terminal on your computer and type");
    // What the wall says is what joins: the port is the last word of the line for netcat.
    let screen = pty.screen();
    let netcat = screen.lines().find_map(|line| line.split_once(" nc ")).unwrap().1;
    let port: u16 = netcat.split_whitespace().nth(1).unwrap().parse().unwrap();
    let mut student = TcpStream::connect(("127.0.0.1", port)).unwrap();
    student.write_all(b"ann\nteacher: hello from the back row\n").unwrap();
    pty.wait_for("teacher: hello from the back row");
    pty.wait_for("2 people here");
    pty.enter("/announce pause until 10:15");
    pty.wait_for("▶ pause until 10:15");
    pty.enter("/timer 1s");
    pty.wait_gone("/timer");
    assert!(!rings(&pty.written()), "no bell");
    // F10 and back, F9 and back.
    pty.send("\x1b[21~");
    pty.wait_gone("Join in");
    pty.send("\x1b[21~");
    pty.wait_for("Join in");
    pty.send("\x1b[20~");
    pty.wait_for("● linked");
    pty.send("\x1b[20~");
    pty.wait_for("Join in");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
}

/// Whether the bell is among these bytes: what ends a question or a title is none.
fn rings(written: &[u8]) -> bool {
    let written = String::from_utf8_lossy(written);
    let mut parts = written.split("\x1b]");
    let first = parts.next().is_some_and(|part| part.contains('\x07'));
    first
        || parts.any(|part| part.split_once('\x07').is_some_and(|(_, rest)| rest.contains('\x07')))
}
