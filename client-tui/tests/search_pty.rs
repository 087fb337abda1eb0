//! Searching with the real programs: thousands of messages back, and to where one was.
#![cfg(unix)]
// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

const CTRL_S: &str = "\x13";
const CTRL_U: &str = "\x15";
const ESCAPE: &str = "\x1b";
const PAGE_DOWN: &str = "\x1b[6~";

/// Messages since what is looked for was said.
const SINCE: usize = 3_000;

/// A conversation in which something was said long ago.
fn long_ago(server: &Server) -> Peer {
    let mut bob = Peer::guest(server.port, "bob");
    bob.say("first", "Deadlocks: two wait for each other");
    for number in 1..=SINCE {
        bob.say(&format!("n{number}"), &format!("line {number}"));
    }
    bob.wait_for(&[r#""type":"ack""#, &format!("\"n{SINCE}\"")]);
    bob
}

#[test]
fn what_was_said_thousands_of_messages_ago_is_found_and_left() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::unlimited(data.path());
    let mut bob = long_ago(&server);
    let port = server.port.to_string();
    let arguments = ["--host", "127.0.0.1", "--port", &port, "--name", "ann"];
    let mut ann = Pty::client(home.path(), &arguments);
    ann.wait_for("line 3000");
    ann.send("half a thought");

    // Raw mode hands us the key by which terminals used to be stopped.
    ann.send(CTRL_S);
    ann.wait_for("find in #lobby");
    ann.send("deadlock");
    // Again, in case the server had not looked at everything yet.
    ann.send_until(CTRL_S, "1 of 1");
    ann.wait_for("Deadlocks: two wait");
    ann.wait_for("line 1");
    ann.send(ESCAPE);
    ann.wait_for("line 3000");
    ann.wait_for("#lobby › half a thought");

    ann.send(CTRL_S);
    ann.wait_for("find in #lobby");
    ann.send("deadlock");
    ann.wait_for("Deadlocks: two wait");
    ann.send("\r");
    ann.wait_for("viewing history");
    bob.say("new", "said meanwhile");
    ann.wait_for("1 new below");
    ann.send_until(PAGE_DOWN, "line 250");
    ann.send(ESCAPE);
    ann.wait_for("said meanwhile");
    ann.wait_gone("viewing history");

    ann.send(CTRL_U);
    ann.enter("/search deadlock from:bob in:lobby");
    ann.wait_for("1 of 1");
    ann.send("\r");
    ann.wait_for("Esc back to where you were");
    ann.wait_for("line 1");
    ann.send(ESCAPE);
    ann.wait_for("said meanwhile");
    ann.enter("/quit");
    assert_eq!(ann.exit_code(), 0);
}
