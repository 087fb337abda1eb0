//! The side panes: conversations to the left, members to the right. They separate with one line.

use chat_protocol::Marks;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::cells;
use crate::state::State;
use crate::state::roster::{Member, Window};
use crate::words;

pub(super) fn talks(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.width < 4 {
        return;
    }
    let theme = &state.looks.theme;
    border(state, area.right() - 1, area, buffer);
    let limit = area.right() - 2;
    let open = state.conversations.open_index();
    let first = state.conversations.first_in(usize::from(area.height));
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

/// Who is here: counted, who hosts first, who is away last.
pub(super) fn members(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.width < 4 {
        return;
    }
    let theme = &state.looks.theme;
    border(state, area.x, area, buffer);
    let (x, limit) = (area.x + 2, area.right() - 1);
    let roster = &state.conversations.open().roster;
    let title = words::lab::listed(state.link.dialect(), roster.count());
    let bold = theme.text.add_modifier(Modifier::BOLD);
    cells::put(buffer, (x, area.y), limit, &title, bold);
    let list = members_list(area);
    let Window { first, shown, more } = roster.window(usize::from(list.height));
    let people = roster.by_standing().into_iter().skip(first).take(shown);
    for (y, member) in (list.y..list.bottom()).zip(people) {
        draw_member(state, member, Rect { y, height: 1, ..list }, buffer);
    }
    if more > 0 && list.height > 0 {
        let words = format!("  +{more} more");
        cells::put(buffer, (x, list.bottom() - 1), limit, &words, theme.quiet);
    }
}

/// Where the members are, below their number.
pub(super) fn members_list(area: Rect) -> Rect {
    let x = (area.x + 2).min(area.right());
    let width = area.right().saturating_sub(1).saturating_sub(x);
    Rect { x, y: area.y + 1, width, height: area.height.saturating_sub(1) }
}

/// A sign before the name, and a word behind it: nothing is told by colour alone.
fn draw_member(state: &State, member: &Member, row: Rect, buffer: &mut Buffer) {
    let theme = &state.looks.theme;
    let own = state.link.name() == Some(&member.name);
    let (sign, sign_style) = match member.marks {
        Marks { host: true, .. } => ("★", theme.accent),
        Marks { away: true, .. } => ("~", theme.quiet),
        _ => (" ", theme.quiet),
    };
    let style = match member.marks.away {
        true => theme.quiet,
        false => state.looks.person(member.name.as_str()),
    };
    let style = if own { style.add_modifier(Modifier::BOLD) } else { style };
    let word = match &member.via {
        _ if state.me.people.ignores(&member.name) => " ignored".to_owned(),
        // Heavy letters tell one's own name where both words do not fit.
        _ if own && member.marks.away && fits(member, " you, away", row) => " you, away".to_owned(),
        None if member.marks.away && member.marks.visit => {
            // Where both words do not fit, the sign tells one of them.
            let both = " away, visit";
            if fits(member, both, row) { both } else { " visit" }.to_owned()
        }
        _ if member.marks.away => " away".to_owned(),
        _ if own => " you".to_owned(),
        Some(via) => format!(" ·{via}"),
        None if member.marks.visit => " visit".to_owned(),
        None if member.marks.guest => " guest".to_owned(),
        None => String::new(),
    };
    cells::put(buffer, (row.x, row.y), row.right(), sign, sign_style);
    let x = row.x + 2;
    let room = usize::from(row.right().saturating_sub(x));
    let name_room = room.saturating_sub(cells::width(&word)).max(room / 2);
    let name = cells::fit(member.name.as_str(), name_room);
    let end = cells::put(buffer, (x, row.y), row.right(), &name, style);
    cells::put(buffer, (end, row.y), row.right(), &word, theme.quiet);
}

/// Whether a word has room behind the name.
fn fits(member: &Member, word: &str, row: Rect) -> bool {
    2 + cells::width(member.name.as_str()) + cells::width(word) <= usize::from(row.width)
}

fn border(state: &State, x: u16, area: Rect, buffer: &mut Buffer) {
    for y in area.y..area.bottom() {
        cells::put(buffer, (x, y), x + 1, "│", state.looks.theme.rule);
    }
}
