//! Which bytes are which keys: as xterm, rxvt, the console of Linux and the keyboard protocol of
//! kitty (`CSI … u`) tell them.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The key of a single byte; `None` for what is a part of something longer.
pub(super) fn of_byte(byte: u8) -> Option<KeyEvent> {
    let ctrl = |c: u8| KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    Some(match byte {
        b'\r' => KeyCode::Enter.into(),
        b'\t' => KeyCode::Tab.into(),
        0x7f => KeyCode::Backspace.into(),
        0x00 => ctrl(b' '),
        0x01..=0x1a => ctrl(b'a' + byte - 1),
        0x1c..=0x1f => ctrl(b'4' + byte - 0x1c),
        0x20..0x7f => of_letter(char::from(byte)),
        0x1b | 0x80.. => return None,
    })
}

/// The key that types this.
pub(crate) fn of_letter(letter: char) -> KeyEvent {
    let shift = if letter.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(letter), shift)
}

/// What a key types, if that is all it tells.
pub(crate) fn letter(key: &KeyEvent) -> Option<char> {
    key.code.as_char().filter(|letter| of_letter(*letter) == *key)
}

/// `ESC O …`: keys in the mode for applications, which some terminals are in always.
pub(super) fn of_application(last: u8, modifiers: u32) -> Option<KeyEvent> {
    let (code, more) = match last {
        b'A'..=b'F' | b'H' | b'P'..=b'S' => (of_last(last)?, KeyModifiers::NONE),
        // The keypad: Enter, and what is printed on it.
        b'M' => (KeyCode::Enter, KeyModifiers::NONE),
        b'j'..=b'y' => (KeyCode::Char(char::from(last - 0x40)), KeyModifiers::NONE),
        b'X' => (KeyCode::Char('='), KeyModifiers::NONE),
        b' ' => (KeyCode::Char(' '), KeyModifiers::NONE),
        b'I' => (KeyCode::Tab, KeyModifiers::NONE),
        b'a'..=b'd' => (of_last(last.to_ascii_uppercase())?, KeyModifiers::CONTROL),
        _ => return None,
    };
    Some(KeyEvent::new(code, of_mask(modifiers) | more))
}

/// `CSI parameters last`.
pub(super) fn of_sequence(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    if let (b"[", b'A'..=b'E') = (parameters, last) {
        return Some(KeyCode::F(1 + last - b'A').into());
    }
    let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b';' | b':');
    if !parameters.iter().all(plain) {
        return None;
    }
    let first = number(parameters, 0, 0);
    let mask = number(parameters, 1, 0).unwrap_or(1);
    let modifiers = of_mask(mask);
    let (code, modifiers) = match last {
        b'~' if first == Some(27) => {
            of_code(number(parameters, 2, 0)?, None, modifiers).map(|key| (key.0, key.1))?
        }
        b'~' => (of_number(first?)?, modifiers),
        b'^' => (of_number(first?)?, KeyModifiers::CONTROL),
        b'$' => (of_number(first?)?, KeyModifiers::SHIFT),
        b'@' => (of_number(first?)?, KeyModifiers::CONTROL | KeyModifiers::SHIFT),
        b'u' => of_code(first?, number(parameters, 0, 1), modifiers)?,
        b'Z' => (KeyCode::BackTab, modifiers | KeyModifiers::SHIFT),
        b'a'..=b'd' => (of_last(last.to_ascii_uppercase())?, KeyModifiers::SHIFT),
        // As an answer it tells where the cursor is.
        b'R' if !parameters.is_empty() && (first != Some(1) || !(2..=16).contains(&mask)) => {
            return None;
        }
        _ => (of_last(last)?, modifiers),
    };
    let kind = match number(parameters, 1, 1) {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    Some(KeyEvent::new_with_kind(code, modifiers, kind))
}

/// A number of a sequence: parameters are divided by `;`, their parts by `:`.
pub(super) fn number(parameters: &[u8], field: usize, part: usize) -> Option<u32> {
    let field = parameters.split(|&byte| byte == b';').nth(field)?;
    let digits = field.split(|&byte| byte == b':').nth(part)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The modifiers as sequences tell them: one more than the sum of their bits.
fn of_mask(mask: u32) -> KeyModifiers {
    let names = [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ];
    let bits = mask.saturating_sub(1);
    let held = names.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    held.map(|(_, name)| name).fold(KeyModifiers::NONE, KeyModifiers::union)
}

/// The keys that are told by the last byte alone.
fn of_last(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(1 + last - b'P'),
        _ => return None,
    })
}

/// The keys that are told by a number.
fn of_number(number: u32) -> Option<KeyCode> {
    let number = u8::try_from(number).ok()?;
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=26 => KeyCode::F(number - 12),
        28..=29 => KeyCode::F(number - 13),
        31..=34 => KeyCode::F(number - 14),
        _ => return None,
    })
}

/// The keys that are told by the character they are labelled with, or by a number above those that
/// have a meaning. With Shift the character that it makes may be told as well.
fn of_code(
    code: u32,
    shifted: Option<u32>,
    modifiers: KeyModifiers,
) -> Option<(KeyCode, KeyModifiers)> {
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    if let Some(letter) = shifted.filter(|_| shift).and_then(char::from_u32) {
        let known = (!letter.is_control()).then_some(KeyCode::Char(letter));
        return known.map(|code| (code, modifiers - KeyModifiers::SHIFT));
    }
    let key = match code {
        9 if shift => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        0xe000..=0xf8ff => of_private(code)?,
        _ => KeyCode::Char(char::from_u32(code).filter(|letter| !letter.is_control())?),
    };
    Some((key, modifiers))
}

/// Keys that no character is on, and those of the keypad. Modifiers alone and the keys of players
/// are nothing to us.
fn of_private(code: u32) -> Option<KeyCode> {
    const KEYPAD: [KeyCode; 19] = [
        KeyCode::Char('.'),
        KeyCode::Char('/'),
        KeyCode::Char('*'),
        KeyCode::Char('-'),
        KeyCode::Char('+'),
        KeyCode::Enter,
        KeyCode::Char('='),
        KeyCode::Char(','),
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
        KeyCode::KeypadBegin,
    ];
    match code {
        57376..=57398 => u8::try_from(code - 57376 + 13).ok().map(KeyCode::F),
        57399..=57408 => char::from_digit(code - 57399, 10).map(KeyCode::Char),
        57409.. => KEYPAD.get(usize::try_from(code - 57409).ok()?).copied(),
        _ => None,
    }
}
