//! The bare view: messages alone, to be selected by the terminal itself. Nothing moves there but by
//! keys that scroll; whatever else is pressed comes back first, so that nothing is done unseen.

use crossterm::event::KeyEvent;

use crate::effect::Effect;
use crate::keymap::{self, Action, Edit};
use crate::state::State;
use crate::state::bare::Step;
use crate::state::screen::Sight;

/// Shows messages alone, from where the reader is. Painted anew, the screen has nothing behind the
/// end of a row: spaces there would be selected as well. Nobody selects on a classroom's wall.
pub(crate) fn show(state: &mut State) -> Vec<Effect> {
    if state.screen.sight == Sight::Wall {
        return Vec::new();
    }
    let shape = state.screen.bare_shape();
    state.conversations.open_mut().scrollback.begin_bare(shape);
    state.screen.sight = Sight::Bare;
    vec![Effect::Redraw]
}

/// Comes back to where the reader was.
pub(crate) fn leave(state: &mut State) {
    if state.screen.sight == Sight::Bare {
        state.screen.sight = Sight::Chat;
        state.conversations.iter_mut().for_each(|talk| talk.scrollback.end_bare());
    }
}

/// Takes a key; nothing when it came back and the key is still to be taken.
pub(crate) fn key(state: &mut State, key: &KeyEvent) -> Option<Vec<Effect>> {
    let page = usize::from(state.screen.height).saturating_sub(3).max(1);
    let scrollback = &mut state.conversations.open_mut().scrollback;
    let action = keymap::action(key);
    if matches!(action, Some(Action::Up | Action::PageUp | Action::Top)) {
        scrollback.want_older();
    }
    let step = match action {
        Some(Action::Up) => Step::Up(1),
        Some(Action::Down) => Step::Down(1),
        Some(Action::PageUp) => Step::Up(page),
        Some(Action::PageDown) => Step::Down(page),
        Some(Action::Top | Action::Edit(Edit::Home)) => Step::Top,
        Some(Action::Bottom | Action::Edit(Edit::End)) => Step::Bottom,
        action => return other(state, key, action),
    };
    scrollback.scroll_bare(step);
    Some(vec![Effect::Redraw])
}

fn other(state: &mut State, key: &KeyEvent, action: Option<Action>) -> Option<Vec<Effect>> {
    match action {
        // A draft that nobody sees is not sent, and not cleared.
        Some(Action::Bare | Action::Escape | Action::Interrupt | Action::Send) => leave(state),
        None if keymap::typed(key).is_none() => {}
        _ => {
            leave(state);
            return None;
        }
    }
    Some(Vec::new())
}
