//! Which theme is worn, from one moment to the next: everything on the screen is drawn anew.

use crate::effect::Effect;
use crate::state::start::Told;
use crate::state::tip::Tip;
use crate::state::{Stage, State};

/// The terminal told its background: that decides where nobody has. Who chose otherwise, perhaps
/// long ago and elsewhere, is told: it will be hard to read.
pub(crate) fn background(state: &mut State, light: bool) -> Vec<Effect> {
    state.looks.choice.learn(light);
    change(state);
    if let Some(words) = state.looks.choice.mismatch() {
        warn(state, words);
    }
    Vec::new()
}

/// Wears the theme of this name; `false` if there is none.
pub(crate) fn choose(state: &mut State, name: &str) -> bool {
    let known = state.looks.choice.choose(name);
    change(state);
    known
}

/// What was chosen holds until the end only, or the log has gaps.
pub(crate) fn not_kept(state: &mut State, words: String) -> Vec<Effect> {
    warn(state, words);
    Vec::new()
}

/// Says on whatever screen there is what is wrong, until the next key.
pub(crate) fn warn(state: &mut State, words: String) {
    if matches!(state.stage, Stage::Start(_)) {
        state.start.told.get_or_insert_with(|| Told::Wrong(words.clone()));
    }
    state.tip = Tip::Wrong(words);
    state.screen.dirty = true;
}

fn change(state: &mut State) {
    let before = state.looks.theme.clone();
    state.looks.change();
    if state.looks.theme != before {
        state.screen.dirty = true;
    }
}
