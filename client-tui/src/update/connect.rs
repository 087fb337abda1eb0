//! Getting to a server: joining one, hosting one, going back.

use chat_protocol::{Nick, RoomName};

use crate::dialect::Dialect;
use crate::effect::{Effect, Target};
use crate::event::{HostFailure, Hosted};
use crate::state::conversations::Conversations;
use crate::state::hosting::Hosting;
use crate::state::overlay::Overlay;
use crate::state::start::Told;
use crate::state::{Stage, Start, State};
use crate::update::memory;
use crate::words;

/// Joins a server; whatever was known of another one is forgotten.
pub(crate) fn join(state: &mut State, target: Target, room: Option<RoomName>) -> Vec<Effect> {
    let kept = memory::leave(state);
    state.conversations = Conversations::default();
    state.outgoing.clear();
    // What is wrong with the configuration has not been read yet.
    state.overlays.retain(|overlay| matches!(overlay, Overlay::Mistakes { .. }));
    state.start.told = None;
    if matches!(state.me.hosting, Hosting::Opening { .. }) {
        // A room that opens late must not take us away from here.
        state.me.hosting = Hosting::No;
    }
    state.stage = Stage::Connecting(room);
    state.link.aim(target.clone());
    state.screen.dirty = true;
    kept.into_iter().chain([Effect::Connect(target)]).collect()
}

/// Hosts a room; joining it follows when it is open. Asked again meanwhile, it is the same room.
pub(crate) fn host(state: &mut State, port: u16, name: Nick) -> Vec<Effect> {
    let opening = matches!(state.me.hosting, Hosting::Opening { .. });
    state.stage = Stage::Start(Start::Screen);
    state.start.told = Some(Told::Busy("opening a room…".to_owned()));
    state.me.hosting = Hosting::Opening { name: name.clone() };
    state.screen.dirty = true;
    if opening { Vec::new() } else { vec![Effect::Host { port, name }] }
}

/// The room is open, or not.
pub(crate) fn hosted(state: &mut State, hosted: Result<Hosted, HostFailure>) -> Vec<Effect> {
    state.screen.dirty = true;
    let Hosting::Opening { name } = &state.me.hosting else { return Vec::new() };
    match hosted {
        Ok(hosted) => {
            let target = own(hosted.port, name.clone());
            state.me.hosting = Hosting::Open(hosted);
            join(state, target, None)
        }
        Err(failure) => {
            state.start.told = Some(Told::Wrong(words::host_failure(&failure)));
            if let HostFailure::PortTaken { port, server } = failure {
                state.overlays.push(Overlay::PortTaken { port, server });
            } else {
                state.me.hosting = Hosting::No;
            }
            Vec::new()
        }
    }
}

/// Joins whoever has the port on this machine.
pub(crate) fn join_here(state: &mut State, port: u16) -> Vec<Effect> {
    let Hosting::Opening { name } = std::mem::take(&mut state.me.hosting) else {
        return Vec::new();
    };
    join(state, own(port, name), None)
}

/// Joins the same server again, by another name.
pub(crate) fn join_as(state: &mut State, name: &Nick) -> Vec<Effect> {
    state.link.go_by(name);
    join_again(state)
}

fn join_again(state: &mut State) -> Vec<Effect> {
    let Some(target) = state.link.target.clone() else { return Vec::new() };
    if state.stage == Stage::Chat {
        // Reconnecting: what is known of the server stays.
        state.link.name_refused = None;
        state.link.phase = crate::state::link::Phase::Trying { attempt: 1 };
    } else {
        state.link.aim(target.clone());
    }
    vec![Effect::Connect(target)]
}

/// Tries again at once, also where nothing would be tried any more.
pub(crate) fn retry(state: &mut State) -> Vec<Effect> {
    use crate::state::link::Phase;
    if offer_name(state) {
        return Vec::new();
    }
    match &state.link.phase {
        Phase::Down { retry_at: Some(_) } => vec![Effect::RetryNow],
        Phase::Down { retry_at: None } | Phase::Idle => join_again(state),
        _ => Vec::new(),
    }
}

/// Opens the offer of another name, if one waits.
pub(crate) fn offer_name(state: &mut State) -> bool {
    let Some(refused) = state.link.name_refused.clone() else { return false };
    state.overlays.push(Overlay::NameRefused(refused));
    true
}

/// Gives up connecting, and shows the start screen.
pub(crate) fn back_to_start(state: &mut State) -> Vec<Effect> {
    state.stage = Stage::Start(Start::Screen);
    state.start.told = None;
    state.link = crate::state::link::Link::default();
    state.screen.dirty = true;
    vec![Effect::Disconnect]
}

fn own(port: u16, name: Nick) -> Target {
    Target { host: "127.0.0.1".to_owned(), port, name, dialect: Dialect::Native }
}
