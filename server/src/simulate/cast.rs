//! Who plays and what they say: names that no other run has, and texts that tell who said them,
//! to whom, and the how manieth it is, so that what arrives can be judged.

use std::collections::HashMap;

use chat_protocol::Nick;

const FIRST_NAMES: [&str; 36] = [
    "ann", "bob", "cem", "dora", "eve", "finn", "gus", "hana", "ida", "jan", "kim", "lea", "max",
    "nils", "olga", "pia", "quin", "ravi", "sue", "tom", "uma", "vic", "wen", "xia", "yuri", "zoe",
    "abel", "bea", "cleo", "dan", "emma", "fritz", "gita", "hugo", "iris", "jo",
];

/// Words to chat with. Some are longer in bytes than in letters: a server that cuts what it reads
/// at any byte breaks them.
const PHRASES: [&str; 12] = [
    "hi",
    "did you get further with the lab?",
    "mine says: address already in use",
    "try another port",
    "ja, schön wär’s",
    "it works on my machine",
    "coffee? ☕",
    "who has the slides",
    "I do",
    "日本語も大丈夫ですか",
    "what does recv return when the other side has closed the connection, and how do I tell?",
    "nothing. an empty one 🎉",
];

/// A message by its place in the play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Message {
    pub(crate) from: usize,
    pub(crate) to: To,
    /// Counted from 0, for each sender and each address.
    pub(crate) number: u32,
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum To {
    All,
    One(usize),
}

/// What a text turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognized {
    /// This message, word by word.
    Ours(Message),
    /// It was one of ours, and has been changed on the way.
    Changed,
    /// Somebody else's.
    Foreign,
}

/// All who play, and what they go by.
#[derive(Debug)]
pub(crate) struct Cast {
    /// The names that texts are signed with.
    names: Vec<Nick>,
    called: Vec<Nick>,
    numbers: HashMap<String, usize>,
    /// What stands behind every name of this run.
    tag: String,
}

impl Cast {
    /// So many, by names that follow from the seed.
    pub(crate) fn new(users: usize, seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed);
        let tag: String = (0..3).map(|_| dice.lowercase()).collect();
        let names: Vec<Nick> = (0..users)
            .filter_map(|user| {
                let (turn, first) =
                    (user / FIRST_NAMES.len(), FIRST_NAMES[user % FIRST_NAMES.len()]);
                let number = if turn == 0 { String::new() } else { (turn + 1).to_string() };
                Nick::new(&format!("{first}{number}-{tag}")).ok()
            })
            .collect();
        let numbers = names.iter().enumerate();
        let numbers = numbers.map(|(number, name)| (name.as_str().to_owned(), number)).collect();
        Self { called: names.clone(), names, numbers, tag }
    }

    /// The name that a user asks for.
    pub(crate) fn name(&self, user: usize) -> &Nick {
        &self.names[user]
    }

    /// Who goes by this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The server calls a user by this name.
    pub(crate) fn call(&mut self, user: usize, name: &Nick) {
        self.numbers.insert(name.as_str().to_owned(), user);
        self.called[user] = name.clone();
    }

    /// What the server calls a user, by which others reach them.
    pub(crate) fn called(&self, user: usize) -> &Nick {
        &self.called[user]
    }

    /// What a message says.
    pub(crate) fn text(&self, message: Message) -> String {
        let (from, number) = (&self.names[message.from], message.number + 1);
        let phrase = phrase(message);
        match message.to {
            To::All => format!("{from} #{number} {phrase}"),
            To::One(to) => format!("{from} #{number} >{} {phrase}", self.names[to]),
        }
    }

    /// Which message a text is.
    pub(crate) fn recognize(&self, text: &str) -> Recognized {
        match self.parse(text) {
            Some(message) => Recognized::Ours(message),
            None if text.contains(&format!("-{} #", self.tag)) => Recognized::Changed,
            None => Recognized::Foreign,
        }
    }

    /// Which messages stand in a line, whatever a server has put before and behind them; also when
    /// nothing parts one from the next.
    pub(crate) fn recognize_within(&self, line: &str) -> Vec<Recognized> {
        let tag = format!("-{} #", self.tag);
        let begins = line.match_indices(&tag).filter_map(|(at, _)| {
            let letters = line[..at].bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
            let names = (at - letters)..at;
            names.into_iter().find(|begin| self.find(&line[*begin..at + tag.len() - 2]).is_some())
        });
        let recognized = begins.map(|begin| match self.signed(&line[begin..]) {
            Some((said, words)) if words.starts_with(phrase(said)) => Recognized::Ours(said),
            _ => Recognized::Changed,
        });
        let recognized: Vec<_> = recognized.collect();
        if recognized.is_empty() && line.contains(&tag) {
            vec![Recognized::Changed]
        } else {
            recognized
        }
    }

    /// Whose names stand in these words, without `but`.
    pub(crate) fn named_in(&self, words: &str, but: usize) -> Vec<usize> {
        let parts = words.split(|c: char| !c.is_alphanumeric() && c != '-');
        let mut named: Vec<usize> = parts.filter_map(|part| self.find(part)).collect();
        named.retain(|user| *user != but);
        named.sort_unstable();
        named.dedup();
        named
    }

    fn parse(&self, text: &str) -> Option<Message> {
        let (message, words) = self.signed(text)?;
        (words == phrase(message)).then_some(message)
    }

    /// Which message these words begin like, and what follows.
    fn signed<'a>(&self, text: &'a str) -> Option<(Message, &'a str)> {
        let (from, rest) = text.split_once(" #")?;
        let (number, rest) = rest.split_once(' ')?;
        let number = number.parse::<u32>().ok()?.checked_sub(1)?;
        let (to, words) = match rest.strip_prefix('>').and_then(|rest| rest.split_once(' ')) {
            Some((to, words)) => (To::One(self.find(to)?), words),
            None => (To::All, rest),
        };
        Some((Message { from: self.find(from)?, to, number }, words))
    }
}

fn phrase(message: Message) -> &'static str {
    PHRASES[(message.from + message.number as usize) % PHRASES.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chat_protocol::Text;

    use super::*;

    #[test]
    fn names_are_names_and_nobody_passes_for_another() {
        let cast = Cast::new(2_000, 7);
        let keys: HashSet<_> = cast.names.iter().map(Nick::key).collect();
        assert_eq!(keys.len(), 2_000);
        assert_eq!(cast.find(cast.name(1_999).as_str()), Some(1_999));
    }

    #[test]
    fn the_seed_tells_the_names() {
        assert_eq!(Cast::new(3, 7).names, Cast::new(3, 7).names);
        assert_ne!(Cast::new(3, 7).names, Cast::new(3, 8).names);
    }

    #[test]
    fn texts_are_read_as_they_were_written() {
        let cast = Cast::new(40, 7);
        for number in 0..50 {
            for to in [To::All, To::One(38)] {
                let message = Message { from: 37, to, number };
                let text = cast.text(message);
                assert_eq!(
                    Text::new(&text).unwrap().as_str(),
                    text,
                    "nothing in it is cleaned away"
                );
                assert_eq!(cast.recognize(&text), Recognized::Ours(message));
            }
        }
    }

    #[test]
    fn what_was_changed_is_told_from_what_others_say() {
        let cast = Cast::new(40, 7);
        let text = cast.text(Message { from: 0, to: To::All, number: 0 });
        let check = |text: &str, expected| assert_eq!(cast.recognize(text), expected, "{text:?}");
        check(&text[..text.len() - 1], Recognized::Changed);
        check(&format!("{text}{text}"), Recognized::Changed);
        check(&text.replace("#1", "#x"), Recognized::Changed);
        check("hi", Recognized::Foreign);
        check("", Recognized::Foreign);
        check(&format!("welcome, {}!", cast.name(0)), Recognized::Foreign);
        check("ann #1 hi", Recognized::Foreign);
    }

    #[test]
    fn words_are_recognized_within_a_line() {
        let cast = Cast::new(40, 7);
        let said = [37, 0].map(|from| Message { from, to: To::All, number: 2 });
        let [one, two] = said.map(|message| cast.text(message));
        let [first, second] = said.map(Recognized::Ours);
        let check = |line: &str, expected: &[Recognized]| {
            assert_eq!(cast.recognize_within(line), expected, "{line:?}");
        };
        check(&one, &[first]);
        check(&format!("guest-3: {one}"), &[first]);
        check(&format!("日本{one}"), &[first]);
        check(&format!("you said ‘{one}’"), &[first]);
        check(&format!("{one}{two}"), &[first, second]);
        check(&format!("guest-1: {two} guest-2: {one}"), &[second, first]);
        check(&one[..one.len() - 1], &[Recognized::Changed]);
        check(&one[1..], &[Recognized::Changed]);
        check(&format!("{}{two}", &one[..one.len() - 1]), &[Recognized::Changed, second]);
        check("hi", &[]);
        check("", &[]);
    }

    #[test]
    fn names_are_found_in_words() {
        let cast = Cast::new(3, 7);
        let name = |user: usize| cast.name(user).as_str();
        let check = |words: &str, expected: &[usize]| {
            assert_eq!(cast.named_in(words, 0), expected, "{words:?}");
        };
        check(&format!("hi from {}!", name(1)), &[1]);
        check(&format!("{} -> {}: hi", name(1), name(0)), &[1]);
        check(&format!("{},{}", name(2), name(1)), &[1, 2]);
        check(&format!("{}x", name(1)), &[]);
        check("", &[]);
    }
}
