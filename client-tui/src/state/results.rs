//! `/search`: what was found in all that one may read, as a list to go to something from.

use std::ops::Range;

use chat_protocol::event::{Hit, SearchPage};
use chat_protocol::{Conversation, Nick, Query};

use super::input::Editor;
use super::motion;
use super::pending_search::{Answer, PendingSearch};
use crate::rich::{self, Rich};

/// Hits that are kept: who wants older ones can say more of what is looked for.
const MOST: usize = 2_000;

/// Bytes of a text that are kept, and those of them that stand before what was found.
const KEPT_BYTES: usize = 400;
const BEFORE_BYTES: usize = 120;

/// From how many hits before the end on more are asked for.
const AHEAD: usize = 20;

/// A search, and what it has found.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) editor: Editor,
    /// What was looked for when the list came.
    pub(crate) query: Query,
    pub(crate) found: Vec<Found>,
    pub(crate) chosen: usize,
    pub(crate) pending: PendingSearch,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) room: Conversation,
    pub(crate) seq: u64,
    pub(crate) from: Nick,
    pub(crate) at: i64,
    /// A part of the text, in one line, with what was found.
    pub(crate) text: String,
    /// Where in the whole text that stands.
    pub(crate) byte: usize,
}

impl Found {
    fn new(hit: Hit, query: &Query) -> Self {
        let Hit { room, message } = hit;
        let text = message.text.as_str();
        let byte = query.spans(text).first().map_or(0, |span| span.start);
        let text = excerpt(text, byte, query);
        Self { room, seq: message.seq, from: message.from, at: message.at, text, byte }
    }
}

/// A part of a text in one line, with what stands at this byte: as it is meant, without the signs
/// that say how; of code the line, behind the name of its language.
fn excerpt(text: &str, byte: usize, query: &Query) -> String {
    let rich = rich::parse(text);
    let whole = line_of_code(text, &rich, byte);
    let (within, language) = whole.clone().unwrap_or((0..text.len(), ""));
    let byte = byte.clamp(within.start, within.end);
    let mut from = motion::floor(text, byte.saturating_sub(BEFORE_BYTES)).max(within.start);
    if from > within.start {
        // With a whole word.
        let gap = text[from..byte].char_indices().find(|(_, c)| c.is_whitespace());
        from += gap.map_or(0, |(gap, c)| gap + c.len_utf8());
        from = motion::snapped(text, from);
    }
    let to = motion::floor(text, (from + KEPT_BYTES).min(within.end));
    let (head, tail) = (cut_mark(from > within.start), cut_mark(to < within.end));
    let mut part = match whole {
        Some(_) => text[from..to].to_owned(),
        None => rich.plain(text, &(from..to)),
    };
    // What was found in what is not shown, such as an address behind words, is shown as it stands.
    if whole.is_none() && query.spans(&part).is_empty() {
        part = text[from..to].to_owned();
    }
    let part = chat_protocol::text::one_line(&part);
    let name = if language.is_empty() { String::new() } else { format!("{language}: ") };
    format!("{name}{head}{}{tail}", part.trim())
}

/// The line of code that a byte is in, and the name of its language: of which the byte may be, too.
fn line_of_code<'a>(text: &'a str, rich: &Rich, byte: usize) -> Option<(Range<usize>, &'a str)> {
    let code =
        rich.codes.iter().find(|code| (code.language.start..code.body.end).contains(&byte))?;
    let at = byte.max(code.body.start);
    let body = text.get(code.body.clone())?;
    let (before, behind) = body.split_at_checked(at - code.body.start)?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = before.len() + behind.find('\n').unwrap_or(behind.len());
    let line = code.body.start + start..code.body.start + end;
    Some((line, text.get(code.language.clone())?))
}

fn cut_mark(cut: bool) -> &'static str {
    if cut { "…" } else { "" }
}

impl Results {
    /// What is typed, without what is around it.
    pub(crate) fn typed(&self) -> &str {
        self.editor.text().trim()
    }

    /// Whether nothing is looked for.
    pub(crate) fn query_is_empty(&self) -> bool {
        Query::parse(self.typed()).is_empty()
    }

    /// Takes a page; whose messages `ignored` names are left out.
    pub(crate) fn take(
        &mut self,
        page: SearchPage,
        now: std::time::Duration,
        ignored: impl Fn(&Nick) -> bool,
    ) -> Answer {
        let answer = self.pending.take(&page, now);
        match answer {
            Answer::None => return answer,
            Answer::First => {
                self.query = Query::parse(page.query.as_str());
                self.found.clear();
                self.chosen = 0;
            }
            Answer::Next => {}
        }
        let wanted = page.hits.into_iter().filter(|hit| !ignored(&hit.message.from));
        let room = MOST.saturating_sub(self.found.len());
        self.found.extend(wanted.take(room).map(|hit| Found::new(hit, &self.query)));
        answer
    }

    /// Moves the choice by some hits, not beyond the ends; asks for more before they are reached.
    pub(crate) fn step(&mut self, by: isize, now: std::time::Duration) {
        let last = self.found.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(by).min(last);
        if self.chosen + AHEAD > self.found.len() && !self.is_full() {
            self.pending.want_more(now);
        }
    }

    /// Whether no more are kept.
    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// What Enter goes to: nothing before the answer to what is typed now has come.
    pub(crate) fn choice(&self) -> Option<&Found> {
        let current = self.query == Query::parse(self.typed());
        self.found.get(self.chosen).filter(|_| current)
    }

    /// Which is chosen, and how many there are: `3 of 50+`.
    pub(crate) fn count(&self) -> String {
        let more = self.pending.has_more() || self.is_full();
        let more = if more { "+" } else { "" };
        match self.found.len() {
            0 => String::new(),
            count => format!("{} of {count}{more}", self.chosen + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chat_protocol::{Line, Message, Text};

    use super::*;

    fn hit(seq: u64, text: &str) -> Hit {
        let (room, from) = ("lobby".parse().unwrap(), Nick::new("ann").unwrap());
        Hit { room, message: Message { seq, from, at: 0, text: Text::new(text).unwrap() } }
    }

    #[test]
    fn a_part_of_the_text_is_kept_with_what_was_found() {
        let check = |text: &str, expected: &str| {
            let found = Found::new(hit(1, text), &Query::parse("dead"));
            assert_eq!(found.text, expected);
            assert!(text[found.byte..].starts_with("dead"));
        };
        check("dead", "dead");
        check("one\ntwo dead\nthree", "one two dead three");
        // White space of several bytes.
        let em = "word\u{2003}".repeat(100) + "dead";
        assert!(Found::new(hit(1, &em), &Query::parse("dead")).text.ends_with("dead"));
        let words = "word ".repeat(200);
        let found = Found::new(hit(1, &format!("{words}dead {words}")), &Query::parse("dead"));
        assert_eq!(found.byte, 1000);
        assert!(found.text.starts_with("…word ") && found.text.ends_with('…'), "{}", found.text);
        assert!(found.text.contains("word dead word") && found.text.len() < KEPT_BYTES + 10);
        let wide = "漢字".repeat(300);
        assert!(
            Found::new(hit(1, &format!("{wide} dead {wide}")), &Query::parse("dead"))
                .text
                .contains("dead")
        );
    }

    #[test]
    fn code_is_shown_without_its_frame() {
        let check = |text: &str, expected: &str| {
            let found = Found::new(hit(1, text), &Query::parse("dead"));
            assert_eq!(found.text, expected, "{text:?}");
        };
        check("see\n```rust\nlet a = 1;\n  let dead = 2;\n}\n```\nok", "rust: let dead = 2;");
        check("```\ndead();\n```", "dead();");
        check("```dead\none\ntwo\n```", "dead: one");
        check("it is dead:\n```rust\nlet a = 1;\n```", "it is dead: let a = 1;");
        check("**dead** and `lock`", "dead and lock");
        check("[see](https://dead.org/x) it", "see (https://dead.org/x) it");
        check("> so dead", "> so dead");
        let line = format!("```sh\nx\n{} dead {}\n```", "word ".repeat(60), "word ".repeat(90));
        let found = Found::new(hit(1, &line), &Query::parse("dead"));
        assert!(found.text.starts_with("sh: …word ") && found.text.ends_with('…'));
    }

    #[test]
    fn enter_goes_nowhere_before_the_answer_has_come() {
        let mut results = Results { editor: Editor::with("dead"), ..Results::default() };
        let now = Duration::from_secs(1);
        results.pending.look_for("dead".to_owned(), Duration::ZERO);
        results.pending.ask(now, None).unwrap();
        let hits = vec![hit(9, "dead"), hit(5, "deadly")];
        let page =
            SearchPage { query: Line::from("dead".to_owned()), hits, next: None, complete: true };
        assert_eq!(results.take(page, now, |_| false), Answer::First);
        assert_eq!(results.choice().unwrap().seq, 9);
        results.step(5, now);
        assert_eq!((results.choice().unwrap().seq, results.count().as_str()), (5, "2 of 2"));
        results.editor.insert("x");
        assert_eq!(results.choice(), None);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_found(text in "(\\PC|\n|```|\\*\\*){1,900}", query in "\\PC{0,20}") {
            if let Ok(text) = Text::new(&text) {
                Found::new(hit(1, text.as_str()), &Query::parse(&query));
            }
        }
    }
}
