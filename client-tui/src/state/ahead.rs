//! What is worked out ahead of being seen: who pages up goes on to page up, and need not wait for
//! what they come to next to be read and wrapped.

use jiff::tz::TimeZone;

use super::page::Spot;
use super::scrollback::Scrollback;

impl Scrollback {
    /// Works out the rows of the page above the one that is seen while somebody reads history.
    pub(crate) fn measure_ahead(&mut self, zone: &TimeZone) {
        let top = self.page().first().map(|row| Spot { entry: row.entry, row: 0 });
        if let Some(top) = top.filter(|_| self.reading_history().is_some()) {
            self.back(top, self.page_step(), zone);
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Message, Nick, Text};

    use super::*;
    use crate::state::reader::Shape;

    #[test]
    fn the_page_above_is_worked_out_before_it_is_seen() {
        let zone = TimeZone::UTC;
        let mut scrollback = Scrollback::default();
        for seq in 1..=200 {
            let (from, text) = (Nick::new("ann").unwrap(), Text::new("one\ntwo").unwrap());
            scrollback.take_live(Message { seq, from, at: 0, text });
        }
        scrollback.lay_out(Shape { width: 20, height: 10 }, &zone);
        let mut page_up = |ahead: bool| {
            if ahead {
                scrollback.measure_ahead(&zone);
            }
            let before = scrollback.reader.kept.turn();
            scrollback.scroll_up(scrollback.page_step(), &zone);
            scrollback.reader.kept.turn() - before
        };
        assert!(page_up(true) > 0, "not before somebody reads history");
        assert!(page_up(false) > 0);
        assert_eq!([page_up(true), page_up(true)], [0, 0]);
    }
}
