//! The real program in a real terminal, at a server such as a student writes in the first week.
#![cfg(unix)]
// The server's own functions are tests too; clippy knows only those marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use support::pty::Pty;

/// Serves one person of the line dialect, who is not alone: bob answers whatever is said. Gives
/// every line that came.
fn line_server() -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || serve(&listener.accept().unwrap().0));
    (port, serving)
}

fn serve(mut stream: &TcpStream) -> Vec<String> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut came = Vec::new();
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap();
        let answer = match came.len() {
            0 => format!("SERVER: bob joined\nbob: welcome, {line}\n"),
            // A server that tells everybody, the sender too.
            _ => format!("{0}: {line}\nbob: you said “{line}”\n", came[0]),
        };
        came.push(line.clone());
        if line == "EXIT" {
            // Whoever leaves may be gone before this arrives.
            _ = stream.write_all(b"DONE\n");
            break;
        }
        stream.write_all(answer.as_bytes()).unwrap();
    }
    came
}

#[test]
fn a_line_server_of_ones_own_has_a_client() {
    let (port, serving) = line_server();
    let data = tempfile::tempdir().unwrap();
    let host = format!("127.0.0.1:{port}");
    let mut pty =
        Pty::client(data.path(), &["--host", &host, "--name", "ann", "--dialect", "line"]);
    pty.wait_for("● linked · line");
    pty.wait_for("bob joined");
    pty.wait_for("welcome, ann");
    pty.enter("good morning");
    pty.wait_for("you said “good morning”");
    let screen = pty.screen();
    assert!(screen.contains("ann → good morning"), "{screen}");
    // Once as sent, once in bob's answer: its echo is not shown.
    assert_eq!(screen.matches("good morning").count(), 2, "{screen}");
    pty.enter("/join rust");
    pty.wait_for("The line dialect has no rooms");
    pty.send("\x15");
    pty.enter("/quit");
    assert_eq!(pty.exit_code(), 0);
    assert_eq!(serving.join().unwrap(), ["ann", "good morning", "EXIT"]);
}

#[test]
fn a_server_that_tells_the_time_and_closes_is_shown() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let serving = std::thread::spawn(move || {
        listener.accept().unwrap().0.write_all(b"2026-11-21 09:00:00\r\n").unwrap();
        listener
    });
    let data = tempfile::tempdir().unwrap();
    let mut pty = Pty::client(data.path(), &["--host", &host, "--dialect", "raw"]);
    pty.wait_for("‹ 2026-11-21 09:00:00");
    pty.wait_for("The server closed the connection");
    let listener = serving.join().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "it is asked once");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
}
