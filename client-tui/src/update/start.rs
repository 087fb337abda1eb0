//! The start screen's keys: fill in a name, choose where to go.

use chat_protocol::{Nick, limit};
use crossterm::event::{KeyCode, KeyEvent};

use super::{connect, keys};
use crate::dialect::Dialect;
use crate::effect::{Effect, Target};
use crate::keymap::{self, Action};
use crate::state::State;
use crate::state::overlay::Overlay;
use crate::state::start::{Field, Told, parse_address};
use crate::state::tip::Tip;

pub(crate) fn key(state: &mut State, key: &KeyEvent) -> Vec<Effect> {
    let action = keymap::action(key);
    if action == Some(Action::Interrupt) {
        return keys::interrupt(state);
    }
    state.tip = Tip::Keys;
    if let Some(c) = keymap::typed(key) {
        state.start.editor().insert(c.encode_utf8(&mut [0; 4]));
        check_name(state);
        return Vec::new();
    }
    match (action, key.code) {
        (Some(Action::Up | Action::CompleteBack), _) => state.start.step(false),
        (Some(Action::Down | Action::Complete), _) => state.start.step(true),
        (Some(Action::Send), _) => return choose(state),
        (Some(Action::Help), _) => state.overlays.push(Overlay::Help { scroll: 0 }),
        (Some(Action::Edit(edit)), code) => {
            let moves = matches!(code, KeyCode::Left | KeyCode::Right);
            if !moves || matches!(state.start.focus, Field::Name | Field::Address) {
                state.start.edit(edit);
            }
            check_name(state);
        }
        _ => {}
    }
    Vec::new()
}

/// A bad name is told while it is typed, except that one which is not there yet is no mistake.
fn check_name(state: &mut State) {
    let name = state.start.name.text().trim();
    state.start.told = match Nick::new(name) {
        Err(error) if !name.is_empty() => Some(Told::Wrong(error.to_string())),
        _ => None,
    };
}

fn choose(state: &mut State) -> Vec<Effect> {
    let name = match Nick::new(state.start.name.text().trim()) {
        Ok(name) => name,
        Err(error) => {
            state.start.told = Some(Told::Wrong(error.to_string()));
            state.start.focus = Field::Name;
            return Vec::new();
        }
    };
    state.start.told = None;
    // One may host on any free port, but not join there.
    let usual = Some(state.start.port).filter(|&port| port > 0).unwrap_or(limit::DEFAULT_PORT);
    match state.start.focus {
        Field::Name => {
            state.start.step(true);
            Vec::new()
        }
        Field::Recent(index) => {
            let Some(recent) = state.start.recent.get(index) else { return Vec::new() };
            let target = Target { name, ..recent.clone() };
            connect::join(state, target, None)
        }
        Field::Address => match parse_address(state.start.address.text(), usual) {
            Ok((host, port)) => {
                let target = Target { host, port, name, dialect: Dialect::Native };
                connect::join(state, target, None)
            }
            Err(words) => {
                state.start.told = Some(Told::Wrong(words));
                Vec::new()
            }
        },
        Field::Host => connect::host(state, state.start.port, name),
    }
}
