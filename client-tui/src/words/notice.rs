//! What is told outside of the screen: on the desktop, and in the window's title. Whoever writes to
//! one decides what stands there: it is one line without controls, and no longer than fits.

use chat_protocol::text;

use super::counted;
use crate::cells;
use crate::rich;
use crate::state::notice::Call;

/// What is there when nothing else is.
pub(crate) const PROGRAM: &str = "chat-tui";

/// Columns of what somebody said, and of a title.
const EXCERPT: usize = 120;
const TITLE: usize = 48;

/// Calls that are counted one by one in a title; with each more it would change.
const COUNTED: usize = 99;

/// The beginning of what somebody said.
pub(crate) fn excerpt(said: &str) -> String {
    // More than that is not looked at: a grapheme may be of any length.
    let end = crate::state::motion::floor(said, 8 * EXCERPT);
    cells::fit(text::one_line(&said[..end]).trim(), EXCERPT)
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
pub(crate) fn title(calls: usize, open: &str) -> String {
    let open = cells::fit(&text::one_line(open), TITLE);
    match calls {
        0 => format!("{open} – {PROGRAM}"),
        1..=COUNTED => format!("({calls}) {open} – {PROGRAM}"),
        _ => format!("({COUNTED}+) {open} – {PROGRAM}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(room: Option<&str>, text: &str, messages: usize, expected: (&str, &str)) {
        let room = room.map(str::to_owned);
        let call = Call { from: "bob".to_owned(), room, text: excerpt(text), messages };
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
        assert_eq!(excerpt("a\nb\tc\u{202e}d"), "a b cd");
        assert_eq!(cells::width(&excerpt(&"雷".repeat(9_999))), EXCERPT - 1);
        assert!(excerpt(&format!("a{}", "\u{301}".repeat(9_999))).len() <= 8 * EXCERPT);
    }

    #[test]
    fn titles_count_and_are_short() {
        assert_eq!(title(0, "#lobby"), "#lobby – chat-tui");
        assert_eq!(title(2, "#lobby"), "(2) #lobby – chat-tui");
        assert_eq!(title(usize::MAX, "@bob"), "(99+) @bob – chat-tui");
        assert!(cells::width(&title(100, &"x".repeat(999))) < 70);
    }
}
