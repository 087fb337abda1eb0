//! One entry of a scrollback: something said, something on its way, or a notice; and how it wraps.

use chat_protocol::{Nick, Text};

use crate::rich::{self, Code, Edge, Folds, Link, Rich, Row};

/// Names that a folded line of joins and leaves spells out; of the others it tells the number.
const PRESENCE_NAMES: usize = 6;

/// An entry's place in the order of its conversation. Stored messages have their `seq` and `sub`
/// 0; a notice the `seq` that it came behind; what is on its way stands behind everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) seq: u64,
    pub(crate) sub: u32,
}

impl Key {
    pub(crate) fn stored(seq: u64) -> Self {
        Self { seq, sub: 0 }
    }

    pub(crate) fn unsent(local: u32) -> Self {
        Self { seq: u64::MAX, sub: local }
    }

    pub(crate) fn is_unsent(self) -> bool {
        self.seq == u64::MAX
    }

    pub(crate) fn is_stored(self) -> bool {
        self.sub == 0 && !self.is_unsent()
    }
}

/// What an entry says.
#[derive(Debug)]
pub(crate) enum Body {
    /// A message; with trouble when it was refused, and never while it is stored.
    Said { from: Nick, text: Text, trouble: Option<String> },
    /// A line of the client's own.
    Notice { text: String, tone: Tone },
    /// People who came and went, folded into one line.
    Presence(Presence),
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Quiet,
    /// Something to be seen, such as how others join.
    Accent,
    /// What a server says that does not tell whose words they are.
    Server,
    Trouble,
}

/// People who came and went since somebody last spoke.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    joined: Vec<Nick>,
    left: Vec<Nick>,
    more_joined: usize,
    more_left: usize,
    text: String,
}

impl Presence {
    pub(crate) fn change(&mut self, names: &[Nick], joined: bool) {
        for name in names {
            self.joined.retain(|other| other != name);
            self.left.retain(|other| other != name);
            let (list, more) = if joined {
                (&mut self.joined, &mut self.more_joined)
            } else {
                (&mut self.left, &mut self.more_left)
            };
            if list.len() < PRESENCE_NAMES { list.push(name.clone()) } else { *more += 1 }
        }
        let joined = told(&self.joined, self.more_joined, "joined");
        let left = told(&self.left, self.more_left, "left");
        self.text = [joined, left].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    }
}

impl Presence {
    /// How many joined, and how many left.
    fn counts(&self) -> (usize, usize) {
        (self.joined.len() + self.more_joined, self.left.len() + self.more_left)
    }
}

fn told(names: &[Nick], more: usize, verb: &str) -> Option<String> {
    let (last, first) = names.split_last()?;
    let first: Vec<&str> = first.iter().map(Nick::as_str).collect();
    let others = if more == 1 { "other" } else { "others" };
    Some(match (first.is_empty(), more) {
        (true, 0) => format!("{last} {verb}"),
        (false, 0) => format!("{} and {last} {verb}", first.join(", ")),
        (true, more) => format!("{last} and {more} {others} {verb}"),
        (false, more) => format!("{}, {last} and {more} {others} {verb}", first.join(", ")),
    })
}

/// One entry, with its rows at the width that it was last drawn at.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    /// Unix milliseconds: of a message by the server's clock, of anything else by ours.
    pub(crate) at: i64,
    pub(crate) body: Body,
    /// Whether it is left out: its author is ignored.
    hidden: bool,
    /// Whether what is long in it is shown whole.
    unfolded: bool,
    measured: Option<Box<Measured>>,
}

/// What an entry means, and how that falls into rows.
#[derive(Debug)]
struct Measured {
    /// When they were worked out or renewed, among all that were.
    turn: u64,
    width: usize,
    folds: Folds,
    rich: Rich,
    rows: Vec<Row>,
}

impl Entry {
    pub(crate) fn new(key: Key, at: i64, body: Body) -> Self {
        Self { key, at, body, hidden: false, unfolded: false, measured: None }
    }

    /// Changes what it says, which may change how it wraps.
    pub(crate) fn body_mut(&mut self) -> &mut Body {
        self.measured = None;
        &mut self.body
    }

    pub(crate) fn set_hidden(&mut self, hidden: bool) {
        if self.hidden != hidden {
            self.measured = None;
            self.hidden = hidden;
        }
    }

    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// Shows what is long whole, or not any more.
    pub(crate) fn unfold(&mut self, unfolded: bool) {
        self.unfolded = unfolded;
        self.measured = None;
    }

    pub(crate) fn is_unfolded(&self) -> bool {
        self.unfolded
    }

    /// Gives its rows this turn if they are known since before that one; whether they were.
    pub(crate) fn renew(&mut self, turn: u64, before: u64) -> bool {
        let old = self.measured.as_mut().filter(|measured| measured.turn < before);
        old.map(|measured| measured.turn = turn).is_some()
    }

    /// Goes by another key; what was kept of it was kept by the one from before.
    pub(crate) fn rename(&mut self, key: Key) {
        self.key = key;
        self.measured = None;
    }

    /// Forgets its rows if this was their last turn.
    pub(crate) fn forget_rows(&mut self, turn: u64) {
        self.measured.take_if(|measured| measured.turn == turn);
    }

    /// What is shown of it, before it is wrapped.
    pub(crate) fn text(&self) -> &str {
        match &self.body {
            Body::Said { text, .. } => text.trim_end_matches('\n'),
            Body::Notice { text, .. } => text,
            Body::Presence(presence) => &presence.text,
        }
    }

    /// Works out its rows, unless they are known; whether they were not, and are of this turn.
    pub(crate) fn measure(&mut self, width: usize, wall: bool, turn: u64) -> bool {
        let folds = if self.unfolded { Folds::Nothing } else { self.folds(wall) };
        let is_same = |known: &Measured| (known.width, known.folds) == (width, folds);
        if self.measured.as_deref().is_some_and(is_same) {
            return false;
        }
        // What is hidden has no rows, and its text is not looked at: somebody may send a lot of it.
        if self.hidden {
            return false;
        }
        let text = self.text();
        let rich = match self.body {
            Body::Said { .. } => rich::parse(text),
            Body::Notice { .. } | Body::Presence(_) => rich::literal(text),
        };
        let rows = rich::layout::rows(text, &rich, width, folds);
        self.measured = Some(Box::new(Measured { turn, width, folds, rich, rows }));
        true
    }

    /// What of it folds: on the wall code does not, and our own words never do.
    fn folds(&self, wall: bool) -> Folds {
        match (&self.body, wall) {
            (Body::Said { .. }, false) => Folds::Long,
            (Body::Said { .. }, true) => Folds::LongProse,
            (Body::Notice { .. } | Body::Presence(_), _) => Folds::Nothing,
        }
    }

    /// Whether something in it is so long that it folds.
    pub(crate) fn can_fold(&self, wall: bool) -> bool {
        let measured = self.measured.as_deref();
        measured.is_some_and(|known| known.rich.can_fold(self.text(), self.folds(wall)))
    }

    /// Whether it is folded, or was before it was unfolded.
    pub(crate) fn is_long(&self, wall: bool) -> bool {
        let folded = |row: &Row| matches!(row.edge, Edge::Fold { .. });
        if self.unfolded { self.can_fold(wall) } else { self.rows().iter().any(folded) }
    }

    /// Whether this byte is where it is folded.
    pub(crate) fn is_folded_at(&self, byte: usize) -> bool {
        let row = self.rows().iter().rev().find(|row| row.start <= byte);
        row.is_some_and(|row| matches!(row.edge, Edge::Fold { .. }))
    }

    /// Its rows, as last measured.
    pub(crate) fn rows(&self) -> &[Row] {
        self.measured.as_ref().map_or(&[], |measured| &measured.rows)
    }

    /// Its blocks of code, as last measured.
    pub(crate) fn codes(&self) -> &[Code] {
        self.measured.as_ref().map_or(&[], |measured| &measured.rich.codes)
    }

    /// Its links, as last measured.
    pub(crate) fn links(&self) -> &[Link] {
        self.measured.as_ref().map_or(&[], |measured| &measured.rich.links)
    }

    /// Whether somebody tells what they do, instead of saying something.
    pub(crate) fn is_action(&self) -> bool {
        matches!(&self.body, Body::Said { text, .. } if rich::is_action(text))
    }

    /// Whether it is for this client's person alone: a notice of our own, not what a lab's server
    /// says to all.
    pub(crate) fn is_private(&self) -> bool {
        match &self.body {
            Body::Notice { tone, .. } => *tone != Tone::Server,
            Body::Said { trouble, .. } => trouble.is_some(),
            Body::Presence(_) => false,
        }
    }

    /// How many came and went, if that is what it tells.
    pub(crate) fn counts(&self) -> Option<(usize, usize)> {
        match &self.body {
            Body::Presence(presence) => Some(presence.counts()),
            _ => None,
        }
    }

    /// Who said it, if somebody did.
    pub(crate) fn author(&self) -> Option<&Nick> {
        match &self.body {
            Body::Said { from, .. } => Some(from),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(changes: &[(&str, bool)], expected: &str) {
        let mut presence = Presence::default();
        for (name, joined) in changes {
            presence.change(&[Nick::new(name).unwrap()], *joined);
        }
        assert_eq!(presence.text, expected);
    }

    #[test]
    fn what_is_hidden_is_not_looked_at() {
        let (from, text) = (Nick::new("bob").unwrap(), Text::new("```\ncode\n```").unwrap());
        let body = Body::Said { from, text, trouble: None };
        let mut entry = Entry::new(Key::stored(1), 0, body);
        assert!(entry.measure(20, false, 0) && entry.codes().len() == 1);
        entry.set_hidden(true);
        assert!(
            !entry.measure(20, false, 0) && entry.measured.is_none() && entry.codes().is_empty()
        );
        entry.set_hidden(false);
        assert!(entry.measure(20, false, 0) && !entry.rows().is_empty());
    }

    #[test]
    fn joins_and_leaves_fold() {
        check(&[("ann", true)], "ann joined");
        check(&[("ann", true), ("bob", true), ("eve", false)], "ann and bob joined · eve left");
        check(&[("ann", true), ("ann", false)], "ann left");
        let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|n| (n, true)).into();
        check(&many, "a, b, c, d, e, f and 2 others joined");
    }
}
