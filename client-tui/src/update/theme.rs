//! Which theme is worn, from one moment to the next: everything on the screen is drawn anew.

use crate::effect::Effect;
use crate::state::State;
use crate::state::tip::Tip;

/// The terminal told its background: that decides where nobody has.
pub(crate) fn background(state: &mut State, light: bool) -> Vec<Effect> {
    state.looks.dress.learn(light);
    change(state);
    Vec::new()
}

/// Wears the theme of this name; `false` if there is none.
pub(crate) fn choose(state: &mut State, name: &str) -> bool {
    let known = state.looks.dress.choose(name);
    change(state);
    known
}

/// What was chosen holds until the end only.
pub(crate) fn not_kept(state: &mut State, words: String) -> Vec<Effect> {
    state.tip = Tip::Wrong(words);
    state.screen.dirty = true;
    Vec::new()
}

fn change(state: &mut State) {
    let before = state.looks.theme.clone();
    state.looks.change();
    if state.looks.theme != before {
        state.screen.dirty = true;
    }
}
