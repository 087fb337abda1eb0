//! A client without a terminal and a network: keys and events in, screens out, at fixed sizes,
//! times and zone. Goes only through what the runtime uses.

use std::time::Duration;

use chat_protocol as wire;
use chat_tui::config::Habits;
use chat_tui::dialect::Dialect;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, Hosted, Moment};
use chat_tui::look::Look;
use chat_tui::net::{self, Failure};
use chat_tui::state::{Setup, Start, State};
use chat_tui::update::update;
use chat_tui::view::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use wire::{Nick, Request};

/// 21 November 2026, 09:00 UTC.
pub(crate) const MORNING: i64 = 1_795_251_600_000;

/// A client without a terminal and a network.
pub(crate) struct Client {
    pub(crate) state: State,
    pub(crate) now: Moment,
}

pub(crate) fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

pub(crate) fn target() -> Target {
    let (host, dialect) = ("192.168.1.23".to_owned(), Dialect::Native);
    Target { host, port: 65_433, name: nick("sam"), dialect }
}

pub(crate) fn setup(start: Start) -> Setup {
    Setup {
        id_prefix: "test".to_owned(),
        name: Some(nick("sam")),
        recent: Vec::new(),
        trouble: None,
        people: chat_tui::people::People::default(),
        places: chat_tui::places::Places::default(),
        written: chat_tui::written::Written::default(),
        port: 65_433,
        start,
        width: 80,
        height: 24,
        look: Look::default(),
        habits: Habits::default(),
        zone: TimeZone::UTC,
    }
}

impl Client {
    pub(crate) fn new(setup: Setup) -> Self {
        let now = Moment { up: Duration::ZERO, unix_ms: MORNING };
        let mut state = State::new(setup);
        state.begin(now);
        Self { state, now }
    }

    pub(crate) fn joining() -> Self {
        Self::new(setup(Start::Join { target: target(), room: None }))
    }

    /// In the lobby, with the messages that the server then sends.
    pub(crate) fn chatting(frames: &[&str]) -> Self {
        let mut client = Self::joining();
        client.connect();
        client.frames(frames);
        client
    }

    pub(crate) fn connect(&mut self) -> Vec<Effect> {
        let token = wire::Token::new("0123456789abcdef");
        self.net(net::Event::Up { token });
        self.frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab","log":"1",
            "rooms":[{"name":"lobby","topic":"Networks, week 7","last":0,"count":4,
            "members":["ann","bob","li 雷","sam"],"via":{"bob":"line"},
            "marks":{"ann":["host"],"bob":["guest"]}}]}"#])
    }

    pub(crate) fn send(&mut self, event: Event) -> Vec<Effect> {
        update(&mut self.state, self.now, event)
    }

    pub(crate) fn net(&mut self, event: net::Event) -> Vec<Effect> {
        self.send(Event::Net(event))
    }

    pub(crate) fn frames(&mut self, lines: &[&str]) -> Vec<Effect> {
        let decode = |line: &&str| wire::Event::decode(line.replace('\n', "").as_bytes()).unwrap();
        self.net(net::Event::Frames(lines.iter().map(decode).collect()))
    }

    pub(crate) fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
        self.send(Event::Key(KeyEvent::new(code, modifiers)))
    }

    pub(crate) fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.key(code, KeyModifiers::NONE)
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    /// Types a line and presses Enter.
    pub(crate) fn enter(&mut self, text: &str) -> Vec<Effect> {
        self.type_text(text);
        self.press(KeyCode::Enter)
    }

    pub(crate) fn resize(&mut self, (width, height): (u16, u16)) {
        self.send(Event::Resized { width, height });
    }

    pub(crate) fn draw(&mut self, (width, height): (u16, u16)) -> Terminal<TestBackend> {
        self.resize((width, height));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        terminal
    }

    pub(crate) fn text(&mut self, size: (u16, u16)) -> String {
        self.draw(size).backend().to_string()
    }
}

pub(crate) fn said(seq: u64, from: &str, minutes: i64, text: &str) -> String {
    let at = MORNING + minutes * 60_000;
    let text = serde_json::to_string(text).unwrap();
    format!(
        r#"{{"type":"message","room":"lobby","seq":{seq},"from":"{from}","at":{at},"text":{text}}}"#
    )
}

pub(crate) fn lesson() -> Client {
    let lines = [
        said(1, "ann", -1500, "is anybody here yet?"),
        said(2, "ann", 0, "good morning 👋 the server is up, try to join from your own machine"),
        said(3, "ann", 0, "the line is on the whiteboard"),
        said(4, "bob", 1, "hi! which port was it again?"),
        said(
            5,
            "li 雷",
            2,
            "65433, unless the teacher says otherwise. If it is refused then nothing listens there; if it times out then a firewall is in between, and that is another story altogether.",
        ),
        said(
            6,
            "bob",
            3,
            "while True:\n    line = sock.recv(1024)\n    print(line)\nis that right?",
        ),
        r#"{"type":"joined","room":"lobby","names":["eve","kim"]}"#.to_owned(),
        r#"{"type":"left","room":"lobby","name":"eve"}"#.to_owned(),
        said(
            7,
            "ann",
            9,
            "几乎是对的 (almost), recv may bring half a line, sam: what do you think?",
        ),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut client = Client::chatting(&lines);
    client.now.unix_ms = MORNING + 10 * 60_000;
    client.net(net::Event::RoundTrip(Duration::from_millis(12)));
    client.enter("read until the newline, keep the rest");
    client.type_text("and then");
    client
}

pub(crate) fn long_history() -> Client {
    let lines: Vec<String> = (1..=200)
        .map(|seq| {
            said(
                seq,
                ["ann", "bob"][seq as usize / 3 % 2],
                seq as i64 / 2,
                &format!("line {seq} of a long history"),
            )
        })
        .collect();
    Client::chatting(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn requests(effects: &[Effect]) -> Vec<&Request> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        _ => None,
    });
    sent.collect()
}

pub(crate) const TOKEN: &str = "0123456789abcdef";

pub(crate) fn closed() -> net::Event {
    net::Event::Down { failure: Failure::Closed, retry_in: Some(Duration::from_secs(1)) }
}

pub(crate) fn up() -> net::Event {
    net::Event::Up { token: wire::Token::new(TOKEN) }
}

/// A welcome of `sam` to the lobby, with these conversations besides.
pub(crate) fn welcome(name: &str, directs: &str) -> String {
    format!(
        r#"{{"type":"welcome","version":1,"name":"{name}","server":"lab","log":"1",
        "directs":[{directs}],"rooms":[{{"name":"lobby","last":0,"count":4,
        "members":["ann","bob","li 雷","sam"]}}]}}"#
    )
}

pub(crate) fn room(name: &str) -> String {
    format!(r#"{{"type":"room","name":"{name}","last":0,"count":1,"members":["sam"]}}"#)
}

/// In `#rust`, besides the lobby.
pub(crate) fn in_rust() -> Client {
    let mut client = Client::chatting(&[]);
    client.enter("/join rust");
    client.frames(&[&room("rust")]);
    client
}

pub(crate) fn direct(seq: u64, from: &str, text: &str) -> String {
    format!(r#"{{"type":"direct","from":"{from}","to":"sam","seq":{seq},"at":0,"text":"{text}"}}"#)
}

pub(crate) fn ctrl_c(client: &mut Client) -> Vec<Effect> {
    client.key(KeyCode::Char('c'), KeyModifiers::CONTROL)
}

pub(crate) fn alt(client: &mut Client, c: char) -> Vec<Effect> {
    client.key(KeyCode::Char(c), KeyModifiers::ALT)
}

#[track_caller]
pub(crate) fn shows(client: &mut Client, words: &str) {
    let screen = client.text((140, 30));
    assert!(screen.contains(words), "no ‘{words}’:\n{screen}");
}

#[track_caller]
pub(crate) fn hides(client: &mut Client, words: &str) {
    let screen = client.text((140, 30));
    assert!(!screen.contains(words), "‘{words}’:\n{screen}");
}

/// Hosting a room, with three others in it.
pub(crate) fn hosting() -> Client {
    let mut client = Client::new(setup(Start::Host { port: 0, name: nick("sam") }));
    let addresses = vec!["192.168.1.23".parse().unwrap()];
    client.send(Event::Hosted(Ok(Hosted { port: 7000, addresses })));
    client.connect();
    client
}
