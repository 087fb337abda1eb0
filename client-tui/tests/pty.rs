//! The real program in a real terminal: how it starts, how it ends, and what it leaves behind.
#![cfg(unix)]

mod support;

use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;
use support::pty::Pty;

/// What a terminal must have been told at the end, however that came.
const GIVEN_BACK: [&str; 6] = [
    "\x1b[?1049l", // the alternate screen
    "\x1b[?2004l", // bracketed paste
    "\x1b[?1004l", // focus
    "\x1b[?1000l", // mouse
    "\x1b[?25h",   // cursor
    "\x1b[0 q",    // its shape
];

fn assert_given_back(pty: &Pty, settings_before: &str) {
    assert_eq!(pty.settings(), settings_before);
    pty.wait_until("the main screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    for sequence in GIVEN_BACK {
        assert!(written.contains(sequence), "no {sequence:?} in {written:?}");
    }
}

/// A client in a terminal, and the terminal's settings before it took over.
///
/// The program that is started waits for a line before it becomes the client.
fn started(data: &std::path::Path, arguments: &str) -> (Pty, String) {
    let mut command = CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    command.args(["-c", &format!("echo ready; read go; exec '{client}' {arguments}")]);
    let mut pty = Pty::start(command, data);
    pty.wait_for("ready");
    let settings = pty.settings();
    pty.enter("go");
    pty.wait_started();
    assert_ne!(pty.settings(), settings, "raw mode");
    (pty, settings)
}

#[test]
fn signals_end_it_and_the_terminal_is_as_before() {
    for signal in ["TERM", "HUP", "INT", "QUIT"] {
        let data = tempfile::tempdir().unwrap();
        let (mut pty, settings) = started(data.path(), "");
        pty.signal(signal);
        assert_eq!(pty.exit_code(), 0, "SIG{signal}");
        assert_given_back(&pty, &settings);
    }
}

#[test]
fn what_could_not_be_kept_is_told_after_the_terminal_is_given_back() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, settings) = started(data.path(), "--name ann");
    // A folder where the file shall be: nobody can write that, not even root.
    std::fs::create_dir(data.path().join("chat-tui/tokens.json")).unwrap();
    pty.enter("");
    pty.enter("no-such-host.invalid");
    pty.wait_for("Joining no-such-host.invalid");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
    assert_given_back(&pty, &settings);
    pty.wait_for("chat-tui: names and servers are remembered only until you leave: ");
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    assert_eq!(written.matches("remembered only until").count(), 1);
}

#[test]
fn it_asks_the_terminal_for_its_background_alone() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, _) = started(data.path(), "");
    pty.resize(40, 10);
    pty.send("x");
    pty.signal("TERM");
    pty.exit_code();
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    for question in ["\x1b[6n", "\x1b[c", "\x1b[?u", "\x1b]10;?"] {
        assert!(!written.contains(question), "{question:?} in {written:?}");
    }
    assert_eq!(written.matches("\x1b]11;?\x07").count(), 1, "{written:?}");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let data = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new("sh");
    let test = std::env::current_exe().unwrap();
    let only = "--exact panics_in_its_terminal --ignored --nocapture";
    command.args(["-c", &format!("echo ready; read go; exec '{}' {only}", test.display())]);
    let mut pty = Pty::start(command, data.path());
    pty.wait_for("ready");
    let settings = pty.settings();
    pty.enter("go");
    assert_ne!(pty.exit_code(), 0);
    pty.wait_for("on purpose");
    assert_given_back(&pty, &settings);
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    let (before, after) = written.split_once("\x1b[?1049l").unwrap();
    assert!(before.contains("\x1b[?1049h") && !before.contains("on purpose"), "{before:?}");
    assert!(after.contains("on purpose") && !after.contains("half a frame"), "{after:?}");
}

/// Not a test of its own: what the one above runs in a terminal.
#[test]
#[ignore = "takes the terminal over, and panics"]
fn panics_in_its_terminal() {
    use chat_tui::runtime::{Part, Screen};
    chat_tui::terminal::speak_after_restoring();
    let mut terminal = chat_tui::terminal::Terminal::take().unwrap();
    _ = terminal.draw(Part::Whole, &mut |_, buffer| {
        buffer.set_string(0, 0, "half a frame", ratatui::style::Style::new());
        panic!("on purpose");
    });
}

#[test]
fn without_a_terminal_it_says_so() {
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let run = Command::new(client).stdin(Stdio::null()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.starts_with("chat-tui needs a terminal") && said.lines().count() == 1, "{said}");
    assert!(run.stdout.is_empty());
}

#[test]
fn bad_usage_is_told_with_the_rule() {
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let run = Command::new(client).args(["--name", "a@b"]).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("a name cannot contain ‘@’"));
    let help = Command::new(client).arg("--help").output().unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("chat-tui --host 192.168.1.23"));
}

#[test]
fn a_key_that_comes_with_a_change_of_size_is_seen_at_once() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, _) = started(data.path(), "--name ann");
    pty.wait_for("ann");
    for round in 0..400 {
        pty.resize(80 + round % 2, 24);
        pty.send("q");
        pty.wait_for("annq");
        pty.send("\x7f");
        pty.wait_gone("annq");
    }
}
