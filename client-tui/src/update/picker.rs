//! The list to pick a conversation from: its keys, and what is picked.

use chat_protocol::event::RoomsPage;
use chat_protocol::{Conversation, Request};

use crate::dialect::Ability;
use crate::effect::Effect;
use crate::keymap::{Action, Edit};
use crate::state::State;
use crate::state::overlay::Overlay;
use crate::state::picker::{Picker, Source};
use crate::state::tip::Tip;

/// Rows by which PgUp and PgDn move.
const PAGE: isize = 8;

/// Opens the list of conversations and people.
pub(crate) fn open(state: &mut State) {
    state.overlays.push(Overlay::Picker(Picker::new(Source::Talks)));
    refresh(state);
}

/// Opens the list of rooms, and asks the server for them.
pub(crate) fn open_rooms(state: &mut State) -> Vec<Effect> {
    let source = Source::Rooms { rooms: Vec::new(), whole: false };
    state.overlays.push(Overlay::Picker(Picker::new(source)));
    vec![Effect::Send(Request::Rooms { after: None })]
}

/// Takes a page of rooms, if somebody is looking for one, and asks for the next.
pub(crate) fn take_rooms(state: &mut State, page: RoomsPage) -> Vec<Effect> {
    let lists = state.overlays.iter_mut().filter_map(|overlay| match overlay {
        Overlay::Picker(picker) if matches!(picker.source, Source::Rooms { .. }) => Some(picker),
        _ => None,
    });
    let Some(picker) = lists.last() else { return Vec::new() };
    let last = !page.more || page.rooms.is_empty();
    let before = picker.unknown_behind().cloned();
    picker.add_rooms(page.rooms, last);
    // A page that leads nowhere is the last, whatever it says.
    let after = picker.unknown_behind().cloned().filter(|after| before.as_ref() != Some(after));
    after.map(|after| Effect::Send(Request::Rooms { after: Some(after) })).into_iter().collect()
}

/// Keeps the list on top as things are now.
pub(crate) fn refresh(state: &mut State) {
    if let Some(Overlay::Picker(picker)) = state.overlays.last_mut() {
        picker.refresh(&state.conversations, state.link.name());
    }
}

/// Whether characters go into what is looked for.
pub(crate) fn takes_text(state: &State) -> bool {
    matches!(state.overlays.last(), Some(Overlay::Picker(_)))
}

/// Looks for more than until now.
pub(crate) fn type_in(state: &mut State, typed: &str) {
    if let Some(Overlay::Picker(picker)) = state.overlays.last_mut() {
        picker.editor.type_in(typed);
    }
}

pub(crate) fn key(state: &mut State, action: Option<Action>, typed: Option<char>) -> Vec<Effect> {
    if let Some(c) = typed {
        type_in(state, c.encode_utf8(&mut [0; 4]));
        return Vec::new();
    }
    let Some(Overlay::Picker(picker)) = state.overlays.last_mut() else { return Vec::new() };
    match action {
        Some(Action::Up | Action::PreviousTalk | Action::CompleteBack) => picker.step(-1),
        Some(Action::Down | Action::NextTalk | Action::Complete) => picker.step(1),
        Some(Action::PageUp) => picker.step(-PAGE),
        Some(Action::PageDown) => picker.step(PAGE),
        Some(Action::Send) => return pick(state),
        Some(Action::Edit(Edit::KillToEnd)) if picker.editor.is_empty() => close(state),
        Some(Action::Edit(edit)) => picker.editor.apply(edit, state.conversations.kills_mut()),
        Some(Action::Help) => state.overlays.push(Overlay::Help { scroll: 0 }),
        Some(Action::Escape | Action::Interrupt | Action::Pick) => close(state),
        _ => {}
    }
    Vec::new()
}

/// Opens this candidate, if it is still there.
pub(crate) fn take(state: &mut State, address: &Conversation) -> Vec<Effect> {
    let Some(Overlay::Picker(picker)) = state.overlays.last_mut() else { return Vec::new() };
    let found = picker.found.iter().position(|choice| choice.address == *address);
    let Some(index) = found else { return Vec::new() };
    picker.chosen = index;
    pick(state)
}

fn close(state: &mut State) {
    state.overlays.pop();
}

/// Opens what is chosen; without anything chosen the list stays, and says so.
fn pick(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Picker(picker)) = state.overlays.last() else { return Vec::new() };
    let Some(address) = picker.choice().map(|choice| choice.address.clone()) else {
        return Vec::new();
    };
    close(state);
    let from = state.conversations.open().address.clone();
    let is_there = state.conversations.find(&address).is_some();
    match &address {
        Conversation::Room(room) if !is_there || is_outside(state, &address) => {
            if let Some(words) = state.link.dialect().lacks(Ability::Rooms) {
                state.tip = Tip::Wrong(words);
                return Vec::new();
            }
            if !state.link.is_live() {
                state.tip = Tip::Wrong("not connected: try again when the link is up".to_owned());
                return Vec::new();
            }
            state.conversations.come_back(room);
            state.conversations.go_to(address.clone());
            vec![Effect::Send(Request::Join { room: room.clone() })]
        }
        _ => {
            state.conversations.go_to(address.clone());
            let talk = state.conversations.open_mut();
            if !is_there && talk.address != from {
                talk.came_from = Some(from);
            }
            Vec::new()
        }
    }
}

/// Whether this is a room that one is not in.
fn is_outside(state: &State, address: &Conversation) -> bool {
    let index = state.conversations.find(address);
    index.and_then(|index| state.conversations.at(index)).is_some_and(|talk| !talk.member)
}
