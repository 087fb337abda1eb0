//! `/theme`: in which colours everything is drawn.

use super::{Outcome, told};
use crate::config::keep::Choice;
use crate::effect::Effect;
use crate::event::Moment;
use crate::nearest;
use crate::state::State;
use crate::update::{theme, trouble};

/// Says which themes there are, or wears one.
pub(super) fn theme(state: &mut State, _now: Moment, name: &str) -> Outcome {
    if name.is_empty() {
        let choice = &state.looks.choice;
        let names: Vec<&str> = choice.names().collect();
        let words = format!("the theme is {}; there are {}", choice.name(), names.join(", "));
        return told(state, words);
    }
    if !theme::choose(state, name) {
        return Err(unknown(state, name));
    }
    let choice = &state.looks.choice;
    let faint = choice.faint().map(|words| format!(" ({words})"));
    let colourless = choice
        .is_colourless()
        .then(|| ", without colours: your background is not known".to_owned());
    let besides = faint.or(colourless).unwrap_or_default();
    let words = format!("the theme is {} now{besides}", choice.name());
    let keep = vec![Effect::KeepChoice(Choice::Theme(choice.name().to_owned()))];
    match choice.mismatch() {
        Some(words) => trouble::warn(state, words),
        None => _ = told(state, words),
    }
    Ok(keep)
}

fn unknown(state: &State, name: &str) -> String {
    match nearest::nearest(name, state.looks.choice.names()) {
        Some(known) => format!("there is no theme ‘{name}’: did you mean /theme {known}?"),
        None => format!("there is no theme ‘{name}’: /theme lists them"),
    }
}
