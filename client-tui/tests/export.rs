//! `/export`: what is asked for, what is told, and the file that the real program writes of what the
//! real server has.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use chat_tui::dialect::Dialect;
use chat_tui::effect::Effect;
use chat_tui::event::Event;
use chat_tui::export::{Form, News, Source};
use chat_tui::net;
use chat_tui::state::Start;
use crossterm::event::KeyCode;
use support::client::{Client, hides, said, setup, shows, target};
use support::peer::Peer;
use support::proxy::{Proxy, Way};
use support::pty::Pty;
use support::server::Server;

fn exported(client: &mut Client, command: &str) -> chat_tui::export::Order {
    let effects = client.enter(command);
    let order = effects.into_iter().find_map(|effect| match effect {
        Effect::Export(order) => Some(*order),
        _ => None,
    });
    order.expect(command)
}

#[test]
fn the_ending_tells_the_form_and_nothing_else_is_asked() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hi")]);
    let order = exported(&mut client, "/export");
    assert_eq!((order.form, order.file), (Form::Markdown, None));
    assert!(matches!(order.source, Source::Server(_)));
    shows(&mut client, "Exporting #lobby · Esc stops it");
    client.enter("/export other.md");
    shows(&mut client, "#lobby is being exported still: Esc stops that");
    support::client::ctrl_c(&mut client);
    client.send(Event::Exported(News::Failed("the disk is full: .".to_owned())));
    shows(&mut client, "#lobby was not exported: the disk is full: .");
    let order = exported(&mut client, "/export \"my notes.jsonl\"");
    assert_eq!((order.form, order.file.as_deref()), (Form::Json, Some("my notes.jsonl")));
}

#[test]
fn an_ending_that_says_nothing_is_asked_about() {
    let mut client = Client::chatting(&[]);
    assert_eq!(client.enter("/export notes.txt"), []);
    shows(&mut client, "In which form? notes.txt.md for people, notes.txt.jsonl for programs");
    shows(&mut client, "/export notes.txt");
}

#[test]
fn it_tells_how_far_it_is_and_esc_stops_it() {
    let mut client = Client::chatting(&[]);
    exported(&mut client, "/export");
    client.send(Event::Exported(News::Written(1_200, 54_321)));
    shows(&mut client, "Exporting #lobby: 1,200 of 54,321 messages · Esc stops it");
    client.type_text("typing goes on");
    shows(&mut client, "1,200 of 54,321");
    // What lies nearer is left first.
    let lines: Vec<String> = (60_000..60_060).map(|seq| said(seq, "ann", 0, "hi")).collect();
    client.frames(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    client.press(KeyCode::PageUp);
    assert_eq!(client.press(KeyCode::Esc), []);
    assert_eq!(client.press(KeyCode::Esc), [Effect::StopExport]);
    assert_eq!(client.press(KeyCode::Esc), []);
    shows(&mut client, "Stopping the export of #lobby");
    client.send(Event::Exported(News::Stopped));
    shows(&mut client, "#lobby was not exported: there is no file");
    hides(&mut client, "topping");
    shows(&mut client, "typing goes on");
}

#[test]
fn where_nobody_keeps_anything_what_was_seen_is_written() {
    let mut target = target();
    target.dialect = Dialect::Lab(chat_protocol::Lab::Line);
    let mut client = Client::new(setup(Start::Join { target, room: None }));
    client.net(net::Event::Up { token: chat_protocol::Token::new("0123456789abcdef") });
    let from = support::client::nick("bob");
    let text = chat_protocol::Text::new("hello there").unwrap();
    client.net(net::Event::Heard(vec![chat_protocol::Heard::Said { from, text }]));
    let order = exported(&mut client, "/export");
    let Source::Seen(messages) = order.source else { panic!("a server's history") };
    assert_eq!(messages.iter().map(|message| &*message.text).collect::<Vec<_>>(), ["hello there"]);
    client.send(Event::Exported(News::Done { path: "a.md".into(), messages: 1 }));
    shows(&mut client, "1 message of #lobby are in a.md (what came since you did");
}

fn client(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(arguments).env("XDG_DATA_HOME", data.join("other")).stdin(Stdio::piped());
    command
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let names = entries.filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn thousands_of_messages_are_written_as_the_server_has_them() {
    const MESSAGES: usize = 3_000;
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&data.path().join("server"), 0);
    let host = format!("127.0.0.1:{}", server.port);
    let mut sender = client(data.path(), &["send", "--host", &host, "--name", "ann", "--lines"]);
    let mut sender = sender.spawn().unwrap();
    let lines: String = (0..MESSAGES).map(|number| format!("message {number} # *x*\n")).collect();
    sender.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(sender.wait().unwrap().success());

    let mut pty = Pty::client(data.path(), &["--host", &host, "--name", "sam"]);
    pty.wait_for(&format!("message {}", MESSAGES - 1));
    pty.enter("/export all.jsonl");
    pty.wait_for("3000 messages of #lobby are in all.jsonl");
    let tail = ["tail", "--host", &host, "--guest", "--json", "--no-follow", "--since", "0"];
    let log = client(data.path(), &tail).output().unwrap().stdout;
    assert_eq!(log.iter().filter(|&&byte| byte == b'\n').count(), MESSAGES);
    assert!(std::fs::read(data.path().join("all.jsonl")).unwrap() == log);

    pty.enter("/export all.jsonl");
    pty.wait_for("all.jsonl is there already: /export all-2.jsonl");
    pty.send("\x03");
    pty.enter("/export ~/all.md");
    pty.wait_for("3000 messages of #lobby are in");
    let markdown = std::fs::read_to_string(data.path().join("all.md")).unwrap();
    assert!(markdown.starts_with("# \\#lobby"), "{}", &markdown[..100]);
    assert_eq!(markdown.matches("\n**ann** ").count(), MESSAGES);
    assert!(markdown.contains("\nmessage 2999 \\# \\*x\\*\n"));

    pty.enter("/export /no/such/folder/x.md");
    pty.wait_for("there is no folder /no/such/folder");
    assert_eq!(files(data.path()), ["all.jsonl", "all.md"]);
}

#[test]
fn leaving_meanwhile_leaves_no_half_file() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&data.path().join("server"), 0);
    let proxy = Proxy::before(server.port);
    let host = format!("127.0.0.1:{}", proxy.port);
    let mut pty = Pty::client(data.path(), &["--host", &host, "--name", "sam"]);
    pty.wait_for("Only you are here yet");
    // The server does not answer any more, and the export waits.
    proxy.stall(Way::Back);
    pty.enter("/export x.md");
    pty.wait_for("Exporting #lobby · Esc stops it");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
    assert_eq!(files(data.path()), Vec::<String>::new());
}

#[test]
fn a_room_that_the_welcome_has_no_place_for_is_exported() {
    const ROOMS: usize = 60;
    let data = tempfile::tempdir().unwrap();
    let server = Server::unlimited(&data.path().join("server"));
    let host = format!("127.0.0.1:{}", server.port);
    let name = |number| format!("room{number:02}");
    let mut peer = Peer::guest(server.port, "bob");
    let topic = "x".repeat(chat_protocol::limit::TOPIC_BYTES);
    for room in (0..ROOMS).map(name) {
        peer.send(&format!(r#"{{"type":"join","room":"{room}"}}"#));
        peer.send(&format!(r#"{{"type":"topic","room":"{room}","text":"{topic}"}}"#));
        peer.send(&format!(r#"{{"type":"say","id":"{room}","room":"{room}","text":"hi"}}"#));
        peer.wait_for(&["ack", &room]);
    }
    let rooms: Vec<String> = (0..ROOMS).flat_map(|at| ["--room".to_owned(), name(at)]).collect();
    let mut tail = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    tail.args(["tail", "--host", &host, "--name", "sam"]).args(rooms);
    let mut tail = tail.env("XDG_DATA_HOME", data.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    assert_eq!(lines.by_ref().take(ROOMS).map_while(Result::ok).count(), ROOMS);

    let mut pty = Pty::client(data.path(), &["--host", &host, "--name", "sam"]);
    pty.wait_for(&format!("+{ROOMS}"));
    pty.enter(&format!("/join {}", name(ROOMS - 1)));
    pty.wait_for("#room59 ›");
    pty.enter("/export last.jsonl");
    pty.wait_for("1 message of #room59 are in last.jsonl");
    pty.enter("/quit");
    assert_eq!(pty.exit_code(), 0);
    tail.kill().unwrap();
    tail.wait().unwrap();
}
