//! The configuration, with the real program in a real terminal: printed, read, wrong, kept.
#![cfg(unix)]
// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use support::pty::Pty;
use support::server::Server;

fn file(home: &Path) -> PathBuf {
    home.join(".config/chat-tui/config.toml")
}

fn write(home: &Path, text: &str) {
    let file = file(home);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// The client without a terminal.
fn piped(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.env_clear().env("HOME", home).args(arguments).output().unwrap()
}

fn shows_ink(pty: &Pty, words: &str, ink: vt100::Color) {
    let what = format!("{words} in {ink:?}");
    pty.wait_until(&what, |screen| {
        let (rows, columns): (u16, u16) = (screen.size().0.into(), screen.size().1.into());
        let text = |row| screen.rows(0, columns).nth(usize::from(row)).unwrap_or_default();
        let row = (0..rows).find(|&row| text(row).contains(words));
        row.is_some_and(|row| {
            let byte = text(row).find(words).unwrap_or_default();
            let column = text(row)[..byte].chars().count().try_into().unwrap();
            screen.cell(row, column).is_some_and(|cell| cell.fgcolor() == ink)
        })
    });
}

#[test]
fn what_is_printed_is_read_again() {
    let home = tempfile::tempdir().unwrap();
    let printed = piped(home.path(), &["--print-config"]);
    assert!(printed.status.success() && printed.stderr.is_empty(), "{printed:?}");
    let text = String::from_utf8(printed.stdout).unwrap();
    assert!(text.contains("theme = \"auto\"") && text.contains("[keys]"));
    write(home.path(), &text);
    let pty = Pty::client(home.path(), &[]);
    pty.wait_for("Your name");
    assert!(!pty.screen().contains("Configuration"), "{}", pty.screen());
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let home = tempfile::tempdir().unwrap();
    let refused = piped(home.path(), &["--config", "no-such.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("there is no configuration no-such.toml"), "{words}");
    let refused = piped(home.path(), &["--theme", "drak"]);
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.contains("did you mean dark?"), "{words}");
}

#[test]
fn mistakes_are_shown_with_their_line_and_the_rest_holds() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "# mine\nthme = \"dark\"\nname = \"ann\"\n[keys]\n\"ctrl-g\" = \"hlep\"\n");
    let mut pty = Pty::client(home.path(), &[]);
    pty.wait_for("config.toml:2:1: there is no setting ‘thme’: did you mean theme?");
    pty.wait_for("2 | thme = \"dark\"");
    pty.wait_for("^^^^");
    pty.wait_for("there is no action ‘hlep’: did you mean help?");
    pty.wait_for("Esc closes");
    pty.send("\x1b");
    pty.wait_for("Your name");
    pty.wait_for("ann");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
    // Still there when the terminal is the shell's again.
    pty.wait_for("config.toml:2:1: there is no setting ‘thme’");
}

#[test]
fn values_of_the_environment_are_in_nobodys_way() {
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let variables = "CHAT_THEME=pink CHAT_COLOR=many CHAT_ASCII=x CHAT_CONFIG=/no/such";
    command.args(["-c", &format!("{variables} exec '{client}'")]);
    let mut pty = Pty::start(command, home.path());
    for words in ["There is no configuration /no/such", "CHAT_THEME: there is no theme ‘pink’"]
    {
        pty.wait_for(words);
    }
    pty.wait_for("CHAT_COLOR: ‘many’ is none of");
    pty.wait_for("Esc closes");
    pty.send("\x1b");
    pty.wait_for("Your name");
}

#[test]
fn a_theme_is_worn_at_once_and_kept() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "# mine\ntheme = \"dark\"  # at night\n");
    let server = Server::start(home.path(), 0);
    let port = server.port.to_string();
    let arguments = ["--host", "127.0.0.1", "--port", &port, "--name", "ann"];
    let mut pty = Pty::client(home.path(), &arguments);
    pty.wait_for("● linked");
    shows_ink(&pty, "#lobby ›", vt100::Color::Idx(117));
    pty.enter("/theme light");
    pty.wait_for("The theme is light now");
    shows_ink(&pty, "#lobby ›", vt100::Color::Idx(25));
    pty.enter("/set bell off");
    pty.wait_for("Bell is off");
    let expected = "# mine\ntheme = \"light\"  # at night\n\n[set]\nbell = false\n";
    let start = Instant::now();
    while std::fs::read_to_string(file(home.path())).unwrap() != expected {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::yield_now();
    }
    pty.enter("/quit");
    assert_eq!(pty.exit_code(), 0);
    let pty = Pty::client(home.path(), &arguments);
    pty.wait_for("● linked");
    shows_ink(&pty, "#lobby ›", vt100::Color::Idx(25));
}

#[test]
fn what_cannot_be_kept_is_told() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "theme = \n");
    let server = Server::start(home.path(), 0);
    let port = server.port.to_string();
    let arguments = ["--host", "127.0.0.1", "--port", &port, "--name", "ann"];
    let mut pty = Pty::client(home.path(), &arguments);
    pty.wait_for("Esc closes");
    // Once it is closed: what follows Esc at once is a key with Alt.
    pty.send("\x1b");
    pty.wait_gone("Esc closes");
    pty.wait_for("● linked");
    pty.enter("/theme light");
    pty.wait_for("Not kept in ");
    assert_eq!(std::fs::read_to_string(file(home.path())).unwrap(), "theme = \n");
}

#[test]
fn colours_and_signs_are_as_few_as_is_said() {
    let home = tempfile::tempdir().unwrap();
    let check = |variables: &str, arguments: &str, holds: fn(&str) -> bool| {
        let mut command = CommandBuilder::new("sh");
        let client = env!("CARGO_BIN_EXE_chat-tui");
        command.args(["-c", &format!("{variables} exec '{client}' {arguments}")]);
        let mut pty = Pty::start(command, home.path());
        pty.wait_for("Your name");
        pty.signal("TERM");
        pty.exit_code();
        let written = String::from_utf8_lossy(&pty.written()).into_owned();
        assert!(holds(&written), "{variables} {arguments}: {written:?}");
    };
    let coloured = |written: &str| written.contains("\x1b[38;5;117");
    check("", "", coloured);
    check("NO_COLOR=1", "", |written| !written.contains("38;5;"));
    check("NO_COLOR=1", "--color always", coloured);
    check("", "--color 16", |written| {
        written.contains("38;5;14;") && !written.contains("38;5;117")
    });
    check("", "", |written| !written.is_ascii());
    check("", "--ascii", str::is_ascii);
    check("LANG=C", "", str::is_ascii);
    check("CHAT_ASCII=on", "", str::is_ascii);
}
