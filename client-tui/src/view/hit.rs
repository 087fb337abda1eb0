//! What stands under a cell: the picture read backwards. Every place is worked out by what draws
//! there.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::areas::{Areas, Columns, Rows};
use super::{completion, input, messages, overlay, panes, picker, results, status};
use crate::rich::Edge;
use crate::state::overlay::Overlay;
use crate::state::page::{Line, PageRow};
use crate::state::pointer::{Cell, Pane, Target};
use crate::state::screen::Sight;
use crate::state::selection::Point;
use crate::state::{Stage, State};

/// What stands under a cell, if it can be clicked.
pub(crate) fn under(state: &State, cell: Cell) -> Option<Target> {
    let area = screen(state)?;
    if !area.contains(Position::from(cell)) {
        return None;
    }
    if let Some(overlay) = state.overlays.last() {
        return Some(on_overlay(state, overlay, area, cell));
    }
    let areas = Areas::of(state, chat(state)?);
    let is_in = |area: Rect| area.contains(Position::from(cell));
    if let Some(place) = completion::place(state, area, areas.foot.status.y)
        && is_in(place.whole())
    {
        let index = place.window.start + usize::from(cell.1.saturating_sub(place.area.y));
        return is_in(place.area).then_some(Target::Completion(index));
    }
    if is_in(areas.messages) {
        return in_messages(state, areas.messages, cell);
    }
    if is_in(areas.talks) {
        return in_talks(state, areas.talks, cell);
    }
    if is_in(areas.members) {
        return in_members(state, areas.members, cell);
    }
    if is_in(areas.foot.status) {
        let mut line = Buffer::empty(areas.foot.status);
        let mut places = status::draw(state, areas.foot.status, &mut line).into_iter();
        return places
            .find(|(columns, _)| columns.contains(&cell.0))
            .map(|(_, at)| Target::Talk(at));
    }
    if is_in(areas.foot.input) {
        return input::byte_at(state, areas.foot.input, cell).map(Target::Input);
    }
    None
}

/// The screen, if it is drawn as it was laid out.
fn screen(state: &State) -> Option<Rect> {
    let area = Rect::new(0, 0, state.screen.width, state.screen.height);
    (!state.screen.is_too_small()).then_some(area)
}

/// The same, if it is the chat with everything: other sights have other rows and columns.
fn chat(state: &State) -> Option<Rect> {
    let chat = state.stage == Stage::Chat && state.screen.sight == Sight::Chat;
    screen(state).filter(|_| chat)
}

/// The place in what was said that is nearest to a cell, if any of it is on the screen.
pub(crate) fn point(state: &State, (x, y): Cell) -> Option<Point> {
    let area = Areas::of(state, chat(state)?).messages;
    let rows = Rows::of(state, area).page;
    let scrollback = &state.conversations.open().scrollback;
    let page = scrollback.page();
    let index = usize::from(y.clamp(rows.start, rows.end.max(rows.start + 1) - 1) - rows.start);
    let row = page.get(index)?;
    // Above the first row all of it is meant, and below the last one likewise.
    let column = match y {
        y if y < rows.start => None,
        y if y < rows.end => column(state, area, row, x),
        _ => Some(usize::MAX),
    };
    scrollback.point_in(row, column)
}

/// The rows in which messages stand, from the first on and before the last.
pub(crate) fn rows(state: &State) -> Option<std::ops::Range<u16>> {
    let area = Areas::of(state, chat(state)?).messages;
    let rows = Rows::of(state, area);
    Some(area.y..rows.marker.unwrap_or(area.bottom()))
}

/// The part of the chat that scrolls under a cell.
pub(crate) fn pane(state: &State, cell: Cell) -> Pane {
    let Some(area) = chat(state) else { return Pane::Messages };
    let areas = Areas::of(state, area);
    let is_in = |area: Rect| area.contains(Position::from(cell));
    if is_in(areas.talks) {
        Pane::Talks(usize::from(areas.talks.height))
    } else if is_in(areas.members) {
        Pane::Members(usize::from(panes::members_list(areas.members).height))
    } else if is_in(areas.foot.input) {
        Pane::Input
    } else {
        Pane::Messages
    }
}

/// The column of a row's text at `x`; none before it.
fn column(state: &State, area: Rect, row: &PageRow, x: u16) -> Option<usize> {
    let text = Columns::of(state.screen.layout.gutter, area).text;
    let Line::Text(index) = row.line else { return Some(0) };
    let entry = state.conversations.open().scrollback.entry(row.entry)?;
    let edge = entry.rows().get(index)?.edge.columns(usize::from(text.end - text.start));
    usize::from(x.checked_sub(text.start)?).checked_sub(edge)
}

fn in_messages(state: &State, area: Rect, (x, y): Cell) -> Option<Target> {
    let rows = Rows::of(state, area);
    if rows.marker == Some(y) {
        return Some(Target::Newest);
    }
    let row = usize::from(y.checked_sub(rows.page.start)?);
    let row = state.conversations.open().scrollback.page().get(row)?;
    in_row(state, area, *row, x)
}

fn in_row(state: &State, area: Rect, row: PageRow, x: u16) -> Option<Target> {
    let entry = state.conversations.open().scrollback.entry(row.entry)?;
    let index = match row.line {
        Line::New => return Some(Target::Unread),
        Line::Date | Line::Gap | Line::Name => return None,
        Line::Text(index) => index,
    };
    let columns = Columns::of(state.screen.layout.gutter, area);
    let name = entry.author().filter(|_| messages::has_name(row, entry));
    if let Some(name) = name.filter(|_| columns.name.contains(&x)) {
        return Some(Target::Person(name.clone()));
    }
    let wrapped = entry.rows().get(index)?;
    if matches!(wrapped.edge, Edge::Fold { .. }) && columns.text.contains(&x) {
        return Some(Target::Fold(entry.key));
    }
    let column = column(state, area, &row, x)?;
    let link = wrapped.link_at(entry.text(), column)?;
    entry.links().get(link)?.address(entry.text()).map(Target::Link)
}

fn in_talks(state: &State, area: Rect, (x, y): Cell) -> Option<Target> {
    let index = state.conversations.first_in(usize::from(area.height)) + usize::from(y - area.y);
    let is_there = index < state.conversations.len() && x + 1 < area.right();
    is_there.then_some(Target::Talk(index))
}

fn in_members(state: &State, area: Rect, (x, y): Cell) -> Option<Target> {
    let list = panes::members_list(area);
    let roster = &state.conversations.open().roster;
    let window = roster.window(usize::from(list.height));
    let row = usize::from(y.checked_sub(list.y)?);
    if row >= window.shown || x < list.x {
        return None;
    }
    let people = roster.by_standing();
    people.get(window.first + row).map(|member| Target::Person(member.name.clone()))
}

fn on_overlay(state: &State, overlay: &Overlay, area: Rect, (x, y): Cell) -> Target {
    let Some(place) = overlay::place_of(state, overlay, area) else { return Target::Inside };
    if !place.contains(Position { x, y }) {
        return Target::Outside;
    }
    if let Overlay::Results(found) = overlay {
        let hit = results::hit(state, found, area, Position { x, y });
        return hit.map_or(Target::Inside, Target::Hit);
    }
    let Overlay::Picker(picker) = overlay else { return Target::Inside };
    let (list, first) = picker::list(picker, area);
    let index = first + usize::from(y.saturating_sub(list.y));
    let choice = picker.found.get(index).filter(|_| list.contains(Position { x, y }));
    choice.map_or(Target::Inside, |choice| Target::Choice(choice.address.clone()))
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Conversation, MarksOf, Message, Nick, Text};
    use proptest::prelude::any;

    use super::*;
    use crate::state::tests::state;
    use crate::update::prepare;
    use crate::view::paint;

    /// A room with some members, some conversations, and things to click in what was said.
    fn chat(members: usize, talks: usize, (width, height): (u16, u16)) -> State {
        let mut state = state();
        (state.stage, state.screen.width, state.screen.height) = (Stage::Chat, width, height);
        let names: Vec<Nick> =
            (0..members).map(|n| Nick::new(&format!("member{n}.")).unwrap()).collect();
        let lobby = state.conversations.open_mut();
        lobby.roster.reset(members, &names, &Default::default(), &MarksOf::default());
        for seq in 1..20 {
            let code = "x\n".repeat(20);
            let text = Text::new(&format!("see https://a.org/b 漢字\n```\n{code}```")).unwrap();
            let from = Nick::new("member0.").unwrap();
            lobby.scrollback.take_live(Message { seq, from, at: 0, text });
        }
        for number in 1..talks {
            let name = Nick::new(&format!("talk{number}.")).unwrap();
            state.conversations.ensure(Conversation::Direct(name));
        }
        state.screen.stale = true;
        prepare(&mut state);
        state
    }

    /// The rows of the picture.
    fn rows(state: &State) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, state.screen.width, state.screen.height));
        paint(state, &mut buffer);
        let width = usize::from(state.screen.width).max(1);
        let symbols =
            |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect();
        buffer.content.chunks(width).map(symbols).collect()
    }

    #[test]
    fn what_is_drawn_is_hit_where_it_stands() {
        let state = chat(30, 12, (120, 30));
        let picture = rows(&state);
        let mut found = std::collections::HashSet::new();
        for (y, row) in (0..).zip(&picture) {
            for x in 0..state.screen.width {
                let Some(target) = under(&state, (x, y)) else { continue };
                let words = match &target {
                    Target::Talk(0) => "#lobby".to_owned(),
                    Target::Talk(index) => format!("talk{index}."),
                    Target::Person(name) => name.to_string(),
                    Target::Link(url) => url.clone(),
                    Target::Fold(_) => "Alt-O unfolds".to_owned(),
                    _ => String::new(),
                };
                assert!(row.contains(&words), "{target:?} at {x}, {y}: {row}");
                found.insert(format!("{target:?}"));
            }
        }
        let seen = |word: &str| picture.iter().any(|row| row.contains(word));
        for (word, target) in [("@talk11.", "Talk(11)"), ("#lobby", "Talk(0)")] {
            assert!(seen(word) && found.contains(target), "{target}: {found:?}");
        }
        for number in 0..30 {
            let name = format!("member{number}.");
            let hit = found.iter().any(|target| target.contains(&format!("\"{name}\"")));
            assert_eq!(seen(&format!("  {name}")), hit || number == 0 && seen(&name), "{name}");
        }
        assert!(found.iter().any(|target| target.starts_with("Fold")));
        assert!(found.iter().any(|target| target.starts_with("Link")));
    }

    #[test]
    fn a_lists_own_wheel_brings_the_rest_of_it_under_the_mouse() {
        let mut state = chat(30, 40, (120, 20));
        let rows = rows_of(&state);
        state.conversations.scroll(rows, 1000, false);
        let is_talk = |target: &Target| matches!(target, Target::Talk(_));
        let last = (0..20).rev().find_map(|y| under(&state, (5, y)).filter(is_talk));
        assert_eq!(last, Some(Target::Talk(39)));
    }

    fn rows_of(state: &State) -> usize {
        match pane(state, (5, 5)) {
            Pane::Talks(rows) => rows,
            other => panic!("{other:?}"),
        }
    }

    proptest::proptest! {
        // Every one of them clicks on every cell.
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

        #[test]
        fn any_cell_of_any_screen_can_be_clicked(
            width in 0_u16..150, height in 0_u16..50, members in 0_usize..60, talks in 1_usize..20,
            up in 0_usize..60, draft in any::<String>())
        {
            let mut state = chat(members, talks, (width, height));
            let draft = chat_protocol::text::clean(&draft);
            state.conversations.open_mut().compose.editor.insert(&draft);
            let zone = state.looks.zone.clone();
            state.conversations.open_mut().scrollback.scroll_up(up, &zone);
            state.screen.stale = true;
            prepare(&mut state);
            for (x, y) in (0..width + 2).flat_map(|x| (0..height + 2).map(move |y| (x, y))) {
                pane(&state, (x, y));
                if let Some(Target::Input(at)) = under(&state, (x, y)) {
                    proptest::prop_assert!(draft.is_char_boundary(at));
                }
                if let Some(point) = point(&state, (x, y)) {
                    let scrollback = &state.conversations.open().scrollback;
                    let text = scrollback.entry(scrollback.page()[0].entry).unwrap().text();
                    let _ = text.get(point.bytes);
                }
            }
        }
    }
}
