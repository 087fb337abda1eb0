//! Which theme is worn, from one moment to the next: everything on the screen is drawn anew.

use crate::effect::Effect;
use crate::state::State;
use crate::update::trouble;

/// The terminal told its background: that decides where nobody has. Who chose otherwise, perhaps
/// long ago and elsewhere, is told: it will be hard to read.
pub(crate) fn background(state: &mut State, light: bool) -> Vec<Effect> {
    state.looks.choice.learn(light);
    change(state);
    if let Some(words) = state.looks.choice.mismatch() {
        trouble::warn(state, words);
    }
    Vec::new()
}

/// Wears the theme of this name; `false` if there is none.
pub(crate) fn choose(state: &mut State, name: &str) -> bool {
    let known = state.looks.choice.choose(name);
    change(state);
    known
}

fn change(state: &mut State) {
    let before = state.looks.theme.clone();
    state.looks.change();
    if state.looks.theme != before {
        state.screen.dirty = true;
    }
}
