//! The terms by which the index knows people, names and places, and what a query asks of it. The
//! index proposes: what it is asked may be less than what is looked for, never more.

use std::fmt::Write;

use chat_protocol::query::Phrase;
use chat_protocol::{Nick, Query};

use crate::log::{ChannelId, PersonId};

/// Phrases that the index is asked for, at most; the texts of what it proposes are looked at.
const ASKED: usize = 4;

/// Characters that a beginning must have to be asked for, where there is anything better: very
/// many words begin with one or two of them.
const TELLING: usize = 3;

/// Somebody, by their number.
pub(super) fn author_term(person: PersonId) -> String {
    let kind = if person.is_guest() { 'g' } else { 'p' };
    format!("{kind}{}", person.0.unsigned_abs())
}

/// A name, by what it is compared by.
pub(super) fn name_term(name: &Nick) -> String {
    let mut term = String::from("n");
    for byte in name.key().as_str().bytes() {
        // Writing to a string does not fail.
        write!(term, "{byte:02x}").ok();
    }
    term
}

/// A conversation.
pub(super) fn place_term(channel: ChannelId) -> String {
    format!("c{}", channel.0)
}

/// Any of these terms, of this column; `None` when there are none.
pub(super) fn any_of(column: &str, terms: &[String]) -> Option<String> {
    (!terms.is_empty()).then(|| format!("{column} : (\"{}\")", terms.join("\" OR \"")))
}

/// The words of a query; `None` when it has none.
pub(super) fn all_of(query: &Query) -> Option<String> {
    let letters = |phrase: &Phrase| phrase.words.iter().map(|word| word.chars().count()).sum();
    let mut phrases: Vec<(usize, &Phrase)> =
        query.phrases.iter().map(|phrase| (letters(phrase), phrase)).collect();
    phrases.sort_by_key(|&(letters, _)| std::cmp::Reverse(letters));
    let telling = |(letters, phrase): &(usize, &Phrase)| !phrase.open || *letters >= TELLING;
    if phrases.iter().any(telling) {
        phrases.retain(telling);
    } else {
        phrases.truncate(1);
    }
    phrases.truncate(ASKED);
    let asked: Vec<String> = phrases
        .into_iter()
        .map(|(_, phrase)| {
            let end = if phrase.open { " *" } else { "" };
            format!("\"{}\"{end}", phrase.words.join(" "))
        })
        .collect();
    (!asked.is_empty()).then(|| format!("text : ({})", asked.join(" AND ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(typed: &str, expected: Option<&str>) {
        assert_eq!(all_of(&Query::parse(typed)).as_deref(), expected, "{typed:?}");
    }

    #[test]
    fn the_index_is_asked_for_what_tells_most() {
        asked("", None);
        asked("from:ann", None);
        asked("Dead", Some(r#"text : ("dead" *)"#));
        asked(r#""dead lock" mutex"#, Some(r#"text : ("dead lock" AND "mutex" *)"#));
        asked("a mutex", Some(r#"text : ("mutex" *)"#));
        asked("a ab", Some(r#"text : ("ab" *)"#));
        asked("数据 a", Some(r#"text : ("数 据")"#));
        asked("a1 NOT NEAR(x) \"*\"", Some(r#"text : ("near x" * AND "not" *)"#));
        asked(
            "one1 two22 three four4 five",
            Some(r#"text : ("two22" * AND "three" * AND "four4" * AND "one1" *)"#),
        );
    }

    #[test]
    fn people_and_places_are_single_words() {
        assert_eq!(author_term(PersonId(7)), "p7");
        assert_eq!(author_term(PersonId(-7)), "g7");
        assert_eq!(name_term(&Nick::new("B0b").unwrap()), name_term(&Nick::new("bob").unwrap()));
        let places = [place_term(ChannelId(1)), place_term(ChannelId(12))];
        assert_eq!(any_of("place", &places).as_deref(), Some(r#"place : ("c1" OR "c12")"#));
        assert_eq!(any_of("place", &[]), None);
    }
}
