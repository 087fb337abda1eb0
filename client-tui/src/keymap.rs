//! Which keys do what: one table, which also makes the help. What the actions do is decided in
//! `update`.

pub(crate) mod chord;
pub(crate) mod names;
pub mod own;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a key can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Send,
    NewLine,
    Edit(Edit),
    Up,
    Down,
    Complete,
    CompleteBack,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextTalk,
    PreviousTalk,
    /// The conversation of this number, from 1.
    Talk(usize),
    NextActive,
    Pick,
    Read(Read),
    ToggleTalks,
    ToggleMembers,
    /// The projector view.
    Wall,
    /// The QR code of the way to join.
    Code,
    Bare,
    Retry,
    Help,
    SearchHistory,
    /// Looks for something in the conversation.
    Find,
    EditOutside,
    /// The first of the two keys by which readline edits outside.
    OutsidePrefix,
    Redraw,
    Escape,
    Interrupt,
}

/// A way through what was said, and what to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    FirstUnread,
    PreviousMention,
    NextMention,
    Fold,
    CopyCode,
}

/// A change to the text being typed, or to the place in it; every text field knows these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    KillWordBack,
    /// Back to white space.
    KillRunBack,
    KillWordForward,
    KillToStart,
    KillToEnd,
    Transpose,
    Yank,
    /// Right after a yank: what was killed before.
    YankOlder,
    Undo,
    Redo,
}

/// A key with its modifiers.
enum Chord {
    Key(KeyCode, KeyModifiers),
    /// Alt with 1 to 9.
    AltDigit,
}

/// A row of the table.
pub(crate) struct Binding {
    chords: &'static [Chord],
    pub(crate) action: Action,
    /// The keys as the help shows them; empty rows are left out there.
    pub(crate) keys: &'static str,
    /// What they do.
    pub(crate) help: &'static str,
}

impl Binding {
    /// Its keys, those aside that stand for several at once.
    pub(crate) fn chords(&self) -> impl Iterator<Item = chord::Chord> {
        self.chords.iter().filter_map(|chord| match chord {
            Chord::Key(code, modifiers) => Some(chord::of(&KeyEvent::new(*code, *modifiers))),
            Chord::AltDigit => None,
        })
    }
}

const fn plain(code: KeyCode) -> Chord {
    Chord::Key(code, KeyModifiers::NONE)
}

const fn ctrl(c: char) -> Chord {
    Chord::Key(KeyCode::Char(c), KeyModifiers::CONTROL)
}

const fn alt(c: char) -> Chord {
    Chord::Key(KeyCode::Char(c), KeyModifiers::ALT)
}

const fn with_ctrl(code: KeyCode) -> Chord {
    Chord::Key(code, KeyModifiers::CONTROL)
}

const fn with_alt(code: KeyCode) -> Chord {
    Chord::Key(code, KeyModifiers::ALT)
}

const fn with_shift(code: KeyCode) -> Chord {
    Chord::Key(code, KeyModifiers::SHIFT)
}

/// Only terminals that tell keys apart know it from Ctrl-Z.
const CTRL_SHIFT_Z: Chord =
    Chord::Key(KeyCode::Char('z'), KeyModifiers::CONTROL.union(KeyModifiers::SHIFT));

macro_rules! bindings {
    ($($keys:literal, $help:literal, $action:expr, [$($chord:expr),+ $(,)?];)+) => {
        /// Every key there is.
        pub(crate) const BINDINGS: &[Binding] = &[$(
            Binding { keys: $keys, help: $help, action: $action, chords: &[$($chord),+] },
        )+];
    };
}

bindings! {
    "Enter", "send", Action::Send, [plain(KeyCode::Enter)];
    "Alt-Enter, Ctrl-J", "new line", Action::NewLine,
        [with_alt(KeyCode::Enter), with_shift(KeyCode::Enter), ctrl('j')];
    "Tab", "complete a name, #room, /command, :emoji:", Action::Complete, [plain(KeyCode::Tab)];
    "", "", Action::CompleteBack, [plain(KeyCode::BackTab), with_shift(KeyCode::BackTab)];
    "↑ ↓", "in the text, then what you sent before", Action::Up, [plain(KeyCode::Up)];
    "", "", Action::Down, [plain(KeyCode::Down)];
    "Ctrl-R", "search what you sent before", Action::SearchHistory, [ctrl('r')];
    "Ctrl-S", "search this conversation", Action::Find, [ctrl('s')];
    "Alt-E, Ctrl-X Ctrl-E", "write in your own editor", Action::EditOutside, [alt('e')];
    "", "", Action::OutsidePrefix, [ctrl('x')];
    "PgUp PgDn, wheel", "scroll", Action::PageUp, [plain(KeyCode::PageUp)];
    "", "", Action::PageDown, [plain(KeyCode::PageDown)];
    "Alt-Home", "oldest message known", Action::Top, [with_alt(KeyCode::Home)];
    "Alt-End, Esc", "back to the newest", Action::Bottom, [with_alt(KeyCode::End)];
    "Ctrl-N, Alt-↓", "next conversation", Action::NextTalk,
        [ctrl('n'), with_alt(KeyCode::Down)];
    "Ctrl-P, Alt-↑", "previous conversation", Action::PreviousTalk,
        [ctrl('p'), with_alt(KeyCode::Up)];
    "Alt-1 to Alt-9", "conversation by number", Action::Talk(1), [Chord::AltDigit];
    "Alt-K", "find a conversation, a person", Action::Pick, [alt('k')];
    "Alt-A", "next with news", Action::NextActive, [alt('a')];
    "Alt-U", "first unread message", Action::Read(Read::FirstUnread), [alt('u')];
    "Alt-P Alt-N", "messages that name you", Action::Read(Read::PreviousMention), [alt('p')];
    "", "", Action::Read(Read::NextMention), [alt('n')];
    "Alt-O", "unfold what is long, fold it", Action::Read(Read::Fold), [alt('o')];
    "Alt-C", "copy code; again: older code", Action::Read(Read::CopyCode), [alt('c')];
    "Alt-R", "try again: to link, to send", Action::Retry, [alt('r')];
    "F7 F8", "show or hide rooms, members", Action::ToggleTalks, [plain(KeyCode::F(7))];
    "", "", Action::ToggleMembers, [plain(KeyCode::F(8))];
    "F9", "projector view, for a wall", Action::Wall, [plain(KeyCode::F(9))];
    "F10, Alt-Q", "how to join, as a QR code", Action::Code, [plain(KeyCode::F(10)), alt('q')];
    "Alt-L", "messages alone, to be selected", Action::Bare, [alt('l')];
    "F1", "this help", Action::Help, [plain(KeyCode::F(1))];
    "Ctrl-L", "paint anew", Action::Redraw, [ctrl('l')];
    "Esc", "close, go back; never quits", Action::Escape, [plain(KeyCode::Esc)];
    "Ctrl-C", "clear the text; twice: quit", Action::Interrupt, [ctrl('c')];
    "Ctrl-A Ctrl-E", "start, end of the line", Action::Edit(Edit::Home),
        [ctrl('a'), plain(KeyCode::Home)];
    "", "", Action::Edit(Edit::End), [ctrl('e'), plain(KeyCode::End)];
    "", "", Action::Edit(Edit::Left), [ctrl('b'), plain(KeyCode::Left)];
    "", "", Action::Edit(Edit::Right), [ctrl('f'), plain(KeyCode::Right)];
    "Alt-B F, Ctrl-← →", "by words", Action::Edit(Edit::WordLeft),
        [alt('b'), with_ctrl(KeyCode::Left), with_alt(KeyCode::Left)];
    "", "", Action::Edit(Edit::WordRight),
        [alt('f'), with_ctrl(KeyCode::Right), with_alt(KeyCode::Right)];
    "", "", Action::Edit(Edit::Backspace),
        [plain(KeyCode::Backspace), with_shift(KeyCode::Backspace), ctrl('h')];
    "", "", Action::Edit(Edit::Delete), [plain(KeyCode::Delete), ctrl('d')];
    "Ctrl-W, Alt-D", "kill a word back, forward", Action::Edit(Edit::KillRunBack), [ctrl('w')];
    "", "", Action::Edit(Edit::KillWordBack),
        [with_alt(KeyCode::Backspace), with_ctrl(KeyCode::Backspace)];
    "", "", Action::Edit(Edit::KillWordForward), [alt('d'), with_ctrl(KeyCode::Delete)];
    "Ctrl-U Ctrl-K", "kill to the start, to the end", Action::Edit(Edit::KillToStart), [ctrl('u')];
    "", "", Action::Edit(Edit::KillToEnd), [ctrl('k')];
    "Ctrl-T", "exchange two letters", Action::Edit(Edit::Transpose), [ctrl('t')];
    "Ctrl-Y, Alt-Y", "put back what was killed, older", Action::Edit(Edit::Yank), [ctrl('y')];
    "", "", Action::Edit(Edit::YankOlder), [alt('y')];
    // Terminals send Ctrl-_ as the same byte as Ctrl-7 and Ctrl-/; those that tell keys apart send
    // the key that `_` is on.
    "Ctrl-_ Alt-_", "undo, redo", Action::Edit(Edit::Undo),
        [ctrl('_'), ctrl('-'), ctrl('7'), ctrl('/'), ctrl('z')];
    "", "", Action::Edit(Edit::Redo), [alt('_'), alt('-'), CTRL_SHIFT_Z];
}

/// What a key asks for, if anything.
pub(crate) fn action(key: &KeyEvent) -> Option<Action> {
    let (code, modifiers) = normal(key);
    if let (KeyCode::Char(digit @ '1'..='9'), KeyModifiers::ALT) = (code, modifiers) {
        return digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).map(Action::Talk);
    }
    let bound = BINDINGS.iter().find(|binding| {
        binding.chords.iter().any(|chord| match chord {
            Chord::Key(bound, with) => *bound == code && *with == modifiers,
            Chord::AltDigit => false,
        })
    });
    bound.map(|binding| binding.action)
}

/// Every key of the table, with what it asks for.
#[cfg(test)]
pub(crate) fn chords() -> impl Iterator<Item = (KeyCode, KeyModifiers, Action)> {
    BINDINGS.iter().flat_map(|binding| {
        binding.chords.iter().map(|chord| match chord {
            Chord::Key(code, modifiers) => (*code, *modifiers, binding.action),
            Chord::AltDigit => (KeyCode::Char('1'), KeyModifiers::ALT, Action::Talk(1)),
        })
    })
}

/// The character that a key types, if any. Ctrl+Alt is how some terminals tell AltGr.
pub(crate) fn typed(key: &KeyEvent) -> Option<char> {
    let command = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER);
    let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Char(c) if command.is_empty() || command == alt_gr => Some(c),
        _ => None,
    }
}

/// The key without what terminals disagree about: Shift and upper case beside Ctrl and Alt.
fn normal(key: &KeyEvent) -> (KeyCode, KeyModifiers) {
    let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
    let modifiers = key.modifiers & known;
    match key.code {
        KeyCode::Char(c) => {
            let c = c.to_lowercase().next().unwrap_or(c);
            let told_apart = c == 'z' && modifiers.contains(KeyModifiers::CONTROL);
            let shift = if told_apart { KeyModifiers::NONE } else { KeyModifiers::SHIFT };
            (KeyCode::Char(c), modifiers - shift)
        }
        code => (code, modifiers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: KeyCode, modifiers: KeyModifiers, expected: Option<Action>) {
        assert_eq!(action(&KeyEvent::new(code, modifiers)), expected, "{modifiers} {code}");
    }

    #[test]
    fn keys_are_found_however_terminals_spell_them() {
        let (alt, ctrl, shift) = (KeyModifiers::ALT, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
        check(KeyCode::Enter, KeyModifiers::NONE, Some(Action::Send));
        check(KeyCode::Enter, shift, Some(Action::NewLine));
        check(KeyCode::Char('j'), ctrl, Some(Action::NewLine));
        check(KeyCode::Char('A'), alt | shift, Some(Action::NextActive));
        check(KeyCode::Char('7'), ctrl, Some(Action::Edit(Edit::Undo)));
        check(KeyCode::Char('z'), ctrl, Some(Action::Edit(Edit::Undo)));
        check(KeyCode::Char('Z'), ctrl | shift, Some(Action::Edit(Edit::Redo)));
        check(KeyCode::Char('_'), alt | shift, Some(Action::Edit(Edit::Redo)));
        check(KeyCode::Char('3'), alt, Some(Action::Talk(3)));
        check(KeyCode::Char('q'), ctrl | alt, None);
        check(KeyCode::Char('a'), KeyModifiers::NONE, None);
    }

    #[test]
    fn alt_gr_types() {
        let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
        assert_eq!(typed(&KeyEvent::new(KeyCode::Char('@'), alt_gr)), Some('@'));
        assert_eq!(typed(&KeyEvent::new(KeyCode::Char('b'), KeyModifiers::ALT)), None);
        assert_eq!(typed(&KeyEvent::new(KeyCode::Char('É'), KeyModifiers::SHIFT)), Some('É'));
    }

    #[test]
    fn no_key_has_two_meanings() {
        let chords = BINDINGS.iter().flat_map(|binding| binding.chords);
        let keys: Vec<_> = chords
            .filter_map(|chord| match chord {
                Chord::Key(code, modifiers) => Some((*code, *modifiers)),
                Chord::AltDigit => None,
            })
            .collect();
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{key:?} is bound twice");
        }
    }
}
