//! A scrollback as the wall of a classroom shows it: room between those who speak, a name above what
//! each says, and nothing that is for one person alone.

use super::page::{Heads, Line, PageRow};
use super::scrollback::Scrollback;

impl Scrollback {
    /// From now on it is seen on the wall, or not any more; whichever, from its newest message on.
    pub(crate) fn see_on_wall(&mut self, wall: bool) {
        if self.reader.wall != wall {
            self.reader.wall = wall;
            self.go_to_bottom();
        }
    }

    /// What stands above an entry there.
    pub(super) fn wall_heads(&self, index: usize) -> Heads {
        let Some(entry) = self.entry(index) else { return Heads::default() };
        let first = self.visible(0..index).next_back().is_none();
        let (turns, _) = self.turn(index, false);
        let name = turns && entry.author().is_some();
        Heads { gap: !first && turns, name, ..Heads::default() }
    }

    /// A page that begins within what somebody says, with whose it is in its top row: nobody is to
    /// wonder who said that. The row that stood there is seen on the page before.
    pub(super) fn with_name(&self, mut page: Vec<PageRow>) -> Vec<PageRow> {
        let said = |row: &PageRow| {
            let author = self.entry(row.entry).and_then(|entry| entry.author());
            matches!(row.line, Line::Text(_)) && author.is_some()
        };
        if let [top, second, ..] = &mut page[..]
            && self.reader.wall
            && (said(top) || top.line == Line::Gap)
        {
            *top = match said(second) {
                true => PageRow { line: Line::Name, ..*second },
                false => PageRow { line: Line::Gap, ..*top },
            };
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::entry::Tone;
    use crate::state::reader::Shape;

    const ZONE: TimeZone = TimeZone::UTC;

    /// The wall of this height as it would be seen, after these were said.
    fn wall(said: &[(&str, &str)], height: usize) -> (Scrollback, Vec<String>) {
        let mut scrollback = Scrollback::default();
        for (seq, (from, text)) in (1..).zip(said) {
            let (from, text) = (Nick::new(from).unwrap(), Text::new(text).unwrap());
            scrollback.take_live(Message { seq, from, at: 0, text });
        }
        scrollback.see_on_wall(true);
        scrollback.lay_out(Shape { width: 20, height }, &ZONE);
        let page = seen(&scrollback);
        (scrollback, page)
    }

    fn seen(scrollback: &Scrollback) -> Vec<String> {
        let row = |row: &PageRow| {
            let entry = scrollback.entry(row.entry).unwrap();
            match row.line {
                Line::Name => format!("[{}]", entry.author().unwrap()),
                Line::Text(index) => {
                    let pieces = entry.rows()[index].pieces.iter();
                    pieces.map(|piece| piece.text(entry.text())).collect()
                }
                Line::Gap => String::new(),
                other => format!("{other:?}"),
            }
        };
        scrollback.page().iter().map(row).collect()
    }

    fn check(said: &[(&str, &str)], height: usize, expected: &[&str]) {
        assert_eq!(wall(said, height).1, expected, "{said:?} in {height}");
    }

    #[test]
    fn who_speaks_stands_above_and_room_between() {
        let said = [("ann", "one"), ("ann", "two"), ("bob", "three\nfour\nfive")];
        check(&said, 9, &["[ann]", "one", "two", "", "[bob]", "three", "four", "five"]);
        check(&said, 7, &["[ann]", "two", "", "[bob]", "three", "four", "five"]);
        check(&said, 6, &["", "", "[bob]", "three", "four", "five"]);
        check(&said, 3, &["[bob]", "four", "five"]);
        check(&said, 1, &["five"]);
    }

    #[test]
    fn code_is_unfolded_and_comings_take_a_row() {
        let code = format!("```\n{}```", "x\n".repeat(30));
        assert_eq!(wall(&[("ann", &code)], 40).1.len(), 31);
        let (mut scrollback, _) = wall(&[("ann", "hi")], 9);
        let names: Vec<Nick> = (0..9).map(|n| Nick::new(&format!("guest-{n}")).unwrap()).collect();
        scrollback.presence(0, &names, true);
        scrollback.lay_out(Shape { width: 20, height: 9 }, &ZONE);
        assert_eq!(scrollback.page().len(), 4);
    }

    #[test]
    fn what_is_for_one_person_is_not_there() {
        let (mut scrollback, before) = wall(&[("ann", "hi")], 9);
        for tone in [Tone::Quiet, Tone::Accent, Tone::Trouble] {
            scrollback.notice(0, tone, "for you alone".to_owned());
        }
        scrollback.lay_out(Shape { width: 20, height: 9 }, &ZONE);
        assert_eq!(seen(&scrollback), before);
        scrollback.see_on_wall(false);
        scrollback.lay_out(Shape { width: 20, height: 9 }, &ZONE);
        assert_eq!(scrollback.page().len(), 5, "a date, a message, three notices");
    }

    #[test]
    fn paging_up_shows_everything() {
        let text: Vec<String> = (0..40).map(|line| format!("line {line}")).collect();
        let (mut scrollback, mut page) = wall(&[("ann", &text.join("\n")), ("bob", "hi")], 8);
        let mut all = std::collections::BTreeSet::new();
        for _ in 0..20 {
            all.extend(page);
            scrollback.scroll_up(scrollback.page_step(), &ZONE);
            page = seen(&scrollback);
        }
        assert_eq!(all.iter().filter(|line| line.starts_with("line")).count(), 40);
        scrollback.go_to_bottom();
        scrollback.lay_out(Shape { width: 20, height: 8 }, &ZONE);
        assert_eq!(seen(&scrollback).last().unwrap(), "hi");
    }
}
