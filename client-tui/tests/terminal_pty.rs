//! What a terminal may send besides keys that arrive whole: answers, pastes without end, bytes that
//! are no text. The real program in a real terminal.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use portable_pty::CommandBuilder;
use support::pty::Pty;

/// What asks for the background.
const QUESTION: &[u8] = b"\x1b]11;?\x07";

const LIGHT: &str = "\x1b]11;rgb:ffff/fafa/f0f0\x07";
const DARK: &str = "\x1b]11;rgb:1e1e/1e1e/1e1e\x07";

/// The colours that stand out on each background.
const ON_LIGHT: u8 = 25;
const ON_DARK: u8 = 117;

/// A client on its start screen, with these variables before its name and arguments behind it.
fn client(data: &std::path::Path, variables: &str, arguments: &str) -> Pty {
    let mut command = CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    command.args(["-c", &format!("{variables} exec '{client}' --name ann {arguments}")]);
    let pty = Pty::start(command, data);
    pty.wait_for("ann");
    pty
}

/// One that has asked for the background.
fn asked(data: &std::path::Path, variables: &str, arguments: &str) -> Pty {
    let pty = client(data, variables, arguments);
    pty.wait_written(QUESTION, 0);
    pty
}

/// Whether something is shown in this colour.
fn shows_colour(screen: &vt100::Screen, colour: u8) -> bool {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let mut cells = places.filter_map(|(row, column)| screen.cell(row, column));
    let colour = vt100::Color::Idx(colour);
    cells.any(|cell| cell.fgcolor() == colour || cell.bgcolor() == colour)
}

#[track_caller]
fn wait_colour(pty: &Pty, colour: u8) {
    pty.wait_until(&format!("the colour {colour}"), |screen| {
        let other = if colour == ON_LIGHT { ON_DARK } else { ON_LIGHT };
        shows_colour(screen, colour) && !shows_colour(screen, other)
    });
}

/// The name as typed so far, which every key so far has changed.
#[track_caller]
fn wait_typed(pty: &Pty, name: &str) {
    pty.wait_until(&format!("{name} alone"), |screen| {
        screen.contents().split_whitespace().any(|word| word == name)
    });
}

#[test]
fn the_theme_follows_the_terminals_answer() {
    for (answer, colour) in [
        (LIGHT, ON_LIGHT),
        (DARK, ON_DARK),
        ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", ON_LIGHT),
        ("\x1b]11;rgba:0000/0000/0000/8080\x1b\\", ON_DARK),
    ] {
        let data = tempfile::tempdir().unwrap();
        // It looked like the other one before.
        let other = if colour == ON_LIGHT { "15;0" } else { "0;15" };
        let mut pty = asked(data.path(), &format!("COLORFGBG='{other}'"), "");
        wait_colour(&pty, if colour == ON_LIGHT { ON_DARK } else { ON_LIGHT });
        pty.send(answer);
        wait_colour(&pty, colour);
        pty.send("q");
        wait_typed(&pty, "annq");
    }
}

#[test]
fn a_late_answer_in_the_middle_of_typing_is_no_typing() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    pty.send("x");
    wait_typed(&pty, "annx");
    pty.send(&format!("y{LIGHT}z"));
    wait_typed(&pty, "annxyz");
    wait_colour(&pty, ON_LIGHT);
    // Again and again, as when somebody changes it.
    pty.send(&format!("{DARK}0{LIGHT}1{DARK}2"));
    wait_typed(&pty, "annxyz012");
    wait_colour(&pty, ON_DARK);
}

#[test]
fn an_answer_in_pieces_is_one() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    for (width, piece) in (60..).zip(["\x1b]", "11;rgb:ff", "ff/ffff/f", "fff", "\x1b", "\\q"]) {
        pty.send(piece);
        // A picture, so that the pieces are read one after the other.
        let before = pty.written().len();
        pty.resize(width, 24);
        pty.wait_written(b"\x1b[?2026l", before);
    }
    wait_typed(&pty, "annq");
    wait_colour(&pty, ON_LIGHT);
}

#[test]
fn without_an_answer_everything_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    pty.send("x");
    wait_typed(&pty, "annx");
    wait_colour(&pty, ON_DARK);
    for nonsense in [
        "\x1b]11;never\x07",
        "\x1b]11;rgb:ffff/\x07",
        "\x1b]11;?\x1b\\",
        "\x1b]10;rgb:ffff/ffff/ffff\x07",
        "\x1b[?62;4c",
        "\x1bP>|xterm(390)\x1b\\",
    ] {
        pty.send(nonsense);
    }
    pty.send("y");
    wait_typed(&pty, "annxy");
    // Torn off: after a moment keys are keys again.
    pty.send("\x1b]11;rgb:ff");
    pty.send_until("z", "annxyz");
    wait_colour(&pty, ON_DARK);
}

#[test]
fn it_is_not_asked_where_it_would_be_printed() {
    for term in ["linux", "dumb", "vt220"] {
        let data = tempfile::tempdir().unwrap();
        let pty = client(data.path(), &format!("TERM={term}"), "");
        let written = pty.written();
        assert!(!written.windows(4).any(|window| window == b"\x1b]11"), "{term}");
    }
}

#[test]
fn who_asked_for_a_theme_keeps_it() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "--theme light");
    pty.send(&format!("{DARK}q"));
    wait_typed(&pty, "annq");
    wait_colour(&pty, ON_LIGHT);
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "NO_COLOR=1", "");
    pty.send(&format!("{LIGHT}q"));
    wait_typed(&pty, "annq");
    pty.wait_until("no colour", |screen| {
        !shows_colour(screen, ON_LIGHT) && !shows_colour(screen, ON_DARK)
    });
}

#[test]
fn a_paste_whose_end_is_lost_ends_nevertheless() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    pty.send("\x1b[200~-lost");
    wait_typed(&pty, "ann-lost");
    pty.send("x");
    wait_typed(&pty, "ann-lostx");
    pty.paste("-whole");
    wait_typed(&pty, "ann-lostx-whole");
}

/// Whether the name's row ends so; it may hold what the test's terminal does not show.
fn name_ends(screen: &str, end: &str) -> bool {
    screen.lines().any(|line| line.contains("Your name") && line.trim_end().ends_with(end))
}

#[test]
fn bytes_that_are_no_text_swallow_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    pty.send_bytes(b"\xff\xe9\x9b\xc3x");
    pty.wait_until("the letter behind them", |screen| name_ends(&screen.contents(), "x"));
    // Half a character, and then nothing but keys.
    pty.send_bytes(b"\xe9\x9b");
    pty.send_while("y", "no letter", |screen| !name_ends(screen, "yy"));
}

#[test]
fn escape_closes_and_sequences_do_not() {
    let data = tempfile::tempdir().unwrap();
    let mut pty = asked(data.path(), "", "");
    pty.send("\x1bOP");
    pty.wait_for("Esc closes");
    // Down, up: as sequences that begin like Esc.
    pty.send("\x1b[B\x1bOA");
    pty.send("\x1b");
    pty.wait_gone("Esc closes");
    pty.send("q");
    wait_typed(&pty, "annq");
}
