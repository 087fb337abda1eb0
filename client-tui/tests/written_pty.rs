//! What was written and not sent, with the real programs: a terminal that is closed takes nothing
//! with it.
#![cfg(unix)]
// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt;

use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

#[test]
fn what_a_closed_terminal_held_comes_back() {
    for signal in ["HUP", "TERM", "QUIT"] {
        let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let server = Server::start(data.path(), 0);
        let number = server.port;
        let port = number.to_string();
        let arguments = ["--host", "127.0.0.1", "--port", &port, "--name", "ann"];
        let mut first = Pty::client(home.path(), &arguments);
        first.wait_for("● linked");
        drop(server);
        first.wait_gone("● linked");
        first.enter("nobody hears this yet");
        first.send("half a thou");
        first.wait_for("half a thou");
        first.signal(signal);
        assert_eq!(first.exit_code(), 0);
        let file = home.path().join("chat-tui/written.json");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);

        let server = Server::start(data.path(), number);
        let mut bob = Peer::guest(server.port, "bob");
        let mut second = Pty::client(home.path(), &arguments);
        second.wait_for("half a thou");
        second.wait_for("Not sent last time: 1 message");
        second.send("\x1br");
        bob.wait_for(&["nobody hears this yet"]);
        second.wait_gone("Not sent: Alt-R");
        second.send("ght\r");
        bob.wait_for(&["half a thought"]);
        assert_eq!(bob.history(), ["nobody hears this yet", "half a thought"]);
        // Until it is acknowledged, leaving asks.
        second.wait_until("that it is acknowledged", |screen| {
            let screen = screen.contents();
            screen.contains("half a thought") && !screen.contains("› half") && !screen.contains("…")
        });
        // What was sent then is recalled in the next run.
        second.enter("/quit");
        assert_eq!(second.exit_code(), 0);
        let mut third = Pty::client(home.path(), &arguments);
        third.wait_for("● linked");
        third.send("\x1b[A\x1b[A");
        third.wait_for("› half a thought");
        assert!(!third.screen().contains("last time"), "{}", third.screen());
    }
}
