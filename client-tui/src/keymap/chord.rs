//! Keys with their modifiers, as people write them and as they are shown: `ctrl-g`, `Ctrl-G`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{normal, typed};

/// A key with its modifiers, without what terminals disagree about.
pub(crate) type Chord = (KeyCode, KeyModifiers);

/// Keys by their names in the configuration, those with two under both, and as they are shown.
const KEYS: &[(&str, KeyCode, &str)] = &[
    ("enter", KeyCode::Enter, "Enter"),
    ("tab", KeyCode::Tab, "Tab"),
    ("esc", KeyCode::Esc, "Esc"),
    ("escape", KeyCode::Esc, "Esc"),
    ("space", KeyCode::Char(' '), "Space"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Delete"),
    ("insert", KeyCode::Insert, "Insert"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
];

/// What most terminals send the same bytes for.
const SAME: [(char, &str); 3] = [('i', "tab"), ('m', "enter"), ('[', "esc")];

/// Reads a key as people write it, in any case, with `-` or `+` between its parts.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(words: &str) -> Result<Chord, String> {
    let lower = words.to_lowercase();
    let mut rest = lower.as_str();
    let mut modifiers = KeyModifiers::NONE;
    while let Some((first, behind)) = rest.split_once(['-', '+']).filter(|(_, key)| !key.is_empty())
    {
        modifiers |= match first {
            "ctrl" | "control" | "c" => KeyModifiers::CONTROL,
            "alt" | "meta" | "a" | "m" => KeyModifiers::ALT,
            "shift" | "s" => KeyModifiers::SHIFT,
            _ => return Err(format!("‘{first}’ is none of ctrl, alt and shift")),
        };
        rest = behind;
    }
    let code = code(rest).ok_or_else(|| {
        let known = crate::nearest::nearest(rest, KEYS.iter().map(|(name, ..)| *name));
        let meant = known.map(|name| format!(": did you mean {name}?")).unwrap_or_default();
        format!("there is no key ‘{rest}’{meant}")
    })?;
    let shifted = code == KeyCode::Tab && modifiers.contains(KeyModifiers::SHIFT);
    let code = if shifted { KeyCode::BackTab } else { code };
    let event = KeyEvent::new(code, modifiers);
    if typed(&event).is_some() {
        return Err(format!(
            "{words} types text: a key for something else has ctrl or alt with it"
        ));
    }
    let same = SAME.iter().find(|(c, _)| code == KeyCode::Char(*c));
    if let Some((_, same)) = same.filter(|_| modifiers == KeyModifiers::CONTROL) {
        return Err(format!("most terminals send the same for {words} and {same}: name {same}"));
    }
    Ok(of(&event))
}

/// The key of an event.
pub(super) fn of(key: &KeyEvent) -> Chord {
    match normal(key) {
        // Some terminals tell its Shift once more, and some do not.
        (KeyCode::BackTab, modifiers) => (KeyCode::BackTab, modifiers - KeyModifiers::SHIFT),
        chord => chord,
    }
}

fn code(name: &str) -> Option<KeyCode> {
    if let Some((_, code, _)) = KEYS.iter().find(|(known, ..)| *known == name) {
        return Some(*code);
    }
    let number = name.strip_prefix('f').and_then(|number| number.parse::<u8>().ok());
    if let Some(number @ 1..=24) = number {
        return Some(KeyCode::F(number));
    }
    let mut chars = name.chars();
    chars.next().filter(|_| chars.next().is_none()).map(KeyCode::Char)
}

/// A key as the help shows it.
pub(crate) fn shown((code, modifiers): Chord) -> String {
    let key = match code {
        KeyCode::BackTab => return "Shift-Tab".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        KeyCode::Char(c) if c != ' ' => c.to_uppercase().to_string(),
        code => {
            let name = KEYS.iter().find(|(_, known, _)| *known == code).map(|(.., shown)| *shown);
            name.unwrap_or("?").to_owned()
        }
    };
    let with = [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
        (KeyModifiers::SHIFT, "Shift-"),
    ];
    let with = with.iter().filter(|(modifier, _)| modifiers.contains(*modifier));
    with.map(|(_, name)| *name).chain([key.as_str()]).collect()
}

/// A key as the configuration has it.
pub(crate) fn written(chord: Chord) -> String {
    let key = KEYS.iter().find(|(_, known, _)| *known == chord.0);
    match key {
        Some((name, _, as_shown)) => shown(chord).replace(as_shown, name).to_lowercase(),
        None => shown(chord).to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_people_write_them() {
        let check = |words: &str, expected: &str| {
            assert_eq!(parse(words).map(shown), Ok(expected.to_owned()), "{words}");
        };
        check("ctrl-g", "Ctrl-G");
        check("Ctrl+G", "Ctrl-G");
        check("C-g", "Ctrl-G");
        check("alt-shift-x", "Alt-X");
        check("f5", "F5");
        check("shift-f5", "Shift-F5");
        check("ctrl--", "Ctrl--");
        check("ctrl-_", "Ctrl-_");
        check("alt-up", "Alt-↑");
        check("pgup", "PgUp");
        check("shift-tab", "Shift-Tab");
        check("ctrl-space", "Ctrl-Space");
        check("alt-é", "Alt-É");
    }

    #[test]
    fn what_is_no_key_is_told() {
        let check = |words: &str, part: &str| {
            let error = parse(words).unwrap_err();
            assert!(error.contains(part), "{words}: {error}");
        };
        check("g", "g types text");
        check("shift-g", "types text");
        check("ctrl-alt-q", "types text");
        check("space", "types text");
        check("ctrl-entr", "no key ‘entr’: did you mean enter?");
        check("f99", "no key ‘f99’");
        check("strg-g", "‘strg’ is none of ctrl, alt and shift");
        check("ctrl-i", "name tab");
        check("", "no key ‘’");
        check("-", "types text");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for binding in crate::keymap::BINDINGS {
            for chord in binding.chords() {
                assert_eq!(parse(&written(chord)), Ok(chord), "{}", written(chord));
            }
        }
    }
}
