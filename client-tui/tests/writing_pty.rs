//! Writing with the real program in a real terminal: large pastes, completion, history, and an
//! editor to which the terminal is lent and that gives it back.
#![cfg(unix)]
// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

/// A member of a server's lobby, whose editor is this shell script.
struct Writer {
    pty: Pty,
    server: Server,
    /// The terminal's settings before the client took over.
    settings: String,
    data: tempfile::TempDir,
}

fn writer(script: &str) -> Writer {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), 0);
    let editor = data.path().join("editor");
    std::fs::write(&editor, script).unwrap();
    let mut command = CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let line = format!(
        "echo ready; read go; VISUAL='sh {}' exec '{client}' --host 127.0.0.1 --port {} --name ann",
        editor.display(),
        server.port
    );
    command.args(["-c", &line]);
    let mut pty = Pty::start(command, data.path());
    pty.wait_for("ready");
    let settings = pty.settings();
    pty.enter("go");
    pty.wait_for("● linked");
    Writer { pty, server, settings, data }
}

fn exists(path: &Path) -> bool {
    let start = Instant::now();
    while !path.exists() {
        if start.elapsed() > Duration::from_secs(20) {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

#[test]
fn a_megabyte_is_pasted_edited_and_dropped() {
    let Writer { mut pty, .. } = writer("");
    pty.paste(&"a line of a text that is rather long, and wraps\r".repeat(22_000));
    pty.wait_for("22,000 lines, 1,056,000 bytes");
    pty.send("i\r");
    pty.wait_for("too long to send");
    for key in ["\x1b[A", "end", "\x17", "\x1f", "\x01", "\x05"] {
        pty.send(key);
    }
    pty.send("typed at the end");
    pty.wait_for("typed at the end");
    pty.send("\x03");
    pty.wait_gone("typed at the end");
    pty.paste("an ordinary\r\npaste");
    pty.wait_for("2 lines · Enter sends all");
}

#[test]
fn a_long_log_arrives_whole_in_several_messages() {
    let Writer { mut pty, server, .. } = writer("");
    let mut bob = Peer::guest(server.port, "bob");
    pty.wait_for("bob joined");
    let log: String = (0..20_000).map(|line| format!("line {line}\r")).collect();
    pty.paste(&log);
    pty.wait_for("send now as");
    pty.send("s\r");
    for line in (0..20_000).step_by(2_500).chain([19_999]) {
        // Within a message, new lines are escaped.
        let part = format!(r"\nline {line}\n");
        bob.wait_for(&[if line == 0 { "```" } else { &part }]);
    }
}

#[test]
fn words_are_completed_and_found_again() {
    let Writer { mut pty, server, .. } = writer("");
    let mut bob = Peer::guest(server.port, "bob");
    pty.wait_for("bob joined");
    pty.send("bo\t");
    pty.wait_for("› bob:");
    pty.enter("shall we? :tada:");
    bob.wait_for(&["bob: shall we? 🎉"]);
    pty.send(":smi");
    pty.wait_for(":smiley:");
    pty.send("\t\x1b");
    pty.wait_gone(":smiley:");
    pty.wait_for("› :smi");
    pty.send("\x15/joi\t");
    pty.wait_for("/join room");
    pty.send("\x15\x12SHALL\x15shall");
    pty.wait_for("search ‘shall’ › bob: shall we?");
    pty.send("\r");
    pty.wait_for("#lobby › bob: shall we?");
    pty.enter(" yes");
    // Enter took the text with the cursor where it was found.
    bob.wait_for(&["bob:  yesshall we?"]);
}

#[test]
fn the_editor_has_the_terminal_alone_and_gives_it_back() {
    // Says what it was given, waits for a line from the keyboard, and writes that to the file.
    let script = "trap '' INT; exec 3>>log; ls -l \"$1\" >&3; cat \"$1\" >&3; stty -a >&3
        echo EDITING; read line; echo \"GOT $line\" >&3; printf '%s\\nsecond line\\n' \"$line\" > \"$1\"";
    let Writer { mut pty, server, settings, data } = writer(script);
    let mut bob = Peer::guest(server.port, "bob");
    pty.wait_for("bob joined");
    pty.send("my draft\x1be");
    pty.wait_for("EDITING");
    pty.wait_until("the main screen", |screen| !screen.alternate_screen());
    assert_eq!(pty.settings(), settings, "the terminal is as it was before the client");
    let written = pty.written().len();
    // Meanwhile Ctrl-C is the editor's, messages gather, and nothing of ours is written.
    bob.say("1", "said while ann was writing");
    bob.wait_for(&[r#""type":"ack""#]);
    pty.resize(90, 30);
    pty.send("\x03typed in the editor\r");
    pty.wait_until("the client's screen", vt100::Screen::alternate_screen);
    pty.wait_for("second line");
    pty.wait_for("said while ann was writing");
    pty.wait_for("2 lines · Enter sends all");
    let between = String::from_utf8_lossy(&pty.written()[written..]).into_owned();
    let (before, _) = between.split_once("\x1b[?1049h").unwrap();
    assert!(!before.contains("said while") && !before.contains("\x1b["), "{before:?}");
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(log.starts_with("-rw-------") && log.contains("my draft"), "{log}");
    assert!(log.contains("icanon") && !log.contains("-icanon"), "{log}");
    pty.enter("");
    bob.wait_for(&[r"second line"]);
    // Nothing is at stake once the server has it, so that leaving asks nothing. The mark of what is
    // on its way is drawn when the text is gone from the input.
    pty.wait_gone("2 lines ·");
    pty.wait_gone("…");
    // Every key is ours again, and the end leaves the terminal as it was.
    pty.send("abc\x01x");
    pty.wait_for("› xabc");
    pty.send("\x03\x03\x03");
    assert_eq!(pty.exit_code(), 0);
    assert_eq!(pty.settings(), settings);
    pty.wait_until("the main screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
}

#[test]
fn an_editor_that_does_not_start_says_what_to_do() {
    let Writer { mut pty, data, .. } = writer("touch started; exit 127");
    pty.send("kept\x18\x05");
    assert!(exists(&data.path().join("started")));
    pty.wait_for("could not be started: set VISUAL or EDITOR");
    pty.wait_for("› kept");
    pty.send("!");
    pty.wait_for("› kept!");
}

#[test]
fn keys_that_come_with_the_one_that_opens_the_editor_do_nothing() {
    let script = "echo begun >> begun; echo EDITING; read line; echo edited > \"$1\"";
    let Writer { mut pty, server, data, .. } = writer(script);
    let mut bob = Peer::guest(server.port, "bob");
    pty.wait_for("bob joined");
    pty.send("my draft\x1be\x1be\r");
    pty.wait_for("EDITING");
    pty.send("\r");
    pty.wait_until("the client's screen", vt100::Screen::alternate_screen);
    pty.wait_for("› edited");
    assert_eq!(std::fs::read_to_string(data.path().join("begun")).unwrap(), "begun\n");
    pty.enter(" and sent");
    // The first that is heard of ann: her draft was not sent.
    bob.wait_for(&["edited and sent"]);
    assert!(!pty.screen().contains("ann  my draft"), "{}", pty.screen());
}

#[test]
fn what_a_failed_editor_wrote_is_kept_and_shown_where() {
    let script = "echo \"$1\" > path; echo written > \"$1\"; exit 1";
    let Writer { mut pty, server: _server, data, .. } = writer(script);
    pty.send("kept\x1be");
    pty.wait_for("✗ What you wrote is in /");
    pty.wait_for("› kept");
    let path = std::fs::read_to_string(data.path().join("path")).unwrap();
    assert_eq!(std::fs::read_to_string(path.trim()).unwrap(), "written\n");
    std::fs::remove_file(path.trim()).unwrap();
}

#[test]
fn the_word_to_stop_ends_the_editor_and_tells_what_it_leaves() {
    // Leaves the terminal as an editor does that is ended in the middle.
    let script = "echo \"$1\" > path; echo $$ > id; echo written > \"$1\"; stty raw -echo
        echo EDITING; read line";
    let Writer { mut pty, settings, data, .. } = writer(script);
    pty.send("draft\x1be");
    pty.wait_for("EDITING");
    pty.signal("TERM");
    pty.wait_for("what you wrote is in /");
    assert_eq!(pty.exit_code(), 0);
    assert_eq!(pty.settings(), settings);
    pty.wait_until("the main screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    let id = std::fs::read_to_string(data.path().join("id")).unwrap();
    let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
    assert!(rustix::process::test_kill_process(id).is_err(), "the editor goes on");
    let path = std::fs::read_to_string(data.path().join("path")).unwrap();
    assert_eq!(std::fs::read_to_string(path.trim()).unwrap(), "written\n");
    std::fs::remove_file(path.trim()).unwrap();
}
