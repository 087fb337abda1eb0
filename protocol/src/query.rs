//! What somebody looks for, and where it stands in a text. The server finds with it and the client
//! shows with it, so both agree on what a hit is. Nothing that can be typed is a mistake: what makes
//! no sense as anything else is words.

use std::ops::Range;

use jiff::civil::Date;

use crate::message::Conversation;
use crate::name::Nick;

mod phrases;
mod words;

pub use phrases::Phrase;
pub use words::{Word, words};

/// Phrases and single words that are looked for; any behind them are passed over.
pub const PHRASES_MOST: usize = 16;

/// A search: all of what it names must be there, of people and of conversations any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What is looked for in texts; each must be found.
    pub phrases: Vec<Phrase>,
    /// By whom it was said; anybody when empty.
    pub from: Vec<Nick>,
    /// Where it was said; anywhere when empty.
    pub rooms: Vec<Conversation>,
    /// It was said before this day began, in the time zone of who asks.
    pub before: Option<Date>,
    /// The first that looks like one of these and means nothing: it is looked for as words.
    pub misread: Option<Box<Misread>>,
}

/// What looks like a narrowing, and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// By what it would have narrowed.
    pub key: Key,
    /// The whole of it, as it was typed.
    pub typed: String,
}

impl Query {
    /// Reads what was typed: words, `"phrases"`, `from:ann`, `in:room`, `in:@bob` and
    /// `before:2026-11-01`, in any order.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let mut query = Self::default();
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (piece, behind) = Piece::cut(rest);
            query.take(piece);
            rest = behind.trim_start();
        }
        query
    }

    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Quoted(text) => self.look_for(Phrase::whole(text)),
            Piece::Plain(text) => self.look_for(Phrase::begun(text)),
            Piece::Named { key, value, all } => {
                if self.narrow(key, value).is_none() {
                    // Without a value it may be a word like any other: "before: the exam".
                    if !value.is_empty() && self.misread.is_none() {
                        self.misread = Some(Box::new(Misread { key, typed: all.to_owned() }));
                    }
                    self.look_for(Phrase::begun(all));
                }
            }
        }
    }

    fn look_for(&mut self, phrase: Option<Phrase>) {
        if let Some(phrase) = phrase
            && self.phrases.len() < PHRASES_MOST
            && !self.phrases.contains(&phrase)
        {
            self.phrases.push(phrase);
        }
    }

    /// Takes `key:value`; `None` when it means nothing.
    fn narrow(&mut self, key: Key, value: &str) -> Option<()> {
        match key {
            Key::From => self.from.push(Nick::new(value.strip_prefix('@').unwrap_or(value)).ok()?),
            Key::In => self.rooms.push(value.strip_prefix('#').unwrap_or(value).parse().ok()?),
            Key::Before => {
                let day: Date = Date::strptime("%Y-%m-%d", value).ok()?;
                self.before = Some(self.before.map_or(day, |before| before.min(day)));
            }
        }
        Some(())
    }

    /// Whether it looks for nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all that is looked for in texts is in this one.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let words = words(text);
        self.phrases.iter().all(|phrase| phrase.places(&words).next().is_some())
    }

    /// Where in this text something stands that is looked for: in order, apart from each other, at
    /// the boundaries of characters.
    #[must_use]
    pub fn spans(&self, text: &str) -> Vec<Range<usize>> {
        if self.phrases.is_empty() {
            return Vec::new();
        }
        let words = words(text);
        let found = self.phrases.iter().flat_map(|phrase| phrase.spans(text, &words));
        let mut found: Vec<Range<usize>> = found.collect();
        found.sort_unstable_by_key(|span| (span.start, span.end));
        let mut spans: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for span in found {
            match spans.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => spans.push(span),
            }
        }
        spans
    }
}

/// What a search can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `from:ann`
    From,
    /// `in:rust`, `in:@bob`
    In,
    /// `before:2026-11-01`
    Before,
}

impl Key {
    /// The key that `text` begins with, and what is behind its colon.
    fn cut(text: &str) -> Option<(Self, &str)> {
        let (name, value) = text.split_once(':')?;
        let key = match name.to_ascii_lowercase().as_str() {
            "from" => Self::From,
            "in" => Self::In,
            "before" => Self::Before,
            _ => return None,
        };
        Some((key, value))
    }
}

/// A part of what was typed.
#[derive(Clone, Copy, Debug)]
enum Piece<'a> {
    /// What stood between two quotes.
    Quoted(&'a str),
    /// What stood between spaces.
    Plain(&'a str),
    /// A key with what is behind its colon, quoted or not.
    Named { key: Key, value: &'a str, all: &'a str },
}

impl<'a> Piece<'a> {
    /// The first piece of `text`, which begins with no space, and what is behind it.
    fn cut(text: &'a str) -> (Self, &'a str) {
        if let Some((quoted, behind)) = cut_quoted(text) {
            return (Self::Quoted(quoted), behind);
        }
        if let Some((key, value)) = Key::cut(text)
            && let Some((quoted, behind)) = cut_quoted(value)
        {
            let all = &text[..text.len() - behind.len()];
            return (Self::Named { key, value: quoted, all }, behind);
        }
        let (all, behind) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
        match Key::cut(all) {
            Some((key, value)) => (Self::Named { key, value, all }, behind),
            None => (Self::Plain(all), behind),
        }
    }
}

/// What is between the quote that `text` begins with and the next one, and what is behind that.
/// Keyboards and phones know several; a quote that is never closed is none.
fn cut_quoted(text: &str) -> Option<(&str, &str)> {
    const QUOTES: [char; 4] = ['"', '“', '”', '„'];
    text.strip_prefix(QUOTES)?.split_once(QUOTES)
}

#[cfg(test)]
mod tests;
