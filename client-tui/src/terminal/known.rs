//! What is known of terminals by the names that they and others give them, without asking.

/// Whether a terminal leaves out what it does not understand of sequences that hold text, such as
/// links, titles and questions; some print it, or wait for its end.
pub(super) fn takes_strings(term: &str) -> bool {
    !["", "dumb", "linux"].contains(&term) && !term.starts_with("vt")
}

/// How to reach whoever has the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terminal {
    /// Whether notices are told by title and text (OSC 777), or else as one line (OSC 9).
    pub(super) divides_notices: bool,
    pub(super) multiplexer: Option<Multiplexer>,
}

/// What lies between, and hands on only what it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Multiplexer {
    Tmux,
    Screen,
}

/// The terminal as variables tell it.
pub(super) fn terminal(variable: impl Fn(&str) -> Option<String>) -> Terminal {
    let has = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let multiplexer = match (has("TMUX"), has("STY")) {
        (true, _) => Some(Multiplexer::Tmux),
        (false, true) => Some(Multiplexer::Screen),
        (false, false) => None,
    };
    let term = variable("TERM").unwrap_or_default();
    // Those that do not know OSC 9: rxvt, and the ones built on VTE, such as GNOME's.
    let divides_notices = term.starts_with("rxvt") || has("VTE_VERSION");
    Terminal { divides_notices, multiplexer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_that_print_sequences_are_known() {
        for (term, expected) in [("xterm-256color", true), ("linux", false), ("vt220", false)] {
            assert_eq!(takes_strings(term), expected, "{term}");
        }
    }

    #[test]
    fn variables_tell_how_to_reach_people() {
        let check = |variables: &[(&str, &str)], divides_notices, multiplexer| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let expected = Terminal { divides_notices, multiplexer };
            assert_eq!(terminal(variable), expected, "{variables:?}");
        };
        check(&[], false, None);
        check(&[("TERM", "xterm-kitty")], false, None);
        check(&[("TERM", "rxvt-unicode-256color")], true, None);
        check(&[("VTE_VERSION", "7402")], true, None);
        check(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")], false, Some(Multiplexer::Tmux));
        check(&[("TERM", "screen"), ("STY", "1.x")], false, Some(Multiplexer::Screen));
    }
}
