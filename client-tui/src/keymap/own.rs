//! Keys of a person's own. They are translated into the usual ones before anybody sees them, so
//! that whatever a key means where it is pressed, its stand-in means it too.

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::chord::{self, Chord};
use super::{Action, BINDINGS, Binding, action};

/// Which keys mean something else than usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// With what they mean now; `None` is nothing.
    own: Vec<(Chord, Option<Action>)>,
    /// Usual keys that mean something else now, as they are shown, and what does it instead.
    moved: Vec<(String, String)>,
}

impl Keys {
    /// Gives a key a meaning, or takes it; `false` if that was done before.
    pub(crate) fn bind(&mut self, chord: Chord, meaning: Option<Action>) -> bool {
        if self.own.iter().any(|(known, _)| *known == chord) {
            return false;
        }
        self.own.push((chord, meaning));
        let chords = BINDINGS.iter().flat_map(|row| row.chords().map(|chord| (chord, row.action)));
        let moved = chords.filter(|(chord, _)| self.has_lost(*chord));
        let instead =
            |action| self.of(action).first().map_or("-".to_owned(), |key| chord::shown(*key));
        self.moved = moved.map(|(key, action)| (chord::shown(key), instead(action))).collect();
        true
    }

    /// The key as everybody else knows it.
    pub(crate) fn translate(&self, key: KeyEvent) -> KeyEvent {
        if self.own.is_empty() {
            return key;
        }
        let chord = chord::of(&key);
        let found = self.own.iter().find(|(own, _)| *own == chord);
        let Some((_, meaning)) = found else { return key };
        let usual = meaning.and_then(usual);
        let (code, modifiers) = usual.unwrap_or((KeyCode::Null, KeyModifiers::NONE));
        KeyEvent { code, modifiers, ..key }
    }

    /// The words, in which usual keys are named, with the person's own.
    pub(crate) fn spoken<'a>(&self, words: &'a str) -> Cow<'a, str> {
        if self.moved.is_empty()
            || !words
                .split(SEPARATORS)
                .any(|word| self.moved.iter().any(|(usual, _)| usual == word))
        {
            return Cow::Borrowed(words);
        }
        let own = |word: &str| {
            let key = word.trim_end_matches(SEPARATORS);
            let moved = self.moved.iter().find(|(usual, _)| usual == key);
            moved.map_or(word.to_owned(), |(_, own)| word.replacen(key, own, 1))
        };
        Cow::Owned(words.split_inclusive(SEPARATORS).map(own).collect())
    }

    /// The keys of a row of the help: those that the table has, or what became of them. What stands
    /// in one row are a binding and those behind it that have no row of their own.
    pub(crate) fn told(&self, row: &Binding) -> Cow<'static, str> {
        let start = BINDINGS.iter().position(|known| known.action == row.action);
        let start = start.unwrap_or_default();
        let rows = BINDINGS.iter().enumerate().skip(start);
        let rows = rows.take_while(|(index, known)| *index == start || known.keys.is_empty());
        let rows: Vec<&Binding> = rows.map(|(_, known)| known).collect();
        let is_touched = |row: &&Binding| {
            row.chords().any(|chord| self.has_lost(chord))
                || self.own.iter().any(|(_, meaning)| *meaning == Some(row.action))
        };
        if !rows.iter().any(is_touched) {
            return Cow::Borrowed(row.keys);
        }
        let mut keys: Vec<String> =
            rows.iter().flat_map(|row| self.of(row.action)).map(chord::shown).collect();
        keys.dedup();
        Cow::Owned(if keys.is_empty() { "(no key)".to_owned() } else { keys.join(", ") })
    }

    /// The keys that mean this now, the person's own first.
    fn of(&self, action: Action) -> Vec<Chord> {
        let own = self.own.iter().filter(|(_, meaning)| *meaning == Some(action));
        let usual = BINDINGS.iter().filter(|row| row.action == action).flat_map(Binding::chords);
        let usual = usual.filter(|chord| !self.own.iter().any(|(own, _)| own == chord));
        own.map(|(chord, _)| *chord).chain(usual).collect()
    }

    /// Whether a usual key means something else now.
    fn has_lost(&self, chord: Chord) -> bool {
        let (code, modifiers) = chord;
        let usual = action(&KeyEvent::new(code, modifiers));
        self.own.iter().any(|(own, meaning)| *own == chord && *meaning != usual)
    }
}

/// What stands around keys in a text.
const SEPARATORS: [char; 5] = [' ', ',', ':', ')', '.'];

/// The key that asks for this when nobody changes anything.
pub(crate) fn usual(wanted: Action) -> Option<Chord> {
    if let Action::Talk(number) = wanted {
        let digit = u32::try_from(number).ok().and_then(|number| char::from_digit(number, 10))?;
        return Some((KeyCode::Char(digit), KeyModifiers::ALT));
    }
    BINDINGS.iter().find(|row| row.action == wanted).and_then(|row| row.chords().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::names;

    fn keys(bound: &[(&str, &str)]) -> Keys {
        let mut keys = Keys::default();
        for (key, name) in bound {
            assert!(keys.bind(chord::parse(key).unwrap(), names::named(name)));
        }
        keys
    }

    #[test]
    fn every_action_has_a_usual_key() {
        for (name, wanted) in names::all() {
            let (code, modifiers) = usual(wanted).unwrap();
            assert_eq!(action(&KeyEvent::new(code, modifiers)), Some(wanted), "{name}");
        }
    }

    #[test]
    fn keys_mean_what_the_person_says() {
        let keys = keys(&[
            ("ctrl-g", "help"),
            ("ctrl-a", "send"),
            ("f8", "none"),
            ("f5", "toggle-members"),
        ]);
        let check = |key: &str, expected: Option<Action>| {
            let (code, modifiers) = chord::parse(key).unwrap();
            assert_eq!(action(&keys.translate(KeyEvent::new(code, modifiers))), expected, "{key}");
        };
        check("ctrl-g", Some(Action::Help));
        check("f1", Some(Action::Help));
        check("ctrl-a", Some(Action::Send));
        check("f8", None);
        check("f5", Some(Action::ToggleMembers));
        let typed = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        assert_eq!(keys.translate(typed), typed);
    }

    #[test]
    fn words_name_the_persons_keys() {
        let check = |bound: &[(&str, &str)], words: &str, expected: &str| {
            assert_eq!(keys(bound).spoken(words), expected);
        };
        let words = "Enter send · Alt-E your own editor · F1 help";
        check(&[], words, words);
        check(&[("ctrl-g", "help")], words, words);
        let moved = [("ctrl-g", "help"), ("f1", "none")];
        check(&moved, words, "Enter send · Alt-E your own editor · Ctrl-G help");
        check(&[("alt-e", "help")], words, "Enter send · - your own editor · F1 help");
    }

    #[test]
    fn the_help_has_the_persons_keys() {
        let check = |bound: &[(&str, &str)], wanted: Action, expected: &str| {
            let row = BINDINGS.iter().find(|row| row.action == wanted).unwrap();
            assert_eq!(keys(bound).told(row), expected);
        };
        check(&[], Action::PageUp, "PgUp PgDn, wheel");
        check(&[("ctrl-g", "help")], Action::Help, "Ctrl-G, F1");
        check(&[("f1", "none")], Action::Help, "(no key)");
        check(&[("f8", "none"), ("f5", "toggle-members")], Action::ToggleTalks, "F7, F5");
    }

    #[test]
    fn a_key_is_bound_once() {
        let mut keys = keys(&[("ctrl-g", "help")]);
        assert!(!keys.bind(chord::parse("C-G").unwrap(), None));
    }
}
