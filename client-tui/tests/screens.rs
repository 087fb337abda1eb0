//! Keys and events in, screens out: at fixed sizes, times and zone. Goes only through what the
//! runtime uses.

// The lint lets tests unwrap, but not what they are built of.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use chat_protocol as wire;
use chat_tui::effect::{Effect, Target};
use chat_tui::event::{Event, HostFailure, Hosted, Moment};
use chat_tui::net::{self, Failure};
use chat_tui::state::{Setup, Start, State};
use chat_tui::update::update;
use chat_tui::view::view;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use proptest::prelude::{Strategy, any, prop_oneof};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use wire::{Nick, Request};

const SIZES: [(u16, u16); 5] = [(120, 40), (80, 24), (40, 12), (20, 5), (1, 1)];

/// 21 November 2026, 09:00 UTC.
const MORNING: i64 = 1_795_251_600_000;

/// A client without a terminal and a network.
struct Client {
    state: State,
    now: Moment,
}

fn nick(name: &str) -> Nick {
    Nick::new(name).unwrap()
}

fn target() -> Target {
    Target { host: "192.168.1.23".to_owned(), port: 65_433, name: nick("sam") }
}

fn setup(start: Start) -> Setup {
    Setup {
        id_prefix: "test".to_owned(),
        name: Some(nick("sam")),
        recent: Vec::new(),
        start,
        width: 80,
        height: 24,
        light: None,
        no_color: false,
        zone: TimeZone::UTC,
    }
}

impl Client {
    fn new(setup: Setup) -> Self {
        let now = Moment { up: Duration::ZERO, unix_ms: MORNING };
        let mut state = State::new(setup);
        state.begin(now);
        Self { state, now }
    }

    fn joining() -> Self {
        Self::new(setup(Start::Join { target: target(), room: None }))
    }

    /// In the lobby, with the messages that the server then sends.
    fn chatting(frames: &[&str]) -> Self {
        let mut client = Self::joining();
        client.connect();
        client.frames(frames);
        client
    }

    fn connect(&mut self) {
        let token = wire::Token::new("0123456789abcdef").unwrap();
        self.net(net::Event::Up { token });
        self.frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab","log":"1",
            "rooms":[{"name":"lobby","topic":"Networks, week 7","last":0,"count":4,
            "members":["ann","bob","li 雷","sam"],"via":{"bob":"line"}}]}"#]);
    }

    fn send(&mut self, event: Event) -> Vec<Effect> {
        update(&mut self.state, self.now, event)
    }

    fn net(&mut self, event: net::Event) -> Vec<Effect> {
        self.send(Event::Net(event))
    }

    fn frames(&mut self, lines: &[&str]) -> Vec<Effect> {
        let decode = |line: &&str| wire::Event::decode(line.replace('\n', "").as_bytes()).unwrap();
        self.net(net::Event::Frames(lines.iter().map(decode).collect()))
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
        self.send(Event::Key(KeyEvent::new(code, modifiers)))
    }

    fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.key(code, KeyModifiers::NONE)
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
    }

    /// Types a line and presses Enter.
    fn enter(&mut self, text: &str) -> Vec<Effect> {
        self.type_text(text);
        self.press(KeyCode::Enter)
    }

    fn resize(&mut self, (width, height): (u16, u16)) {
        self.send(Event::Resized { width, height });
    }

    fn draw(&mut self, (width, height): (u16, u16)) -> Terminal<TestBackend> {
        self.resize((width, height));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.state, frame)).unwrap();
        terminal
    }

    fn text(&mut self, size: (u16, u16)) -> String {
        self.draw(size).backend().to_string()
    }
}

fn said(seq: u64, from: &str, minutes: i64, text: &str) -> String {
    let at = MORNING + minutes * 60_000;
    let text = serde_json::to_string(text).unwrap();
    format!(
        r#"{{"type":"message","room":"lobby","seq":{seq},"from":"{from}","at":{at},"text":{text}}}"#
    )
}

fn lesson() -> Client {
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

fn long_history() -> Client {
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

fn snapshots(name: &str, mut client: Client) {
    for size in SIZES {
        let terminal = client.draw(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), terminal.backend());
    }
}

#[test]
fn start() {
    let mut setup = setup(Start::Screen);
    setup.recent =
        vec![target(), Target { host: "lab.example".to_owned(), port: 7000, ..target() }];
    snapshots("start", Client::new(setup));
}

#[test]
fn start_with_a_bad_name() {
    let mut client = Client::new(setup(Start::Screen));
    client.type_text("#");
    snapshots("bad_name", client);
}

#[test]
fn failed() {
    let mut client = Client::joining();
    let retry_in = Some(Duration::from_secs(3));
    client.net(net::Event::Trying { attempt: 1 });
    client.net(net::Event::Down { failure: Failure::Refused, retry_in });
    snapshots("failed", client);
}

#[test]
fn empty() {
    snapshots("empty", Client::chatting(&[]));
}

#[test]
fn full() {
    snapshots("full", lesson());
}

#[test]
fn several_conversations() {
    let mut client = lesson();
    client.frames(&[
        r#"{"type":"direct","from":"ann","to":"sam","seq":1,"at":1795251600000,"text":"psst"}"#,
    ]);
    snapshots("several", client);
}

#[test]
fn history() {
    let mut client = long_history();
    client.press(KeyCode::PageUp);
    client.frames(&[&said(201, "bob", 101, "one more")]);
    snapshots("history", client);
}

#[test]
fn broken_link() {
    let mut client = lesson();
    let retry_in = Some(Duration::from_secs(3));
    client.net(net::Event::Down { failure: Failure::Closed, retry_in });
    snapshots("broken", client);
}

#[test]
fn name_taken() {
    let mut client = Client::joining();
    client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef").unwrap() });
    client.frames(&[r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#]);
    snapshots("name_taken", client);
}

#[test]
fn hosting() {
    let mut client = Client::new(setup(Start::Host { port: 0, name: nick("sam") }));
    let addresses = vec!["192.168.1.23".parse().unwrap()];
    let effects = client.send(Event::Hosted(Ok(Hosted { port: 7000, addresses })));
    let own = Target { host: "127.0.0.1".to_owned(), port: 7000, name: nick("sam") };
    assert_eq!(effects, [Effect::Connect(own)]);
    client.connect();
    snapshots("hosting", client);
}

#[test]
fn port_taken() {
    let mut client = Client::new(setup(Start::Host { port: 65_433, name: nick("sam") }));
    let failure = HostFailure::PortTaken { port: 65_433, server: Some("lab".to_owned()) };
    client.send(Event::Hosted(Err(failure)));
    snapshots("port_taken", client);
}

#[test]
fn help() {
    let mut client = lesson();
    client.press(KeyCode::F(1));
    snapshots("help", client);
}

fn requests(effects: &[Effect]) -> Vec<&Request> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(request) => Some(request),
        _ => None,
    });
    sent.collect()
}

#[test]
fn nothing_typed_is_lost() {
    let check = |text: &str, told: &str| {
        let mut client = Client::chatting(&[]);
        assert!(requests(&client.enter(text)).is_empty(), "{text}");
        assert_eq!(client.state.typed().0, text);
        let screen = client.text((120, 24));
        assert!(screen.contains(told), "{screen}");
    };
    check("/joyn rust", "did you mean /join?");
    check(" /join rust", "space before");
    check("/join not a room!", "cannot contain");
    check("/msg", "To whom");
    let mut client = Client::chatting(&[]);
    client.send(Event::Paste("/join a\n/join b".to_owned()));
    assert!(client.press(KeyCode::Enter).is_empty());
    assert_eq!(client.state.typed().0, "/join a\n/join b");
    client.send(Event::Paste("x".repeat(9000)));
    client.press(KeyCode::Enter);
    assert!(client.state.typed().0.len() > 9000);
}

#[test]
fn commands_and_texts_become_requests() {
    let check = |text: &str, expected: &str| {
        let mut client = Client::chatting(&[]);
        let effects = client.enter(text);
        let mut bytes = bytes::BytesMut::new();
        requests(&effects).iter().for_each(|request| request.encode(&mut bytes));
        assert_eq!(String::from_utf8_lossy(&bytes).trim_end(), expected, "{text}");
    };
    check("hi", r#"{"type":"say","id":"test-1","room":"lobby","text":"hi"}"#);
    check("//x", r#"{"type":"say","id":"test-1","room":"lobby","text":"/x"}"#);
    check("/msg li 雷 hi", r#"{"type":"tell","id":"test-1","to":"li 雷","text":"hi"}"#);
    check("/J #rust", r#"{"type":"join","room":"rust"}"#);
    check("/topic new", r#"{"type":"topic","room":"lobby","text":"new"}"#);
    check("/nick samuel", r#"{"type":"rename","name":"samuel"}"#);
}

#[test]
fn tab_completes_and_cycles() {
    let check = |text: &str, tabs: usize, expected: &str| {
        let mut client = Client::chatting(&[]);
        client.type_text(text);
        for _ in 0..tabs {
            client.press(KeyCode::Tab);
        }
        assert_eq!(client.state.typed().0, expected);
    };
    check("an", 1, "ann: ");
    check("ask li", 1, "ask li 雷 ");
    check("/jo", 1, "/join ");
    check("/t", 2, "/time ");
    check("zz", 1, "zz");
}

#[test]
fn a_broken_link_sends_again_and_resumes() {
    let mut client = Client::chatting(&[&said(1, "ann", 0, "hello")]);
    let first = client.enter("one");
    assert_eq!(requests(&first).len(), 1);
    client
        .net(net::Event::Down { failure: Failure::Closed, retry_in: Some(Duration::from_secs(1)) });
    assert!(requests(&client.enter("two")).is_empty());
    let up = client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef").unwrap() });
    let [Request::Hello(hello)] = requests(&up)[..] else { panic!("{up:?}") };
    assert_eq!((hello.resume[0].after, hello.resume[0].log.as_deref()), (1, Some("1")));
    let again = client
        .frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab","log":"1",
        "rooms":[{"name":"lobby","topic":"","last":1,"count":1,"members":["sam"]}]}"#]);
    let ids: Vec<&str> = requests(&again)
        .iter()
        .filter_map(|request| match request {
            Request::Say { id, .. } => Some(id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["test-1", "test-2"]);
}

#[test]
fn a_refused_text_comes_back_into_an_empty_input_only() {
    let refusal = r#"{"type":"error","code":"bad_text","text":"no","id":"test-1"}"#;
    let mut client = Client::chatting(&[]);
    client.enter("oops");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "oops");
    let mut client = Client::chatting(&[]);
    client.enter("oops");
    client.type_text("next");
    client.frames(&[refusal]);
    assert_eq!(client.state.typed().0, "next");
    assert!(client.text((80, 24)).contains("✗ oops"));
}

#[test]
fn leaving_is_asked_first() {
    let leaves = |effects: &[Effect]| effects.contains(&Effect::Quit);
    let mut client = Client::chatting(&[]);
    assert!(!leaves(&client.enter("exit")));
    assert!(client.text((80, 24)).contains("Leave the chat?"));
    assert!(!leaves(&client.press(KeyCode::Esc)));
    assert_eq!(client.state.typed().0, "exit");
    let ctrl_c = (KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(!leaves(&client.key(ctrl_c.0, ctrl_c.1)));
    assert_eq!(client.state.typed().0, "");
    assert!(!leaves(&client.key(ctrl_c.0, ctrl_c.1)));
    assert!(leaves(&client.key(ctrl_c.0, ctrl_c.1)));
}

#[test]
fn a_taken_name_is_one_key_away_from_another() {
    let taken = r#"{"type":"error","code":"name_taken","text":"taken","suggest":"sam-2"}"#;
    let check = |typed: &str, expected: &str| {
        let mut client = Client::joining();
        client.net(net::Event::Up { token: wire::Token::new("0123456789abcdef").unwrap() });
        assert_eq!(client.frames(&[taken]), [Effect::Disconnect]);
        let target = Target { name: nick(expected), ..target() };
        assert_eq!(client.enter(typed), [Effect::Connect(target)]);
    };
    check("", "sam-2");
    check("samantha", "samantha");
}

#[test]
fn a_port_that_is_taken_by_a_chat_can_be_joined() {
    let mut client = Client::new(setup(Start::Host { port: 65_433, name: nick("sam") }));
    let server = Some("lab".to_owned());
    client.send(Event::Hosted(Err(HostFailure::PortTaken { port: 65_433, server })));
    let own = Target { host: "127.0.0.1".to_owned(), ..target() };
    assert_eq!(client.press(KeyCode::Enter), [Effect::Connect(own)]);
}

#[test]
fn history_is_fetched_as_it_is_reached() {
    let mut client = Client::joining();
    let token = wire::Token::new("0123456789abcdef").unwrap();
    client.net(net::Event::Up { token });
    let effects = client.frames(&[r#"{"type":"welcome","version":1,"name":"sam","server":"lab",
        "log":"1","rooms":[{"name":"lobby","last":500,"count":1,"members":["sam"]}]}"#]);
    let room: wire::Conversation = "lobby".parse().unwrap();
    let page = |page| Request::History { room: room.clone(), page, limit: 200 };
    assert!(requests(&effects).contains(&&page(wire::Page::Newest)));
    let message = |seq: u64| format!(r#"{{"seq":{seq},"from":"ann","at":0,"text":"hi"}}"#);
    let messages: Vec<String> = (401..=500).map(message).collect();
    let history = r#"{"type":"history","room":"lobby","more":true,"messages":["#;
    let effects = client.frames(&[&format!("{history}{}]}}", messages.join(","))]);
    assert!(requests(&effects).is_empty());
    let mut asked = Vec::new();
    for _ in 0..10 {
        let effects = client.press(KeyCode::PageUp);
        asked.extend(requests(&effects).into_iter().cloned());
    }
    assert_eq!(asked, [page(wire::Page::Before(401))]);
}

#[test]
fn an_idle_screen_stays_still() {
    let mut client = Client::chatting(&[]);
    client.net(net::Event::RoundTrip(Duration::from_millis(12)));
    assert!(client.state.take_dirty());
    client.net(net::Event::RoundTrip(Duration::from_millis(18)));
    client.frames(&[r#"{"type":"pong"}"#]);
    client.send(Event::Woke);
    assert!(!client.state.take_dirty());
    client.net(net::Event::RoundTrip(Duration::from_millis(30)));
    assert!(client.state.take_dirty());
}

#[test]
fn many_messages_cost_little_each() {
    let mut client = Client::chatting(&[]);
    let started = std::time::Instant::now();
    for batch in 0..40_u64 {
        let decode = |line: String| wire::Event::decode(line.as_bytes()).unwrap();
        let batch =
            (1..=500).map(|n| decode(said(batch * 500 + n, "ann", 0, "some words to be read")));
        client.net(net::Event::Frames(batch.collect()));
    }
    println!("{:?} for 20,000 messages, read from their bytes", started.elapsed());
    // Generous, for debug builds on busy machines: something per message that grows would take
    // minutes.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[derive(Clone, Debug)]
enum Step {
    Key(KeyCode, KeyModifiers),
    Paste(String),
    Resize(u16, u16),
    Wheel(bool),
    Frame(String),
    Down,
    Up,
    Woke,
}

impl Step {
    fn is_network(&self) -> bool {
        matches!(self, Self::Frame(_) | Self::Down | Self::Up | Self::Woke | Self::Resize(..))
    }

    fn run(self, client: &mut Client) {
        match self {
            Self::Key(code, modifiers) => drop(client.key(code, modifiers)),
            Self::Paste(text) => drop(client.send(Event::Paste(text))),
            Self::Resize(width, height) => client.resize((width, height)),
            Self::Wheel(up) => {
                use crossterm::event::{MouseEvent, MouseEventKind};
                let kind = if up { MouseEventKind::ScrollUp } else { MouseEventKind::ScrollDown };
                let mouse = MouseEvent { kind, column: 1, row: 1, modifiers: KeyModifiers::NONE };
                client.send(Event::Mouse(mouse));
            }
            Self::Frame(line) => drop(client.frames(&[&line])),
            Self::Down => {
                let retry_in = Some(Duration::from_secs(1));
                client.net(net::Event::Down { failure: Failure::TimedOut, retry_in });
            }
            Self::Up => client.connect(),
            Self::Woke => drop(client.send(Event::Woke)),
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let modifiers = prop_oneof![
        4 => proptest::strategy::Just(KeyModifiers::NONE),
        1 => proptest::strategy::Just(KeyModifiers::CONTROL),
        1 => proptest::strategy::Just(KeyModifiers::ALT),
    ];
    let codes = prop_oneof![
        any::<char>().prop_map(KeyCode::Char),
        "[a-z/@#1-9]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap())),
        proptest::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Esc,
            KeyCode::F(1),
            KeyCode::F(7),
            KeyCode::F(8),
        ]),
    ];
    let name = proptest::sample::select(vec!["ann", "bob", "sam", "li 雷", "x"]);
    let message = (1_u64..60, name.clone(), -9999_i64..9999, any::<String>());
    let frame = prop_oneof![
        6 => message.prop_map(|(seq, from, at, text)| said(seq, from, at, &format!("x{text}"))),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"joined","room":"lobby","name":"{name}"}}"#)),
        1 => name.clone().prop_map(|name| format!(r#"{{"type":"left","room":"lobby","name":"{name}"}}"#)),
        1 => name.prop_map(|name| format!(r#"{{"type":"direct","from":"{name}","to":"sam","seq":1,"at":0,"text":"hi"}}"#)),
        1 => (1_u64..40).prop_map(|id| format!(r#"{{"type":"ack","id":"test-{id}","room":"lobby","seq":{},"at":0}}"#, id + 100)),
        1 => proptest::sample::select(vec!["name_taken", "too_fast", "log_changed", "gap", "bad_version", "forbidden"])
            .prop_map(|code| format!(r#"{{"type":"error","code":"{code}","text":"no","room":"lobby","first":9}}"#)),
        1 => (1_u64..50, any::<bool>()).prop_map(|(seq, more)| format!(
            r#"{{"type":"history","room":"lobby","more":{more},"messages":[{{"seq":{seq},"from":"ann","at":0,"text":"old"}}]}}"#)),
    ];
    prop_oneof![
        8 => (codes, modifiers).prop_map(|(code, modifiers)| Step::Key(code, modifiers)),
        1 => any::<String>().prop_map(Step::Paste),
        2 => (0_u16..140, 0_u16..50).prop_map(|(width, height)| Step::Resize(width, height)),
        2 => any::<bool>().prop_map(Step::Wheel),
        6 => frame.prop_map(Step::Frame),
        1 => proptest::strategy::Just(Step::Down),
        1 => proptest::strategy::Just(Step::Up),
        1 => proptest::strategy::Just(Step::Woke),
    ]
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_what_is_typed_stays(
        steps in proptest::collection::vec(steps(), 0..60),
        width in 1_u16..140,
        height in 1_u16..50)
    {
        let mut client = lesson();
        for step in steps {
            let before = client.state.typed();
            let before = (before.0.to_owned(), before.1);
            let network = step.is_network();
            step.run(&mut client);
            if network {
                let after = client.state.typed();
                proptest::prop_assert_eq!((after.0.to_owned(), after.1), before);
            }
            client.state.take_dirty();
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|frame| view(&client.state, frame)).unwrap();
        }
        client.draw((width, height));
    }

    #[test]
    fn the_readers_place_is_sacred(
        sizes in proptest::collection::vec((40_u16..140, 10_u16..30), 1..8), up in 2_usize..5)
    {
        let mut client = long_history();
        for _ in 0..up {
            client.press(KeyCode::PageUp);
        }
        let top = client.state.top_message();
        for (seq, size) in (201..).zip(sizes) {
            client.resize(size);
            client.frames(&[&said(seq, "bob", 101, "one more"),
                r#"{"type":"joined","room":"lobby","name":"eve"}"#]);
            proptest::prop_assert_eq!(client.state.top_message(), top);
        }
    }
}
