//! Leaving and coming back, with the real programs.
#![cfg(unix)]
// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

fn ann(port: u16, data: &Path) -> Pty {
    let port = port.to_string();
    let pty = Pty::client(data, &["--host", "127.0.0.1", "--port", &port, "--name", "ann"]);
    pty.wait_for("● linked");
    pty
}

#[test]
fn whoever_comes_back_finds_their_rooms_and_what_they_missed() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(data.path(), 0);
    let mut bob = Peer::guest(server.port, "bob");
    bob.send(r#"{"type":"join","room":"rust"}"#);
    let say = |bob: &mut Peer, id: &str, room: &str, text: &str| {
        let id = format!("{id}-{room}");
        bob.send(&format!(r#"{{"type":"say","id":"{id}","room":"{room}","text":"{text}"}}"#));
        bob.wait_for(&[r#""type":"ack""#, &id]);
    };
    let mut first = ann(server.port, home.path());
    say(&mut bob, "1", "lobby", "the lesson begins");
    first.wait_for("the lesson begins");
    first.enter("/join rust");
    first.wait_until("the room with bob in it", |screen| {
        let screen = screen.contents();
        screen.lines().next().is_some_and(|top| top.contains("#rust") && top.contains("2 here"))
    });
    first.enter("my own words");
    bob.wait_for(&["my own words"]);
    say(&mut bob, "2", "rust", "see you tomorrow");
    first.wait_for("see you tomorrow");
    first.enter("/quit");
    assert_eq!(first.exit_code(), 0);

    say(&mut bob, "3", "lobby", "did you hear that?");
    say(&mut bob, "4", "rust", "one of two");
    say(&mut bob, "5", "rust", "ann: two of two");
    let mut second = ann(server.port, home.path());
    second.wait_until("the rule above what was missed", |screen| {
        let screen = screen.contents();
        let at = |words: &str| screen.find(words);
        at("the lesson begins").is_some()
            && at("the lesson begins") < at("── new")
            && at("── new") < at("did you hear that?")
    });
    second.wait_for("#rust 2 !1");
    // Alt-U leads there, to the rule.
    second.send("\x1bu");
    second.wait_until("the rule in the room", |screen| {
        let screen = screen.contents();
        let at = |words: &str| screen.find(words);
        at("#rust ›").is_some()
            && at("see you tomorrow") < at("── new")
            && at("── new").is_some()
            && at("── new") < at("one of two")
            && screen.matches("my own words").count() == 1
    });
    second.wait_gone("#rust 2");
    second.enter("/quit");
    assert_eq!(second.exit_code(), 0);

    // Nothing was missed since.
    let mut third = ann(server.port, home.path());
    third.wait_for("#rust");
    third.send("\x1bu");
    third.wait_for("Everything is read");
    assert!(!third.screen().contains("── new"), "{}", third.screen());
}
