//! The machine: every key it must know, and that nothing that can come leaves it stuck.

use crossterm::event::{KeyEventKind, MouseButton, MouseEventKind};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};

use super::*;
use crate::keymap;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

fn parse(bytes: &[u8]) -> Vec<Input> {
    let (mut parser, mut inputs) = (Parser::default(), Vec::new());
    parser.take(bytes, &mut inputs);
    parser.give_up(&mut inputs);
    assert_eq!(parser.waits(), None);
    inputs
}

#[track_caller]
fn check(bytes: &str, expected: &[Input]) {
    assert_eq!(parse(bytes.as_bytes()), expected, "{bytes:?}");
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

fn letter(letter: char) -> Input {
    key(KeyCode::Char(letter), NONE)
}

fn letters(text: &str) -> Vec<Input> {
    text.chars().map(letter).collect()
}

#[test]
fn letters_are_keys() {
    check("a", &[letter('a')]);
    check("A", &[key(KeyCode::Char('A'), SHIFT)]);
    check("é雷👋", &[letter('é'), letter('雷'), letter('👋')]);
    check("\r\t\x7f", &[KeyCode::Enter, KeyCode::Tab, KeyCode::Backspace].map(|c| key(c, NONE)));
    check("\x01", &[key(KeyCode::Char('a'), CTRL)]);
    check("\n", &[key(KeyCode::Char('j'), CTRL)]);
    check("\0\x1f", &[key(KeyCode::Char(' '), CTRL), key(KeyCode::Char('7'), CTRL)]);
    check("\x1ba\x1bÉ", &[key(KeyCode::Char('a'), ALT), key(KeyCode::Char('É'), ALT | SHIFT)]);
    check("\x1b\r\x1b\x7f", &[key(KeyCode::Enter, ALT), key(KeyCode::Backspace, ALT)]);
    check("\x1b\x01", &[key(KeyCode::Char('a'), ALT | CTRL)]);
}

#[test]
fn escape_is_a_key_when_nothing_follows() {
    let escape = || key(KeyCode::Esc, NONE);
    check("\x1b", &[escape()]);
    check("\x1b\x1b", &[escape(), escape()]);
    check("\x1b\x1ba", &[escape(), key(KeyCode::Char('a'), ALT)]);
    check("\x1b[", &[key(KeyCode::Char('['), ALT)]);
    check("\x1bO", &[key(KeyCode::Char('O'), ALT | SHIFT)]);
    check("\x1bP", &[key(KeyCode::Char('P'), ALT | SHIFT)]);
    check("\x1bPx", &[key(KeyCode::Char('P'), ALT | SHIFT), letter('x')]);
    // To redo something, and go on typing.
    check("\x1b_x", &[key(KeyCode::Char('_'), ALT), letter('x')]);
    check("\x1b_\x1b_", &[key(KeyCode::Char('_'), ALT), key(KeyCode::Char('_'), ALT)]);
    check("\x1bXx", &[key(KeyCode::Char('X'), ALT | SHIFT), letter('x')]);
    check("\x1b^x", &[key(KeyCode::Char('^'), ALT), letter('x')]);
    check("\x1bOx\x1bO", &[letter('8'), key(KeyCode::Char('O'), ALT | SHIFT)]);
    check("\x1b]x", &[key(KeyCode::Char(']'), ALT), letter('x')]);
}

#[test]
fn terminals_spell_the_same_keys_differently() {
    for up in ["\x1b[A", "\x1bOA", "\x1b[1;1A", "\x1b[57419u"] {
        check(up, &[key(KeyCode::Up, NONE)]);
    }
    for up in ["\x1b[1;3A", "\x1b\x1b[A", "\x1b\x1bOA", "\x1bO3A"] {
        check(up, &[key(KeyCode::Up, ALT)]);
    }
    for left in ["\x1b[1;5D", "\x1bOd", "\x1bO5D"] {
        check(left, &[key(KeyCode::Left, CTRL)]);
    }
    for home in ["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x1b[57423u"] {
        check(home, &[key(KeyCode::Home, NONE)]);
    }
    for one in ["\x1bOP", "\x1b[11~", "\x1b[[A", "\x1b[P", "\x1b[1;1P"] {
        check(one, &[key(KeyCode::F(1), NONE)]);
    }
    for delete in ["\x1b[3;5~", "\x1b[3^"] {
        check(delete, &[key(KeyCode::Delete, CTRL)]);
    }
    for back in ["\x1b[Z", "\x1b[1;2Z", "\x1b[9;2u", "\x1b[27;2;9~"] {
        check(back, &[key(KeyCode::BackTab, SHIFT)]);
    }
    for enter in ["\x1b[13;2u", "\x1b[27;2;13~"] {
        check(enter, &[key(KeyCode::Enter, SHIFT)]);
    }
    check("\x1b[3$", &[key(KeyCode::Delete, SHIFT)]);
    check("\x1b[15~", &[key(KeyCode::F(5), NONE)]);
    check("\x1b[24;2~", &[key(KeyCode::F(12), SHIFT)]);
    check("\x1b[34~", &[key(KeyCode::F(20), NONE)]);
    check("\x1bOM\x1b[57414u", &[key(KeyCode::Enter, NONE), key(KeyCode::Enter, NONE)]);
}

#[test]
fn a_sequence_that_nobody_knows_types_nothing() {
    let known = b" ABCDEFHIMPQRSXabcdjklmnopqrstuvwxy";
    for last in (0x20_u8..0x7f).filter(|last| !last.is_ascii_digit() && *last != b';') {
        let inputs = parse(&[ESC, b'O', last, b'.']);
        let expected = usize::from(known.contains(&last)) + 1;
        assert_eq!(inputs.len(), expected, "{:?}: {inputs:?}", char::from(last));
        assert_eq!(inputs.last(), Some(&letter('.')), "{:?}", char::from(last));
    }
    for last in 0x40_u8..0x7f {
        // Questions, answers and commands, of which none is a key.
        for middle in ["?1", ">0;1", "<=", "=5", "1 ", "1;2!", "4;2;3;4", "[", ":"] {
            let sequence = format!("\x1b[{middle}{}", char::from(last));
            let inputs = parse(sequence.as_bytes());
            let letters = inputs.iter().filter(|input| match input {
                Input::Key(key) => matches!(key.code, KeyCode::Char(_)),
                _ => false,
            });
            assert_eq!(letters.count(), 0, "{sequence:?}: {inputs:?}");
        }
    }
    check("\x1bOG\x1bO2Gx", &[letter('x')]);
    check("\x1bO1;5Gx", &[letter('x')]);
    check("\x1bO;x\x1bO~x", &[letter('8'), letter('x')]);
    // What no sequence goes on with is a key of its own.
    let alt_o = || key(KeyCode::Char('O'), ALT | SHIFT);
    check("\x1bO\r", &[alt_o(), key(KeyCode::Enter, NONE)]);
    check("\x1bO\x1b[A", &[alt_o(), key(KeyCode::Up, NONE)]);
    check("\x1bOé", &[alt_o(), letter('é')]);
}

#[test]
fn the_protocol_of_kitty_tells_more() {
    check("\x1b[27u", &[key(KeyCode::Esc, NONE)]);
    check("\x1b[97;5u", &[key(KeyCode::Char('a'), CTRL)]);
    check("\x1b[122;6u", &[key(KeyCode::Char('z'), CTRL | SHIFT)]);
    check("\x1b[122:90;6u", &[key(KeyCode::Char('Z'), CTRL)]);
    check("\x1b[97;9u", &[key(KeyCode::Char('a'), KeyModifiers::SUPER)]);
    // With the caps lock, and with the text that the key makes.
    check("\x1b[97;69u", &[key(KeyCode::Char('a'), CTRL)]);
    check("\x1b[97;;97u", &[letter('a')]);
    check("\x1b[57404u\x1b[57376u", &[letter('5'), key(KeyCode::F(13), NONE)]);
    let kind = |kind| Input::Key(KeyEvent::new_with_kind(KeyCode::Char('a'), CTRL, kind));
    check("\x1b[97;5:2u", &[kind(KeyEventKind::Repeat)]);
    check("\x1b[97;5:3u", &[kind(KeyEventKind::Release)]);
    // Shift alone, the volume, and what is no character.
    check("\x1b[57441u\x1b[57438u\x1b[0u\x1b[55296u\x1b[999999999999u", &[]);
}

#[test]
fn the_mouse_and_the_focus_are_told() {
    let mouse =
        |kind, column, row, modifiers| Input::Mouse(MouseEvent { kind, column, row, modifiers });
    let left = MouseButton::Left;
    check("\x1b[<0;20;10M", &[mouse(MouseEventKind::Down(left), 19, 9, NONE)]);
    check("\x1b[<0;20;10m", &[mouse(MouseEventKind::Up(left), 19, 9, NONE)]);
    check("\x1b[<36;1;999M", &[mouse(MouseEventKind::Drag(left), 0, 998, SHIFT)]);
    check("\x1b[<35;1;1M", &[mouse(MouseEventKind::Moved, 0, 0, NONE)]);
    check("\x1b[<80;2;2M", &[mouse(MouseEventKind::ScrollUp, 1, 1, CTRL)]);
    check("\x1b[<65;2;2M", &[mouse(MouseEventKind::ScrollDown, 1, 1, NONE)]);
    check("\x1b[64;3;3M", &[mouse(MouseEventKind::Drag(left), 2, 2, NONE)]);
    check("\x1b[M`!\"", &[mouse(MouseEventKind::ScrollUp, 0, 1, NONE)]);
    check("\x1b[<0;0;0M\x1b[<0M\x1b[<999;1;1M\x1b[<0;99999;1M\x1b[M\0\0\0", &[]);
    check("\x1b[I\x1b[O", &[Input::Focus(true), Input::Focus(false)]);
}

#[test]
fn a_paste_comes_whole() {
    let paste = |text: &str| Input::Paste(text.to_owned());
    check("\x1b[200~one\r\ntwo\x1b[A\x1b[201~a", &[paste("one\r\ntwo\x1b[A"), letter('a')]);
    check("\x1b[200~\x1b[201~", &[paste("")]);
    check("\x1b[200~a\x1b[201\x1b[201~", &[paste("a\x1b[201")]);
    // Its end without its beginning.
    check("\x1b[201~a", &[letter('a')]);
    // Its end was lost.
    check("\x1b[200~lost\x1b[20", &[paste("lost\x1b[20")]);
    assert_eq!(parse(b"\x1b[200~a\xffb\x1b[201~"), [paste("a\u{fffd}b")]);
}

#[test]
fn a_paste_without_end_comes_in_parts_and_loses_nothing() {
    let text = "é雷x".repeat(paste::PART_BYTES / 4);
    let (mut parser, mut inputs) = (Parser::default(), Vec::new());
    parser.take(format!("\x1b[200~{text}").as_bytes(), &mut inputs);
    assert_eq!(parser.waits(), Some(Wait::Paste));
    assert_eq!(inputs.len(), 1);
    parser.give_up(&mut inputs);
    let parts = inputs.iter().map(|input| match input {
        Input::Paste(part) => part.as_str(),
        other => panic!("{other:?}"),
    });
    assert!(parts.collect::<String>() == text);
    // The end itself lies across two parts.
    let text = "x".repeat(paste::PART_BYTES - 3);
    let parts = parse(format!("\x1b[200~{text}\x1b[201~a").as_bytes());
    assert!(parts == [Input::Paste(text), Input::Paste(String::new()), letter('a')]);
}

#[test]
fn answers_are_no_keys() {
    let light = |light| Input::Background { light };
    check("a\x1b]11;rgb:ffff/ffff/ffff\x07b", &[letter('a'), light(true), letter('b')]);
    check("a\x1b]11;rgb:0000/0000/0000\x1b\\b", &[letter('a'), light(false), letter('b')]);
    assert_eq!(parse(b"\x1b]11;rgb:00/00/00\x9cb"), [light(false), letter('b')]);
    // What was never asked for: other colours, what the terminal is, where its cursor is.
    check("\x1b]10;rgb:ffff/ffff/ffff\x07\x1b]11;?\x07\x1b]11;blue\x1b\\b", &[letter('b')]);
    check("\x1b[?62;22c\x1b[>0;276;0c\x1b[?2026;1$y\x1b[24;80R\x1b[1;1R\x1b[?1ub", &[letter('b')]);
    check("\x1bP>|xterm(390)\x1b\\\x1bP1$r0m\x1b\\\x1bP!|00000000\x1b\\b", &[letter('b')]);
    // Torn off: by silence, by a key, by the beginning of another.
    check("\x1b]11;rgb:ff", &[]);
    check("\x1b]11;rgb:ff\rb", &[key(KeyCode::Enter, NONE), letter('b')]);
    check("\x1b]11;rgb:ff\x1b[Ab", &[key(KeyCode::Up, NONE), letter('b')]);
    check("\x1b]11;rgb:00/00/00\x1b[Ab", &[light(false), key(KeyCode::Up, NONE), letter('b')]);
    let long = "x".repeat(9_999);
    check(&format!("\x1b]11;rgb:{long}\x07b"), &[letter('b')]);
    check(&format!("\x1b[{}ub", "1".repeat(9_999)), &[letter('b')]);
}

#[test]
fn strings_that_terminals_send_type_nothing() {
    for begin in ["P1$r", "P0+r", "P!|", "P>|", "_G"] {
        for inside in ["0m", "i=31;OK", " ", "{}", "gr\u{fc}n"] {
            check(&format!("a\x1b{begin}{inside}\x1b\\b"), &[letter('a'), letter('b')]);
        }
        // Without an end: until a key that is none of it, the silence, or so many bytes.
        check(&format!("\x1b{begin}text\rb"), &[key(KeyCode::Enter, NONE), letter('b')]);
        check(&format!("\x1b{begin}text\x1b[Ab"), &[key(KeyCode::Up, NONE), letter('b')]);
        check(&format!("\x1b{begin}text"), &[]);
        let most = "x".repeat(ANSWER_MOST + 1 - begin.len());
        check(&format!("\x1b{begin}{most}ab"), &[letter('a'), letter('b')]);
    }
}

#[test]
fn what_is_no_utf_8_swallows_nothing() {
    let bad = || letter(char::REPLACEMENT_CHARACTER);
    assert_eq!(parse(b"\xe9a"), [bad(), letter('a')]);
    assert_eq!(parse(b"\xff\xfea"), [bad(), bad(), letter('a')]);
    assert_eq!(parse(b"\xe9\x9b\x1b[A"), [bad(), key(KeyCode::Up, NONE)]);
    assert_eq!(parse(b"\xf0\x9f\x91"), [bad()]);
    assert_eq!(parse(b"\xc3\xc3\xa9"), [bad(), letter('é')]);
    // Controls of the upper half, as UTF-8.
    check("\u{9b}A", &[key(KeyCode::Char('A'), SHIFT)]);
}

#[test]
fn only_what_is_begun_is_waited_for() {
    let waits = |bytes: &[u8]| {
        let mut parser = Parser::default();
        parser.take(bytes, &mut Vec::new());
        parser.waits()
    };
    assert_eq!(waits(b"a"), None);
    assert_eq!(waits(b"\x1b[A"), None);
    assert_eq!(waits(b"\x1b"), Some(Wait::Key));
    assert_eq!(waits(b"\x1bO"), Some(Wait::Key));
    assert_eq!(waits(b"\x1b_"), Some(Wait::Key));
    assert_eq!(waits(b"\x1b_Gi=1"), Some(Wait::Rest(1)));
    assert_eq!(waits(b"\x1b[1;"), Some(Wait::Rest(1)));
    assert_eq!(waits(b"\x1b[A\x1b]11;rgb"), Some(Wait::Rest(2)));
    assert_eq!(waits(b"\xe9"), Some(Wait::Rest(1)));
    assert_eq!(waits(b"\x1b[200~a"), Some(Wait::Paste));
}

/// How terminals without any protocol spell a key, if they can.
fn plainly(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
    let mask = u8::from(modifiers.contains(SHIFT))
        + 2 * u8::from(modifiers.contains(ALT))
        + 4 * u8::from(modifiers.contains(CTRL));
    let sequence = |number: u8, last: char| match (mask, last) {
        (0, '~') => format!("\x1b[{number}~"),
        (0, last) => format!("\x1b[{last}"),
        (mask, last) => format!("\x1b[{number};{}{last}", mask + 1),
    };
    let one = |c: char| match modifiers - SHIFT {
        NONE => Some(c.to_string()),
        ALT => Some(format!("\x1b{c}")),
        _ => None,
    };
    match code {
        KeyCode::Char(c @ 'a'..='z') if modifiers == CTRL => {
            Some(char::from(u8::try_from(c).unwrap() & 0x1f).to_string())
        }
        KeyCode::Char('7') if modifiers == CTRL => Some("\x1f".to_owned()),
        KeyCode::Char(c) => one(c),
        KeyCode::Enter if mask != 1 => one('\r'),
        KeyCode::Tab => one('\t'),
        KeyCode::Backspace if mask != 1 => one('\x7f'),
        KeyCode::Esc => one('\x1b'),
        KeyCode::BackTab => Some("\x1b[Z".to_owned()),
        KeyCode::Up => Some(sequence(1, 'A')),
        KeyCode::Down => Some(sequence(1, 'B')),
        KeyCode::Right => Some(sequence(1, 'C')),
        KeyCode::Left => Some(sequence(1, 'D')),
        KeyCode::End => Some(sequence(1, 'F')),
        KeyCode::Home => Some(sequence(1, 'H')),
        KeyCode::Delete => Some(sequence(3, '~')),
        KeyCode::PageUp => Some(sequence(5, '~')),
        KeyCode::PageDown => Some(sequence(6, '~')),
        KeyCode::F(number @ 1..=4) => Some(sequence(1, char::from(b'O' + number))),
        KeyCode::F(number @ 5..=12) => {
            let numbers = [15, 17, 18, 19, 20, 21, 23, 24];
            Some(sequence(numbers[usize::from(number) - 5], '~'))
        }
        _ => None,
    }
}

/// How the protocol of kitty spells it.
fn by_protocol(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
    let mask = 1
        + u8::from(modifiers.contains(SHIFT))
        + 2 * u8::from(modifiers.contains(ALT))
        + 4 * u8::from(modifiers.contains(CTRL));
    let number = match code {
        KeyCode::Char(c) => u32::from(c),
        KeyCode::Enter => 13,
        KeyCode::Esc => 27,
        KeyCode::Backspace => 127,
        KeyCode::Tab | KeyCode::BackTab => 9,
        _ => return None,
    };
    let mask = if code == KeyCode::BackTab { 2 } else { mask };
    Some(format!("\x1b[{number};{mask}u"))
}

#[test]
fn every_key_of_the_table_arrives() {
    let mut count = 0;
    for (code, modifiers, action) in keymap::chords() {
        let spellings = [plainly(code, modifiers), by_protocol(code, modifiers)];
        assert!(spellings.iter().any(Option::is_some), "{modifiers} {code}");
        for spelling in spellings.into_iter().flatten() {
            match parse(spelling.as_bytes())[..] {
                [Input::Key(key)] => {
                    assert_eq!(keymap::action(&key), Some(action), "{spelling:?}: {key:?}");
                }
                ref inputs => panic!("{spelling:?}: {inputs:?}"),
            }
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

/// Bytes as they may come: whole sequences, torn ones, and anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let known = proptest::sample::select(vec![
        "\x1b",
        "\x1b[",
        "\x1bO",
        "\x1b]",
        "\x1bP",
        "\x1b_G",
        "\x1b[A",
        "\x1b[1;5A",
        "\x1b[<0;1;1M",
        "\x1b[M",
        "\x1b[200~",
        "\x1b[201~",
        "\x1b]11;rgb:ff/ff/ff",
        "\x07",
        "\x1b\\",
        "\x1b[97;5u",
        "\x1b[I",
        "é",
        "雷",
        "\r",
        "a",
        ";",
        "1",
        "$",
        "[",
        "~",
    ]);
    let piece = prop_oneof![
        3 => known.prop_map(|known| known.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_in_which_pieces_bytes_come(bytes in bytes(), cuts in proptest::collection::vec(any::<usize>(), 0..6)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let (mut parser, mut inputs) = (Parser::default(), Vec::new());
        for pair in cuts.windows(2) {
            parser.take(&bytes[pair[0]..pair[1]], &mut inputs);
        }
        parser.give_up(&mut inputs);
        assert_eq!(inputs, parse(&bytes));
    }

    #[test]
    fn after_a_silence_a_key_is_a_key(bytes in bytes()) {
        let (mut parser, mut inputs) = (Parser::default(), Vec::new());
        parser.take(&bytes, &mut inputs);
        parser.give_up(&mut inputs);
        assert_eq!(parser.waits(), None);
        inputs.clear();
        parser.take(b"q\x1b[A", &mut inputs);
        assert_eq!(inputs, [letter('q'), key(KeyCode::Up, NONE)]);
    }

    /// Outside of pastes and answers, two keys are the most that something unknown takes along.
    #[test]
    fn nothing_swallows_what_follows(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut parser = Parser::default();
        parser.take(&bytes, &mut Vec::new());
        if matches!(parser.state, State::Paste(_) | State::Answer { .. }) {
            return Ok(());
        }
        let mut inputs = Vec::new();
        parser.take(b"\rqqqqq", &mut inputs);
        assert!(inputs.ends_with(&letters("qqq")), "{inputs:?}");
    }
}
