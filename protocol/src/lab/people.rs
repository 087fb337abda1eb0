//! Whose words a line is: who may be somebody, by the looks of a name or because they were met.
//!
//! A name of one word is somebody's. One with a space may as well be what a server says, as in
//! `Users online: ann, bob`, and is somebody's only once they came, or spoke unmistakably.

use std::collections::BTreeSet;

use crate::name::{NameKey, Nick};

/// Names with a space that are remembered; whoever comes after that is not told from a server.
const REMEMBERED: usize = 1_000;

/// Who was met.
#[derive(Debug, Default)]
pub(super) struct People {
    any: bool,
    /// Only those whose names have a space: every other needs no remembering.
    met: BTreeSet<NameKey>,
}

impl People {
    /// This is somebody.
    pub(super) fn meet(&mut self, name: &Nick) {
        self.any = true;
        if name.as_str().contains(' ') && self.met.len() < REMEMBERED {
            self.met.insert(name.key());
        }
    }

    /// They are gone; their name may be anything's again.
    pub(super) fn part(&mut self, name: &Nick) {
        self.any = true;
        self.met.remove(&name.key());
    }

    /// Whether anybody was met at all.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// `NAME: text`, where the name is somebody's.
    pub(super) fn speaker<'a>(&self, line: &'a str) -> Option<(Nick, &'a str)> {
        let (name, text) = line.split_once(": ")?;
        let name = Nick::new(name.trim()).ok()?;
        (!name.as_str().contains(' ') || self.met.contains(&name.key())).then_some((name, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(met: &[&str], line: &str, expected: Option<(&str, &str)>) {
        let mut people = People::default();
        met.iter().for_each(|name| people.meet(&Nick::new(name).expect(name)));
        let found = people.speaker(line);
        let found = found.as_ref().map(|(nick, text)| (nick.as_str(), *text));
        assert_eq!(found, expected, "{line:?}");
    }

    #[test]
    fn speakers_are_names() {
        check(&[], "bob: hi: there", Some(("bob", "hi: there")));
        check(&[], "bob : hi", Some(("bob", "hi")));
        check(&[], "please type your name: ", None);
        check(&[], "SERVER: bob joined", None);
        check(&[], "('127.0.0.1', 5000): hi", None);
        check(&[], "http://example.org", None);
        check(&[], "12:30 lunch", None);
        check(&[], ": hi", None);
    }

    #[test]
    fn a_name_with_a_space_is_somebodys_once_they_were_met() {
        check(&[], "Users online: ann, bob", None);
        check(&[], "ann lee: hi", None);
        check(&["ann lee"], "Ann Lee: hi", Some(("Ann Lee", "hi")));
        check(&["ann von lee"], "ann von lee: hi", Some(("ann von lee", "hi")));
        check(&["ann lee"], "Users online: ann lee", None);
    }

    #[test]
    fn whoever_left_is_forgotten_and_only_so_many_are_remembered() {
        let mut people = People::default();
        let nick = |number: usize| Nick::new(&format!("ann {number}")).expect("a name");
        assert!(!people.any());
        (0..REMEMBERED + 5).for_each(|number| people.meet(&nick(number)));
        assert!(people.any());
        assert_eq!(people.met.len(), REMEMBERED);
        people.part(&nick(0));
        assert!(people.speaker("ann 0: hi").is_none());
        assert!(people.speaker("ann 1: hi").is_some());
    }
}
