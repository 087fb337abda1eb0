//! The keys of a search through what was sent: what is typed narrows it, Enter takes the text that
//! was found to be sent or changed, Esc returns to the draft, and so do keys that lead elsewhere;
//! every other key first takes the text and then does what it always does.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::keymap::{self, Action, Edit};
use crate::state::screen::Sight;
use crate::state::tip::Tip;
use crate::state::{Stage, State};

pub(crate) fn begin(state: &mut State) {
    state.conversations.open_mut().compose.search(|_, _| {});
}

/// Whether characters go into what is looked for.
pub(crate) fn takes_text(state: &State) -> bool {
    state.stage == Stage::Chat
        && state.screen.sight == Sight::Chat
        && state.overlays.is_empty()
        && state.conversations.open().compose.search.is_some()
}

/// Looks for more than until now; `false` when that is too much.
pub(crate) fn narrow(state: &mut State, text: &str) -> bool {
    let compose = &mut state.conversations.open_mut().compose;
    let fits = compose.search(|search, sent| search.narrow(text, sent));
    if !fits {
        state.tip = Tip::Wrong("that is more than can be searched for".to_owned());
    }
    fits
}

/// Takes a key while searching; `false` when it ended the search and is still to be done.
pub(crate) fn key(state: &mut State, key: &KeyEvent) -> bool {
    let compose = &mut state.conversations.open_mut().compose;
    if let Some(c) = keymap::typed(key) {
        narrow(state, c.encode_utf8(&mut [0; 4]));
        return true;
    }
    // As in readline, whatever these are elsewhere.
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('s' | 'S') if control => {
            compose.search(|search, sent| search.step(false, sent));
            return true;
        }
        KeyCode::Char('g' | 'G') if control => {
            compose.search = None;
            return true;
        }
        _ => {}
    }
    match keymap::action(key) {
        Some(Action::SearchHistory) => compose.search(|search, sent| search.step(true, sent)),
        Some(Action::Edit(Edit::Backspace)) => compose.search(|search, sent| search.widen(sent)),
        Some(Action::Edit(Edit::KillToStart | Edit::KillRunBack)) => {
            compose.search(|search, _| search.clear());
        }
        Some(Action::Escape | Action::Interrupt) => compose.search = None,
        // Not sent at once: what was found may not be what was meant.
        Some(Action::Send | Action::Complete) => compose.accept_search(),
        // These leave the text alone, and so the search.
        Some(Action::PageUp | Action::PageDown | Action::Help | Action::Redraw) | None => {
            return false;
        }
        // Whoever leaves the conversation, or for its messages, finds the draft there again.
        Some(
            Action::NextTalk
            | Action::PreviousTalk
            | Action::Talk(_)
            | Action::NextActive
            | Action::Pick
            | Action::Read(_),
        ) => {
            compose.search = None;
            return false;
        }
        Some(_) => {
            compose.accept_search();
            return false;
        }
    }
    true
}
