//! The mouse with the real program in a real terminal: the bytes that a terminal sends for it, and
//! those that put what was selected on the clipboard.
#![cfg(unix)]
// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;
use vt100::MouseProtocolMode as Mode;

/// The left button, held.
const DRAG: u16 = 32;

struct Reader {
    pty: Pty,
    bob: Peer,
    server: Server,
    data: tempfile::TempDir,
}

fn reader() -> Reader {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), 0);
    let bob = Peer::guest(server.port, "bob");
    let port = server.port.to_string();
    let pty = Pty::client(data.path(), &["--host", "127.0.0.1", "--port", &port, "--name", "ann"]);
    pty.wait_for("● linked");
    Reader { pty, bob, server, data }
}

/// A report as terminals send it; columns and rows count from 1 there.
fn report(button: u16, (x, y): (u16, u16), end: char) -> String {
    format!("\x1b[<{button};{};{}{end}", x + 1, y + 1)
}

fn drag(pty: &mut Pty, from: (u16, u16), to: (u16, u16)) {
    let reports = [report(0, from, 'M'), report(DRAG, to, 'M'), report(0, to, 'm')];
    pty.send(&reports.concat());
}

/// Where a word stands, before which all characters are narrow.
fn find(pty: &Pty, word: &str) -> (u16, u16) {
    let screen = pty.screen();
    for (y, line) in (0..).zip(screen.lines()) {
        if let Some(at) = line.find(word) {
            return (u16::try_from(line[..at].chars().count()).unwrap(), y);
        }
    }
    panic!("no ‘{word}’:\n{screen}");
}

/// What was put on the clipboard, in order.
fn copied(pty: &Pty) -> Vec<String> {
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    let payloads = written.split("\x1b]52;c;").skip(1);
    let payloads = payloads.map(|rest| rest.split(['\x07', '\x1b']).next().unwrap());
    payloads
        .map(|payload| String::from_utf8(BASE64_STANDARD.decode(payload).unwrap()).unwrap())
        .collect()
}

fn wait_for_mode(pty: &Pty, mode: Mode) {
    pty.wait_until(&format!("{mode:?}"), |screen| screen.mouse_protocol_mode() == mode);
}

#[test]
fn what_is_dragged_over_is_on_the_clipboard() {
    let Reader { mut pty, mut bob, server: _server, data: _data } = reader();
    let long = "first words of 漢字 in a line that is much too long for one row, so that it \
                wraps and all, and ends here";
    bob.say("1", long);
    bob.say("2", r"```py\nfor x in y:\n    print(x)\n```");
    bob.say("3", "that is all");
    pty.wait_for("that is all");
    let (from, to) = (find(&pty, "words of"), find(&pty, "ends here"));
    drag(&mut pty, from, (to.0 + 8, to.1));
    pty.wait_for("Copied 1 line");
    let first = long.strip_prefix("first ").unwrap();
    assert_eq!(copied(&pty), [first]);
    let (from, to) = (find(&pty, "for x"), find(&pty, "that is all"));
    drag(&mut pty, from, (to.0 + 3, to.1));
    pty.wait_for("Copied 3 lines");
    assert_eq!(copied(&pty)[1], "bob: for x in y:\n    print(x)\nbob: that");
    // Shown reversed, until Esc.
    let is_marked = move |screen: &vt100::Screen| screen.cell(to.1, to.0).unwrap().inverse();
    pty.wait_until("the selection", is_marked);
    pty.send("\x1b");
    pty.wait_until("no selection", move |screen| !is_marked(screen));
}

#[test]
fn the_mouse_is_the_terminals_when_it_is_switched_off_and_in_the_bare_view() {
    let Reader { mut pty, mut bob, server: _server, data: _data } = reader();
    bob.say("1", "some words");
    pty.wait_for("some words");
    // Motion without a button is not even asked for.
    wait_for_mode(&pty, Mode::ButtonMotion);
    pty.send("\x1bl");
    pty.wait_for("comes back");
    wait_for_mode(&pty, Mode::None);
    // Nothing stands behind the words, not even spaces that a selection would take along.
    assert!(pty.screen().starts_with("bob: some words\n\n\n"), "{}", pty.screen());
    pty.send("\x1bl");
    pty.wait_for("● linked");
    wait_for_mode(&pty, Mode::ButtonMotion);
    pty.enter("/set mouse off");
    wait_for_mode(&pty, Mode::None);
    // It stays so behind the bare view.
    pty.send("\x1bl");
    pty.wait_for("comes back");
    pty.send("x");
    pty.wait_for("#lobby › x");
    pty.send("\x7f");
    pty.enter("/set mouse on");
    wait_for_mode(&pty, Mode::ButtonMotion);
    let written = pty.written();
    assert!(!written.windows(8).any(|bytes| bytes == b"\x1b[?1003h"));
}

#[test]
fn a_mouse_that_was_switched_off_stays_so_behind_an_editor() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), 0);
    let editor = data.path().join("editor");
    std::fs::write(&editor, "echo edited > \"$1\"").unwrap();
    let mut command = portable_pty::CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let line = format!(
        "VISUAL='sh {}' exec '{client}' --host 127.0.0.1 --port {} --name ann",
        editor.display(),
        server.port
    );
    command.args(["-c", &line]);
    let mut pty = Pty::start(command, data.path());
    pty.wait_for("● linked");
    pty.enter("/set mouse off");
    wait_for_mode(&pty, Mode::None);
    let taken = |pty: &Pty| {
        let written = String::from_utf8_lossy(&pty.written()).into_owned();
        (written.matches("\x1b[?1049h").count(), written.matches("\x1b[?1000h").count())
    };
    assert_eq!(taken(&pty), (1, 1));
    pty.send("\x1be");
    pty.wait_for("#lobby › edited");
    assert_eq!(taken(&pty), (2, 1));
    wait_for_mode(&pty, Mode::None);
}

#[test]
fn within_tmux_what_is_copied_is_handed_to_tmux_too() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), 0);
    let mut bob = Peer::guest(server.port, "bob");
    let tmux = data.path().join("tmux");
    std::fs::write(&tmux, "#!/bin/sh\necho \"$@\" >> log\ncat >> log\nmv log done\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tmux, executable).unwrap();
    let mut command = portable_pty::CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let line = format!(
        "TMUX=x PATH=\"$PWD:$PATH\" exec '{client}' --host 127.0.0.1 --port {} --name ann",
        server.port
    );
    command.args(["-c", &line]);
    let mut pty = Pty::start(command, data.path());
    pty.wait_for("● linked");
    bob.say("1", "some words");
    pty.wait_for("some words");
    let (x, y) = find(&pty, "some words");
    drag(&mut pty, (x, y), (x + 9, y));
    pty.wait_for("Copied 1 line");
    assert_eq!(copied(&pty), ["some words"]);
    let start = std::time::Instant::now();
    let done = data.path().join("done");
    while !done.exists() && start.elapsed() < std::time::Duration::from_secs(20) {
        std::thread::yield_now();
    }
    assert_eq!(std::fs::read_to_string(done).unwrap(), "load-buffer -w -\nsome words");
}
