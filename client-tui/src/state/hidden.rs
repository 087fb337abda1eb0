//! What somebody wrote who is ignored: it stays in the scrollback, where its numbers are needed and
//! from where it can come back, and takes no rows.

use std::collections::HashMap;

use chat_protocol::{Message, Nick};

use super::entry::Key;
use super::scrollback::Scrollback;

impl Scrollback {
    /// Hides what was written by those whom `ignored` names, and shows what the others wrote.
    pub(crate) fn hide(&mut self, ignored: impl Fn(&Nick) -> bool) {
        let mut known: HashMap<Nick, bool> = HashMap::new();
        for entry in &mut self.entries {
            let Some(author) = entry.author().cloned() else { continue };
            let hidden = *known.entry(author).or_insert_with_key(&ignored);
            entry.set_hidden(hidden);
        }
    }

    /// Takes a message of somebody who is ignored: its number counts, and it is no news.
    pub(crate) fn take_hidden(&mut self, message: Message) {
        let (seq, at_bottom) = (message.seq, self.reader.is_at_bottom());
        if self.take_live(message) && !at_bottom {
            self.reader.arrived_unseen();
        }
        if let Ok(index) = self.find(Key::stored(seq)) {
            self.entries[index].set_hidden(true);
        }
    }

    /// Whether there are messages, and none of them is shown.
    pub(crate) fn is_hidden_whole(&self) -> bool {
        let mut said = self.entries.iter().filter(|entry| entry.author().is_some()).peekable();
        said.peek().is_some() && said.all(super::entry::Entry::is_hidden)
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::Text;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::state::reader::Shape;

    #[test]
    fn what_is_hidden_is_no_news() {
        let mut scrollback = Scrollback::default();
        let message = |seq, from| {
            let (from, text) = (Nick::new(from).unwrap(), Text::new("a\nb\nc").unwrap());
            Message { seq, from, at: 0, text }
        };
        let shape = Shape { width: 20, height: 5 };
        (1..9).for_each(|seq| _ = scrollback.take_live(message(seq, "ann")));
        scrollback.lay_out(shape, &TimeZone::UTC);
        scrollback.scroll_up(6, &TimeZone::UTC);
        scrollback.take_live(message(9, "ann"));
        scrollback.take_hidden(message(10, "bob"));
        scrollback.take_hidden(message(10, "bob"));
        scrollback.lay_out(shape, &TimeZone::UTC);
        assert_eq!((scrollback.reading_history(), scrollback.resume_after()), (Some(1), Some(10)));
    }

    #[test]
    fn what_is_hidden_takes_no_rows_and_comes_back() {
        let mut scrollback = Scrollback::default();
        let shape = Shape { width: 20, height: 10 };
        for (seq, from) in (1..).zip(["ann", "bob", "ann", "bob", "bob"]) {
            let from = Nick::new(from).unwrap();
            scrollback.take_live(Message { seq, from, at: 0, text: Text::new("hi").unwrap() });
        }
        let rows = |scrollback: &mut Scrollback| {
            scrollback.lay_out(shape, &TimeZone::UTC);
            scrollback
                .page()
                .iter()
                .filter(|row| matches!(row.line, crate::state::page::Line::Text(_)))
                .count()
        };
        assert_eq!(rows(&mut scrollback), 5);
        scrollback.hide(|name| name.as_str() == "bob");
        assert_eq!((rows(&mut scrollback), scrollback.is_hidden_whole()), (2, false));
        assert_eq!(scrollback.resume_after(), Some(5), "it was received all the same");
        scrollback.hide(|_| true);
        assert!(scrollback.is_hidden_whole());
        scrollback.hide(|_| false);
        assert_eq!(rows(&mut scrollback), 5);
    }
}
