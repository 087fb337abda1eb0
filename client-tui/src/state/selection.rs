//! What is selected of what was said: from a place in one text to a place in another. Places are
//! messages and bytes, so that neither arrivals, nor back-fill, nor another width move them.

use std::ops::Range;

use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation;

use super::entry::{Body, Entry, Key, Tone};
use super::page::{Line, PageRow};
use super::scrollback::Scrollback;
use crate::rich::{self, Rich};

/// A place in what was said: a grapheme; or none, behind the last one of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) key: Key,
    pub(crate) bytes: Range<usize>,
}

/// By what it is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unit {
    #[default]
    Grapheme,
    Word,
    Message,
}

/// What is selected: from one place to another, whichever comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    from: Point,
    to: Point,
    unit: Unit,
}

impl Selection {
    /// Where it begins and where it ends.
    fn ends(&self) -> ((Key, usize), (Key, usize)) {
        let start = |point: &Point| (point.key, point.bytes.start);
        let end = |point: &Point| (point.key, point.bytes.end);
        (start(&self.from).min(start(&self.to)), end(&self.from).max(end(&self.to)))
    }

    /// An entry got another key.
    pub(super) fn follow(&mut self, from: Key, to: Key) {
        for point in [&mut self.from, &mut self.to] {
            if point.key == from {
                point.key = to;
            }
        }
    }
}

impl Scrollback {
    /// Selects what stands at a place, and nothing else.
    pub(crate) fn select(&mut self, at: &Point, unit: Unit) {
        let at = self.widened(at, unit);
        self.reader.selection = Some(Selection { from: at.clone(), to: at, unit });
    }

    /// Selects from where the selection began to another place.
    pub(crate) fn select_to(&mut self, at: &Point) {
        let Some(unit) = self.reader.selection.as_ref().map(|selection| selection.unit) else {
            return;
        };
        let at = self.widened(at, unit);
        if let Some(selection) = &mut self.reader.selection {
            selection.to = at;
        }
    }

    /// Selects nothing any more; whether anything was.
    pub(crate) fn unselect(&mut self) -> bool {
        self.reader.selection.take().is_some()
    }

    /// The bytes of an entry that are selected. Between two messages, what nobody said is not.
    pub(crate) fn selected(&self, entry: &Entry) -> Option<Range<usize>> {
        let (first, last) = self.reader.selection.as_ref()?.ends();
        let at_end = entry.key == first.0 || entry.key == last.0;
        if entry.key < first.0 || entry.key > last.0 || entry.is_hidden() {
            return None;
        }
        let said =
            matches!(entry.body, Body::Said { .. } | Body::Notice { tone: Tone::Server, .. });
        if !at_end && !said {
            return None;
        }
        let start = if entry.key == first.0 { first.1 } else { 0 };
        let end = if entry.key == last.0 { last.1 } else { entry.text().len() };
        (start < end).then_some(start..end)
    }

    /// What is selected, to be read elsewhere: of one message its words alone; of several, each
    /// with the name of who said it.
    pub(crate) fn selected_text(&self) -> Option<String> {
        let (first, last) = self.reader.selection.as_ref()?.ends();
        let from = self.find(first.0).unwrap_or_else(|next| next);
        let until = self.find(last.0).map_or_else(|next| next, |last| last + 1);
        let parts: Vec<(&Entry, String)> = self
            .visible(from..until)
            .filter_map(|(_, entry)| {
                let range = self.selected(entry)?;
                let words = meaning(entry).plain(entry.text(), &range);
                (!words.trim().is_empty()).then_some((entry, words))
            })
            .collect();
        match &parts[..] {
            [] => None,
            [(_, words)] => Some(words.clone()),
            several => {
                let lines = several.iter().map(|(entry, words)| quoted(entry, words));
                Some(lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }

    /// The place in a column of a row of the page, counted from where its text begins; without one,
    /// before all of it.
    pub(crate) fn point_in(&self, row: &PageRow, column: Option<usize>) -> Option<Point> {
        let entry = self.entry(row.entry)?;
        let key = entry.key;
        let Line::Text(index) = row.line else { return Some(Point { key, bytes: 0..0 }) };
        let row = entry.rows().get(index)?;
        let bytes = column.map_or(row.start..row.start, |at| row.bytes_at(entry.text(), at));
        Some(Point { key, bytes })
    }

    /// While something is being selected at the bottom, the page stays: what comes in moves nothing.
    pub(crate) fn hold(&mut self, zone: &TimeZone) {
        if self.reader.is_at_bottom() && self.reader.held.is_none() {
            self.reader.held = self.top(zone).and_then(|top| self.anchor(top, zone));
        }
    }

    /// The page follows again, if it was held.
    pub(crate) fn let_go(&mut self) {
        if self.reader.held.is_some() {
            self.go_to_bottom();
        }
    }

    fn widened(&self, at: &Point, unit: Unit) -> Point {
        let entry = self.find(at.key).ok().and_then(|index| self.entry(index));
        let Some(entry) = entry else { return at.clone() };
        let bytes = match unit {
            Unit::Grapheme => at.bytes.clone(),
            Unit::Word => word(entry.text(), at.bytes.start),
            Unit::Message => 0..entry.text().len(),
        };
        Point { key: at.key, bytes }
    }
}

/// What a text means, whether or not it is on the screen.
fn meaning(entry: &Entry) -> Rich {
    match entry.body {
        Body::Said { .. } => rich::parse(entry.text()),
        Body::Notice { .. } | Body::Presence(_) => rich::literal(entry.text()),
    }
}

/// The words as others quote them: who said them comes first.
fn quoted(entry: &Entry, words: &str) -> String {
    match &entry.body {
        Body::Said { from, .. } if entry.is_action() => format!("* {from} {words}"),
        Body::Said { from, .. } => format!("{from}: {words}"),
        Body::Notice { tone: Tone::Server, .. } => words.to_owned(),
        // Nobody is to be taken for having said it.
        Body::Notice { .. } | Body::Presence(_) => format!("∙ {words}"),
    }
}

/// The word that a byte is of: an address is one, and so is the space between two words.
fn word(text: &str, at: usize) -> Range<usize> {
    let line = text[..crate::state::motion::floor(text, at)].rfind('\n').map_or(0, |at| at + 1);
    let rest = &text[line..];
    let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    let links = finder.links(rest).map(|link| link.start()..link.end());
    let words = rest.split_word_bound_indices().map(|(start, word)| start..start + word.len());
    let found = links.chain(words).find(|range| range.contains(&at.saturating_sub(line)));
    let found = found.unwrap_or(rest.len()..rest.len());
    line + found.start..line + found.end
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};

    use super::*;
    use crate::state::reader::Shape;

    const SHAPE: Shape = Shape { width: 12, height: 40 };

    fn said(seq: u64, from: &str, text: &str) -> Message {
        Message { seq, from: Nick::new(from).unwrap(), at: 0, text: Text::new(text).unwrap() }
    }

    fn talk() -> Scrollback {
        let mut scrollback = Scrollback::default();
        scrollback.take_live(said(1, "ann", "good **morning** 漢字漢字漢字 all"));
        scrollback.presence(0, &[Nick::new("eve").unwrap()], true);
        scrollback.take_live(said(2, "bob", "see:\n```rs\nlet x = 1;\n  y();\n```"));
        scrollback.take_live(said(3, "ann", "/me nods"));
        scrollback.lay_out(SHAPE, &TimeZone::UTC);
        scrollback
    }

    fn place(scrollback: &Scrollback, seq: u64, word: &str) -> Point {
        let entry = scrollback.entry(scrollback.find(Key::stored(seq)).unwrap()).unwrap();
        let at = entry.text().find(word).unwrap();
        let first = word.graphemes(true).next().unwrap().len();
        Point { key: entry.key, bytes: at..at + first }
    }

    /// Selects from a word's first letter to another's, and back.
    fn check(from: (u64, &str), to: (u64, &str), expected: &str) {
        let mut scrollback = talk();
        let (from, to) = (place(&scrollback, from.0, from.1), place(&scrollback, to.0, to.1));
        for (from, to) in [(&from, &to), (&to, &from)] {
            scrollback.select(from, Unit::Grapheme);
            scrollback.select_to(to);
            assert_eq!(scrollback.selected_text().as_deref(), Some(expected));
        }
    }

    #[test]
    fn one_message_is_its_words_and_several_say_whose() {
        check((1, "ood"), (1, "ning"), "ood morn");
        check((1, "字漢字漢"), (1, "all"), "字漢字漢字 a");
        check((1, "all"), (2, "x ="), "ann: all\nbob: see:\nlet x");
        check((2, "let"), (3, "s"), "bob: let x = 1;\n  y();\n* ann nods");
        check(
            (1, "good"),
            (3, "nods"),
            "ann: good morning 漢字漢字漢字 all\nbob: see:\nlet x = 1;\n  y();\n* ann n",
        );
    }

    #[test]
    fn words_addresses_and_messages_are_selected_whole() {
        let check = |text: &str, at: usize, expected: &str| {
            assert_eq!(&text[word(text, at)], expected, "{text:?} at {at}");
        };
        check("one two_three", 6, "two_three");
        check("one two", 3, " ");
        check("go to https://a.org/b?c=d now", 12, "https://a.org/b?c=d");
        check("a\nb c", 2, "b");
        check("a", 9, "");
        let mut scrollback = talk();
        let point = place(&scrollback, 2, "x");
        scrollback.select(&point, Unit::Message);
        assert_eq!(scrollback.selected_text().unwrap(), "see:\nlet x = 1;\n  y();");
    }

    #[test]
    fn what_comes_in_and_what_is_wrapped_anew_change_nothing() {
        let mut scrollback = talk();
        let (from, to) = (place(&scrollback, 1, "ning"), place(&scrollback, 2, "x"));
        scrollback.select(&from, Unit::Grapheme);
        scrollback.select_to(&to);
        let before = scrollback.selected_text();
        scrollback.take_live(said(4, "bob", "more"));
        scrollback.presence(0, &[Nick::new("kim").unwrap()], true);
        scrollback.lay_out(Shape { width: 40, height: 3 }, &TimeZone::UTC);
        assert_eq!(scrollback.selected_text(), before);
        scrollback.hide(|name| name.as_str() == "bob");
        assert_eq!(
            scrollback.selected_text().as_deref(),
            Some("ning** 漢字漢字漢字 all".replace("**", "").as_str())
        );
        scrollback.drop_numbered();
        assert_eq!(scrollback.selected_text(), None);
    }

    #[test]
    fn a_message_on_its_way_stays_selected_when_it_is_stored() {
        let mut scrollback = talk();
        let text = Text::new("mine").unwrap();
        scrollback.push_unsent(7, 0, Nick::new("sam").unwrap(), text);
        let point = Point { key: Key::unsent(7), bytes: 0..1 };
        scrollback.select(&point, Unit::Message);
        scrollback.settle(7, 4, 0);
        assert_eq!(scrollback.selected_text().as_deref(), Some("mine"));
    }
}
