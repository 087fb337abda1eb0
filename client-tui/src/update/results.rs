//! `/search`: the list of what was found, its keys, and where it leads.

use chat_protocol::{Conversation, Query};

use super::{find, wall};
use crate::command::Outcome;
use crate::dialect::Ability;
use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{Action, Edit};
use crate::state::State;
use crate::state::input::Editor;
use crate::state::overlay::Overlay;
use crate::state::pending_search::News;
use crate::state::results::Results;
use crate::state::tip::Tip;

/// Hits by which PgUp and PgDn move.
const PAGE: isize = 5;

/// A message to be led to.
pub(crate) struct Place {
    pub(crate) room: Conversation,
    pub(crate) seq: u64,
    pub(crate) byte: usize,
}

/// `/search words`; without words, what was found last.
pub(crate) fn search(state: &mut State, now: Moment, words: &str) -> Outcome {
    if let Some(words) = state.link.dialect().lacks(Ability::Search) {
        return Err(words);
    }
    let find_again = find::can_ask(state);
    let last = state.conversations.searches.results.take();
    let results = match last.filter(|last| words.is_empty() || last.typed() == words) {
        Some(last) => last,
        None => Box::new(Results { editor: Editor::with(words), ..Results::default() }),
    };
    state.overlays.push(Overlay::Results(results));
    look(state, now);
    if let Some(Overlay::Results(results)) = state.overlays.last_mut() {
        match results.pending.news {
            News::Failed(_) if find_again => results.pending.look_again(now.up),
            _ => results.pending.hurry(now.up),
        }
    }
    Ok(Vec::new())
}

/// Looks for what is typed in the list on top, if that is there.
pub(crate) fn look(state: &mut State, now: Moment) {
    let searches = find::can_ask(state);
    let Some(Overlay::Results(results)) = state.overlays.last_mut() else { return };
    let typed = results.typed().to_owned();
    let nothing = Query::parse(&typed).is_empty();
    results.pending.look_for(if nothing { String::new() } else { typed }, now.up);
    if nothing {
        results.found.clear();
    }
    if !searches && results.pending.news == News::Nothing {
        results.pending.fail("this server cannot search".to_owned());
    }
}

pub(crate) fn key(
    state: &mut State,
    now: Moment,
    action: Option<Action>,
    typed: Option<char>,
) -> Vec<Effect> {
    let Some(Overlay::Results(results)) = state.overlays.last_mut() else { return Vec::new() };
    if let Some(c) = typed {
        results.editor.insert(c.encode_utf8(&mut [0; 4]));
        look(state, now);
        return Vec::new();
    }
    match action {
        Some(Action::Up | Action::PreviousTalk | Action::CompleteBack) => step(state, now, -1),
        Some(Action::Down | Action::NextTalk | Action::Complete) => step(state, now, 1),
        Some(Action::PageUp) => step(state, now, -PAGE),
        Some(Action::PageDown) => step(state, now, PAGE),
        Some(Action::Top) => step(state, now, isize::MIN),
        Some(Action::Bottom) => step(state, now, isize::MAX),
        Some(Action::Send) => go(state, now),
        Some(Action::Edit(Edit::KillToEnd)) if results.editor.is_empty() => close(state),
        Some(Action::Edit(edit)) => {
            results.editor.apply(edit, state.conversations.kills_mut());
            look(state, now);
        }
        Some(Action::Help) => state.overlays.push(Overlay::Help { scroll: 0 }),
        Some(Action::Escape | Action::Interrupt) => close(state),
        Some(Action::Wall) => {
            close(state);
            wall::toggle(state);
        }
        _ => {}
    }
    Vec::new()
}

pub(crate) fn step(state: &mut State, now: Moment, by: isize) {
    if let Some(Overlay::Results(results)) = state.overlays.last_mut() {
        results.step(by, now.up);
    }
}

/// Goes to the hit of this index.
pub(crate) fn take(state: &mut State, now: Moment, index: usize) -> Vec<Effect> {
    if let Some(Overlay::Results(results)) = state.overlays.last_mut() {
        results.chosen = index;
    }
    go(state, now);
    Vec::new()
}

/// The list is put away, to come back as it is.
fn close(state: &mut State) {
    if let Some(Overlay::Results(mut results)) = state.overlays.pop() {
        results.pending.unsend();
        state.conversations.searches.results = Some(results);
    }
}

/// Goes to what is chosen; without anything to choose looks again, without waiting.
fn go(state: &mut State, now: Moment) {
    let Some(Overlay::Results(results)) = state.overlays.last_mut() else { return };
    let place = results.choice().map(|found| Place {
        room: found.room.clone(),
        seq: found.seq,
        byte: found.byte,
    });
    let Some(place) = place else {
        match results.pending.is_pending() {
            true => results.pending.hurry(now.up),
            false => results.pending.look_again(now.up),
        }
        return;
    };
    close(state);
    find::lead(state, &place);
    state.tip = Tip::Told("Esc back to where you were · /search back to the list".to_owned());
}
