//! Messages alone, for the terminal's own selection: names and words from the left edge on, and
//! nothing beside them. One row says how to come back.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::cells;
use crate::state::State;
use crate::state::bare::{BareRow, shown};
use crate::state::entry::Entry;

pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    let scrollback = &state.conversations.open().scrollback;
    let foot = area.bottom() - 1;
    let rows = scrollback.bare_page().unwrap_or_default();
    for (y, row) in (area.y..foot).zip(rows) {
        if let Some(entry) = scrollback.entry(row.entry) {
            draw_row(state, entry, row, Rect { y, height: 1, ..area }, buffer);
        }
    }
    let theme = &state.looks.theme;
    buffer.set_style(Rect { y: foot, height: 1, ..area }, theme.bar);
    let more = if scrollback.has_more_below_bare() { "↓ more · " } else { "" };
    let keys = &state.me.habits.keys;
    let words = [
        format!(
            "{more}Select with the terminal's mouse · PgUp PgDn scroll · Esc or Alt-L comes back"
        ),
        format!("{more}PgUp PgDn · Esc or Alt-L comes back"),
        "Esc comes back".to_owned(),
        "Esc".to_owned(),
    ]
    .map(|words| keys.spoken(&words).into_owned());
    let room = usize::from(area.width.saturating_sub(2));
    let words = words.iter().find(|words| cells::width(words) <= room).map_or("", String::as_str);
    cells::put(buffer, (area.x + 1, foot), area.right(), words, theme.bar);
}

/// Whose words they are is told by weight as well: no text can look like a name.
fn draw_row(state: &State, entry: &Entry, row: &BareRow, area: Rect, buffer: &mut Buffer) {
    let Some((text, who)) = shown(entry) else { return };
    let theme = &state.looks.theme;
    let name = entry.author().map(|name| state.looks.person(name.as_str()));
    let bold = name.unwrap_or(theme.text).add_modifier(Modifier::BOLD);
    let cut = who.clamp(row.bytes.start, row.bytes.end);
    let part = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    let dress = |style| if name.is_some() { state.looks.theirs(style) } else { style };
    let (before, behind) = (part(row.bytes.start, cut), part(cut, row.bytes.end));
    let x = cells::put(buffer, (area.x, area.y), area.right(), before, dress(bold));
    let behind = behind.trim_end_matches(' ');
    cells::put(buffer, (x, area.y), area.right(), behind, dress(theme.text));
}
