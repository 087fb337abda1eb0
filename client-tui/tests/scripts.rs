//! `send`, `tail`, `man` and `completions` as scripts use them: the real program and the real server,
//! in pipes, without a terminal.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use support::peer::Peer;
use support::server::Server;

/// The client with these arguments, its data in `data`, and no terminal anywhere.
fn client(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-tui"));
    command.args(arguments).env("XDG_DATA_HOME", data).env("TZ", "UTC");
    for variable in ["CHAT_HOST", "CHAT_PORT", "CHAT_NAME", "CHAT_ROOM", "CHAT_CODE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    client(data, arguments).output().unwrap()
}

/// The same, with this on standard input.
fn run_with(data: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = client(data, arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // Whoever failed at once does not read to the end.
    _ = writer.join().unwrap();
    output
}

#[track_caller]
fn ended(output: &Output, code: i32, words: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(words), "no ‘{words}’ in {stderr}");
    assert!(code == 2 || stderr.lines().count() <= 1, "more than a line: {stderr}");
}

struct Place {
    data: tempfile::TempDir,
    server: Option<Server>,
    host: String,
}

impl Place {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&data.path().join("server"), 0);
        let host = format!("127.0.0.1:{}", server.port);
        Self { data, server: Some(server), host }
    }

    fn port(&self) -> u16 {
        self.server.as_ref().unwrap().port
    }

    fn path(&self) -> &Path {
        self.data.path()
    }

    fn send(&self, arguments: &[&str], input: &[u8]) -> Output {
        let all = [&["send", "--host", &self.host, "--name", "sam"], arguments].concat();
        run_with(self.path(), &all, input)
    }

    /// What is there, as `tail` tells it, the time cut off.
    fn said(&self, arguments: &[&str]) -> Vec<String> {
        let all = ["tail", "--host", &self.host, "--name", "eve", "--guest", "--no-follow"];
        let output = run(self.path(), &[&all[..], arguments].concat());
        ended(&output, 0, "");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line["2026-11-21 14:05:09 ".len()..].to_owned()).collect()
    }

    fn tail(&self, arguments: &[&str]) -> Tail {
        let all = ["tail", "--host", &self.host, "--name", "eve", "--guest"];
        let mut child = client(self.path(), &[&all[..], arguments].concat()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Tail { child, lines: Some(lines) }
    }
}

/// A `tail` that runs.
struct Tail {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
}

impl Tail {
    /// The next line's text.
    fn next(&mut self) -> String {
        let mut line = String::new();
        self.lines.as_mut().unwrap().read_line(&mut line).unwrap();
        line.rsplit(": ").next().unwrap().trim_end().to_owned()
    }

    /// Waits for the end; gives the exit code and what was said on standard error.
    fn end(&mut self) -> (Option<i32>, String) {
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stderr)
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn what_is_sent_is_there_when_it_ends() {
    let place = Place::new();
    ended(&place.send(&["hello"], b""), 0, "");
    ended(&place.send(&[], b"one\ntwo\n"), 0, "");
    ended(&place.send(&["-"], b"\x1b[31mred\x1b[0m"), 0, "");
    ended(&place.send(&["--lines"], b"a\n\nb\n"), 0, "");
    ended(&place.send(&["--lines"], b""), 0, "");
    ended(&place.send(&["--room", "builds"], b"green"), 0, "");
    let expected =
        ["hello", "one\\ntwo", "red", "a", "b"].map(|text| format!("#lobby sam: {text}"));
    assert_eq!(place.said(&[]), expected);
    assert_eq!(place.said(&["--last", "1"]), expected[4..]);
    assert_eq!(place.said(&["--since", "3"]), expected[3..]);
    assert_eq!(place.said(&["--room", "builds"]), ["#builds sam: green"]);
}

#[test]
fn much_is_parted_between_lines_and_stays_in_order() {
    let place = Place::new();
    let lines: Vec<String> = (0..2_000).map(|number| format!("line {number}")).collect();
    ended(&place.send(&["--lines"], lines.join("\n").as_bytes()), 0, "");
    let expected: Vec<String> = lines.iter().map(|line| format!("#lobby sam: {line}")).collect();
    assert_eq!(place.said(&["--since", "0"]), expected);
    ended(&place.send(&["--room", "whole"], lines.join("\n").as_bytes()), 0, "");
    let said = place.said(&["--room", "whole"]);
    let texts: Vec<&str> =
        said.iter().flat_map(|line| line["#whole sam: ".len()..].split("\\n")).collect();
    assert_eq!(texts, lines);
}

#[test]
fn what_is_longer_than_a_chat_reads_is_refused_whole() {
    let place = Place::new();
    let most = 32 * 8_192;
    let line = format!("{}\n", "x".repeat(99));
    let much = line.repeat(most / 100 + 1);
    let output = place.send(&[], much.as_bytes());
    ended(&output, 2, "longer than 262,144 bytes, which is 32 messages: nothing was sent");
    assert_eq!(place.said(&["--since", "0"]), [""; 0]);
    // What fits, goes; and what never ends is not waited for.
    ended(&place.send(&[], &much.as_bytes()[..most]), 0, "");
    let mut endless = client(place.path(), &["send", "--host", &place.host]);
    endless.stdin(std::fs::File::open("/dev/zero").unwrap());
    ended(&endless.output().unwrap(), 2, "nothing was sent");
}

#[test]
fn directs_wait_for_whom_they_are_for() {
    let place = Place::new();
    ended(&place.send(&["--room", "lobby"], b"here I am"), 0, "");
    let bob = ["--host", &place.host, "--name", "bob"];
    ended(&run(place.path(), &[&["send"], &bob[..], &["--to", "sam", "psst"]].concat()), 0, "");
    let tail = ["tail", "--host", &place.host, "--name", "sam", "--room", "@bob", "--no-follow"];
    let output = run(place.path(), &[&tail[..], &["--json"]].concat());
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let field = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    assert_eq!((field("type"), field("from")), ("direct".to_owned(), "bob".to_owned()));
    assert_eq!((field("to"), field("text")), ("sam".to_owned(), "psst".to_owned()));
}

#[test]
fn what_fails_says_what_to_do() {
    let place = Place::new();
    let mut taken = Peer::guest(place.port(), "ann");
    let lab = ["send", "--host", &place.host];
    let send = |more: &[&str]| run(place.path(), &[&lab[..], more].concat());
    ended(&send(&["--name", "ann", "hi"]), 1, "try --name ann-2, or --guest");
    ended(&send(&["--name", "ann", "--guest", "hi"]), 0, "");
    taken.wait_for(&["\"from\":\"ann-2\"", "hi"]);
    ended(&send(&["--to", "nobody", "hi"]), 1, "nobody");
    ended(&send(&[]), 1, "nothing to send");
    ended(
        &run(place.path(), &["send", "--host", "127.0.0.1:1", "hi"]),
        1,
        "Is the server running?",
    );
    ended(&run(place.path(), &["tail", "--host", "127.0.0.1:1"]), 1, "Is the server running?");
    ended(&run(place.path(), &["send", "hi"]), 2, "--host <HOST>");
    ended(
        &run(place.path(), &["tail", "--host", "x", "--room", "a", "--room", "b", "--since", "1"]),
        2,
        "one --room",
    );
    ended(&run(place.path(), &["man", "frobnicate"]), 2, "there are send, tail");
}

#[test]
fn a_server_that_does_not_answer_is_not_waited_for_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let output = run(data.path(), &["send", "--host", &host, "--timeout", "1", "hi"]);
    ended(&output, 1, "has not confirmed within 1 s");
}

#[test]
fn a_closed_reader_ends_tail_quietly() {
    let place = Place::new();
    let mut ann = Peer::guest(place.port(), "ann");
    let mut tail = place.tail(&[]);
    ann.say("1", "hi");
    assert_eq!(tail.next(), "hi");
    // Nothing more is said: that nobody reads any more is noticed all the same.
    drop(tail.lines.take());
    assert_eq!(tail.end(), (Some(0), String::new()));
}

#[test]
fn a_signal_ends_tail_as_shells_expect() {
    let place = Place::new();
    let mut ann = Peer::guest(place.port(), "ann");
    let mut tail = place.tail(&[]);
    ann.say("1", "hi");
    assert_eq!(tail.next(), "hi");
    let id = tail.child.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    assert_eq!(tail.end(), (Some(130), String::new()));
}

#[test]
fn a_restart_of_the_server_costs_no_message_and_doubles_none() {
    let mut place = Place::new();
    let port = place.port();
    let mut ann = Peer::guest(port, "ann");
    ann.say("1", "one");
    ann.wait_for(&["ack"]);
    let mut tail = place.tail(&["--since", "0"]);
    assert_eq!(tail.next(), "one");
    place.server = None;
    place.server = Some(Server::start(&place.path().join("server"), port));
    // Said before tail is back, or after: both must come once.
    ended(&place.send(&["two"], b""), 0, "");
    assert_eq!(tail.next(), "two");
    ended(&place.send(&["three"], b""), 0, "");
    assert_eq!(tail.next(), "three");
    drop(tail.lines.take());
    let (code, stderr) = tail.end();
    assert_eq!(code, Some(0));
    assert_eq!(stderr.lines().count(), 2, "{stderr}");
    assert!(stderr.contains("reconnecting") && stderr.contains("connected again"), "{stderr}");
}

#[test]
fn a_reader_that_does_not_read_gets_everything_when_it_does() {
    let place = Place::new();
    let mut tail = place.tail(&["--since", "0"]);
    let lines: Vec<String> =
        (0..3_000).map(|number| format!("line {number} {}", "x".repeat(100))).collect();
    ended(&place.send(&["--lines"], lines.join("\n").as_bytes()), 0, "");
    for line in &lines {
        assert_eq!(tail.next(), *line);
    }
}

#[test]
fn shells_and_man_are_served() {
    let data = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(data.path(), &["completions", shell]);
        ended(&output, 0, "");
        assert!(String::from_utf8_lossy(&output.stdout).contains("chat-tui"), "{shell}");
    }
    let page = run(data.path(), &["man"]);
    assert!(String::from_utf8_lossy(&page.stdout).contains(".TH chat-tui 1"));
    let folder = data.path().join("man1");
    ended(&run(data.path(), &["man", "--dir", folder.to_str().unwrap()]), 0, "");
    let pages = ["", "-send", "-tail", "-doctor", "-completions", "-man"];
    for page in pages.map(|end| format!("chat-tui{end}.1")) {
        assert!(std::fs::metadata(folder.join(&page)).unwrap().len() > 200, "{page}");
    }
}

/// Says something in #builds as somebody else, and waits until the server has it.
fn build_says(peer: &mut Peer, id: &str, text: &str) {
    peer.send(&format!(r#"{{"type":"say","id":"{id}","room":"builds","text":"{text}"}}"#));
    peer.wait_for(&["ack", id]);
}

#[test]
fn who_ends_leaves_ones_other_connections_in_the_room() {
    let place = Place::new();
    let mut ann = Peer::guest(place.port(), "ann");
    ann.send(r#"{"type":"join","room":"builds"}"#);
    build_says(&mut ann, "1", "zero");
    let own = ["--host", &place.host, "--name", "sam", "--room", "builds"];
    let tail = || {
        let mut child = client(place.path(), &[&["tail"], &own[..]].concat()).spawn().unwrap();
        let lines = Some(BufReader::new(child.stdout.take().unwrap()));
        Tail { child, lines }
    };
    // Whoever comes first enters the room.
    let mut first = tail();
    assert_eq!(first.next(), "zero");
    let mut other = tail();
    assert_eq!(other.next(), "zero");
    drop(first.lines.take());
    assert_eq!(first.end().0, Some(0));
    build_says(&mut ann, "2", "one");
    assert_eq!(other.next(), "one");
    drop(other);

    let mut send = client(place.path(), &[&["send", "--lines"], &own[..]].concat());
    let mut send = send.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = send.stdin.take().unwrap();
    stdin.write_all(b"two\n").unwrap();
    ann.wait_for(&["message", "two"]);
    let mut other = tail();
    assert_eq!(["", "", ""].map(|_| other.next()), ["zero", "one", "two"]);
    drop(stdin);
    assert!(send.wait().unwrap().success());
    build_says(&mut ann, "3", "three");
    assert_eq!(other.next(), "three");
}

/// A server that cannot read its history, so many times; then it has two messages.
fn forgetful(mut times: usize) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            let message = |seq| format!(r#"{{"seq":{seq},"from":"ann","at":0,"text":"m{seq}"}}"#);
            let answer = if line.contains(r#""hello""#) {
                r#"{"type":"welcome","version":1,"name":"eve","server":"lab","log":"1","directs":[],
                    "rooms":[{"name":"lobby","topic":"","last":2,"count":1,"members":["eve"]}]}"#
                    .replace('\n', "")
            } else if !line.contains(r#""history""#) {
                continue;
            } else if times > 0 {
                times -= 1;
                r#"{"type":"error","code":"not_stored","text":"no","room":"lobby"}"#.to_owned()
            } else {
                let messages = [message(1), message(2)].join(",");
                format!(
                    r#"{{"type":"history","room":"lobby","messages":[{messages}],"more":false}}"#
                )
            };
            stream.write_all(format!("{answer}\n").as_bytes()).unwrap();
        }
    });
    host
}

#[test]
fn what_cannot_be_read_just_now_is_asked_for_again_and_not_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let tail = |host: &str| {
        let arguments = ["tail", "--host", host, "--name", "eve", "--guest", "--no-follow"];
        run(data.path(), &arguments)
    };
    let output = tail(&forgetful(1));
    ended(&output, 0, "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    ended(&tail(&forgetful(usize::MAX)), 1, "cannot read its history now");
}
