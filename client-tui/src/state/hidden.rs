//! What somebody wrote who is ignored: it stays in the scrollback, where its numbers are needed and
//! from where it can come back, and takes no rows.

use std::collections::HashMap;
use std::ops::Range;

use chat_protocol::{Message, Nick};

use super::entry::{Entry, Key};
use super::scrollback::Scrollback;

impl Scrollback {
    /// Hides what was written by those whom `ignored` names, and shows what the others wrote.
    pub(crate) fn hide(&mut self, ignored: impl Fn(&Nick) -> bool) {
        let mut known: HashMap<Nick, bool> = HashMap::new();
        for entry in &mut self.entries {
            let Some(author) = entry.author() else { continue };
            let hidden = known.get(author).copied().unwrap_or_else(|| {
                let hidden = ignored(author);
                known.insert(author.clone(), hidden);
                hidden
            });
            entry.set_hidden(hidden);
        }
    }

    /// Takes a message of somebody who is ignored: its number counts, and it is no news.
    pub(crate) fn take_hidden(&mut self, message: Message) {
        let seq = message.seq;
        self.take_quietly(message);
        if let Ok(index) = self.find(Key::stored(seq)) {
            self.entries[index].set_hidden(true);
        }
    }

    /// The entries of a part that are shown, each with its place: whoever looks for something that
    /// the reader is to see looks here.
    pub(super) fn visible(
        &self,
        part: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (usize, &Entry)> {
        let end = part.end.min(self.entries.len());
        let part = part.start.min(end)..end;
        part.clone().zip(self.entries.range(part)).filter(|(_, entry)| self.shows(entry))
    }

    /// Whether an entry is shown: nothing of somebody who is ignored, and on the wall nothing that
    /// is for one person.
    pub(super) fn shows(&self, entry: &Entry) -> bool {
        let private = self.reader.wall && entry.is_private();
        !entry.is_hidden() && !private
    }

    /// Whether there are messages, and none of them is shown.
    pub(crate) fn is_hidden_whole(&self) -> bool {
        let mut said = self.entries.iter().filter(|entry| entry.author().is_some()).peekable();
        said.peek().is_some() && said.all(Entry::is_hidden)
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::Text;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::page::Line;
    use crate::state::reader::Shape;
    use crate::state::scrollback::Wanted;

    const ZONE: TimeZone = TimeZone::UTC;
    const SHAPE: Shape = Shape { width: 20, height: 5 };
    const DAY_MS: i64 = 24 * 3_600_000;

    fn nick(name: &str) -> Nick {
        Nick::new(name).unwrap()
    }

    fn message(seq: u64, from: &str, text: &str) -> Message {
        Message { seq, from: nick(from), at: 0, text: Text::new(text).unwrap() }
    }

    fn is_bob(name: &Nick) -> bool {
        name.as_str() == "bob"
    }

    /// Takes a page of what bob wrote, who is ignored, and lays out.
    fn take_flood(scrollback: &mut Scrollback, numbers: std::ops::RangeInclusive<u64>) {
        scrollback.take_page(numbers.map(|seq| message(seq, "bob", "buy")).collect(), true);
        scrollback.hide(is_bob);
        scrollback.lay_out(SHAPE, &ZONE);
    }

    /// The numbers of what is on the screen, and of each row what is in it.
    fn seen(scrollback: &mut Scrollback) -> Vec<(u64, Line)> {
        scrollback.lay_out(SHAPE, &ZONE);
        let page = scrollback.page().iter();
        page.map(|row| (scrollback.entry(row.entry).unwrap().key.seq, row.line)).collect()
    }

    #[test]
    fn what_is_hidden_is_no_news() {
        let mut scrollback = Scrollback::default();
        (1..9).for_each(|seq| _ = scrollback.take_live(message(seq, "ann", "a\nb\nc")));
        scrollback.lay_out(SHAPE, &ZONE);
        scrollback.scroll_up(6, &ZONE);
        scrollback.take_live(message(9, "ann", "a\nb\nc"));
        scrollback.take_hidden(message(10, "bob", "a"));
        scrollback.take_hidden(message(10, "bob", "a"));
        scrollback.lay_out(SHAPE, &ZONE);
        assert_eq!((scrollback.reading_history(), scrollback.resume_after()), (Some(1), Some(10)));
    }

    #[test]
    fn what_is_hidden_takes_no_rows_and_comes_back() {
        let mut scrollback = Scrollback::default();
        for (seq, from) in (1..).zip(["ann", "bob", "ann", "bob"]) {
            scrollback.take_live(message(seq, from, "hi"));
        }
        let rows = |scrollback: &mut Scrollback| {
            let seen = seen(scrollback);
            seen.iter().filter(|(_, line)| matches!(line, Line::Text(_))).count()
        };
        assert_eq!(rows(&mut scrollback), 4);
        scrollback.hide(is_bob);
        assert_eq!((rows(&mut scrollback), scrollback.is_hidden_whole()), (2, false));
        assert_eq!(scrollback.resume_after(), Some(4), "it was received all the same");
        scrollback.hide(|_| true);
        assert!(scrollback.is_hidden_whole());
        scrollback.hide(|_| false);
        assert_eq!(rows(&mut scrollback), 4);
    }

    #[test]
    fn a_flood_does_not_fetch_the_whole_history_by_itself() {
        let mut scrollback = Scrollback::default();
        scrollback.expect(100_000);
        let mut first = 100_001;
        let mut fetch_all = |scrollback: &mut Scrollback| {
            let mut pages = 0;
            while scrollback.ask_older().is_some() {
                take_flood(scrollback, first - 200..=first - 1);
                first -= 200;
                pages += 1;
            }
            pages
        };
        assert_eq!(fetch_all(&mut scrollback), 4);
        assert_eq!(fetch_all(&mut scrollback), 0);
        scrollback.want_older();
        assert_eq!(fetch_all(&mut scrollback), 4, "the reader wanted more");
        for _ in 0..200 {
            scrollback.want_older();
            fetch_all(&mut scrollback);
        }
        assert!((50_000..=50_500).contains(&scrollback.entries.len()), "memory is bounded");
    }

    #[test]
    fn what_is_shown_above_a_flood_is_near() {
        let mut scrollback = Scrollback::default();
        scrollback.expect(3000);
        assert_eq!(scrollback.ask_older(), Some(Wanted::Newest));
        take_flood(&mut scrollback, 1001..=2990);
        (2991..=3000).for_each(|seq| _ = scrollback.take_live(message(seq, "ann", "hi")));
        assert_eq!(seen(&mut scrollback).first(), Some(&(2996, Line::Text(0))));
        assert_eq!(scrollback.ask_older(), None);
        scrollback.scroll_up(4, &ZONE);
        assert_eq!(scrollback.ask_older(), Some(Wanted::Before(1001)), "the flood fills no screen");
        scrollback.take_page(vec![message(1000, "ann", "hi")], true);
        // A row up and a row down, however many are hidden between.
        scrollback.scroll_up(2, &ZONE);
        assert_eq!(seen(&mut scrollback).first(), Some(&(1000, Line::Text(0))));
        scrollback.scroll_down(1, &ZONE);
        assert_eq!(seen(&mut scrollback).first(), Some(&(2991, Line::Text(0))));
    }

    #[test]
    fn days_and_turns_are_of_what_is_shown() {
        let mut scrollback = Scrollback::default();
        for (seq, from, day) in [(1, "ann", 0), (2, "bob", 1), (3, "ann", 2), (4, "bob", 2)] {
            let at = day * DAY_MS;
            scrollback.take_live(Message { at, ..message(seq, from, "hi") });
        }
        scrollback.take_live(Message { at: 2 * DAY_MS, ..message(5, "ann", "hi") });
        scrollback.hide(is_bob);
        let text = Line::Text(0);
        let rows = [(1, Line::Date), (1, text), (3, Line::Date), (3, text), (5, text)];
        assert_eq!(seen(&mut scrollback), rows);
        let names: Vec<bool> = scrollback.page().iter().map(|row| row.name).collect();
        assert_eq!(names, [false, true, false, true, false], "one turn of ann's");
    }

    #[test]
    fn the_rule_stands_above_what_is_shown() {
        let mut scrollback = Scrollback::default();
        (1..=5).for_each(|seq| {
            _ = scrollback.take_live(message(seq, if seq < 4 { "bob" } else { "ann" }, "hi"));
        });
        scrollback.unread_from(2);
        scrollback.hide(is_bob);
        let text = Line::Text(0);
        let rows = [(4, Line::Date), (4, Line::New), (4, text), (5, text)];
        assert_eq!(seen(&mut scrollback), rows);
        // Where nothing unread is shown there is nothing to go to.
        scrollback.hide(|_| true);
        scrollback.land(5);
        assert!(seen(&mut scrollback).is_empty() && scrollback.is_read());
    }

    #[test]
    fn keys_and_commands_do_not_lead_to_what_is_hidden() {
        let mut scrollback = Scrollback::default();
        scrollback.take_live(message(1, "ann", "sam: hi"));
        scrollback.take_live(message(2, "ann", "```\nann's\n```"));
        for seq in 3..300 {
            scrollback.take_live(message(seq, "bob", "sam: https://a.org\n```\nbob's\n```"));
        }
        scrollback.take_live(message(300, "eve", "hi\n\n\n\n\n\nhi"));
        scrollback.hide(is_bob);
        scrollback.lay_out(SHAPE, &ZONE);
        let codes = scrollback.codes(10);
        let codes: Vec<_> = codes.into_iter().filter_map(|spot| scrollback.code(spot)).collect();
        assert_eq!(codes, [("ann's", "")]);
        assert!(scrollback.links_on_screen().is_empty());
        let recent: Vec<_> = scrollback.recent_authors(5).into_iter().map(Nick::as_str).collect();
        assert_eq!(recent, ["eve", "ann"]);
        assert!(scrollback.go_to_mention(&nick("sam"), false, &ZONE));
        assert!(scrollback.is_led_to(Key::stored(1)));
        assert!(!scrollback.go_to_mention(&nick("sam"), true, &ZONE), "bob's are not gone to");
    }
}
