//! The mouse: what it was pressed on, how often in a row, and whether it is pulled beyond the
//! messages. What is done about that is decided in `update::mouse`.

use std::time::Duration;

use chat_protocol::{Conversation, Nick};

use super::entry::Key;
use super::selection::{Point, Unit};

/// Presses of the same place within this time belong together.
const IN_A_ROW: Duration = Duration::from_millis(400);

/// How often the messages are scrolled while the mouse is pulled beyond them.
pub(crate) const PULL_EVERY: Duration = Duration::from_millis(60);

/// A cell of the screen: its column and its row.
pub(crate) type Cell = (u16, u16);

/// Something that can be clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The conversation of this index.
    Talk(usize),
    /// Somebody, by their name.
    Person(Nick),
    /// An address in a message.
    Link(String),
    /// Where code of this entry is folded.
    Fold(Key),
    /// What says how much is new below.
    Newest,
    /// The rule above what is new.
    Unread,
    /// The typed text; before this byte.
    Input(usize),
    /// What the word may become, by its index.
    Completion(usize),
    /// What can be picked, by its address: the list may change before it is taken.
    Choice(Conversation),
    /// What a search has found, by its index.
    Hit(usize),
    /// Within what lies on top.
    Inside,
    /// Beside what lies on top.
    Outside,
}

/// A part of the screen that scrolls by itself; of a list, with the rows that are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    Messages,
    Talks(usize),
    Members(usize),
    Input,
}

/// What the left button was pressed on, and is held on.
#[derive(Clone, Debug)]
pub(crate) struct Press {
    pub(crate) cell: Cell,
    pub(crate) target: Option<Target>,
    /// What is selected from there, if the mouse moves.
    pub(crate) point: Option<Point>,
    /// How often it was pressed in a row: from 1 to 3.
    pub(crate) count: u8,
    pub(crate) dragged: bool,
}

impl Press {
    /// By what is selected.
    pub(crate) fn unit(&self) -> Unit {
        match self.count {
            2 => Unit::Word,
            3 => Unit::Message,
            _ => Unit::Grapheme,
        }
    }
}

/// The mouse is held beyond the messages, which scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pull {
    pub(crate) up: bool,
    pub(crate) rows: usize,
    /// Where the mouse is.
    pub(crate) cell: Cell,
    /// When they scroll next.
    pub(crate) due: Duration,
}

/// The mouse.
#[derive(Debug)]
pub(crate) struct Pointer {
    /// Whether the terminal is to tell what the mouse does; it does from the start.
    pub(crate) is_told: bool,
    pub(crate) press: Option<Press>,
    pub(crate) pull: Option<Pull>,
    /// What it was pressed on last.
    pub(crate) pressed: Option<Target>,
    /// The last press: when, where, and how many there were in a row.
    last: Option<(Duration, Cell, u8)>,
}

impl Default for Pointer {
    fn default() -> Self {
        Self { is_told: true, press: None, pull: None, pressed: None, last: None }
    }
}

impl Pointer {
    /// Counts a press: a fourth in a row is a first one.
    pub(crate) fn count(&mut self, at: Duration, cell: Cell) -> u8 {
        let before = self
            .last
            .filter(|(before, place, _)| *place == cell && at.saturating_sub(*before) <= IN_A_ROW);
        let count = before.map_or(1, |(_, _, count)| count % 3 + 1);
        self.last = Some((at, cell, count));
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_are_counted_at_one_place_and_in_time() {
        let mut pointer = Pointer::default();
        let mut check = |ms, cell, expected| {
            assert_eq!(pointer.count(Duration::from_millis(ms), cell), expected, "at {ms}");
        };
        check(0, (1, 1), 1);
        check(300, (1, 1), 2);
        check(600, (1, 1), 3);
        check(700, (1, 1), 1);
        check(800, (2, 1), 1);
        check(900, (2, 1), 2);
        check(2000, (2, 1), 1);
    }
}
