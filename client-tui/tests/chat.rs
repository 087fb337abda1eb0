//! People in terminals: the real programs, from the first key to the message on another screen.

// These are tests; clippy knows only functions that are marked as such.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use support::peer::Peer;
use support::pty::Pty;
use support::server::Server;

struct Somebody {
    pty: Pty,
    _data: tempfile::TempDir,
}

impl std::ops::Deref for Somebody {
    type Target = Pty;
    fn deref(&self) -> &Pty {
        &self.pty
    }
}

impl std::ops::DerefMut for Somebody {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.pty
    }
}

/// Starts the client with these arguments and data of its own.
fn somebody(arguments: &[&str]) -> Somebody {
    let data = tempfile::tempdir().unwrap();
    Somebody { pty: Pty::client(data.path(), arguments), _data: data }
}

/// Somebody who has joined the server on this port.
fn member(port: u16, name: &str) -> Somebody {
    let client = somebody(&["--host", "127.0.0.1", "--port", &port.to_string(), "--name", name]);
    client.wait_for("● linked");
    client
}

fn server() -> (Server, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    (Server::start(data.path(), 0), data)
}

/// The screen's row that begins so, without what follows it on the right.
fn row(screen: &vt100::Screen, start: &str) -> Option<String> {
    let contents = screen.contents();
    contents
        .lines()
        .find(|line| line.trim_start().starts_with(start))
        .map(|line| line.trim().to_owned())
}

#[test]
fn two_people_a_line_and_a_script_talk() {
    let (server, _data) = server();
    let mut ann = member(server.port, "ann");
    let mut bob = member(server.port, "bob");
    ann.wait_for("bob joined");
    ann.enter("hello, bob");
    bob.wait_for("hello, bob");
    bob.enter("and hello, ann");
    ann.wait_for("and hello, ann");
    let mut line = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    line.write_all(b"carl\nfrom netcat\n").unwrap();
    ann.wait_for("from netcat");
    let mut script = Peer::guest(server.port, "dora");
    script.say("1", "from a script");
    bob.wait_for("from a script");
    bob.enter("/msg ann psst");
    ann.wait_for("@bob");
    ann.send("\x1b[1;3B");
    ann.wait_for("psst");
    ann.wait_for("@bob ›");
}

/// Somebody who says much: a thousand messages a second until told to stop, but neither more than
/// 30,000 nor for longer than 30 seconds. Then comes a last one.
fn flood(port: u16, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        let mut peer = Peer::guest(port, "flood");
        peer.listen_to_nothing();
        let start = Instant::now();
        for number in 0_u32..30_000 {
            if stop.load(Ordering::SeqCst) || start.elapsed() > Duration::from_secs(30) {
                break;
            }
            peer.say(
                &number.to_string(),
                &format!("flood {number} xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
            );
            let due = Duration::from_millis(u64::from(number));
            // This paces the flood; nothing waits for it.
            std::thread::sleep(due.saturating_sub(start.elapsed()));
        }
        peer.say("last", "the flood is over");
    })
}

#[test]
fn a_sentence_stands_letter_for_letter_in_a_flood() {
    let (server, _data) = server();
    let mut ann = member(server.port, "ann");
    ann.wait_for("#lobby ›");
    let typed_all = Arc::new(AtomicBool::new(false));
    let flood = flood(server.port, &typed_all);
    ann.wait_for("flood 3");
    let sentence = "The quick brown fox says: don't touch my line, è vero, 你好!";
    let mut typed = String::new();
    for letter in sentence.chars() {
        typed.push(letter);
        ann.send(&letter.to_string());
        let expected = format!("#lobby › {typed}");
        ann.wait_until(&expected, |screen| {
            row(screen, "#lobby ›").is_some_and(|row| row == expected.trim_end())
        });
    }
    typed_all.store(true, Ordering::SeqCst);
    flood.join().unwrap();
    ann.wait_for("the flood is over");
    let expected = format!("#lobby › {sentence}");
    ann.wait_until(&expected, |screen| row(screen, "#lobby ›").as_ref() == Some(&expected));
    let mut peer = Peer::guest(server.port, "judge");
    ann.send("\r");
    peer.wait_for(&["message", "\"from\":\"ann\"", sentence]);
}

#[test]
fn a_killed_server_loses_and_doubles_nothing() {
    let (server, data) = server();
    let port = server.port;
    let mut ann = member(port, "ann");
    let mut bob = member(port, "bob");
    ann.enter("before the kill");
    bob.wait_for("before the kill");
    drop(server);
    ann.wait_for("no link");
    bob.wait_for("no link");
    ann.enter("while it was down");
    bob.enter("me too");
    ann.wait_for("while it was down");
    let server = Server::start(data.path(), port);
    ann.wait_for("● linked");
    bob.wait_for("● linked");
    bob.wait_for("while it was down");
    ann.wait_for("me too");
    ann.enter("after it");
    bob.wait_for("after it");
    // The others may see it before its writer's picture is drawn.
    ann.wait_until("an empty input, and what was in it said", |screen| {
        let input = row(screen, "#lobby ›");
        input.is_some_and(|row| row == "#lobby ›") && screen.contents().contains("after it")
    });
    let mut texts = Peer::guest(server.port, "judge").history();
    // Which of the two came back first is theirs.
    texts[1..3].sort();
    assert_eq!(texts, ["before the kill", "me too", "while it was down", "after it"]);
    for text in ["before the kill", "while it was down", "me too", "after it"] {
        for client in [&ann, &bob] {
            assert_eq!(client.screen().matches(text).count(), 1, "{text}:\n{}", client.screen());
        }
    }
}

/// Somebody who hosts a room with this data, and its port.
fn hosting(data: &Path, name: &str) -> (Pty, u16) {
    let host = Pty::client(data, &["--serve", "--port", "0", "--name", name]);
    host.wait_for("Others join with");
    let screen = host.screen();
    let port = screen.split("--port ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let port = port.unwrap_or_else(|| panic!("no port:\n{screen}")).parse().unwrap();
    (host, port)
}

/// Leaves by Ctrl-C, twice; the terminal is as before then.
fn leave(client: &mut Pty) {
    client.send("\x03");
    client.wait_for("Press Ctrl-C again to quit");
    confirm(client);
}

/// The same for a host whom others would lose: this is asked.
fn leave_others(client: &mut Pty) {
    client.send("\x03");
    client.wait_for("Press Ctrl-C again to quit");
    client.send("\x03");
    client.wait_for("Leave the chat?");
    confirm(client);
}

fn confirm(client: &mut Pty) {
    client.send("\x03");
    assert_eq!(client.exit_code(), 0);
    client.wait_until("the main screen", |screen| {
        !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    });
}

#[test]
fn a_room_is_hosted_and_joined_and_its_end_is_seen() {
    let data = tempfile::tempdir().unwrap();
    let (mut ann, port) = hosting(data.path(), "ann");
    let mut bob = member(port, "bob");
    ann.wait_for("bob joined");
    bob.enter("thanks for having me");
    ann.wait_for("thanks for having me");
    leave_others(&mut ann);
    bob.wait_for("no link");
    bob.wait_for("thanks for having me");
    leave(&mut bob);
}

#[test]
fn a_hosted_room_remembers_what_was_said_and_by_whom_it_was_hosted() {
    let data = tempfile::tempdir().unwrap();
    let (mut ann, port) = hosting(data.path(), "ann");
    let mut bob = member(port, "bob");
    ann.enter("welcome, everybody");
    bob.wait_for("welcome, everybody");
    bob.enter("and goodbye");
    ann.wait_for("and goodbye");
    leave_others(&mut ann);
    // Without a name: the one used last.
    let mut again = Pty::client(data.path(), &["--serve", "--port", "0"]);
    again.wait_for("Others join with");
    again.wait_for("welcome, everybody");
    again.wait_for("and goodbye");
    again.wait_for("● linked  ann");
    leave(&mut again);
    let start = Pty::client(data.path(), &[]);
    start.wait_until("the name", |screen| {
        row(screen, "› Your name").is_some_and(|row| row.ends_with("ann"))
    });
}

#[test]
fn a_taken_port_says_by_whom_and_offers_to_join() {
    let (server, _data) = server();
    let port = server.port.to_string();
    let mut ann = somebody(&["--serve", "--port", &port, "--name", "ann"]);
    ann.wait_for("Enter");
    ann.wait_for("chat server");
    ann.send("\r");
    ann.wait_for("● linked");

    let other = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let client = somebody(&["--serve", "--port", &port, "--name", "ann"]);
    client.wait_for("nother program");
}

#[test]
fn a_taken_name_is_a_kind_offer() {
    let (server, _data) = server();
    let _sam = Peer::guest(server.port, "sam");
    let port = server.port.to_string();
    let mut other = somebody(&["--host", "127.0.0.1", "--port", &port, "--name", "Sam"]);
    other.wait_for("Sam-2");
    other.send("\r");
    other.wait_for("● linked");
    other.wait_for("Sam-2");
}

#[test]
fn what_cannot_be_reached_is_diagnosed() {
    // The port is had, so that nobody else gets it, but not listened to.
    let nobody = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    nobody.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let port = nobody.local_addr().unwrap().as_socket().unwrap().port();
    let refused = somebody(&["--host", "127.0.0.1", "--port", &port.to_string()]);
    refused.wait_for("no server listens");
    refused.wait_for("chat-tui --serve");

    let unknown = somebody(&["--host", "no-such-host.invalid"]);
    unknown.wait_for("no-such-host.invalid");
    unknown.wait_for("spelling");

    let strange = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = strange.local_addr().unwrap().port().to_string();
    let client = somebody(&["--host", "127.0.0.1", "--port", &port]);
    let (mut stream, _) = strange.accept().unwrap();
    stream.write_all(b"SSH-2.0-OpenSSH_9.2\x1b]0;x\x07\r\n").unwrap();
    client.wait_for("SSH-2.0-OpenSSH_9.2");
    client.wait_for("Something else than a chat server");
    let written = client.written();
    assert!(!written.windows(4).any(|bytes| bytes == b"\x1b]0;"), "an escape came through");
}

#[test]
fn history_is_read_while_more_comes_in() {
    let (server, _data) = server();
    let mut peer = Peer::guest(server.port, "dora");
    peer.listen_to_nothing();
    for number in 0..400 {
        peer.say(&format!("a{number}"), &format!("line {number:03}"));
    }
    let mut ann = member(server.port, "ann");
    ann.wait_for("line 399");
    // Further up than the first page reaches: older ones are fetched on the way.
    for _ in 0..12 {
        ann.send("\x1b[5~");
    }
    ann.wait_gone("line 399");
    ann.wait_for("viewing history");
    // Alt-Home goes to the oldest line known, and has older ones fetched: again and again, until
    // the very first is there. From then on nothing moves.
    ann.send_until("\x1b[1;3H", "line 000");
    for number in 0..50 {
        peer.say(&format!("b{number}"), &format!("news {number:03}"));
    }
    ann.wait_for("50 new below");
    assert!(!ann.screen().contains("news"), "{}", ann.screen());
    ann.send("\x1b[1;3F");
    ann.wait_for("news 049");
    ann.wait_gone("viewing history");
}

#[test]
fn any_size_will_do() {
    let (server, _data) = server();
    let mut ann = member(server.port, "ann");
    ann.enter("a line that is long enough to be wrapped on a narrow screen, twice or so");
    ann.wait_for("twice or so");
    ann.send("half a word");
    for (width, height) in [(20, 5), (1, 1), (200, 60), (40, 12), (2, 80), (80, 24)] {
        ann.resize(width, height);
    }
    ann.wait_for("twice or so");
    ann.wait_for("#lobby › half a word");
}
