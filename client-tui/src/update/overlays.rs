//! The keys of what lies on top.

use chat_protocol::{Nick, Request};
use crossterm::event::KeyEvent;

use super::{connect, paste, picker, results, sheets, wall};
use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{self, Action};
use crate::state::hosting::Hosting;
use crate::state::overlay::{NameRefused, Overlay};
use crate::state::{Stage, State};

/// What became of a key.
pub(crate) enum Outcome {
    Done(Vec<Effect>),
    /// It closed the overlay by typing something, which belongs to what was below.
    Passed,
}

pub(crate) fn key(state: &mut State, now: Moment, key: &KeyEvent) -> Outcome {
    let (action, typed) = (keymap::action(key), keymap::typed(key));
    if state.overlays.last().is_some_and(Overlay::is_sheet) {
        return match sheets::key(state, action) {
            true => Outcome::Done(Vec::new()),
            false => close(state, typed),
        };
    }
    Outcome::Done(match state.overlays.last_mut() {
        Some(Overlay::Picker(_)) => picker::key(state, action, typed),
        Some(Overlay::Results(_)) => results::key(state, now, action, typed),
        Some(Overlay::Leave) => {
            let leaves = matches!(action, Some(Action::Send | Action::Interrupt))
                || matches!(typed, Some('y' | 'Y'));
            if !leaves {
                return close(state, typed);
            }
            vec![Effect::Send(Request::Bye), Effect::Quit]
        }
        Some(Overlay::Code) if action == Some(Action::Wall) => {
            wall::toggle(state);
            Vec::new()
        }
        Some(Overlay::Code) => return close(state, typed),
        Some(Overlay::PortTaken { .. }) => port_taken(state, action),
        Some(Overlay::Paste(_)) => return Outcome::Done(paste::key(state, now, key)),
        Some(Overlay::NameRefused(_)) => name_refused(state, action, typed),
        _ => Vec::new(),
    })
}

/// Closes what lies on top; who closes it by typing goes on typing.
fn close(state: &mut State, typed: Option<char>) -> Outcome {
    state.overlays.pop();
    if typed.is_some() { Outcome::Passed } else { Outcome::Done(Vec::new()) }
}

fn port_taken(state: &mut State, action: Option<Action>) -> Vec<Effect> {
    let Some(Overlay::PortTaken { port, server }) = state.overlays.last() else {
        return Vec::new();
    };
    let (port, joinable) = (*port, server.is_some());
    match action {
        Some(Action::Send) if joinable => {
            state.overlays.pop();
            connect::join_here(state, port)
        }
        Some(Action::Send | Action::Escape | Action::Interrupt) => {
            state.overlays.pop();
            state.me.hosting = Hosting::No;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn name_refused(state: &mut State, action: Option<Action>, typed: Option<char>) -> Vec<Effect> {
    let Some(Overlay::NameRefused(refused)) = state.overlays.last_mut() else { return Vec::new() };
    if let Some(c) = typed {
        refused.editor.insert(c.encode_utf8(&mut [0; 4]));
        refused.wrong = None;
        return Vec::new();
    }
    match action {
        Some(Action::Edit(edit)) => refused.editor.apply(edit, &mut state.start.kills),
        Some(Action::Send) => match chosen(refused) {
            Ok(name) => {
                state.overlays.pop();
                return connect::join_as(state, &name);
            }
            Err(words) => refused.wrong = Some(words),
        },
        Some(Action::Escape | Action::Interrupt) => {
            state.overlays.pop();
            if state.stage != Stage::Chat {
                return connect::back_to_start(state);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// The name typed, or else the one offered.
fn chosen(refused: &NameRefused) -> Result<Nick, String> {
    let typed = refused.editor.text().trim();
    let name = if typed.is_empty() { refused.suggestion.as_deref() } else { Some(typed) };
    let name = name.ok_or("type another name")?;
    Nick::new(name).map_err(|error| error.to_string())
}
