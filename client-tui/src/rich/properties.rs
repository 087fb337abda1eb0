//! Whatever is typed: nothing panics, no character is lost, rows fit, and time stays in proportion.

use proptest::prelude::*;

use super::*;
use crate::cells;

/// Text as people type it who mean signs, and text as people type it who mean harm.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z ]{1,8}",
        6 => proptest::sample::select(vec![
            "*", "**", "***", "_", "~~", "`", "```", "```rs\n", "\n", "> ", "- ", "1. ", "[", "](",
            ")", "https://a.org/b", "[x](https://a.org)", "(", "\\", "/me ", "://", " ",
        ]).prop_map(str::to_owned),
        2 => proptest::sample::select(vec![
            "漢字", "👩‍👩‍👧", "🇩🇪", "e\u{301}", "\u{301}", "\u{200d}", "שלום", "مرحبا", "\u{600}", "ﾞ",
        ]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| chat_protocol::text::clean(&text)),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// The bytes that pieces show, as ranges in order; lines and codes are whole.
fn shown(rich: &Rich) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for block in &rich.blocks {
        match block {
            Block::Line(line) => {
                ranges.extend(line.pieces.iter().map(|piece| piece.start..piece.end));
            }
            Block::Code(index) => {
                ranges.push(rich.codes[*index].language.clone());
                ranges.push(rich.codes[*index].body.clone());
            }
        }
    }
    ranges
}

proptest! {
    #[test]
    fn only_signs_are_hidden(text in texts()) {
        let rich = parse(&text);
        let urls: Vec<Range<usize>> = rich.links.iter().map(|link| link.url.clone()).collect();
        let mut at = if is_action(&text) { ACTION.len() } else { 0 };
        let end = text.len()..text.len();
        for range in shown(&rich).into_iter().chain(std::iter::once(end)) {
            prop_assert!(at <= range.start, "{at} and {range:?} of {text:?}");
            for (offset, c) in text[at..range.start].char_indices() {
                let here = at + offset;
                let in_url = urls.iter().any(|url| url.contains(&here));
                prop_assert!(in_url || "*_~`[]()> \n".contains(c), "{c:?} at {here} of {text:?}");
            }
            at = range.end;
        }
    }

    #[test]
    fn rows_show_every_piece_and_fit(text in texts(), width in 2_usize..40) {
        let rich = parse(&text);
        let rows = layout::rows(&text, &rich, width, Folds::Nothing);
        prop_assert!(!rows.is_empty());
        prop_assert!(rows.windows(2).all(|pair| pair[0].start < pair[1].start), "{text:?}");
        let mut seen = String::new();
        for row in &rows {
            let line: String = row.pieces.iter().map(|piece| piece.text(&text)).collect();
            let edge = match row.edge {
                Edge::Indent(columns) => columns,
                Edge::Quote(depth, columns) => usize::from(depth) * layout::BAR + columns,
                _ if layout::has_bars(width) => layout::BAR,
                _ => 0,
            };
            let is_head = matches!(row.edge, Edge::Head(_));
            // What cannot be taken apart may be wider than a narrow row.
            let whole = cells::graphemes(line.trim_end_matches(' ')).count() == 1;
            let fits = edge + cells::width(line.trim_end_matches(' ')) <= width;
            prop_assert!(is_head || whole || fits,
                "{line:?} in {width} of {text:?}");
            seen.extend(cells::graphemes(&line).map(|grapheme| grapheme.text));
        }
        let mut expected = String::new();
        for block in &rich.blocks {
            match block {
                Block::Line(line) => line.pieces.iter().for_each(|piece| {
                    expected.extend(cells::graphemes(piece.text(&text)).map(|g| g.text));
                }),
                Block::Code(index) => {
                    let code = &rich.codes[*index];
                    for range in [code.language.clone(), code.body.clone()] {
                        for line in text[range].lines() {
                            expected.extend(cells::graphemes(line).map(|g| g.text));
                        }
                    }
                }
            }
        }
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn addresses_hold_nothing_but_visible_ascii(text in texts()) {
        for link in &parse(&text).links {
            let address = link.address(&text).unwrap_or_default();
            prop_assert!(address.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{address:?}");
        }
    }
}

#[test]
fn hostile_texts_are_laid_out_like_others() {
    let most = chat_protocol::limit::TEXT_BYTES;
    let ticks: String = (1..200).map(|count| "`".repeat(count) + " ").collect();
    let texts = [
        "*a ".repeat(most / 3),
        "**a_".repeat(most / 4),
        "_*~~".repeat(most / 4),
        "[".repeat(most),
        "[x](http".repeat(most / 8),
        "[x](http://a".repeat(most / 12) + ")",
        "https://".repeat(most / 8),
        "> ".repeat(most / 2),
        "```\n".repeat(most / 4),
        "a```\n".repeat(most / 5),
        ticks[..most.min(ticks.len())].to_owned(),
        "`` ` ".repeat(most / 5),
        "\u{301}".repeat(most / 2),
    ];
    for text in &texts {
        let rich = parse(text);
        assert!(!layout::rows(text, &rich, 40, Folds::Nothing).is_empty());
    }
}
