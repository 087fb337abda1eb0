//! What people get who copy a part of a text: as it was written, without the signs that say how it
//! is meant. Lines are those of the writer, however they wrapped; code comes without its frame.

use std::ops::Range;

use super::{Block, Format, Line, Piece, Rich};

impl Rich {
    /// What these bytes of the text say.
    pub(crate) fn plain(&self, text: &str, range: &Range<usize>) -> String {
        let mut out = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let start = match block {
                Block::Line(line) => line.start,
                Block::Code(code) => self.codes.get(*code).map_or(0, |code| code.start),
            };
            if index > 0 && start > range.end {
                break;
            }
            // The new line before it is in the range, if something of what stood there was.
            if index > 0 && range.start < start {
                out.push('\n');
            }
            match block {
                Block::Line(line) => self.line(text, line, range, &mut out),
                Block::Code(code) => self.lines_of_code(text, *code, range, &mut out),
            }
        }
        out
    }

    fn line(&self, text: &str, line: &Line, range: &Range<usize>, out: &mut String) {
        // Whose words they are is said by their mark: it is only left out of less than the line.
        if line.quote > 0 && range.start <= line.start {
            out.push_str(&"> ".repeat(line.quote.into()));
        }
        for piece in &line.pieces {
            out.push_str(self.piece(text, piece, range));
        }
    }

    fn piece<'a>(&self, text: &'a str, piece: &Piece, range: &Range<usize>) -> &'a str {
        let whole = range.start <= piece.start && piece.end <= range.end;
        let link = piece.link.filter(|_| piece.format.has(Format::ASIDE));
        let url = link.and_then(|link| self.links.get(link)).map(|link| link.url.clone());
        match url {
            // Only the host is seen, so that nobody is led astray; who copies wants the address.
            Some(url) if whole && url.start <= piece.start && piece.end <= url.end => {
                text.get(url).unwrap_or_default()
            }
            _ if piece.is_bullet() || piece.shown.is_none() => {
                part(text, &(piece.start..piece.end), range)
            }
            _ if whole => piece.text(text),
            _ => "",
        }
    }

    fn lines_of_code(&self, text: &str, code: usize, range: &Range<usize>, out: &mut String) {
        let Some(code) = self.codes.get(code) else { return };
        let body = text.get(code.body.clone()).unwrap_or_default();
        let end = code.body.start + body.trim_end_matches('\n').len();
        out.push_str(part(text, &(code.body.start..end), range));
    }
}

/// What two ranges have in common.
fn part<'a>(text: &'a str, one: &Range<usize>, other: &Range<usize>) -> &'a str {
    let (start, end) = (one.start.max(other.start), one.end.min(other.end));
    text.get(start..end.max(start)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn check(text: &str, from: &str, expected: &str) {
        let start = text.find(from).unwrap();
        let plain = parse(text).plain(text, &(start..start + from.len()));
        assert_eq!(plain, expected, "{from:?} of {text:?}");
    }

    fn check_whole(text: &str, expected: &str) {
        check(text, text, expected);
    }

    #[test]
    fn signs_are_left_out_and_lines_are_kept() {
        check_whole("one **two** `three`\n\nfour", "one two three\n\nfour");
        check("one **two** three", "o** t", "o t");
        check_whole("- milk\n* eggs", "- milk\n* eggs");
        check_whole("/me waves *hard*", "waves hard");
        check("one\ntwo\nthree", "e\ntwo\nt", "e\ntwo\nt");
        check("one\ntwo", "one", "one");
        check("one\ntwo", "one\n", "one\n");
    }

    #[test]
    fn code_comes_without_its_frame() {
        let text = "see:\n```rs\nlet x = 1;\n\n  y();\n```\nok?";
        check_whole(text, "see:\nlet x = 1;\n\n  y();\nok?");
        check(text, "x = 1;\n\n  y", "x = 1;\n\n  y");
        check(text, "y();\n```\nok", "y();\nok");
        check(text, "see:\n```rs\nlet", "see:\nlet");
        check_whole("```\na\n```", "a");
    }

    #[test]
    fn quotes_keep_their_mark_and_links_their_address() {
        check_whole("> so you said\n> > **no**\nyes", "> so you said\n> > no\nyes");
        check("> so you said", "you", "you");
        check_whole("see [docs](https://docs.rs/x) ok", "see docs (https://docs.rs/x) ok");
        check("see [docs](https://docs.rs/x) ok", "docs", "docs");
        check_whole("https://docs.rs/x", "https://docs.rs/x");
    }

    proptest::proptest! {
        #[test]
        fn any_part_of_anything_can_be_copied(
            text in "([a-z ]|\\*\\*|```|\n|> |- |\\[x\\]\\(https://a.org\\)|漢|👩‍👩‍👧|ש){0,30}",
            one in 0_usize..80, other in 0_usize..80)
        {
            let (one, other) = (one.min(other), one.max(other));
            let rich = parse(&text);
            let part = rich.plain(&text, &(one..other));
            let whole = rich.plain(&text, &(0..text.len()));
            // Of words with an address a part may be told whole, but nothing that was not written.
            let written = |c| text.contains(c) || c == ' ';
            proptest::prop_assert!(part.chars().chain(whole.chars()).all(written));
        }
    }
}
