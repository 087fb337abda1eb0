//! One entry of a scrollback: something said, something on its way, or a notice; and how it wraps.

use chat_protocol::{Nick, Text};

use crate::cells::{self, Row};

/// Names that a folded line of joins and leaves spells out; of the others it tells the number.
const PRESENCE_NAMES: usize = 6;

/// What the text of an action begins with.
pub(crate) const ACTION: &str = "/me ";

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

fn told(names: &[Nick], more: usize, verb: &str) -> Option<String> {
    let (last, first) = names.split_last()?;
    let first: Vec<&str> = first.iter().map(Nick::as_str).collect();
    Some(match (first.is_empty(), more) {
        (true, 0) => format!("{last} {verb}"),
        (false, 0) => format!("{} and {last} {verb}", first.join(", ")),
        (true, more) => format!("{last} and {more} others {verb}"),
        (false, more) => format!("{}, {last} and {more} others {verb}", first.join(", ")),
    })
}

/// One entry, with its wrap at the width that it was last drawn at.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    /// Unix milliseconds: of a message by the server's clock, of anything else by ours.
    pub(crate) at: i64,
    pub(crate) body: Body,
    wrap: Option<(usize, Vec<Row>)>,
}

impl Entry {
    pub(crate) fn new(key: Key, at: i64, body: Body) -> Self {
        Self { key, at, body, wrap: None }
    }

    /// Changes what it says, which may change how it wraps.
    pub(crate) fn body_mut(&mut self) -> &mut Body {
        self.wrap = None;
        &mut self.body
    }

    /// What is shown of it, before it is wrapped.
    pub(crate) fn text(&self) -> &str {
        match &self.body {
            Body::Said { text, .. } => {
                let text = text.trim_end_matches('\n');
                if self.is_action() { text[ACTION.len()..].trim_start() } else { text }
            }
            Body::Notice { text, .. } => text,
            Body::Presence(presence) => &presence.text,
        }
    }

    /// Whether it tells what somebody does, as `/me` has it: the sign is part of the text, so that
    /// every program can show it, and the name stands where nobody can write.
    pub(crate) fn is_action(&self) -> bool {
        let Body::Said { text, .. } = &self.body else { return false };
        text.strip_prefix(ACTION).is_some_and(|does| !does.trim().is_empty())
    }

    /// Wraps it, unless it is known how.
    pub(crate) fn measure(&mut self, width: usize) -> &[Row] {
        if self.wrap.as_ref().is_none_or(|(wrapped, _)| *wrapped != width) {
            let rows = cells::wrap(self.text(), width);
            self.wrap = Some((width, rows));
        }
        self.rows()
    }

    /// Its rows, as last measured.
    pub(crate) fn rows(&self) -> &[Row] {
        self.wrap.as_ref().map_or(&[], |(_, rows)| rows)
    }

    /// Its row's text, as last measured.
    pub(crate) fn row(&self, row: usize) -> &str {
        let range = self.rows().get(row);
        range.and_then(|row| self.text().get(row.start..row.end)).unwrap_or_default()
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
    fn joins_and_leaves_fold() {
        check(&[("ann", true)], "ann joined");
        check(&[("ann", true), ("bob", true), ("eve", false)], "ann and bob joined · eve left");
        check(&[("ann", true), ("ann", false)], "ann left");
        let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|n| (n, true)).into();
        check(&many, "a, b, c, d, e, f and 2 others joined");
    }
}
