//! The list of what was found: where, when and by whom, and a line of it with what was looked for.

mod window;

use jiff::civil::Date;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::cursor_in;
use super::overlay::{self, boxed};
use crate::cells;
use crate::state::State;
use crate::state::pending_search::News;
use crate::state::results::{Found, Results};
use crate::words::{self, hint};
use window::{ROWS, Shown, has_days, window};

/// Columns of the box, its border included.
const WIDTH: u16 = 100;

/// What a query can be, for who does not know yet.
const LANGUAGE: [(&str, &str); 6] = [
    ("dead lock", "both words, by their beginnings"),
    ("\"dead lock\"", "one behind the other"),
    ("from:ann", "what ann said"),
    ("in:rust  in:@bob", "what was said there"),
    ("before:2026-11-01", "before that day"),
    ("\u{6570}\u{636e}", "any part of it"),
];

/// Columns of the left side of that.
const LEFT: u16 = 20;

/// Where the box is. It keeps its size: nothing jumps.
pub(super) fn place(area: Rect) -> Rect {
    let height = if area.height > 20 { area.height - 4 } else { area.height };
    overlay::place(WIDTH, height, area)
}

/// Where in the box the hits are.
fn list(inner: Rect) -> Rect {
    let gap = u16::from(inner.height > 12);
    Rect { y: inner.y + 1 + gap, height: inner.height.saturating_sub(2 + 2 * gap), ..inner }
}

/// The hits that are seen in the list.
fn shown(state: &State, results: &Results, list: Rect) -> Vec<Shown> {
    // No more than fill the list on either side of what is chosen can be seen.
    let reach = usize::from(list.height / ROWS) + 1;
    let from = results.chosen.saturating_sub(reach);
    let near = results.found.iter().skip(from).take(2 * reach + 1);
    let days: Vec<Option<Date>> = near.map(|found| day(state, found.at)).collect();
    let mut shown = window(&days, results.chosen - from, list.height);
    shown.iter_mut().for_each(|shown| shown.index += from);
    shown
}

/// The hit at a position, by its index.
pub(super) fn hit(state: &State, results: &Results, area: Rect, at: Position) -> Option<usize> {
    let list = list(overlay::inside(place(area)));
    let row = at.y.checked_sub(list.y).filter(|_| list.contains(at))?;
    let shown = shown(state, results, list);
    let hit = shown.iter().find(|shown| (shown.row..shown.row + ROWS).contains(&row))?;
    Some(hit.index)
}

/// Draws the list; returns where the cursor is.
pub(super) fn draw(
    state: &State,
    results: &Results,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.looks.theme;
    let inner = boxed(state, "Search", place(area), buffer);
    let right = inner.right();
    let x = cells::put(buffer, (inner.x, inner.y), right, "› ", theme.accent);
    let bold = theme.text.add_modifier(Modifier::BOLD);
    let typed = state.looks.theirs(bold);
    cells::put(buffer, (x, inner.y), right, results.editor.text(), typed);
    if results.editor.is_empty() {
        cells::put(buffer, (x + 1, inner.y), right, "words to look for", theme.quiet);
    }
    let list = list(inner);
    if results.found.is_empty() {
        nothing(state, results, list, buffer);
    }
    hits(state, results, list, buffer);
    let foot = foot(state, results, usize::from(inner.width));
    let style = if trouble(state, results).is_some() { theme.accent } else { theme.quiet };
    cells::put(buffer, (inner.x, inner.bottom().saturating_sub(1)), right, &foot, style);
    Some(cursor_in(&results.editor, x, inner.y, right))
}

fn hits(state: &State, results: &Results, list: Rect, buffer: &mut Buffer) {
    for Shown { index, row, dated } in shown(state, results, list) {
        let Some(found) = results.found.get(index) else { continue };
        let y = list.y + row;
        if let Some(day) = day(state, found.at).filter(|_| dated) {
            let day = day.strftime("%A, %-d %B %Y").to_string();
            let style = state.looks.theme.quiet.add_modifier(Modifier::BOLD);
            cells::put(buffer, (list.x, y - 1), list.right(), &day, style);
        }
        let chosen = index == results.chosen;
        // Where no day has room above, it stands in the row.
        let dates = has_days(list.height);
        let place = Rect { y, height: ROWS, ..list }.intersection(list);
        if chosen {
            buffer.set_style(place, state.looks.theme.chosen());
        }
        head(state, found, (chosen, dates), Rect { height: 1, ..place }, buffer);
        if place.height > 1 {
            let row = Rect { x: list.x + 2, y: y + 1, width: list.width - 2, height: 1 };
            text(state, results, (found, chosen), row, buffer);
        }
    }
}

/// Where, by whom and when.
fn head(
    state: &State,
    found: &Found,
    (chosen, dates): (bool, bool),
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.looks.theme;
    let dress = |style: Style| if chosen { theme.chosen() } else { style };
    let when = when(state, found.at, if dates { "%H:%M" } else { "%Y-%m-%d %H:%M" });
    let end = cells::put_right(buffer, (row.x, row.y), row.right(), &when, dress(theme.quiet));
    let end = end.saturating_sub(1);
    let sign = if chosen { "› " } else { "  " };
    let x = cells::put(buffer, (row.x, row.y), end, sign, dress(theme.accent));
    let room = usize::from(end.saturating_sub(x));
    let title = cells::fit(&words::title(&found.room), room / 2);
    let x = cells::put(buffer, (x, row.y), end, &title, dress(theme.text)) + 2;
    let name = cells::fit(found.from.as_str(), usize::from(end.saturating_sub(x)));
    let style = dress(state.looks.person(found.from.as_str()));
    cells::put(buffer, (x, row.y), end, &name, style);
}

/// The day of a time, where the reader is.
fn day(state: &State, at: i64) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(at).ok()?;
    Some(at.to_zoned(state.looks.zone.clone()).date())
}

fn when(state: &State, at: i64, format: &str) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => at.to_zoned(state.looks.zone.clone()).strftime(format).to_string(),
        Err(_) => String::new(),
    }
}

/// The text around what was found, so that this is seen.
fn text(
    state: &State,
    results: &Results,
    (found, chosen): (&Found, bool),
    row: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.looks.theme;
    let dress = |style: Style| if chosen { theme.chosen() } else { style };
    let spans = results.query.spans(&found.text);
    let first = spans.first().map_or(0, |span| span.start);
    let from = start_of(&found.text, first, usize::from(row.width));
    let mut x = row.x;
    if from > 0 {
        x = cells::put(buffer, (x, row.y), row.right(), "…", dress(theme.quiet));
    }
    let hit = dress(theme.accent).add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
    let plain = dress(theme.text);
    let mut at = from;
    let mut put = |until: usize, style: Style, at: &mut usize| {
        let part = found.text.get(*at..until).unwrap_or_default();
        let room = usize::from(row.right().saturating_sub(x));
        // What is behind the edge is marked as cut.
        let fitted = cells::fit(part, room);
        let style = state.looks.theirs(style);
        x = cells::put_part(buffer, (x, row.y), row.right(), &fitted, style);
        *at = until.max(*at);
    };
    for span in spans {
        put(span.start, plain, &mut at);
        put(span.end, hit, &mut at);
    }
    put(found.text.len(), plain, &mut at);
    if cells::runs_leftwards(&found.text) {
        cells::isolate(buffer, (row.x, row.y), x);
    }
}

/// Where to begin, so that what stands at `first` is in the first half of so many columns.
fn start_of(text: &str, first: usize, columns: usize) -> usize {
    let before = text.get(..first).unwrap_or_default();
    let most = columns / 2;
    let total = cells::width(before);
    if total <= most {
        return 0;
    }
    let mut left = total;
    let behind = cells::graphemes(before).find(|grapheme| {
        left -= grapheme.width;
        left <= most && grapheme.text == " "
    });
    behind.map_or(first, |grapheme| grapheme.at + grapheme.text.len())
}

/// What is said where there is no hit to show.
fn nothing(state: &State, results: &Results, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let words = match (&results.pending.news, results.pending.is_pending()) {
        _ if results.query_is_empty() => "Looks through all that you may read:".to_owned(),
        (News::Failed(words), _) => format!("{}.", words::sentence(words)),
        _ if !state.link.is_live() => {
            "Not connected: this is asked when the link is back.".to_owned()
        }
        (_, true) => return cut(buffer, area, "Searching…", theme.quiet),
        (News::Found { complete: false }, _) => {
            "Nothing yet: the server is still indexing. Enter asks again.".to_owned()
        }
        _ => format!("Nothing found for ‘{}’. A query can be:", results.typed()),
    };
    let wrapped = cells::wrap(&words, usize::from(area.width.saturating_sub(2)));
    let mut y = area.y;
    for row in wrapped {
        cut(buffer, Rect { y, ..area }, &words[row.start..row.end], theme.text);
        y += 1;
    }
    y += u16::from(area.height > 10);
    // What somebody may type, and others have written.
    let typed = state.looks.theirs(theme.accent);
    for (y, (what, does)) in (y..area.bottom()).zip(LANGUAGE) {
        let x = area.x + 4;
        let end = cells::put(buffer, (x, y), area.right(), what, typed);
        let does_x = (x + LEFT).max(end + 2);
        let does = cells::fit(does, usize::from(area.right().saturating_sub(does_x)));
        cells::put(buffer, (does_x, y), area.right(), &does, theme.quiet);
    }
}

fn cut(buffer: &mut Buffer, area: Rect, words: &str, style: Style) {
    if area.height > 0 && area.y < buffer.area.bottom() {
        cells::put(buffer, (area.x + 2, area.y), area.right(), words, style);
    }
}

/// What is in the way of finding everything, in a few words.
fn trouble(state: &State, results: &Results) -> Option<String> {
    match &results.pending.news {
        _ if !state.link.is_live() => Some("no link".to_owned()),
        News::Found { complete: false } => Some("still indexing".to_owned()),
        _ => hint::misread(&results.query),
    }
}

/// The keys, and how much there is, in as many words as there are columns for.
fn foot(state: &State, results: &Results, room: usize) -> String {
    let keys = &state.me.habits.keys;
    let trouble = trouble(state, results).map(|words| format!("{words} · ")).unwrap_or_default();
    let count = match results.count() {
        count if count.is_empty() => count,
        count => format!("{count} · "),
    };
    if results.found.is_empty() {
        let words =
            [format!("{trouble}Enter looks again · Esc closes"), format!("{trouble}Esc closes")];
        let words = words.map(|words| keys.spoken(&words).into_owned());
        let fitting = words.iter().find(|words| cells::width(words) <= room);
        return cells::fit(fitting.unwrap_or(&words[1]), room);
    }
    // What is in the way comes before the keys, where there is no room for both.
    let short = match trouble.is_empty() {
        true => format!("{count}Enter goes there · Esc"),
        false => format!("{trouble}{count}Esc closes"),
    };
    let words = [
        format!("{trouble}{count}↑ ↓ PgUp PgDn choose · Enter goes there · Esc closes"),
        format!("{trouble}{count}Enter goes there · Esc closes"),
        short,
        format!("{count}Enter goes there · Esc closes"),
        format!("{count}Enter goes there · Esc"),
    ];
    let words = words.map(|words| keys.spoken(&words).into_owned());
    words.into_iter().find(|words| cells::width(words) <= room).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_in_the_first_half() {
        let check = |text: &str, first, columns, expected: &str| {
            assert_eq!(&text[start_of(text, first, columns)..], expected, "{text}");
        };
        check("a deadlock", 2, 40, "a deadlock");
        check("one two three dead", 14, 20, "two three dead");
        check("onetwothree dead", 12, 8, "dead");
        check("onetwothreedead", 11, 8, "dead");
    }
}
