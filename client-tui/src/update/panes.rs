//! The side panes, shown and hidden.

use crate::state::State;
use crate::state::screen::TALKS_WIDTH;
use crate::state::tip::Tip;

/// Shows or hides the list of conversations; where it cannot be shown, tells what there is instead.
pub(crate) fn toggle_talks(state: &mut State) {
    let show = state.screen.layout.talks == 0;
    if show && state.conversations.len() == 1 {
        state.tip = Tip::Told("only one conversation: Alt-K has more".to_owned());
    } else if show && !state.screen.has_room_for(TALKS_WIDTH) {
        state.tip = Tip::Told("no room for the list: Alt-K has it".to_owned());
    }
    state.screen.panes.talks = Some(show);
}

/// The same for the list of members.
pub(crate) fn toggle_members(state: &mut State) {
    let show = state.screen.layout.members == 0;
    if show && !state.conversations.open().is_room() {
        state.tip = Tip::Told("only the two of you are here".to_owned());
    } else if show && !state.screen.has_room_for(state.screen.members_width()) {
        state.tip = Tip::Told("no room for the list: /names has it".to_owned());
    }
    state.screen.panes.members = Some(show);
}
