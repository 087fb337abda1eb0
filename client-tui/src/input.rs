//! What the terminal sends, as events: bytes in, [`Input`]s out. Reads nothing and knows no clock.
//!
//! A machine that looks at one byte after the other, so that it does not matter in which pieces they
//! come, and whose every state can be left: whatever arrives, the next key is a key again. What is
//! no key, such as an answer of the terminal, is never taken for one.

pub(crate) mod background;
pub(crate) mod keys;
pub(crate) mod mouse;
mod paste;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

pub(crate) use keys::letter;
use paste::Paste;

/// Bytes of a sequence that are kept; none that means anything is longer.
const SEQUENCE_BYTES: usize = 64;

/// Bytes of an answer that are kept: a colour needs thirty.
const ANSWER_BYTES: usize = 128;

/// Bytes after which an answer is none: its end was lost, and what comes now is typed.
const ANSWER_MOST: usize = 64 * 1024;

const ESC: u8 = 0x1b;

/// One thing that the terminal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key went down, repeats, or came up.
    Key(KeyEvent),
    /// Text was pasted; a very long one comes in parts.
    Paste(String),
    /// The mouse moved, clicked or scrolled.
    Mouse(MouseEvent),
    /// Whether the keyboard is this terminal's now.
    Focus(bool),
    /// The terminal has so many columns and rows now.
    Resize(u16, u16),
    /// What the terminal's background is, as it was asked.
    Background {
        /// Whether it is light.
        light: bool,
    },
    /// Somebody wants the program to stand still, and the terminal meanwhile.
    Suspend,
    /// The program stood still, and goes on: anybody may have used the terminal meanwhile.
    Resume,
}

/// What the machine has begun and is not at the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A key, unless more comes at once: Esc, or a letter with Alt.
    Key,
    /// A sequence that nobody types, the one of this number. It comes soon, or never.
    Rest(u32),
    /// A paste, which may take as long as something comes.
    Paste,
}

/// The machine.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    /// Whether an Esc came before what is begun: that is how Alt is told.
    alt: bool,
    /// How many things were begun, to tell them apart.
    begun: u32,
}

#[derive(Debug, Default)]
enum State {
    /// Between things.
    #[default]
    Ground,
    /// Within a character of several bytes.
    Letter(Vec<u8>),
    /// Behind Esc.
    Escape,
    /// Behind Esc and a byte that begins something, or is a letter typed with Alt.
    Introduced(u8),
    /// Behind `ESC [` or `ESC O`, which is kept with the rest.
    Sequence {
        by: u8,
        bytes: Vec<u8>,
    },
    /// Within an answer: behind `ESC ]`, `ESC P` or `ESC _`, which is kept with the rest.
    Answer {
        by: u8,
        bytes: Vec<u8>,
        /// How long it is, kept or not.
        length: usize,
    },
    /// Behind an answer that ended with Esc: a `\` belongs to that.
    Answered,
    /// Within a click of the oldest kind: three bytes that may be anything.
    Click(Vec<u8>),
    Paste(Paste),
}

/// Whether a byte was taken, or is to be looked at once more in the new state.
#[derive(PartialEq, Eq)]
enum Taken {
    Yes,
    Again,
}

impl Parser {
    /// Takes bytes as they come, and adds what they mean.
    pub fn take(&mut self, bytes: &[u8], inputs: &mut Vec<Input>) {
        for &byte in bytes {
            while self.step(byte, inputs) == Taken::Again {}
        }
    }

    /// What it waits for, if it has begun something.
    #[must_use]
    pub fn waits(&self) -> Option<Wait> {
        match self.state {
            State::Ground => None,
            // With Alt these mean nothing, so that they can wait for what is on its way.
            State::Introduced(b'[' | b']') => Some(Wait::Rest(self.begun)),
            State::Escape | State::Introduced(_) | State::Answered => Some(Wait::Key),
            State::Letter(_) | State::Sequence { .. } | State::Answer { .. } | State::Click(_) => {
                Some(Wait::Rest(self.begun))
            }
            State::Paste(_) => Some(Wait::Paste),
        }
    }

    /// Nothing came for as long as was waited: what has begun is at its end.
    pub fn give_up(&mut self, inputs: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Ground
            | State::Answered
            | State::Sequence { .. }
            | State::Answer { .. }
            | State::Click(_) => {}
            State::Letter(_) => self.letter(char::REPLACEMENT_CHARACTER, inputs),
            State::Escape => {
                self.pending_escape(inputs);
                inputs.push(Input::Key(KeyCode::Esc.into()));
            }
            State::Introduced(by) => self.with_alt(by, inputs),
            State::Paste(paste) => inputs.extend(paste.end()),
        }
        self.alt = false;
    }

    fn step(&mut self, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        match std::mem::take(&mut self.state) {
            State::Ground => self.begin(byte, inputs),
            State::Letter(bytes) => self.letter_byte(bytes, byte, inputs),
            State::Escape => self.behind_escape(byte, inputs),
            State::Introduced(by) => self.introduced(by, byte, inputs),
            State::Sequence { by, bytes } => self.sequence(by, bytes, byte, inputs),
            State::Answer { by, bytes, length } => self.answer(by, (bytes, length), byte, inputs),
            State::Answered if byte == b'\\' => Taken::Yes,
            State::Answered => self.enter_again(State::Escape),
            State::Click(mut bytes) => {
                bytes.push(byte);
                match <[u8; 3]>::try_from(bytes) {
                    Ok(click) => inputs.extend(mouse::oldest(click).map(Input::Mouse)),
                    Err(bytes) => self.state = State::Click(bytes),
                }
                Taken::Yes
            }
            State::Paste(mut paste) => {
                match paste.take(byte) {
                    paste::Step::More => self.state = State::Paste(paste),
                    paste::Step::Part(text) => {
                        inputs.push(Input::Paste(text));
                        self.state = State::Paste(paste);
                    }
                    paste::Step::End => inputs.push(Input::Paste(paste.text())),
                }
                Taken::Yes
            }
        }
    }

    fn enter(&mut self, state: State) -> Taken {
        self.state = state;
        Taken::Yes
    }

    fn enter_again(&mut self, state: State) -> Taken {
        self.state = state;
        Taken::Again
    }

    fn begin(&mut self, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        if byte == ESC {
            self.begun = self.begun.wrapping_add(1);
            return self.enter(State::Escape);
        }
        match keys::of_byte(byte) {
            Some(key) => self.key(key, inputs),
            None => {
                self.begun = self.begun.wrapping_add(1);
                return self.letter_byte(Vec::new(), byte, inputs);
            }
        }
        Taken::Yes
    }

    /// Adds a byte to a character. What is none is told by the sign for that, and takes nothing
    /// along that could be one.
    fn letter_byte(&mut self, mut bytes: Vec<u8>, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        bytes.push(byte);
        let (letter, taken) = match std::str::from_utf8(&bytes) {
            Ok(letter) => (letter.chars().next(), Taken::Yes),
            Err(error) if error.error_len().is_none() => {
                return self.enter(State::Letter(bytes));
            }
            Err(_) if bytes.len() == 1 => (None, Taken::Yes),
            Err(_) => (None, Taken::Again),
        };
        self.letter(letter.unwrap_or(char::REPLACEMENT_CHARACTER), inputs);
        taken
    }

    fn behind_escape(&mut self, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        match byte {
            ESC => {
                self.pending_escape(inputs);
                self.alt = true;
                self.enter(State::Escape)
            }
            b'[' | b'O' | b']' | b'P' | b'_' => self.enter(State::Introduced(byte)),
            _ => {
                self.pending_escape(inputs);
                self.alt = true;
                self.enter_again(State::Ground)
            }
        }
    }

    fn introduced(&mut self, by: u8, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        let begins = match by {
            // Of strings, those that terminals send. Anything else is a key with Alt, and what is
            // typed behind that must not be taken for a string.
            b']' => byte.is_ascii_digit(),
            b'P' => byte.is_ascii_digit() || matches!(byte, b'!' | b'>'),
            b'_' => byte == b'G',
            // Whether it is known or not: a key that nobody knows types nothing.
            _ => (0x20..0x7f).contains(&byte),
        };
        let bytes = Vec::new();
        match by {
            _ if !begins => {
                self.with_alt(by, inputs);
                Taken::Again
            }
            b'[' if byte == b'M' => self.enter(State::Click(bytes)),
            // How the console of Linux tells F1 to F5.
            b'[' if byte == b'[' => self.enter(State::Sequence { by, bytes: vec![byte] }),
            b'[' | b'O' => self.enter_again(State::Sequence { by, bytes }),
            _ => self.enter_again(State::Answer { by, bytes, length: 0 }),
        }
    }

    fn sequence(&mut self, by: u8, mut bytes: Vec<u8>, byte: u8, inputs: &mut Vec<Input>) -> Taken {
        let goes_on = match by {
            // There only modifiers come before the end, which may be any other character.
            b'O' => byte.is_ascii_digit() || byte == b';',
            // rxvt ends the sequences of keys with Shift so, where others would go on.
            _ if byte == b'$' => bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit),
            _ => (0x20..0x40).contains(&byte),
        };
        match byte {
            _ if goes_on => {
                if bytes.len() <= SEQUENCE_BYTES {
                    bytes.push(byte);
                }
                self.enter(State::Sequence { by, bytes })
            }
            0x20..0x7f if bytes.len() > SEQUENCE_BYTES => self.end(Taken::Yes),
            0x20..0x7f => {
                self.whole(by, &bytes, byte, inputs);
                Taken::Yes
            }
            _ => self.end(Taken::Again),
        }
    }

    /// What was begun comes to nothing.
    fn end(&mut self, taken: Taken) -> Taken {
        self.alt = false;
        taken
    }

    /// A whole sequence, by the byte that ends it.
    fn whole(&mut self, by: u8, parameters: &[u8], last: u8, inputs: &mut Vec<Input>) {
        let key = match (by, parameters, last) {
            (b'O', _, _) => keys::of_application(last, keys::number(parameters, 0, 0).unwrap_or(1)),
            (_, b"", b'I' | b'O') => {
                inputs.push(Input::Focus(last == b'I'));
                None
            }
            (_, b"200", b'~') => {
                self.state = State::Paste(Paste::default());
                None
            }
            (_, _, b'M' | b'm') => {
                inputs.extend(mouse::of_sequence(parameters, last).map(Input::Mouse));
                None
            }
            _ => keys::of_sequence(parameters, last),
        };
        if let Some(key) = key {
            self.key(key, inputs);
        }
        self.alt = false;
    }

    /// A byte of an answer, of which some are kept and so many came.
    fn answer(
        &mut self,
        by: u8,
        (mut bytes, length): (Vec<u8>, usize),
        byte: u8,
        inputs: &mut Vec<Input>,
    ) -> Taken {
        let state = match byte {
            0x07 | 0x9c => State::Ground,
            ESC => State::Answered,
            // Nothing such is in an answer: this one was torn off, and somebody types.
            0x00..0x20 => return self.end(Taken::Again),
            _ if length == ANSWER_MOST => return self.end(Taken::Again),
            _ => {
                if bytes.len() <= ANSWER_BYTES {
                    bytes.push(byte);
                }
                return self.enter(State::Answer { by, bytes, length: length + 1 });
            }
        };
        if by == b']' && bytes.len() <= ANSWER_BYTES {
            let light = background::is_light(&bytes);
            inputs.extend(light.map(|light| Input::Background { light }));
        }
        self.alt = false;
        self.enter(state)
    }

    fn letter(&mut self, letter: char, inputs: &mut Vec<Input>) {
        // Of controls, none but those of one byte are keys.
        if letter.is_control() {
            self.alt = false;
        } else {
            self.key(keys::of_letter(letter), inputs);
        }
    }

    /// A byte that could have begun something was a letter typed with Alt.
    fn with_alt(&mut self, by: u8, inputs: &mut Vec<Input>) {
        self.pending_escape(inputs);
        self.alt = true;
        self.letter(char::from(by), inputs);
    }

    /// The Esc before the last one told no Alt: it was a key.
    fn pending_escape(&mut self, inputs: &mut Vec<Input>) {
        if std::mem::take(&mut self.alt) {
            inputs.push(Input::Key(KeyCode::Esc.into()));
        }
    }

    fn key(&mut self, mut key: KeyEvent, inputs: &mut Vec<Input>) {
        if std::mem::take(&mut self.alt) {
            key.modifiers |= KeyModifiers::ALT;
        }
        inputs.push(Input::Key(key));
    }
}
