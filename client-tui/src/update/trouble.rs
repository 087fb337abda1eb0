//! What is wrong, or to be looked out for, and has to do with no screen: said on whatever screen there
//! is.

use crate::state::start::Told;
use crate::state::tip::Tip;
use crate::state::{Stage, State};

/// Says what is wrong, until the next key; what the start screen says already stays there.
pub(crate) fn tell(state: &mut State, words: String) {
    if matches!(state.stage, Stage::Start(_)) {
        state.start.told.get_or_insert_with(|| Told::Wrong(words.clone()));
    }
    state.tip = Tip::Wrong(words);
    state.screen.dirty = true;
}

/// Says what to look out for although it is no failure, in the same places.
pub(crate) fn warn(state: &mut State, words: String) {
    if matches!(state.stage, Stage::Start(_)) {
        state.start.told.get_or_insert_with(|| Told::Warned(words.clone()));
    }
    state.tip = Tip::Warned(words);
    state.screen.dirty = true;
}
