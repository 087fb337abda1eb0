//! What is told outside of the screen: on the desktop, and in the window's title. Whoever writes to
//! one decides what stands there: it is one line without controls, and no longer than fits.

use chat_protocol::text;

use super::counted;
use crate::cells;
use crate::glyph;
use crate::rich;
use crate::state::notice::Call;

/// What is there when nothing else is.
pub(crate) const PROGRAM: &str = "chat-tui";

/// Columns of what somebody said, and of a title.
const EXCERPT: usize = 120;
const TITLE: usize = 48;

/// Calls that are counted one by one in a title; with each more it would change.
const COUNTED: usize = 99;

/// The beginning of what somebody said; the mark of what is left out may have to be ASCII.
pub(crate) fn excerpt(said: &str, ascii: bool) -> String {
    // More than that is not looked at: a grapheme may be of any length.
    let end = crate::state::motion::floor(said, 8 * EXCERPT);
    cut(text::one_line(&said[..end]).trim(), EXCERPT, ascii)
}

/// A notice of one's own, and what is in it.
pub(crate) fn of(call: &Call) -> (String, String) {
    let Call { from, room, text, messages } = call;
    let place = room.as_ref().map(|room| format!(" in {room}")).unwrap_or_default();
    let does = text.strip_prefix(rich::ACTION).filter(|_| rich::is_action(text));
    let said = does.map_or_else(|| text.clone(), |does| format!("{from} {does}"));
    match (*messages, text.is_empty()) {
        (1, false) => (format!("{from}{place}"), said),
        (_, true) => (from.clone(), format!("{} for you", counted(*messages, "message"))),
        _ => {
            let title = format!("{} for you", counted(*messages, "message"));
            (title, format!("the last from {from}{place}: {said}"))
        }
    }
}

/// The window's title: how many call, and what is open.
pub(crate) fn title(calls: usize, open: &str, ascii: bool) -> String {
    let open = cut(&text::one_line(open), TITLE, ascii);
    let dash = if ascii { glyph::in_ascii("–") } else { "–".to_owned() };
    match calls {
        0 => format!("{open} {dash} {PROGRAM}"),
        1..=COUNTED => format!("({calls}) {open} {dash} {PROGRAM}"),
        _ => format!("({COUNTED}+) {open} {dash} {PROGRAM}"),
    }
}

/// As much of somebody's words as there are columns for: these stay as they are, the mark of what is
/// left out is ours.
fn cut(words: &str, most: usize, ascii: bool) -> String {
    if !ascii || cells::width(words) <= most {
        return cells::fit(words, most);
    }
    let mark = glyph::in_ascii("…");
    let fitted = cells::fit(words, (most + 1).saturating_sub(mark.len()));
    format!("{}{mark}", fitted.strip_suffix('…').unwrap_or(&fitted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(room: Option<&str>, text: &str, messages: usize, expected: (&str, &str)) {
        let room = room.map(str::to_owned);
        let call = Call { from: "bob".to_owned(), room, text: excerpt(text, false), messages };
        let (title, text) = of(&call);
        assert_eq!((title.as_str(), text.as_str()), expected);
    }

    #[test]
    fn a_notice_says_who_and_where() {
        check(None, "hi", 1, ("bob", "hi"));
        check(Some("#lobby"), "sam: hi", 1, ("bob in #lobby", "sam: hi"));
        check(Some("#lobby"), "/me pokes sam", 1, ("bob in #lobby", "bob pokes sam"));
        check(None, "", 3, ("bob", "3 messages for you"));
        let last = "the last from bob in #lobby: sam!";
        check(Some("#lobby"), "sam!", 3, ("3 messages for you", last));
    }

    #[test]
    fn what_is_said_is_one_short_line_without_controls() {
        for ascii in [false, true] {
            assert_eq!(excerpt("a\nb\tc\u{202e}d", ascii), "a b cd");
            assert!(
                (EXCERPT - 1..=EXCERPT)
                    .contains(&cells::width(&excerpt(&"雷".repeat(9_999), ascii)))
            );
            let marks = format!("a{}", "\u{301}".repeat(9_999));
            assert!(excerpt(&marks, ascii).len() <= 8 * EXCERPT);
        }
    }

    #[test]
    fn only_our_own_signs_become_ascii() {
        let check = |said: &str, plain: &str, ascii: &str| {
            assert_eq!(
                (excerpt(said, false).as_str(), excerpt(said, true).as_str()),
                (plain, ascii)
            );
        };
        check("a → b…", "a → b…", "a → b…");
        let long = "→".repeat(EXCERPT + 1);
        let cut = |columns, mark: &str| "→".repeat(columns) + mark;
        check(&long, &cut(EXCERPT - 1, "…"), &cut(EXCERPT - 3, "..."));
        let long = "x".repeat(TITLE + 1);
        assert_eq!(title(1, &long, true), format!("(1) {}... - chat-tui", "x".repeat(TITLE - 3)));
    }

    #[test]
    fn titles_count_and_are_short() {
        assert_eq!(title(0, "#lobby", false), "#lobby – chat-tui");
        assert_eq!(title(2, "#lobby", false), "(2) #lobby – chat-tui");
        assert_eq!(title(usize::MAX, "@bob", false), "(99+) @bob – chat-tui");
        assert!(cells::width(&title(100, &"x".repeat(999), false)) < 70);
    }
}
