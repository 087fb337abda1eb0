//! Greetings in a server's own words. In the comma dialect each server chooses them, and nothing
//! is sure but that the sender's name is in them: what else they are is learnt by hearing them when
//! a greeting is due.

use std::collections::BTreeSet;

use super::cast::Cast;

/// Ways to put a greeting that are learnt from one server.
const SHAPES: usize = 8;

/// Words in which servers tell something else about somebody.
const NEWS: [&str; 18] = [
    "joined",
    "left",
    "registered",
    "connected",
    "disconnected",
    "online",
    "offline",
    "welcome",
    "new",
    "gone",
    "closed",
    "not",
    "no",
    "nobody",
    "unknown",
    "invalid",
    "error",
    "friends",
];

/// How this server puts a greeting.
#[derive(Debug, Default)]
pub(crate) struct Greetings {
    /// Its words, without the names in them.
    shapes: BTreeSet<String>,
}

impl Greetings {
    /// Who greets this user in these words, if anybody does; `awaits` tells whether a greeting of
    /// somebody's is due.
    pub(crate) fn find(
        &mut self,
        words: &str,
        by: usize,
        cast: &Cast,
        awaits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let [from] = cast.named_in(words, by)[..] else { return None };
        let shape = words.replace(cast.called(from).as_str(), "\0");
        let shape = shape.replace(cast.called(by).as_str(), "\u{1}");
        let is_learnt = self.shapes.contains(&shape);
        if !is_learnt && (!awaits(from) || is_news(&shape) || self.shapes.len() >= SHAPES) {
            return None;
        }
        self.shapes.insert(shape);
        Some(from)
    }
}

fn is_news(shape: &str) -> bool {
    let mut words = shape.split(|c: char| !c.is_alphanumeric());
    words.any(|word| NEWS.iter().any(|news| word.eq_ignore_ascii_case(news)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_are_understood_when_they_are_due_and_known_from_then_on() {
        let cast = Cast::new(4, 7);
        let mut greetings = Greetings::default();
        let mut check = |words: &str, awaited: &[usize], expected| {
            let words = (0..4).fold(words.to_owned(), |words, user| {
                words.replace(&format!("@{user}"), cast.name(user).as_str())
            });
            let found = greetings.find(&words, 0, &cast, |from| awaited.contains(&from));
            assert_eq!(found, expected, "{words:?}");
        };
        check("hello from @1", &[], None);
        check("hello from @1", &[1], Some(1));
        // One more than was sent: it came twice.
        check("hello from @2", &[], Some(2));
        check("@1 greets @0", &[1], Some(1));
        check("@3 greets @0", &[], Some(3));
        check("@1", &[1], Some(1));
        check("@1 joined", &[1], None);
        check("nobody here is called ‘@1’", &[1], None);
        check("@1 and @2 are here", &[1, 2], None);
        check("hello", &[1], None);
        check("hello @0", &[0, 1], None);
    }

    #[test]
    fn only_so_many_ways_are_learnt() {
        let cast = Cast::new(2, 7);
        let mut greetings = Greetings::default();
        let learnt = (0..20).filter(|number| {
            let words = format!("{} waves {number}", cast.name(1));
            greetings.find(&words, 0, &cast, |_| true).is_some()
        });
        assert_eq!(learnt.count(), SHAPES);
    }
}
