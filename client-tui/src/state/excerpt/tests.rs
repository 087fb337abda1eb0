//! Far from the newest messages: nothing but the reader moves the reader, and nothing is lost.

use std::collections::BTreeSet;

use chat_protocol::{Nick, Text};
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::*;
use crate::state::reader::Shape;

const ZONE: TimeZone = TimeZone::UTC;
const SHAPE: Shape = Shape { width: 30, height: 10 };

/// Messages in a page of the server's.
const PAGE: u64 = 50;

fn message(seq: u64) -> Message {
    let from = Nick::new(["ann", "bob", "eve"][usize::try_from(seq % 3).unwrap()]).unwrap();
    let words = "word ".repeat(usize::try_from(seq * 7 % 30).unwrap() + 1);
    let at = i64::try_from(seq).unwrap() * 600_000;
    Message { seq, from, at, text: Text::new(&format!("{seq}: {words}")).unwrap() }
}

/// A conversation, and the server that it is of.
struct Chat {
    scrollback: Scrollback,
    newest: u64,
    /// What was asked for and is not answered.
    asked: VecDeque<Wanted>,
    shape: Shape,
}

impl Chat {
    /// With so many messages, the newest of which are shown.
    fn with(newest: u64) -> Self {
        let mut scrollback = Scrollback::default();
        scrollback.expect(newest);
        let mut chat = Self { scrollback, newest, asked: VecDeque::new(), shape: SHAPE };
        chat.settle();
        chat
    }

    /// Lays out, and asks for what is missing to that.
    fn prepare(&mut self) {
        self.scrollback.lay_out(self.shape, &ZONE);
        self.asked.extend(self.scrollback.ask());
    }

    /// The server answers what was asked for first.
    fn answer(&mut self) {
        if let Some(wanted) = self.asked.pop_front() {
            let (first, last, more) = match wanted {
                Wanted::Newest => (self.newest.saturating_sub(PAGE) + 1, self.newest, true),
                Wanted::Before(seq) => (seq.saturating_sub(PAGE).max(1), seq - 1, seq > PAGE + 1),
                Wanted::After(seq) => {
                    let last = (seq + PAGE).min(self.newest);
                    (seq + 1, last, last < self.newest)
                }
            };
            self.scrollback.take_page((first..=last).map(message).collect(), more);
        }
        self.prepare();
    }

    fn settle(&mut self) {
        self.prepare();
        while !self.asked.is_empty() {
            self.answer();
        }
    }

    fn say(&mut self) {
        self.newest += 1;
        self.scrollback.take_live(message(self.newest));
    }

    fn visit(&mut self, seq: u64) {
        self.scrollback.visit(seq, 0, &ZONE);
        self.settle();
    }

    /// What is seen at the top: the message, and the row's first byte.
    fn top(&self) -> Option<(u64, usize)> {
        let row = self.scrollback.page().first()?;
        let entry = self.scrollback.entry(row.entry)?;
        let byte = match row.line {
            Line::Text(row) => entry.rows()[row].start,
            _ => 0,
        };
        Some((entry.key.seq, byte))
    }

    fn seen(&self) -> BTreeSet<u64> {
        let rows = self.scrollback.page().iter();
        rows.map(|row| self.scrollback.entry(row.entry).unwrap().key.seq).collect()
    }

    /// The numbers of the part that the reader is in, and of the newest part.
    fn parts(&self) -> (Vec<u64>, Vec<u64>) {
        let seqs = |part: Range<usize>| {
            let stored = self.scrollback.entries.range(part).filter(|entry| entry.key.is_stored());
            stored.map(|entry| entry.key.seq).collect()
        };
        let newest = self.scrollback.newest_part()..self.scrollback.entries.len();
        (seqs(self.scrollback.part()), seqs(newest))
    }

    /// Neither part has a hole, and the newest one ends with the newest message.
    fn check_parts(&self) {
        let (part, newest) = self.parts();
        for seqs in [&part, &newest] {
            assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a hole in {seqs:?}");
        }
        assert_eq!(self.scrollback.resume_after(), Some(self.newest));
        assert_eq!(newest.last().copied().unwrap_or(self.newest), self.newest);
        assert!(part.len() <= KEEP + 2 * 50 || !self.scrollback.is_apart(), "{}", part.len());
    }
}

#[test]
fn a_message_of_long_ago_is_shown_with_what_is_around_it() {
    let mut chat = Chat::with(1_000_000);
    chat.visit(400_000);
    assert!(chat.scrollback.is_apart() && chat.scrollback.reading_history() == Some(0));
    let seen = chat.seen();
    assert!(seen.contains(&400_000) && seen.contains(&399_999) && seen.contains(&400_001));
    assert!(chat.scrollback.is_led_to(Key::stored(400_000)));
    chat.check_parts();
    chat.scrollback.go_to_bottom();
    chat.settle();
    assert!(!chat.scrollback.is_apart() && chat.seen().contains(&1_000_000));
    chat.check_parts();
}

#[test]
fn the_reader_walks_down_from_there_until_the_newest_is_met() {
    let mut chat = Chat::with(3_000);
    chat.visit(500);
    let mut seen = chat.seen();
    for step in 0..5_000 {
        if step % 50 == 0 {
            chat.say();
        }
        chat.scrollback.scroll_down(8, &ZONE);
        chat.settle();
        seen.extend(chat.seen());
        if chat.scrollback.is_read() {
            break;
        }
    }
    assert!(chat.scrollback.is_read() && chat.newest > 3_000);
    assert!((500..=chat.newest).all(|seq| seen.contains(&seq)), "something was passed by");
    assert!(!chat.scrollback.is_apart());
    chat.check_parts();
}

#[test]
fn and_up_to_the_first() {
    let mut chat = Chat::with(9_000);
    chat.visit(2_500);
    let mut seen = chat.seen();
    while !seen.contains(&1) {
        let before = chat.top();
        chat.scrollback.scroll_up(8, &ZONE);
        chat.settle();
        seen.extend(chat.seen());
        assert_ne!(chat.top(), before);
    }
    assert!((1..=2_500).all(|seq| seen.contains(&seq)), "something was passed by");
    chat.check_parts();
    // What was let go of on the way comes again.
    let mut again = chat.seen();
    while !again.contains(&2_600) {
        chat.scrollback.scroll_down(8, &ZONE);
        chat.settle();
        again.extend(chat.seen());
    }
    assert!((1..=2_600).all(|seq| again.contains(&seq)), "something was passed by");
    chat.check_parts();
}

#[test]
fn the_way_back_is_exact() {
    let mut chat = Chat::with(100_000);
    chat.scrollback.scroll_up(33, &ZONE);
    chat.settle();
    let (first, home) = (chat.top(), chat.scrollback.bookmark());
    chat.visit(50_000);
    chat.scrollback.scroll_up(17, &ZONE);
    chat.settle();
    let (second, there) = (chat.top(), chat.scrollback.bookmark());
    chat.visit(7);
    chat.say();
    chat.scrollback.go_back(there, &ZONE);
    chat.settle();
    assert_eq!(chat.top(), second);
    chat.scrollback.go_back(home, &ZONE);
    chat.settle();
    assert_eq!((chat.top(), chat.scrollback.is_apart()), (first, false));
    assert_eq!(chat.scrollback.reading_history(), Some(1), "it came meanwhile");
    chat.scrollback.go_back(Bookmark::default(), &ZONE);
    assert!(chat.scrollback.is_read());
}

#[test]
fn what_is_on_the_screen_is_shown_without_moving() {
    let mut chat = Chat::with(1_000);
    chat.visit(500);
    let top = chat.top();
    let seen: Vec<u64> = chat.seen().into_iter().filter(|seq| *seq > 495).collect();
    for seq in seen.into_iter().take(2) {
        chat.visit(seq.max(500));
        assert_eq!(chat.top(), top);
    }
}

#[test]
fn what_the_server_does_not_keep_is_not_waited_for() {
    let mut chat = Chat::with(1_000);
    chat.scrollback.visit(10, 0, &ZONE);
    chat.prepare();
    // Nothing up to there, and then what is still kept.
    chat.scrollback.take_page(Vec::new(), false);
    chat.scrollback.take_page((600..=650).map(message).collect(), true);
    chat.asked.clear();
    chat.settle();
    assert!(!chat.scrollback.is_apart() && !chat.scrollback.is_on_the_way());
    assert!(chat.scrollback.is_read());
    chat.check_parts();
}

#[test]
fn a_page_that_cannot_be_read_leaves_the_reader_where_they_are() {
    let mut chat = Chat::with(1_000);
    chat.scrollback.visit(10, 0, &ZONE);
    chat.prepare();
    assert!(chat.scrollback.page_failed() && chat.scrollback.page_failed());
    assert!(!chat.scrollback.page_failed(), "two were asked for");
    chat.asked.clear();
    chat.prepare();
    assert!(chat.asked.is_empty() && chat.scrollback.is_read());
    chat.visit(10);
    assert!(chat.seen().contains(&10));
}

#[test]
fn another_log_ends_it() {
    for renumber in [Scrollback::drop_numbered, |scrollback: &mut Scrollback| {
        scrollback.retire();
    }] {
        let mut chat = Chat::with(1_000);
        chat.visit(100);
        let there = chat.scrollback.bookmark();
        renumber(&mut chat.scrollback);
        chat.newest = 3;
        chat.scrollback.expect(3);
        chat.settle();
        chat.scrollback.go_back(there, &ZONE);
        chat.settle();
        assert!(!chat.scrollback.is_apart() && chat.scrollback.is_read());
        chat.check_parts();
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Visit(u64),
    Up(usize),
    Down(usize),
    Bottom,
    // None of these is the reader's.
    Say,
    Answer,
    Width(usize),
    Joined,
    Break,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (1_u64..2_000).prop_map(Step::Visit),
        2 => (1_usize..60).prop_map(Step::Up),
        2 => (1_usize..60).prop_map(Step::Down),
        1 => Just(Step::Bottom),
        4 => Just(Step::Say),
        8 => Just(Step::Answer),
        1 => (10_usize..60).prop_map(Step::Width),
        1 => Just(Step::Joined),
        1 => Just(Step::Break),
    ];
    proptest::collection::vec(step, 0..120)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn only_the_reader_moves_the_reader(steps in steps(), settled in any::<bool>()) {
        let mut chat = Chat::with(2_000);
        for step in steps {
            let still = chat.scrollback.reading_history().is_some()
                && !chat.scrollback.is_on_the_way();
            let (before, shape) = (chat.top(), chat.shape);
            let own = matches!(step, Step::Visit(_) | Step::Up(_) | Step::Down(_) | Step::Bottom);
            match step {
                Step::Visit(seq) => chat.scrollback.visit(seq, 0, &ZONE),
                Step::Up(rows) => chat.scrollback.scroll_up(rows, &ZONE),
                Step::Down(rows) => chat.scrollback.scroll_down(rows, &ZONE),
                Step::Bottom => chat.scrollback.go_to_bottom(),
                Step::Say => chat.say(),
                Step::Answer => chat.answer(),
                Step::Width(width) => chat.shape.width = width,
                Step::Joined => {
                    chat.scrollback.presence(0, &[Nick::new("kim").unwrap()], true);
                }
                Step::Break => {
                    chat.asked.clear();
                    chat.scrollback.forget_asking();
                }
            }
            if settled { chat.settle() } else { chat.prepare() }
            chat.check_parts();
            // In wider rows everything down to the newest may fit.
            let sank = matches!(step, Step::Width(_)) && chat.scrollback.is_read();
            if still && !own && !sank {
                // At another width other rows fit: only the message is the same.
                let same = shape == chat.shape;
                let place = |top: Option<(u64, usize)>| top.map(|(seq, at)| (seq, at * usize::from(same)));
                proptest::prop_assert_eq!(place(chat.top()), place(before), "{:?}", step);
            }
        }
        chat.scrollback.go_to_bottom();
        chat.settle();
        proptest::prop_assert!(chat.scrollback.is_read() && chat.seen().contains(&chat.newest));
    }
}
