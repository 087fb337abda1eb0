//! What was found out, as people read it: each thing is well, to be looked out for, or will not
//! work, and then it says what to do.

use chat_protocol::text;

use crate::cells;

/// Columns of the names.
const NAMES: usize = 14;

/// Columns before what is said of them.
const INDENT: usize = 2 + 10 + 2 + NAMES + 1;

/// Columns that what is said has at least: on what is narrower, the terminal breaks it.
const LEAST: usize = 20;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    /// It works, with less than there could be; or it cannot be known.
    LookOut,
    /// It will not work.
    Wrong,
}

/// One thing that was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    name: String,
    words: String,
    /// What to do, line by line.
    advice: Vec<String>,
}

/// What was found out about one thing.
#[derive(Debug)]
pub(super) struct Section {
    title: String,
    pub(super) findings: Vec<Finding>,
}

impl Finding {
    fn new(verdict: Verdict, name: &str, words: impl Into<String>) -> Self {
        // Terminals and servers say what they like: nothing of that steers this one.
        let words = text::one_line(&words.into());
        Self { verdict, name: name.to_owned(), words, advice: Vec::new() }
    }

    pub(super) fn ok(name: &str, words: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, name, words)
    }

    pub(super) fn look_out(name: &str, words: impl Into<String>) -> Self {
        Self::new(Verdict::LookOut, name, words)
    }

    pub(super) fn wrong(name: &str, words: impl Into<String>) -> Self {
        Self::new(Verdict::Wrong, name, words)
    }

    /// The same, with something to do about it.
    pub(super) fn advise(mut self, advice: impl AsRef<str>) -> Self {
        self.advice.push(text::one_line(advice.as_ref()));
        self
    }
}

impl Section {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), findings: Vec::new() }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Whether everything works.
    pub(super) fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.verdict != Verdict::Wrong)
    }

    /// The whole section, and an empty line behind it; in rows of so many columns, where they are
    /// not to be as long as they come.
    pub(super) fn text(&self, colours: bool, columns: Option<usize>) -> String {
        let paint = |code: &str, words: &str| match colours {
            true => format!("\x1b[{code}m{words}\x1b[0m"),
            false => words.to_owned(),
        };
        let mut out = format!("{}\n", paint("1", &text::one_line(&self.title)));
        for Finding { verdict, name, words, advice } in &self.findings {
            let mark = match verdict {
                Verdict::Ok => paint("32", "✓ ok      "),
                Verdict::LookOut => paint("33", "! look out"),
                Verdict::Wrong => paint("31", "✗ wrong   "),
            };
            out.push_str(&format!("  {mark}  {name:NAMES$} {}\n", hanging(words, INDENT, columns)));
            for line in advice {
                let line = hanging(line, INDENT + 2, columns);
                out.push_str(&format!("{:INDENT$}→ {line}\n", ""));
            }
        }
        out.push('\n');
        out
    }
}

/// Words behind an indent, and their further rows below them.
fn hanging(words: &str, indent: usize, columns: Option<usize>) -> String {
    let room = columns.and_then(|columns| columns.checked_sub(indent));
    let Some(room) = room.filter(|room| *room >= LEAST) else { return words.to_owned() };
    let rows = cells::wrap(words, room);
    let rows: Vec<&str> = rows.iter().map(|row| words[row.start..row.end].trim_end()).collect();
    rows.join(&format!("\n{:indent$}", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_aligned_and_clean() {
        let mut section = Section::new("Terminal");
        section.add(Finding::ok("size", "80 columns, 24 rows"));
        section.add(Finding::look_out("name", "evil\x1b[2Jname").advise("do this"));
        assert!(section.is_well());
        section.add(Finding::wrong("TERM", "dumb"));
        assert!(!section.is_well());
        let expected = "Terminal\n\
            \x20 ✓ ok        size           80 columns, 24 rows\n\
            \x20 ! look out  name           evil[2Jname\n\
            \x20                            → do this\n\
            \x20 ✗ wrong     TERM           dumb\n\n";
        assert_eq!(section.text(false, None), expected);
        assert!(section.text(true, None).contains("\x1b[31m✗ wrong   \x1b[0m"));
    }

    #[test]
    fn long_words_hang() {
        let mut section = Section::new("Network");
        let words = "somebody there speaks another protocol than this one";
        section.add(Finding::wrong("server", words).advise("ask them for the port of the chat"));
        let check = |columns, expected: &str| {
            assert_eq!(section.text(false, columns), expected, "{columns:?}");
        };
        check(
            Some(55),
            "Network\n\
             \x20 ✗ wrong     server         somebody there speaks\n\
             \x20                            another protocol than this\n\
             \x20                            one\n\
             \x20                            → ask them for the port of\n\
             \x20                              the chat\n\n",
        );
        let whole = format!(
            "Network\n  ✗ wrong     server         {words}\n{:29}→ ask them for the port of the chat\n\n",
            ""
        );
        for columns in [None, Some(40), Some(500)] {
            check(columns, &whole);
        }
    }
}
