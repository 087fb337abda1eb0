//! The loop: what comes first, when it draws, and that it sleeps. Time is paused.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use chat_protocol::{Nick, Request};
use chat_tui::dialect::Dialect;
use chat_tui::effect::{Effect, Target};
use chat_tui::errands::Errands;
use chat_tui::event::{Event, Moment};
use chat_tui::export::Exporter;
use chat_tui::hosting::Host;
use chat_tui::input::Input;
use chat_tui::net::{self, Command, Stamped};
use chat_tui::outside::Outside;
use chat_tui::runtime::{self, Inputs, Part, Picture, Program, Screen};
use chat_tui::storage::Storage;
use chat_tui::world::World;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::widgets::Widget;
use tokio::sync::mpsc;

/// What happened, in order: `a key`, `draw`, and so on.
type Diary = Rc<RefCell<Vec<String>>>;

/// A program that writes down what happens, and answers with what the test has prepared.
struct Fake {
    diary: Diary,
    first: Vec<Effect>,
    /// What to do about the next events, nothing for those that come later.
    answers: VecDeque<Vec<Effect>>,
    dirty: bool,
    /// Events that leave the picture as it is: those whose words contain this.
    quiet: &'static str,
    /// Whether keys do nothing but type.
    typing: bool,
    typed: bool,
    /// The event after which it quits.
    quit_at: Option<&'static str>,
    /// Whether it writes down when it works ahead.
    looks_ahead: bool,
}

impl Program for Fake {
    fn begin(&mut self, _now: Moment) -> Vec<Effect> {
        std::mem::take(&mut self.first)
    }

    fn update(&mut self, now: Moment, event: Event) -> Vec<Effect> {
        let words = match event {
            Event::Key(key) => format!("key {}", key.code),
            Event::Typed(text) => format!("keys {text}"),
            Event::Net(_) => "net".to_owned(),
            Event::Resized { width, height } => format!("resized {width} {height}"),
            Event::Woke => format!("woke {}", now.up.as_millis()),
            other => format!("{other:?}"),
        };
        let typed = self.typing && words.starts_with("key");
        self.typed |= typed;
        self.dirty |= !typed && (self.quiet.is_empty() || !words.contains(self.quiet));
        let quits = self.quit_at == Some(&words);
        self.diary.borrow_mut().push(words);
        if quits {
            return vec![Effect::Quit];
        }
        self.answers.pop_front().unwrap_or_default()
    }

    fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    fn take_typed(&mut self) -> bool {
        std::mem::take(&mut self.typed)
    }

    fn anticipate(&mut self) {
        if self.looks_ahead {
            self.diary.borrow_mut().push("ahead".to_owned());
        }
    }

    fn draw(&self, _part: Part, buffer: &mut Buffer) -> Picture {
        "picture".render(buffer.area, buffer);
        Picture::default()
    }
}

struct Paper {
    terminal: ratatui::Terminal<TestBackend>,
    diary: Diary,
}

impl Screen for Paper {
    fn draw(
        &mut self,
        part: Part,
        paint: &mut dyn FnMut(Part, &mut Buffer) -> Picture,
    ) -> io::Result<()> {
        let words = if part == Part::Whole { "draw" } else { "draw what is typed" };
        self.diary.borrow_mut().push(words.to_owned());
        self.terminal.draw(|frame| drop(paint(part, frame.buffer_mut()))).unwrap();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.diary.borrow_mut().push(format!("copy {text}"));
        Ok(())
    }

    fn bell(&mut self) -> io::Result<()> {
        self.diary.borrow_mut().push("bell".to_owned());
        Ok(())
    }

    fn notify(&mut self, title: &str, text: &str) -> io::Result<()> {
        self.diary.borrow_mut().push(format!("notify {title}: {text}"));
        Ok(())
    }

    fn entitle(&mut self, title: &str) -> io::Result<()> {
        self.diary.borrow_mut().push(format!("title {title}"));
        Ok(())
    }

    fn lend(&mut self) -> io::Result<()> {
        self.diary.borrow_mut().push("lend".to_owned());
        Ok(())
    }

    fn regain(&mut self) -> io::Result<()> {
        self.diary.borrow_mut().push("regain".to_owned());
        Ok(())
    }

    fn repaint(&mut self) -> io::Result<()> {
        self.diary.borrow_mut().push("repaint".to_owned());
        Ok(())
    }
}

/// A loop ready to run, and the other ends of everything.
struct Stage {
    fake: Fake,
    paper: Paper,
    world: World,
    inputs: Inputs,
    keys: mpsc::Sender<io::Result<Input>>,
    stop: mpsc::Sender<()>,
    commands: mpsc::Receiver<Stamped<Command>>,
    news: Option<mpsc::Sender<Stamped<net::Event>>>,
    diary: Diary,
}

impl Stage {
    fn new() -> Self {
        let diary = Diary::default();
        let (link, worker) = net::link();
        let (commands, news) = worker.into_queues();
        let (keys, keys_out) = mpsc::channel(2000);
        let (stop, stop_out) = mpsc::channel(1);
        let storage = Storage::at(std::env::temp_dir().join("chat-tui-test-nowhere/\0"));
        let fake = Fake {
            diary: Rc::clone(&diary),
            first: Vec::new(),
            answers: VecDeque::new(),
            dirty: false,
            quiet: "",
            typing: false,
            typed: false,
            quit_at: None,
            looks_ahead: false,
        };
        let terminal = ratatui::Terminal::new(TestBackend::new(20, 5)).unwrap();
        Self {
            fake,
            paper: Paper { terminal, diary: Rc::clone(&diary) },
            world: World {
                link,
                host: Host::new(None),
                storage,
                errands: Errands::default(),
                outside: Outside::default(),
                exporter: Exporter::default(),
            },
            inputs: Inputs { keys: keys_out, stop: stop_out },
            keys,
            stop,
            commands,
            news: Some(news),
            diary,
        }
    }

    fn key(&self, letter: char) {
        self.keys.try_send(Ok(Input::Key(KeyEvent::from(KeyCode::Char(letter))))).unwrap();
    }

    fn news(&self) {
        let round_trip = net::Event::RoundTrip(Duration::ZERO);
        self.news.as_ref().unwrap().try_send((0, round_trip)).unwrap();
    }

    /// Runs for this long, or until the end, whose result it gives then.
    async fn run(&mut self, seconds: u64) -> Option<io::Result<()>> {
        let run = runtime::run(&mut self.fake, &mut self.paper, &mut self.world, &mut self.inputs);
        tokio::time::timeout(Duration::from_secs(seconds), run).await.ok()
    }

    fn diary(&self) -> Vec<String> {
        self.diary.borrow().clone()
    }

    fn draws(&self) -> usize {
        self.diary.borrow().iter().filter(|entry| *entry == "draw").count()
    }
}

#[tokio::test(start_paused = true)]
async fn keys_are_taken_together_and_drawn_before_the_network() {
    let mut stage = Stage::new();
    stage.news();
    stage.news();
    stage.key('a');
    stage.key('b');
    stage.run(1).await;
    assert_eq!(stage.diary(), ["draw", "keys ab", "draw", "net", "net", "draw"]);
}

#[tokio::test(start_paused = true)]
async fn what_writes_is_handed_over_as_one_up_to_the_next_other_key() {
    let mut stage = Stage::new();
    for code in [
        KeyCode::Char('a'),
        KeyCode::Char('é'),
        KeyCode::Enter,
        KeyCode::Char('雷'),
        KeyCode::Left,
        KeyCode::Char(' '),
        KeyCode::Char('x'),
    ] {
        stage.keys.try_send(Ok(Input::Key(KeyEvent::from(code)))).unwrap();
    }
    let ctrl_a = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::CONTROL);
    stage.keys.try_send(Ok(Input::Key(ctrl_a))).unwrap();
    stage.key('y');
    stage.key('z');
    // What came before the end is taken, and kept.
    stage.keys.try_send(Err(io::ErrorKind::BrokenPipe.into())).unwrap();
    assert!(stage.run(1).await.unwrap().is_err());
    let expected = [
        "draw",
        "keys aé",
        "key Enter",
        "key 雷",
        "key Left",
        "keys  x",
        "key a",
        "keys yz",
        "Stop",
    ];
    assert_eq!(stage.diary(), expected);
}

#[tokio::test(start_paused = true)]
async fn an_idle_loop_does_nothing() {
    let mut stage = Stage::new();
    assert!(stage.run(100_000).await.is_none());
    assert_eq!(stage.diary(), ["draw"]);
}

#[tokio::test(start_paused = true)]
async fn what_changes_nothing_is_not_drawn() {
    let mut stage = Stage::new();
    stage.fake.quiet = "e";
    stage.key('a');
    stage.news();
    stage.run(1).await;
    assert_eq!(stage.diary(), ["draw", "key a", "net"]);
}

#[tokio::test(start_paused = true)]
async fn typing_does_not_wait_for_what_the_network_brought() {
    let mut stage = Stage::new();
    stage.fake.typing = true;
    for _ in 0..4 {
        stage.news();
    }
    stage.run(1).await;
    stage.diary.borrow_mut().clear();
    stage.news();
    stage.key('a');
    stage.run(1).await;
    assert_eq!(stage.diary(), ["draw", "key a", "draw what is typed", "net", "draw"]);
}

#[tokio::test(start_paused = true)]
async fn it_works_ahead_behind_pictures_of_what_somebody_did() {
    let check = async |input: Option<Input>, effects: Vec<Effect>, expected: &[&str]| {
        let mut stage = Stage::new();
        stage.fake.looks_ahead = true;
        stage.fake.answers = VecDeque::from([effects]);
        match input {
            Some(input) => stage.keys.try_send(Ok(input)).unwrap(),
            None => stage.news(),
        }
        stage.run(1).await;
        assert_eq!(stage.diary(), expected);
    };
    let key = || Some(Input::Key(KeyEvent::from(KeyCode::PageUp)));
    check(key(), Vec::new(), &["draw", "key Page Up", "draw", "ahead"]).await;
    check(None, Vec::new(), &["draw", "net", "draw"]).await;
    let expected = ["draw", "resized 9 9", "repaint", "draw"];
    check(Some(Input::Resize(9, 9)), Vec::new(), &expected).await;
    check(key(), vec![Effect::Quit], &["draw", "key Page Up"]).await;
}

/// Pictures of a second in which the network brings something each time that so long has passed.
async fn pictures_of(every: Duration) -> usize {
    let mut stage = Stage::new();
    let news = stage.news.clone().unwrap();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(every).await;
            _ = news.send((0, net::Event::Silent(Duration::ZERO))).await;
        }
    });
    stage.run(1).await;
    stage.draws()
}

#[tokio::test(start_paused = true)]
async fn the_network_gets_a_picture_for_all_it_brings_and_thirty_a_second_if_that_never_ends() {
    let seldom = pictures_of(Duration::from_millis(25)).await;
    assert!((39..=41).contains(&seldom), "{seldom} pictures of 40 events");
    // Sixty a second in the first quarter of it, and thirty from then on.
    let always = pictures_of(Duration::from_millis(1)).await;
    assert!((35..=45).contains(&always), "{always} pictures of 1,000 events");
}

/// With the real clock, because a flood leaves the paused one no moment to move on. What happens
/// is counted, not when: it ends with the key, however long that takes.
#[tokio::test]
async fn a_flood_holds_up_neither_pictures_nor_the_clock_nor_keys() {
    let mut stage = Stage::new();
    stage.fake.first = vec![Effect::WakeAt(Duration::from_millis(50))];
    let news = stage.news.clone().unwrap();
    let flood = tokio::spawn(async move {
        while news.send((0, net::Event::Silent(Duration::ZERO))).await.is_ok() {}
    });
    // The key comes when the clock has struck and pictures were drawn in spite of the flood.
    let (keys, diary) = (stage.keys.clone(), Rc::clone(&stage.diary));
    let key = async move {
        loop {
            let enough = {
                let diary = diary.borrow();
                let woke = diary.iter().any(|entry| entry.starts_with("woke"));
                woke && diary.iter().filter(|entry| *entry == "draw").count() >= 5
            };
            if enough {
                break;
            }
            tokio::task::yield_now().await;
        }
        keys.send(Ok(Input::Key(KeyEvent::from(KeyCode::Char('k'))))).await.unwrap();
        std::future::pending::<()>().await;
    };
    stage.fake.quit_at = Some("key k");
    let run = runtime::run(&mut stage.fake, &mut stage.paper, &mut stage.world, &mut stage.inputs);
    tokio::select! {
        ended = run => ended.unwrap(),
        () = key => unreachable!("it waits for the end"),
    }
    assert!(!flood.is_finished());
    flood.abort();
    assert_eq!(stage.diary().last().map(String::as_str), Some("key k"));
}

#[tokio::test(start_paused = true)]
async fn the_latest_wish_to_be_woken_counts_and_counts_once() {
    let mut stage = Stage::new();
    let wake = |ms| Effect::WakeAt(Duration::from_millis(ms));
    stage.fake.first = vec![wake(50), wake(5000)];
    stage.fake.answers =
        [vec![wake(7000)], vec![wake(0)], vec![Effect::WakeAt(Duration::MAX)]].into();
    stage.run(100).await;
    let diary = stage.diary();
    let expected = ["draw", "woke 5000", "draw", "woke 7000", "woke 7000", "draw"];
    assert_eq!(diary, expected);
}

#[tokio::test(start_paused = true)]
async fn effects_are_performed_in_order() {
    let mut stage = Stage::new();
    let name = Nick::new("ann").unwrap();
    let target = Target { host: "lab".to_owned(), port: 7, name, dialect: Dialect::Native };
    stage.fake.answers = [
        vec![
            Effect::Connect(target.clone()),
            Effect::Send(Request::Time),
            Effect::Bell,
            Effect::Notify { title: "bob".to_owned(), text: "psst".to_owned() },
            Effect::Title("(1)".to_owned()),
            Effect::Copy("code".to_owned()),
        ],
        vec![Effect::Redraw, Effect::Send(Request::Bye), Effect::Quit, Effect::Disconnect],
    ]
    .into();
    stage.key('a');
    stage.keys.try_send(Ok(Input::Key(KeyCode::Enter.into()))).unwrap();
    stage.key('c');
    assert!(stage.run(1).await.unwrap().is_ok());
    let seen = ["bell", "notify bob: psst", "title (1)", "copy code"];
    let expected = [&["draw", "key a"], &seen[..], &["key Enter", "repaint"]].concat();
    assert_eq!(stage.diary(), expected);
    let mut orders = Vec::new();
    while let Ok((era, command)) = stage.commands.try_recv() {
        orders.push((era, command));
    }
    assert!(matches!(&orders[0], (1, Command::Connect { target: asked, .. }) if *asked == target));
    assert!(matches!(orders[1], (1, Command::Send(Request::Time))));
    assert!(matches!(orders[2], (1, Command::Send(Request::Bye))));
    assert!(matches!(orders[3], (2, Command::Disconnect)));
}

#[tokio::test(start_paused = true)]
async fn the_word_to_stop_is_told_and_obeyed() {
    let mut stage = Stage::new();
    stage.fake.answers = [vec![Effect::Send(Request::Bye)]].into();
    stage.stop.try_send(()).unwrap();
    assert!(stage.run(1).await.unwrap().is_ok());
    assert_eq!(stage.diary(), ["draw", "Stop"]);
    assert!(matches!(stage.commands.try_recv(), Ok((0, Command::Send(Request::Bye)))));
}

#[tokio::test(start_paused = true)]
async fn without_a_terminal_or_a_network_there_is_an_end() {
    let mut stage = Stage::new();
    stage.keys.try_send(Err(io::ErrorKind::BrokenPipe.into())).unwrap();
    assert!(stage.run(1).await.unwrap().is_err());
    // What was written can still be kept.
    assert_eq!(stage.diary(), ["draw", "Stop"]);
    let mut stage = Stage::new();
    stage.keys = mpsc::channel(1).0;
    assert!(stage.run(1).await.unwrap().is_err());
    assert_eq!(stage.diary(), ["draw", "Stop"]);
    let mut stage = Stage::new();
    stage.news = None;
    assert!(stage.run(1).await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn only_what_the_program_knows_is_told() {
    let mut stage = Stage::new();
    let release = KeyEvent {
        code: KeyCode::Char('x'),
        modifiers: KeyModifiers::NONE,
        kind: KeyEventKind::Release,
        state: KeyEventState::NONE,
    };
    for input in [Input::Focus(true), Input::Key(release), Input::Focus(false), Input::Resize(9, 3)]
    {
        stage.keys.try_send(Ok(input)).unwrap();
    }
    stage.run(1).await;
    let diary = stage.diary();
    assert_eq!(diary, ["draw", "Focus(true)", "Focus(false)", "resized 9 3", "repaint", "draw"]);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_that_was_smaller_for_a_moment_is_painted_anew() {
    let mut stage = Stage::new();
    // The picture itself is as before.
    stage.fake.quiet = "resized";
    for (width, height) in [(1, 1), (20, 5)] {
        stage.keys.try_send(Ok(Input::Resize(width, height))).unwrap();
    }
    stage.run(1).await;
    assert_eq!(stage.diary(), ["draw", "resized 1 1", "resized 20 5", "repaint", "draw"]);
}

/// With the real clock, for the editor is a program of its own.
#[tokio::test]
async fn no_key_counts_while_an_editor_has_the_terminal() {
    let mut stage = Stage::new();
    stage.world.outside = Outside::with("sleep 60 #".to_owned());
    stage.fake.looks_ahead = true;
    let edit = || Effect::EditOutside("draft".to_owned());
    let notice = Effect::Notify { title: "bob".to_owned(), text: "psst".to_owned() };
    let calls = vec![edit(), Effect::Bell, notice];
    stage.fake.answers = [vec![edit(), edit()], calls].into();
    stage.keys.try_send(Ok(Input::Key(KeyCode::Enter.into()))).unwrap();
    stage.key('x');
    stage.key('y');
    stage.keys.try_send(Ok(Input::Resize(9, 3))).unwrap();
    stage.stop.try_send(()).unwrap();
    assert!(stage.run(20).await.unwrap().is_ok());
    // Lent once, and given back before the end.
    assert_eq!(stage.diary(), ["draw", "key Enter", "lend", "resized 9 3", "Stop", "regain"]);
}
