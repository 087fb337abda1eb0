//! Messages as Markdown that every reader of Markdown shows as they were said: dates are headings,
//! speakers stand in bold, code stays code, and nothing that anybody wrote can pass for any of these.
//! No I/O.

use chat_protocol::{Conversation, Message};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use linkify::{LinkFinder, LinkKind};

use crate::rich::fence::{self, Part};
use crate::rich::{self, Code};
use crate::words;

/// A document as far as it is written: what comes next depends on the date alone.
#[derive(Debug)]
pub(super) struct Document {
    zone: TimeZone,
    date: Option<Date>,
}

impl Document {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, date: None }
    }

    /// What stands above everything.
    pub(super) fn title(&self, room: &Conversation, server: &str) -> String {
        let title = escaped(&words::title(room));
        match server {
            "" => format!("# {title}\n"),
            server => format!("# {title} ({})\n", escaped(server)),
        }
    }

    /// One message, and before the first of a day its date.
    pub(super) fn message(&mut self, message: &Message) -> String {
        let at = Timestamp::from_millisecond(message.at).unwrap_or_default();
        let at: Zoned = at.to_zoned(self.zone.clone());
        let mut out = String::new();
        if self.date.replace(at.date()) != Some(at.date()) {
            out.push_str(&format!("\n## {}\n", at.strftime("%Y-%m-%d")));
        }
        let name = escaped(message.from.as_str());
        out.push_str(&format!("\n**{name}** {}\n\n", at.strftime("%H:%M")));
        text(&message.text, &mut out);
        out
    }
}

/// A text, block by block.
fn text(text: &str, out: &mut String) {
    let action = rich::is_action(text);
    let from = if action { rich::ACTION.len() } else { 0 };
    if action {
        out.push_str("\\* ");
    }
    // Whether the line before is one of the same paragraph; and whether this one has begun.
    let (mut within, mut begun) = (false, action);
    for part in fence::parts(text, from) {
        match part {
            Part::Line(range) => {
                let line = text[range].trim_end();
                if within {
                    // A new line stays one, unless the paragraph ends here.
                    out.push_str(if line.is_empty() { "\n" } else { "\\\n" });
                }
                (within, begun) = (!line.is_empty(), false);
                out.push_str(&self::line(line));
                if line.is_empty() {
                    out.push('\n');
                }
            }
            Part::Code(code) => {
                if std::mem::take(&mut within) || std::mem::take(&mut begun) {
                    out.push_str("\n\n");
                }
                block(text, &code, out);
            }
        }
    }
    if within {
        out.push('\n');
    }
}

/// Code, in a fence that nothing in it closes.
fn block(text: &str, code: &Code, out: &mut String) {
    let lines = &text[code.body.clone()];
    let fence = fence::fence(lines);
    let language = &text[code.language.clone()];
    out.push_str(&format!("{fence}{language}\n{lines}\n{fence}\n\n"));
}

/// One line of a text: what it begins with begins nothing else, and its blanks stay.
fn line(line: &str) -> String {
    let text = line.trim_start_matches(' ');
    let blanks = "&nbsp;".repeat(line.len() - text.len());
    let mut out = blanks;
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, rest) = text.split_at(number);
    out.push_str(digits);
    // `#` begins a heading, `-` and `+` a list or a rule, `=` makes a heading of the line above,
    // and a number with `.` or `)` begins a list.
    if rest.starts_with(['#', '-', '+', '=', ':']) || (number > 0 && rest.starts_with(['.', ')'])) {
        out.push('\\');
        out.push_str(&rest[..1]);
        out.push_str(&linked(&rest[1..]));
    } else {
        out.push_str(&linked(rest));
    }
    out
}

/// Text with its addresses as links that show themselves.
fn linked(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut out = String::with_capacity(text.len());
    for span in finder.spans(text) {
        let part = span.as_str();
        let web = part.starts_with("http://") || part.starts_with("https://");
        let plain =
            part.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>');
        match span.kind() {
            Some(_) if web && plain => out.push_str(&format!("<{part}>")),
            _ => out.push_str(&escaped(part)),
        }
    }
    out
}

/// Text in which nothing means anything.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`'
                | '*'
                | '_'
                | '['
                | ']'
                | '<'
                | '>'
                | '&'
                | '~'
                | '|'
                | '$'
                | '#'
                | '!'
                | '@'
                | '^'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Nick, Text};
    use proptest::prelude::*;
    use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

    use super::*;

    fn message(from: &str, text: &str) -> Message {
        let (from, text) = (Nick::new(from).unwrap(), Text::new(text).unwrap());
        Message { seq: 1, from, at: 1_795_269_600_000, text }
    }

    fn check(text: &str, expected: &str) {
        let mut document = Document::new(TimeZone::UTC);
        let date = "\n## 2026-11-21\n\n**ann** 14:00\n\n";
        assert_eq!(document.message(&message("ann", text)), format!("{date}{expected}"), "{text}");
    }

    #[test]
    fn texts_stay_what_they_are() {
        check("hi, how are you?", "hi, how are you?\n");
        check("# no heading", "\\# no heading\n");
        check("a\n===\n---", "a\\\n\\===\\\n\\---\n");
        check("a\n\nb", "a\n\nb\n");
        check("    four\nblanks", "&nbsp;&nbsp;&nbsp;&nbsp;four\\\nblanks\n");
        check("1. one\n2) two 3. three", "1\\. one\\\n2\\) two 3. three\n");
        check("**bob** 14:01", "\\*\\*bob\\*\\* 14:01\n");
        check("<b>&amp;", "\\<b\\>\\&amp;\n");
        check("see https://a.org/x_y*z, ok", "see <https://a.org/x_y*z>, ok\n");
        check("/me waves", "\\* waves\n");
        check("/me ```x```", "\\* \\`\\`\\`x\\`\\`\\`\n");
        check("/me ```!", "\\* \n\n```\n!\n```\n\n");
        check("/me # waves", "\\* \\# waves\n");
        check(
            "look:\n```rust\nfn main() {}\n```\nso",
            "look:\n\n```rust\nfn main() {}\n```\n\nso\n",
        );
        check("```\na `b` ````c\n# d", "`````\na `b` ````c\n# d\n`````\n\n");
    }

    #[test]
    fn a_day_has_one_heading() {
        let mut document = Document::new(TimeZone::UTC);
        let (one, mut other) = (message("ann", "a"), message("bob", "b"));
        assert!(document.message(&one).contains("## 2026-11-21"));
        assert!(!document.message(&one).contains("##"));
        other.at += 24 * 3_600_000;
        assert!(document.message(&other).contains("## 2026-11-22"));
        let lobby = "lobby".parse().unwrap();
        assert_eq!(document.title(&lobby, "room [12]"), "# \\#lobby (room \\[12\\])\n");
    }

    /// What a reader of Markdown makes of a document: headings, what is bold, and code.
    fn read(markdown: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
        let (mut headings, mut bold, mut code) = (Vec::new(), Vec::new(), Vec::new());
        let mut open: Option<String> = None;
        let others = Options::all() - Options::ENABLE_SMART_PUNCTUATION;
        for event in Parser::new_ext(markdown, others) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    assert!(level <= HeadingLevel::H2, "{markdown}");
                    open = Some(String::new());
                }
                Event::Start(Tag::Strong | Tag::CodeBlock(_)) => open = Some(String::new()),
                Event::Text(text) => {
                    if let Some(open) = &mut open {
                        open.push_str(&text);
                    }
                }
                Event::End(TagEnd::Heading(_)) => headings.extend(open.take()),
                Event::End(TagEnd::Strong) => bold.extend(open.take()),
                Event::End(TagEnd::CodeBlock) => code.extend(open.take()),
                Event::Start(Tag::Paragraph | Tag::Link { .. })
                | Event::End(_)
                | Event::HardBreak
                | Event::SoftBreak => {}
                other => panic!("{other:?} in {markdown}"),
            }
        }
        (headings, bold, code)
    }

    proptest! {
        #[test]
        fn nobody_forges_a_heading_a_speaker_or_code(
            texts in proptest::collection::vec(proptest::collection::vec(prop_oneof![
                any::<char>().prop_map(String::from),
                proptest::sample::select(vec![
                    "\n", "\n\n", "    ", " ", "#", "## ", "**", "__", "`", "```", "````rust\n", "~~~", "---",
                    "===", "> ", "- ", "+ ", "1. ", "* ", "|", "|-|-|\n", "<div>", "<!--", "&#35;", "\\",
                    "[a](b)", "![a](b)", "[a]: http://b", "[^1]", "[^1]: x", "http://a.b/_c_", "<http://a>",
                    "/me ", "a", "word ", ":", ": def", "$$", "$x$", "^a^", "{#id}", "[ ] ", "\u{a0}",
                    "+++\n", "**bob** 14:01", "~", "==", "[[wiki]]", "> [!NOTE]\n", "::: x\n"])
                    .prop_map(str::to_owned)], 1..20).prop_map(|parts| parts.concat()), 1..6))
        {
            let texts: Vec<Text> = texts.iter().filter_map(|text| Text::new(text).ok()).collect();
            let mut document = Document::new(TimeZone::UTC);
            let mut markdown = document.title(&"lobby".parse().unwrap(), "a server");
            let mut blocks = Vec::new();
            for text in &texts {
                markdown.push_str(&document.message(&message("ann", text)));
                let from = if rich::is_action(text) { rich::ACTION.len() } else { 0 };
                blocks.extend(fence::parts(text, from).filter_map(|part| match part {
                    Part::Code(code) => Some(format!("{}\n", &text[code.body.clone()])),
                    Part::Line(_) => None,
                }));
            }
            let (headings, bold, code) = read(&markdown);
            let dates = usize::from(!texts.is_empty());
            prop_assert_eq!(headings.len(), 1 + dates, "{}", markdown);
            prop_assert_eq!(bold, vec!["ann"; texts.len()], "{}", markdown);
            prop_assert_eq!(code, blocks, "{}", markdown);
        }
    }
}
