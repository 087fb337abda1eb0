//! What others can send never steers the terminal: a server full of malice, and every byte that the
//! real program then writes. What it writes of its own, links and the clipboard, is exactly that.
#![cfg(unix)]
// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use support::pty::Pty;

/// What steers terminals: every control of C0 and C1, DEL, what reorders text, and sequences that
/// set titles and clipboards, ask questions, or load keys. Each in JSON's and in Python's reach.
fn malice() -> Vec<String> {
    let controls = (0..0x20).chain(0x7f..0xa0).filter_map(char::from_u32);
    let steering = "\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                    \u{2028}\u{2029}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";
    let mut all: Vec<String> = controls.chain(steering.chars()).map(|c| format!("a{c}b")).collect();
    all.extend(
        [
            "\x1b]0;title\x07",
            "\x1b]2;title\x1b\\",
            "\x1b]52;c;aGVsbG8=\x07",
            "\u{9d}52;c;aGVsbG8=\u{9c}",
            "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
            "\x1bP$q\"p\x1b\\",
            "\u{90}+q544e\u{9c}",
            "\x1b[2J\x1b[H",
            "\x1b[6n\x1b[c",
            "\u{9b}6n",
            "\x1b[?1049l",
            "\x1b_Gf=24;AAAA\x1b\\",
            "\x1bc",
            "https://a.example/\x1b\\\x07\u{9c}x",
            "https://a.example/\x1b]8;;http://evil.example\x07",
            "[x](https://a.example/\u{9c}\x1b[31m)",
            "```\x1b[31mrust\nfn\x1b]0;x\x07 main() {}\n```",
            "> **\x1b[1m** `\x1b[0m`",
        ]
        .map(str::to_owned),
    );
    all
}

/// Every frame that carries words, with malice in each of them. Those in which a name is no name
/// are dropped whole, which is right too.
fn frames() -> Vec<String> {
    let mut frames = Vec::new();
    for (seq, bad) in (1..).zip(malice()) {
        let bad = serde_json::to_string(&bad).unwrap();
        frames.extend([
            format!(r#"{{"type":"message","room":"lobby","seq":{seq},"from":"eve","at":0,"text":{bad}}}"#),
            format!(r#"{{"type":"message","room":"lobby","seq":{},"from":{bad},"at":0,"text":"x"}}"#, seq + 1000),
            format!(r#"{{"type":"message","room":{bad},"seq":{seq},"from":"eve","at":0,"text":"x"}}"#),
            format!(r#"{{"type":"direct","from":{bad},"to":"sam","seq":{seq},"at":0,"text":{bad}}}"#),
            format!(r#"{{"type":"room","name":{bad},"topic":{bad},"last":0,"count":1,"members":["sam"]}}"#),
            format!(r#"{{"type":"room","name":"lobby","topic":{bad},"last":0,"count":2,"members":["sam",{bad}]}}"#),
            format!(r#"{{"type":"room","name":"lobby","topic":{bad},"last":0,"count":2,"members":["sam","eve"],"via":{{"eve":{bad}}}}}"#),
            format!(r#"{{"type":"joined","room":"lobby","name":{bad}}}"#),
            format!(r#"{{"type":"joined","room":"lobby","name":"eve","via":{bad}}}"#),
            format!(r#"{{"type":"renamed","from":"eve","to":{bad}}}"#),
            format!(r#"{{"type":"topic","room":"lobby","text":{bad},"by":"eve"}}"#),
            format!(r#"{{"type":"error","code":"forbidden","text":{bad},"room":"lobby"}}"#),
            format!(r#"{{"type":"error","code":{bad},"text":{bad},"suggest":{bad}}}"#),
        ]);
    }
    frames
}

/// Everything bad as last words, in one piece: after them the client listens no more.
fn goodbyes() -> String {
    let quoted = malice().into_iter().map(|bad| serde_json::to_string(&bad).unwrap());
    let frames = quoted.map(|bad| format!(r#"{{"type":"bye","text":{bad}}}"#));
    let last = r#"{"type":"bye","text":"the end of it"}"#.to_owned();
    frames.chain([last]).collect::<Vec<_>>().join("\n")
}

/// A server that says hello as it should, and then these frames; it stays until the test ends.
fn server(frames: Vec<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let server = serde_json::to_string("lab\x1b]0;title\x07\u{202e}").unwrap();
        let welcome = format!(
            r#"{{"type":"welcome","version":1,"name":"sam","server":{server},"log":"1","rooms":[{{"name":"lobby","topic":"","last":0,"count":1,"members":["sam"]}}]}}"#
        );
        writeln!(stream, "{welcome}").unwrap();
        for frame in frames {
            writeln!(stream, "{frame}").unwrap();
        }
        lines.map_while(Result::ok).for_each(drop);
    });
    port
}

fn client(port: u16) -> (Pty, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let port = port.to_string();
    let pty = Pty::client(data.path(), &["--host", "127.0.0.1", "--port", &port, "--name", "sam"]);
    (pty, data)
}

/// Whether a command is the question for the background, a title or a notice: the last two with
/// nothing in them that steers.
fn is_ours(command: &str) -> bool {
    let steers = |c: char| c.is_control() || chat_protocol::text::is_unwanted(c);
    match command.split_once(';') {
        Some(("11", question)) => question == "?",
        Some(("2", title)) => title.ends_with("chat-tui") && !title.contains(steers),
        Some(("9", notice)) => notice.contains(": ") && !notice.contains(steers),
        _ => false,
    }
}

/// Takes what was written apart: the operating system commands in it. Anything that this program
/// has no reason to write fails.
#[track_caller]
fn commands(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8(written.to_vec()).unwrap();
    let mut commands = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c.is_control() || chat_protocol::text::is_unwanted(c))
    {
        let here = &rest[at..];
        let shown: String = here.chars().take(40).collect();
        if let Some(command) = here.strip_prefix("\x1b]") {
            let ends = ["\x1b\\", "\x07"].into_iter();
            let ends = ends.filter_map(|end| Some((command.find(end)?, end.len())));
            let (end, length) = ends.min().unwrap_or_else(|| panic!("no end: {shown:?}"));
            let whole = &command[..end];
            rest = &command[end + length..];
            if !is_ours(whole) {
                assert!(whole.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{shown:?}");
                commands.push(whole.to_owned());
            }
        } else if let Some(sequence) = here.strip_prefix("\x1b[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
            let (arguments, last) = (&sequence[..end], &sequence[end..=end]);
            assert!(arguments.bytes().all(|byte| b"0123456789;?< ".contains(&byte)), "{shown:?}");
            let title = ["22;2t", "23;2t"].contains(&&sequence[..=end]);
            let known = ["H", "m", "h", "l", "q", "J", "K"].contains(&last);
            assert!(known || title, "{shown:?}");
            rest = &sequence[end + 1..];
        } else {
            let own = ['\u{2068}', '\u{2069}', '\x07', '\r', '\n'];
            assert!(here.starts_with(own), "{shown:?} was written");
            rest = &here[here.chars().next().unwrap().len_utf8()..];
        }
    }
    commands
}

/// What was written, once the picture that is being drawn is whole.
fn whole(pty: &Pty) -> Vec<u8> {
    pty.screen();
    pty.written()
}

#[test]
fn last_words_steer_nothing_either() {
    let (mut pty, _data) = client(server(vec![goodbyes()]));
    pty.wait_for("The end of it. What you write now");
    pty.send("\x1b[1;3H");
    pty.wait_for("viewing history");
    assert!(commands(&whole(&pty)).is_empty());
}

#[test]
fn nothing_that_others_send_steers_the_terminal() {
    let mut frames = frames();
    let last = r#"{"type":"message","room":"lobby","seq":5000,"from":"eve","at":0,"text":"the end of it"}"#;
    frames.push(last.to_owned());
    let (mut pty, _data) = client(server(frames));
    pty.wait_for("the end of it");
    // Every screen that shows some of it: history, help over it, other sizes, other conversations.
    for key in ["\x1b[1;3H", "\x1b[5~", "\x1bOP", "\x1b", "\x1b[6~", "\x0e", "\x0e", "\x1b1"] {
        pty.send(key);
    }
    pty.resize(40, 10);
    pty.resize(120, 40);
    pty.send("\x1b[1;3F");
    pty.wait_for("the end of it");
    for _ in 0..8 {
        pty.send("\x0e");
    }
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
    pty.wait_until("the main screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    for command in commands(&whole(&pty)) {
        let is_link = command == "8;;"
            || command.strip_prefix("8;id=").is_some_and(|rest| {
                let (id, url) = rest.split_once(';').unwrap_or_default();
                id.bytes().all(|byte| byte.is_ascii_digit()) && {
                    // As it is to be read on the screen.
                    url.starts_with("https://a.example") || url == "http://evil.example"
                }
            });
        assert!(is_link, "{command:?} was written");
    }
}

#[test]
fn links_and_copies_are_written_as_they_are_meant() {
    let message = |seq: u32, text: &str| {
        let text = serde_json::to_string(text).unwrap();
        format!(
            r#"{{"type":"message","room":"lobby","seq":{seq},"from":"eve","at":0,"text":{text}}}"#
        )
    };
    let url = format!("https://a.example/{}", "path/".repeat(20));
    let frames = vec![
        message(1, &format!("see {url} there")),
        message(2, "```rust\nfn main() {\n    x();\n}\n```"),
        message(3, "the end of it"),
    ];
    let (mut pty, _data) = client(server(frames));
    pty.wait_for("the end of it");
    // With the members beside them, something that is no link stands between the rows of one.
    pty.send("\x1b[19~");
    pty.wait_for("Only you");
    let links: Vec<String> = commands(&whole(&pty));
    let opened = format!("8;id=1;{url}");
    assert!(links.iter().all(|link| *link == opened || link == "8;;"), "{links:?}");
    // A row each, and each of them leads to the whole address.
    let rows = links.iter().filter(|link| **link == opened).count();
    assert!(rows >= 3, "{links:?}");
    assert_eq!(links.iter().filter(|link| *link == "8;;").count(), rows);
    let before = whole(&pty).len();
    pty.send("\x1bc");
    pty.wait_for("Copied 3 lines of rust");
    let copied = commands(&whole(&pty)[before..]);
    // `fn main() {`, a line with four spaces, `}`.
    assert_eq!(copied, ["52;c;Zm4gbWFpbigpIHsKICAgIHgoKTsKfQ=="]);
    // There is no desktop in this environment: the address is copied instead.
    #[cfg(target_os = "linux")]
    {
        let before = whole(&pty).len();
        pty.enter("/open");
        pty.wait_for("There is no desktop to open it on");
        let copied = commands(&whole(&pty)[before..]);
        let copied: Vec<_> = copied.iter().filter(|command| command.starts_with("52;")).collect();
        assert_eq!(copied.len(), 1, "{copied:?}");
        assert!(copied[0].starts_with("52;c;aHR0cHM6Ly9hLmV4YW1wbGUv"), "{copied:?}");
    }
}

/// The columns of a row in which these letters stand.
fn columns(screen: &vt100::Screen, row: u16, letters: &str) -> Vec<u16> {
    let holds = |column: &u16| {
        let cell = screen.cell(row, *column).unwrap();
        cell.contents().chars().next().is_some_and(|c| letters.contains(c))
    };
    (0..80).filter(holds).collect()
}

#[test]
fn what_runs_leftwards_keeps_its_columns() {
    let message = |seq: u32, from: &str, text: &str| {
        format!(
            r#"{{"type":"message","room":"lobby","seq":{seq},"from":"{from}","at":0,"text":"{text}"}}"#
        )
    };
    let frames = vec![
        r#"{"type":"joined","room":"lobby","name":"שלמה"}"#.to_owned(),
        message(1, "שלמה", "שלום, **abc** עולם!"),
        message(2, "eve", "the end of it"),
    ];
    let (mut pty, _data) = client(server(frames));
    pty.wait_for("the end of it");
    // Drawn once, drawn anew, and after the rows below it changed.
    for key in ["", "\x0c", "x", "\x1b[1;3H"] {
        pty.send(key);
        pty.wait_until("every cell in its column", |screen| {
            let is_row = |row: &u16| {
                let letters = columns(screen, *row, "abc");
                letters.len() == 3 && letters[2] == letters[0] + 2
            };
            let Some(row) = (0..24).find(is_row) else { return false };
            let text = columns(screen, row, "שלוםabcעה,!");
            // The name; the text, with its spaces; and the pane of members where it always is.
            let text: Vec<u16> =
                text.into_iter().filter(|column| (13..60).contains(column)).collect();
            text.first() == Some(&15)
                && text.last() == Some(&29)
                && columns(screen, row, "│") == columns(screen, 1, "│")
        });
    }
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
}
