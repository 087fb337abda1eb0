//! What is known of terminals by their names, without asking them.

/// Whether a terminal leaves out what it does not understand of sequences that hold text, such as
/// links, titles and questions; some print it, or wait for its end.
pub(super) fn takes_strings(term: &str) -> bool {
    !["", "dumb", "linux"].contains(&term) && !term.starts_with("vt")
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
}
