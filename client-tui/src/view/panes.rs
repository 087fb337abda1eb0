//! The side panes: conversations to the left, members to the right. They separate with one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::cells;
use crate::state::State;
use crate::words;

pub(super) fn talks(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.width < 4 {
        return;
    }
    let theme = &state.looks.theme;
    border(state, area.right() - 1, area, buffer);
    let limit = area.right() - 2;
    let open = state.conversations.open_index();
    // The open one is always seen, however many there are.
    let first = (open + 1).saturating_sub(usize::from(area.height));
    let talks = state.conversations.iter().enumerate().skip(first);
    for (y, (index, talk)) in (area.y..area.bottom()).zip(talks) {
        let style = match (index == open, talk.unread.messages) {
            (true, _) => theme.accent.add_modifier(Modifier::BOLD),
            (false, 0) => theme.quiet,
            (false, _) => theme.text.add_modifier(Modifier::BOLD),
        };
        let mut end = limit;
        if talk.unread.messages > 0 {
            let loud = talk.unread.mentions > 0;
            let count = talk.unread.words();
            let count_style = if loud { theme.loud } else { theme.accent };
            end = cells::put_right(buffer, (area.x, y), limit, &count, count_style) - 1;
        }
        let number = if index < 9 { format!("{}", index + 1) } else { " ".to_owned() };
        cells::put(buffer, (area.x + 1, y), end, &number, theme.quiet);
        let title = cells::fit(&talk.title(), usize::from(end.saturating_sub(area.x + 3)));
        cells::put(buffer, (area.x + 3, y), end, &title, style);
    }
}

pub(super) fn members(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.width < 4 {
        return;
    }
    let theme = &state.looks.theme;
    border(state, area.x, area, buffer);
    let (x, limit) = (area.x + 2, area.right() - 1);
    let roster = &state.conversations.open().roster;
    let rows = usize::from(area.height);
    let shown = if roster.count() > rows { rows.saturating_sub(1) } else { rows };
    for (y, member) in (area.y..area.bottom()).zip(roster.members().take(shown)) {
        let own = state.link.name() == Some(&member.name);
        let style = theme.person(member.name.as_str());
        let style = if own { style.add_modifier(Modifier::BOLD) } else { style };
        let via = member.via.as_ref().map(|via| format!(" ·{via}")).unwrap_or_default();
        let room = usize::from(limit.saturating_sub(x));
        let name_room = room.saturating_sub(cells::width(&via)).max(room / 2);
        let name = cells::fit(member.name.as_str(), name_room);
        let end = cells::put(buffer, (x, y), limit, &name, style);
        let via = if own && via.is_empty() { " you" } else { &via };
        cells::put(buffer, (end, y), limit, via, theme.quiet);
    }
    let more = roster.count().saturating_sub(shown.min(roster.members().count()));
    if more > 0 && area.height > 0 {
        let words = format!("and {}", words::counted(more, "other"));
        cells::put(buffer, (x, area.bottom() - 1), limit, &words, theme.quiet);
    }
}

fn border(state: &State, x: u16, area: Rect, buffer: &mut Buffer) {
    for y in area.y..area.bottom() {
        cells::put(buffer, (x, y), x + 1, "│", state.looks.theme.rule);
    }
}
