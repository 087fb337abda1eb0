//! The projector view: shown and left, what keys do in it, and what it never shows. Everybody in the
//! classroom reads along: no conversation between two people, nobody's card, no list of either.

use crossterm::event::KeyEvent;

use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{self, Action, Edit, Read};
use crate::state::clocks::Clocks;
use crate::state::overlay::Overlay;
use crate::state::screen::Sight;
use crate::state::tip::Tip;
use crate::state::{Stage, State};
use crate::update::{bare, find};

/// Commands whose answers are for one person.
const PRIVATE: &[&str] =
    &["msg", "whois", "profile", "ignore", "unignore", "names", "rooms", "search"];

/// Whether the wall is what is seen.
pub(crate) fn is_shown(state: &State) -> bool {
    state.screen.sight == Sight::Wall && state.stage == Stage::Chat
}

/// Shows the wall, or everything again. Who leaves it stays in the room: the projector is still on.
pub(crate) fn toggle(state: &mut State) {
    bare::leave(state);
    state.screen.sight = match state.screen.sight {
        Sight::Wall => Sight::Chat,
        Sight::Chat | Sight::Bare => Sight::Wall,
    };
    (state.looks.wall.writing, state.looks.wall.asked) = (false, false);
    if state.tip != Tip::Keys {
        state.tip = Tip::None;
    }
    state.screen.dirty = true;
}

/// Why a command is not for the wall, if it is not.
pub(crate) fn refuses(state: &State, command: &str) -> Option<String> {
    let private = is_shown(state) && PRIVATE.contains(&command);
    private.then(|| format!("everybody would read along: F9 leaves the wall, then /{command}"))
}

/// Takes a key before the chat does; `true` when that is all it does here.
pub(crate) fn takes(state: &mut State, key: &KeyEvent) -> bool {
    if keymap::typed(key).is_some() {
        state.looks.wall.writing = true;
        return false;
    }
    match keymap::action(key) {
        Some(Action::NextTalk) => step(state, true),
        Some(Action::PreviousTalk) => step(state, false),
        Some(Action::Talk(number)) => go_to(state, number.wrapping_sub(1)),
        // A draft that nobody sees is not sent, and not cleared: it is shown first.
        Some(Action::Send | Action::Interrupt) if is_draft_hidden(state) => {
            state.looks.wall.writing = true;
        }
        // What was written, killed or undone elsewhere need not be for everybody.
        Some(Action::Up) => within_text(state, false),
        Some(Action::Down) => within_text(state, true),
        Some(Action::Edit(Edit::Yank | Edit::YankOlder | Edit::Undo | Edit::Redo)) => {}
        Some(Action::NewLine | Action::Edit(_)) => {
            state.looks.wall.writing = true;
            return false;
        }
        Some(Action::Escape) => return std::mem::take(&mut state.looks.wall.writing),
        Some(
            Action::Send
            | Action::Complete
            | Action::CompleteBack
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Retry
            | Action::Wall
            | Action::Code
            | Action::Read(Read::Fold)
            | Action::Help
            | Action::Interrupt,
        ) => return false,
        _ => {}
    }
    true
}

/// Whether something is typed that is not on the wall.
fn is_draft_hidden(state: &State) -> bool {
    !state.looks.wall.writing && !state.conversations.open().compose.editor.is_empty()
}

/// Up and down in the text that is on the wall; what was sent before stays where it is.
fn within_text(state: &mut State, down: bool) {
    let width = state.screen.input_width(crate::cells::width(&state.prompt()));
    if state.looks.wall.writing {
        state.conversations.open_mut().compose.editor.move_row(width, down);
    }
}

/// Opens a room by its place among the conversations; others are not for the wall.
fn go_to(state: &mut State, index: usize) {
    if state.conversations.at(index).is_some_and(|talk| talk.is_room()) {
        state.conversations.go_to_index(index);
    }
}

/// Opens the next room, or the one before.
fn step(state: &mut State, forward: bool) {
    let (open, count) = (state.conversations.open_index(), state.conversations.len());
    let step = |by: usize| if forward { (open + by) % count } else { (open + count - by) % count };
    let is_room = |&index: &usize| state.conversations.at(index).is_some_and(|talk| talk.is_room());
    if let Some(index) = (1..count).map(step).find(is_room) {
        state.conversations.go_to_index(index);
    }
}

/// After anything has happened: what is not for the wall is taken off it, and the clocks are read.
/// `tip` is what was said below the input before, unless somebody pressed a key.
pub(crate) fn settle(state: &mut State, now: Moment, tip: Option<Tip>, effects: &mut Vec<Effect>) {
    if is_shown(state) {
        // What nobody here has asked for concerns one person.
        if let Some(tip) = tip {
            state.tip = tip;
        }
        effects.retain(|effect| !matches!(effect, Effect::Bell | Effect::Notify { .. }));
        let private = |overlay: &Overlay| {
            matches!(overlay, Overlay::Whois { .. } | Overlay::Picker(_) | Overlay::Results(_))
        };
        state.overlays.retain(|overlay| !private(overlay));
        if !state.conversations.open().is_room() {
            let index = state.conversations.last_room();
            state.conversations.go_to_index(index);
            state.screen.dirty = true;
        }
        find::cancel(state);
        let compose = &mut state.conversations.open_mut().compose;
        compose.search = None;
        state.looks.wall.writing &= !compose.editor.is_empty();
    }
    if (is_shown(state) || state.overlays.last().is_some_and(|top| matches!(top, Overlay::Code)))
        && state.lacks_address()
    {
        state.looks.wall.asked = true;
        effects.push(Effect::FindAddresses);
    }
    read_clocks(state, now);
}

/// Looks at the clocks that are shown; the picture changes only when one of them does.
fn read_clocks(state: &mut State, now: Moment) {
    // Nothing moves where the terminal selects.
    let bare = state.screen.sight == Sight::Bare;
    let seen = !bare && !state.screen.lent && !state.screen.is_too_small();
    let shown = state.stage == Stage::Chat && seen;
    let clocks = match shown {
        true => Clocks::read(now, is_shown(state), &state.conversations.open().board),
        false => Clocks::default(),
    };
    state.screen.dirty |= !clocks.shows_same(&state.looks.clocks);
    state.looks.clocks = clocks;
}
