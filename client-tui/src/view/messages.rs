//! The message pane: a quiet time, a gutter of names, a mark, and the text under itself.

use std::ops::Range;

use chat_protocol::Nick;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::areas::{Columns, Rows};
use super::empty;
use super::text::Said;
use crate::cells;
use crate::state::State;
use crate::state::entry::{Body, Entry, Tone};
use crate::state::page::{Line, PageRow};
use crate::update::find;
use crate::words;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let scrollback = &state.conversations.open().scrollback;
    let page = scrollback.page();
    let rows = Rows::of(state, area);
    let mut links = 0;
    let mut shown: Option<(usize, Said<'_>)> = None;
    for (y, row) in rows.page.clone().zip(page) {
        let Some(entry) = scrollback.entry(row.entry) else { continue };
        let said = match shown.take() {
            Some((index, said)) if index == row.entry => said,
            before => {
                links += before.map_or(0, |(_, said)| said.entry.links().len());
                Said::new(state, entry, links)
            }
        };
        draw_row(state, &said, *row, Rect { y, height: 1, ..area }, buffer);
        shown = Some((row.entry, said));
    }
    if scrollback.is_silent() || scrollback.is_hidden_whole() {
        let used = rows.page.end - rows.page.start;
        let free = Rect { height: area.height.saturating_sub(used), ..area };
        empty::draw(state, free, buffer);
    }
    if let (Some(below), Some(y)) = (scrollback.reading_history(), rows.marker) {
        marker(state, below, Rect { y, height: 1, ..area }, buffer);
    }
}

/// The addresses on the page, in the order in which rows count them.
pub(super) fn links(state: &State) -> Vec<String> {
    let scrollback = &state.conversations.open().scrollback;
    let mut entries: Vec<usize> = scrollback.page().iter().map(|row| row.entry).collect();
    entries.dedup();
    let entries = entries.into_iter().filter_map(|index| scrollback.entry(index));
    let links = entries.flat_map(|entry| {
        entry.links().iter().map(|link| link.address(entry.text()).unwrap_or_default())
    });
    links.collect()
}

fn draw_row(state: &State, said: &Said<'_>, row: PageRow, area: Rect, buffer: &mut Buffer) {
    let entry = said.entry;
    let theme = &state.looks.theme;
    let index = match row.line {
        Line::Date => return date(state, entry, area, buffer),
        Line::New => return divider(state, area, buffer),
        Line::Text(index) => index,
        // The wall's alone.
        Line::Gap | Line::Name => return,
    };
    let columns = Columns::of(state.screen.layout.gutter, area);
    if row.time && columns.time < columns.name.start {
        let time = clock(state, entry.at);
        cells::put(buffer, (columns.time, area.y), columns.name.start, &time, theme.quiet);
    }
    let Range { start, end } = columns.name;
    let name = entry.author().filter(|_| has_name(row, entry));
    if let Some(name) = name {
        let (name, style) = (name.as_str(), person(state, name));
        cells::put_right(buffer, (start, area.y), end, name, style);
    } else if begins_another(row, entry) {
        let sign = another(state.looks.choice.is_ascii());
        cells::put_right(buffer, (start, area.y), end, sign, theme.quiet);
    }
    let (mark, mark_style, style) = dress(state, said);
    if index == 0 {
        cells::put(buffer, (columns.mark, area.y), columns.mark + 1, mark, mark_style);
    }
    let Range { start, end } = columns.text;
    let text = Rect { x: start, width: end - start, ..area };
    let end = said.row(index, style, text, buffer);
    selected(state, entry, index, text, buffer);
    if index + 1 == entry.rows().len() {
        let told = trouble(entry).map(words::sentence);
        if let Some(words) = told {
            let room = usize::from((area.right() - 1).saturating_sub(end + 2));
            let words = cells::fit(&words, room);
            cells::put(buffer, (end + 2, area.y), area.right() - 1, &words, theme.quiet);
        }
    }
}

/// What is selected stands out whatever colours there are, and has none of its own.
const SELECTED: Style =
    Style::new().fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED);

fn selected(state: &State, entry: &Entry, index: usize, text: Rect, buffer: &mut Buffer) {
    let Some(bytes) = state.conversations.open().scrollback.selected(entry) else { return };
    let Some(row) = entry.rows().get(index) else { return };
    let columns = row.columns_of(entry.text(), &bytes);
    let before = row.edge.columns(usize::from(text.width));
    let column = |at: usize| text.x.saturating_add(u16::try_from(before + at).unwrap_or(u16::MAX));
    let (start, end) = (column(columns.start), column(columns.end).min(text.right()));
    let place = Rect { x: start, width: end.saturating_sub(start), ..text };
    buffer.set_style(place, SELECTED.remove_modifier(Modifier::DIM));
}

/// Whether the name of who said it stands before a row.
pub(super) fn has_name(row: PageRow, entry: &Entry) -> bool {
    row.name || entry.is_action() && row.line == Line::Text(0)
}

/// What stands in place of the name before another message of the same turn, so that it does not
/// look like one more line of the message before. No name can be either of these. In ASCII it is not
/// the hyphen that usually stands for a dot: that marks notices, and is a name.
const fn another(ascii: bool) -> &'static str {
    if ascii { ":" } else { "·" }
}

/// Whether a row begins a message whose name stands above it.
fn begins_another(row: PageRow, entry: &Entry) -> bool {
    row.line == Line::Text(0) && entry.author().is_some()
}

/// How somebody's name looks.
fn person(state: &State, name: &Nick) -> Style {
    let style = state.looks.person(name.as_str());
    if state.link.name() == Some(name) { style.add_modifier(Modifier::BOLD) } else { style }
}

/// The mark before the text, and the styles of both. No name and no text can look like a notice:
/// these stand behind a sign in a column where people never write.
fn dress(state: &State, said: &Said<'_>) -> (&'static str, Style, Style) {
    let theme = &state.looks.theme;
    let dim = theme.quiet;
    let entry = said.entry;
    match &entry.body {
        Body::Said { trouble: Some(_), .. } => ("✗", theme.error, theme.error),
        Body::Said { .. } if entry.key.is_unsent() => ("…", dim, dim),
        Body::Said { .. } if said.names_reader() => {
            (if is_led_to(state, entry) { "▸" } else { "@" }, theme.prose.mention, theme.text)
        }
        Body::Said { .. } if is_led_to(state, entry) => ("▸", theme.accent, theme.text),
        Body::Said { from, .. } if entry.is_action() => {
            ("*", person(state, from), theme.text.add_modifier(Modifier::ITALIC))
        }
        Body::Said { from, .. } if state.link.is_unconfirmed(from) => ("→", dim, theme.text),
        Body::Said { .. } => ("", theme.text, theme.text),
        Body::Notice { tone: Tone::Quiet, .. } => ("∙", dim, dim),
        Body::Notice { tone: Tone::Accent, .. } => ("∙", theme.accent, theme.accent),
        Body::Notice { tone: Tone::Server, .. } => ("‹", dim, theme.text),
        Body::Notice { tone: Tone::Trouble, .. } => ("!", theme.error, theme.error),
        Body::Presence(_) => ("∙", dim, dim),
    }
}

fn is_led_to(state: &State, entry: &Entry) -> bool {
    state.conversations.open().scrollback.is_led_to(entry.key)
}

fn trouble(entry: &Entry) -> Option<&str> {
    match &entry.body {
        Body::Said { trouble, .. } => trouble.as_deref(),
        _ => None,
    }
}

fn date(state: &State, entry: &Entry, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let Ok(at) = jiff::Timestamp::from_millisecond(entry.at) else { return };
    let day = at.to_zoned(state.looks.zone.clone()).strftime("%A, %-d %B %Y").to_string();
    for x in area.x + 1..area.right() - 1 {
        cells::put(buffer, (x, area.y), area.right(), "─", theme.rule);
    }
    let x = area.x + state.screen.layout.gutter.width();
    cells::put(buffer, (x - 1, area.y), area.right() - 1, &format!(" {day} "), theme.quiet);
}

/// The rule between what was read and what was not.
fn divider(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    for x in area.x + 1..area.right() - 1 {
        cells::put(buffer, (x, area.y), area.right(), "─", theme.prose.new);
    }
    let x = area.x + state.screen.layout.gutter.width();
    cells::put(buffer, (x - 1, area.y), area.right() - 1, " new ", theme.prose.new);
}

fn clock(state: &State, at: i64) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => {
            let time = state.looks.zone.to_datetime(at);
            format!("{:02}:{:02}", time.hour(), time.minute())
        }
        Err(_) => "--:--".to_owned(),
    }
}

/// The day of what is seen first, where it is far from the newest.
fn far_day(state: &State) -> Option<String> {
    let scrollback = &state.conversations.open().scrollback;
    let top = scrollback.page().first().filter(|_| scrollback.is_apart())?;
    let at = jiff::Timestamp::from_millisecond(scrollback.entry(top.entry)?.at).ok()?;
    Some(at.to_zoned(state.looks.zone.clone()).strftime("%-d %B %Y").to_string())
}

fn marker(state: &State, below: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.loud);
    let news = match below {
        0 => String::new(),
        below => format!(" · {below} new below"),
    };
    let named = match state.conversations.open().unread.mentions {
        0 => String::new(),
        mentions => format!(" · {mentions} for you"),
    };
    // Where it gets narrow, the counts stay.
    let room = usize::from(area.width.saturating_sub(2));
    let viewing = match far_day(state) {
        Some(day) => format!("viewing history of {day}"),
        None => "viewing history".to_owned(),
    };
    let short = news.strip_prefix(" · ").unwrap_or("history");
    let back = if find::leads_back(state) { "Esc: back · " } else { "" };
    let all = [
        (format!("↓ {viewing}{news}{named}"), format!("{back}Alt-End: newest")),
        (format!("↓ viewing history{news}{named}"), format!("{back}Alt-End: newest")),
        (format!("↓ viewing history{news}{named}"), format!("{back}Alt-End")),
        (format!("↓ {short}{named}"), format!("{back}Alt-End")),
        (format!("↓ {short}{named}"), "Alt-End".to_owned()),
    ];
    let fits =
        |(words, keys): &&(String, String)| cells::width(words) + cells::width(keys) + 2 <= room;
    let Some((words, keys)) = all.iter().find(fits).or(all.last()) else { return };
    let keys = &state.me.habits.keys.spoken(keys);
    let keys_x = cells::put_right(buffer, (area.x, area.y), area.right() - 1, keys, theme.loud);
    cells::put(buffer, (area.x + 1, area.y), keys_x - 1, words, theme.loud);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_called_what_begins_another_message() {
        for ascii in [true, false] {
            let sign = another(ascii);
            assert!(Nick::new(sign).is_err(), "{sign}");
            assert_eq!(Nick::repair(sign), None, "{sign}");
        }
    }
}
