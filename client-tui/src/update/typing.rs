//! Keys that do nothing but edit what is typed: then the rows below the messages are all that
//! changes, and neither laying the messages out nor drawing them is waited for.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{find, keys, notice, picker, recall, wall};
use crate::effect::Effect;
use crate::event::{Event, Moment};
use crate::input;
use crate::keymap::{self, Action};
use crate::state::screen::Sight;
use crate::state::{Stage, State};

/// Whether a key edits the typed text, and nothing is shown that goes away with it.
pub(crate) fn is_typing(state: &State, key: &KeyEvent) -> bool {
    let edits =
        keymap::typed(key).is_some() || matches!(keymap::action(key), Some(Action::Edit(_)));
    let talk = state.conversations.open();
    edits
        && key.kind != KeyEventKind::Release
        && is_plain(state)
        && !wall::is_shown(state)
        && !state.screen.is_too_small()
        && !talk.compose.prefixed
        && talk.scrollback.picked_code().is_none()
}

/// Whether nothing lies above the messages, or stands in place of what is typed.
fn is_plain(state: &State) -> bool {
    let compose = &state.conversations.open().compose;
    state.stage == Stage::Chat
        && state.screen.sight == Sight::Chat
        && state.overlays.is_empty()
        && compose.completion.is_none()
        && compose.search.is_none()
        && compose.find.is_none()
}

/// Takes such a key.
pub(crate) fn key(state: &mut State, now: Moment, key: &KeyEvent) -> Vec<Effect> {
    settle(state, |state| keys::key(state, now, key))
}

/// Takes characters that came together: from the first on that does nothing but go into a text, all
/// of them at once; those before it as the keys that they are.
pub(crate) fn run(state: &mut State, now: Moment, text: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (at, c) in text.char_indices() {
        let key = input::keys::of_letter(c);
        if is_typing(state, &key) {
            notice::touch(state, now);
            effects.extend(settle(state, |state| {
                keys::forget_tip(state);
                keys::insert(state, &text[at..]);
                Vec::new()
            }));
            break;
        }
        if goes_elsewhere(state) {
            effects.extend(super::absorb(state, now, Event::Typed(text[at..].to_owned())));
            break;
        }
        effects.extend(super::absorb(state, now, Event::Key(key)));
        if effects.contains(&Effect::Quit) {
            break;
        }
    }
    effects
}

/// Whether characters go into what is looked for, instead of what is written.
pub(crate) fn goes_elsewhere(state: &State) -> bool {
    find::takes_text(state) || recall::takes_text(state) || picker::takes_text(state)
}

/// Puts characters there that came together, with one picture for them all.
pub(crate) fn look_for(state: &mut State, now: Moment, typed: &str) {
    state.screen.dirty = true;
    if picker::takes_text(state) {
        return picker::type_in(state, typed);
    }
    keys::forget_tip(state);
    if recall::takes_text(state) {
        // Letter by letter all the same: what the first of them found stays if the others fail.
        let mut letters = typed.chars();
        while letters.next().is_some_and(|c| recall::narrow(state, c.encode_utf8(&mut [0; 4]))) {}
    } else {
        find::type_in(state, now, typed);
    }
}

/// Has the text edited. What that brings about after all, such as a list of completions or one row
/// more, is drawn with everything else.
fn settle(state: &mut State, edit: impl FnOnce(&mut State) -> Vec<Effect>) -> Vec<Effect> {
    let (dirty, layout) = (state.screen.dirty, state.screen.layout);
    let mut effects = edit(state);
    if is_plain(state) {
        super::divide(state);
        if effects.is_empty() && state.screen.layout == layout {
            (state.screen.dirty, state.screen.typed) = (dirty, true);
            return effects;
        }
    }
    (state.screen.dirty, state.screen.stale) = (true, true);
    effects.extend(super::prepare(state));
    effects
}
