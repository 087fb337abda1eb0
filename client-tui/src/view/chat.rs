//! The chat screen: title, how others join, messages between their panes, status, input, tip.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::areas::{Areas, Foot};
use super::{completion, input, messages, panes, put_theirs, status};
use crate::cells;
use crate::state::State;
use crate::state::conversations::Talk;
use crate::words;
use crate::words::hint::{self, Hint};

/// Draws the screen; returns where the cursor is.
pub(super) fn draw(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let areas = Areas::of(state, area);
    title(state, areas.title, buffer);
    banner(state, areas.banner, buffer);
    announcement(state, areas.board, buffer);
    panes::talks(state, areas.talks, buffer);
    messages::draw(state, areas.messages, buffer);
    panes::members(state, areas.members, buffer);
    completion::draw(state, area, areas.foot.status.y, buffer);
    draw_foot(state, areas.foot, buffer)
}

/// Draws the rows below the messages; returns where the cursor is.
pub(super) fn draw_foot(state: &State, foot: Foot, buffer: &mut Buffer) -> Position {
    status::draw(state, foot.status, buffer);
    let cursor = input::draw(state, foot.input, buffer);
    tip(state, foot.tip, buffer);
    cursor
}

fn title(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    buffer.set_style(area, theme.bar);
    let talk = state.conversations.open();
    let mut limit = area.right() - 1;
    if talk.is_room() && talk.member {
        let here = words::lab::here(state, talk.roster.count()).unwrap_or_default();
        limit = cells::put_right(buffer, (area.x, area.y), limit, &here, theme.bar_quiet) - 1;
    }
    let bold = theme.bar.add_modifier(Modifier::BOLD);
    if let Some(left) = state.looks.clocks.left() {
        limit = cells::put_right(buffer, (area.x, area.y), limit - 1, &left.words(), bold) - 1;
    }
    let title = cells::fit(&talk.title(), usize::from(limit.saturating_sub(area.x + 1)));
    let x = cells::put(buffer, (area.x + 1, area.y), limit, &title, bold) + 2;
    let about = match (talk.is_room(), talk.topic.as_str()) {
        (true, "") => state.link.session.as_ref().map_or("", |session| &session.server),
        (true, topic) => topic,
        (false, _) if is_away(state, talk) => "between the two of you · away",
        (false, _) => "between the two of you",
    };
    if talk.is_room() {
        put_theirs(state, buffer, (x, area.y), limit.saturating_sub(1), about, theme.bar_quiet);
    } else {
        let about = cells::fit(about, usize::from(limit.saturating_sub(x + 1)));
        cells::put(buffer, (x, area.y), limit, &about, theme.bar_quiet);
    }
}

/// Whether the person one talks with said that they are away.
fn is_away(state: &State, talk: &Talk) -> bool {
    let Some(name) = talk.with() else { return false };
    let mut known = state.conversations.iter().filter_map(|talk| talk.roster.get(name));
    known.any(|member| member.marks.away)
}

/// How others join: the command is there whole, or not at all.
fn banner(state: &State, area: Rect, buffer: &mut Buffer) {
    let Some(invitation) = state.me.hosting.invitation() else { return };
    if area.is_empty() {
        return;
    }
    let theme = &state.looks.theme;
    let bold = theme.accent.add_modifier(Modifier::BOLD);
    // A command that is cut leads nowhere: the words about it go first, then the margin.
    let words = "Others join with  ";
    let room = usize::from(area.width).saturating_sub(cells::width(&invitation));
    let (margin, words) = match room {
        0 => (0, ""),
        room if room < cells::width(words) + 1 => (1, ""),
        _ => (1, words),
    };
    let x = cells::put(buffer, (area.x + margin, area.y), area.right(), words, theme.quiet);
    if cells::width(&invitation) <= usize::from(area.right().saturating_sub(x)) {
        cells::put(buffer, (x, area.y), area.right(), &invitation, bold);
    }
}

/// The line that the room shows its members, as much of it as there is room for.
fn announcement(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let loud = state.looks.theme.loud;
    buffer.set_style(area, loud);
    let line = &state.conversations.open().board.announcement;
    let x = cells::put(buffer, (area.x + 1, area.y), area.right(), "▶ ", loud);
    let mut limit = area.right().saturating_sub(1);
    if !state.screen.has_room_for_line(line) {
        // Where it is cut, what shows it whole is said.
        limit = cells::put_right(buffer, (x, area.y), limit, "/announce", loud).saturating_sub(1);
    }
    put_theirs(state, buffer, (x, area.y), limit, line, loud);
}

fn tip(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = &state.looks.theme;
    let (words, style) = match hint::hint(state, usize::from(area.width.saturating_sub(2))) {
        Hint::Quiet(words) => (words, theme.quiet),
        Hint::Told(words) => (words, theme.accent),
        Hint::Wrong(words) => (words, theme.error),
    };
    cells::put(buffer, (area.x + 1, area.y), area.right(), &words, style);
}
