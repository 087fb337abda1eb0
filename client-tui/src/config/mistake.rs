//! What is wrong in a text, and where: the line, and a mark under what is meant.

use std::ops::Range;

/// Columns of a line that are shown.
const COLUMNS: usize = 56;

/// The text that is read.
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    /// What its file is called.
    pub(super) name: &'a str,
}

impl Page<'_> {
    /// Says what is wrong at these bytes: where it is, the line, and a mark under it.
    pub(super) fn tell(&self, span: Range<usize>, words: &str) -> Vec<String> {
        let floor = |at: usize| chat_protocol::text::floor_boundary(self.text, at);
        let (start, end) = (floor(span.start), floor(span.end));
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let number = before.matches('\n').count() + 1;
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let column = self.text[line_start..start].chars().count();
        let marked = self.text[start..end.max(start)].lines().next().unwrap_or_default();
        // A long line is shown from a little before what is meant.
        let skipped = if column + 8 > COLUMNS { column.saturating_sub(COLUMNS / 4) } else { 0 };
        let tame = |c: char| if c.is_control() { ' ' } else { c };
        let shown: String = line.chars().map(tame).skip(skipped).take(COLUMNS).collect();
        let room = COLUMNS.saturating_sub(column - skipped).max(1);
        let marks = "^".repeat(marked.chars().count().clamp(1, room));
        let (gutter, indent) = (number.to_string(), " ".repeat(column - skipped));
        let blank = " ".repeat(gutter.len());
        vec![
            format!("{}:{number}:{}: {words}", self.name, column + 1),
            format!("  {gutter} | {}", shown.trim_end()),
            format!("  {blank} | {indent}{marks}"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_point_at_their_place() {
        let check = |text: &str, word: &str, expected: &[&str]| {
            let start = text.find(word).unwrap();
            let page = Page { text, name: "c.toml" };
            assert_eq!(page.tell(start..start + word.len(), "no"), expected);
        };
        check("a = 1\n\tb = 2", "b", &["c.toml:2:2: no", "  2 |  b = 2", "    |  ^"]);
        check("theme = 3", "3", &["c.toml:1:9: no", "  1 | theme = 3", "    |         ^"]);
        check("é = 'x\u{7}y'", "'x", &["c.toml:1:5: no", "  1 | é = 'x y'", "    |     ^^"]);
        let long = format!("{} = 3", "x".repeat(100));
        let shown = format!("  1 | {} = 3", "x".repeat(11));
        check(&long, "3", &["c.toml:1:104: no", &shown, &format!("    | {}^", " ".repeat(14))]);
    }

    #[test]
    fn the_end_of_a_text_is_a_place_too() {
        let page = Page { text: "a =", name: "c" };
        assert_eq!(page.tell(3..3, "no"), ["c:1:4: no", "  1 | a =", "    |    ^"]);
    }
}
