//! Which stars, underscores and tildes are emphasis: those that embrace words. What multiplies,
//! names a file or stands alone is left as it was typed.

use unicode_width::UnicodeWidthStr;

use super::Format;
use super::inline::{Mark, Run, is_word};

/// An opened sign that waits for its other half.
struct Open {
    start: usize,
    len: usize,
    kind: Format,
    sign: u8,
    words: usize,
    /// The run that it is of: those of one run may close in any order.
    run: usize,
}

/// Pairs the signs of a line. At most one of each kind is open at a time, so that this takes time
/// in proportion to their number.
pub(super) fn marks(runs: &[Run<'_>]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for run in runs {
        let mut start = run.start;
        let kinds = kinds(run);
        if closes(run) {
            // The innermost first: `**a *b***`.
            let mut closing: Vec<Format> = kinds.to_vec();
            closing.sort_by_key(|kind| open.iter().rev().position(|open| is(open, run, *kind)));
            for kind in closing {
                let Some(at) = open.iter().position(|open| is(open, run, kind)) else { continue };
                let len = len(kind);
                let opened = open.remove(at);
                // What was opened within and never closed is no sign.
                forget(&mut open, at, opened.run);
                marks.push(Mark { range: opened.start..opened.start + opened.len, toggles: kind });
                marks.push(Mark { range: start..start + len, toggles: kind });
                start += len;
            }
        }
        if start == run.start && closes(run) {
            // Without a word between them, signs are a face, and open nothing.
            open.retain(|open| open.sign != run.sign || open.words < run.words);
        }
        if start == run.start && opens(run) {
            for &kind in kinds {
                if !open.iter().any(|open| open.kind == kind) {
                    let (len, sign, words) = (len(kind), run.sign, run.words);
                    open.push(Open { start, len, kind, sign, words, run: run.start });
                }
                start += len(kind);
            }
        }
    }
    marks
}

/// Of what was opened behind `at`, keeps only the rest of that run.
fn forget(open: &mut Vec<Open>, at: usize, run: usize) {
    let mut index = 0;
    open.retain(|open| {
        index += 1;
        index <= at || open.run == run
    });
}

/// What a run of signs may mean.
fn kinds(run: &Run<'_>) -> &'static [Format] {
    match (run.sign, run.len()) {
        (b'*' | b'_', 1) => &[Format::EMPHASIS],
        (b'*', 2) => &[Format::STRONG],
        (b'*', 3) => &[Format::STRONG, Format::EMPHASIS],
        (b'~', 2) => &[Format::STRUCK],
        _ => &[],
    }
}

fn len(kind: Format) -> usize {
    if kind == Format::EMPHASIS { 1 } else { 2 }
}

fn is(open: &Open, run: &Run<'_>, kind: Format) -> bool {
    open.kind == kind && open.sign == run.sign && open.words < run.words
}

/// What words may begin with, behind a sign that opens.
const BEGINS: &str = "*_~\"'“‘«([{@#/$€£+-<`";

/// What words may end with, before a sign that closes.
const ENDS: &str = "*_~\"'”’»)]}.,:;!?…%$€£+->`";

/// Words begin behind it. A slash or a backslash before it makes it part of a path or a face.
fn opens(run: &Run<'_>) -> bool {
    let before =
        run.before.is_none_or(|before| !continues(before) && !matches!(before, "/" | "\\"));
    before && run.after.is_some_and(|after| embraces(run, after, BEGINS))
}

/// Words end before it.
fn closes(run: &Run<'_>) -> bool {
    let after = run.after.is_none_or(|after| !continues(after) && after != "/");
    after && run.before.is_some_and(|before| embraces(run, before, ENDS))
}

/// Whether a sign beside this is in the middle of a word.
fn continues(grapheme: &str) -> bool {
    is_word(grapheme) || grapheme == "_"
}

/// Whether this may be what a sign embraces, on its inner side. People draw faces with
/// underscores and dashes: `-_-`.
fn embraces(run: &Run<'_>, grapheme: &str, signs: &str) -> bool {
    let face = run.sign == b'_' && matches!(grapheme, "-" | "<" | ">");
    is_word(grapheme) || grapheme.width() > 1 || (signs.contains(grapheme) && !face)
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    fn check(text: &str, expected: &str) {
        assert_eq!(shown(text), expected, "{text:?}");
    }

    #[test]
    fn emphasis_embraces_words() {
        check("**bold** and *italic* and _too_ and ~~gone~~", "bold and italic and too and gone");
        check("***both***", "both");
        check("**a *b* c**", "a b c");
        check("**a *b***", "a b");
        check("***a* b**", "a b");
        check("***a** b*", "a b");
        check("(*yes*), *no*!", "(yes), no!");
        check("这是**重点**内容", "这是重点内容");
        check("_snake_case_", "snake_case");
        check("*sigh...* **-5** *\"so\"* _(no)_ **👍**", "sigh... -5 \"so\" (no) 👍");
    }

    #[test]
    fn what_is_no_emphasis_stays() {
        for text in [
            "2*3*4",
            "2 * 3 * 4",
            "x**2 + y**2",
            "a_b_c and snake_case_name",
            "__init__",
            "*.rs and *.toml",
            "f(*args, **kwargs)",
            "char *a, *b;",
            "/*x*/",
            "^_^ so nice ^_^",
            "*_* and (*_*) and *-*",
            "-_- no -_-",
            ">_< o_O >_<",
            "(*.*) *?*",
            "¯\\_(ツ)_/¯",
            "**never closed",
            "~one~ ~~~three~~~",
            "****",
            "** **",
            "* star",
            "*a_ _b*c",
        ] {
            let expected = text.strip_prefix("* ").map(|rest| format!("• {rest}"));
            check(text, expected.as_deref().unwrap_or(text));
        }
    }

    #[test]
    fn what_was_not_closed_within_is_literal() {
        check("**a *b** c*", "a *b c*");
        check("*a **b* c**", "a **b c**");
    }
}
