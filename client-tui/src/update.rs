//! What happens next: routes an event to the part of the state that it concerns, and works out
//! what drawing must remember.

pub(crate) mod complete;
pub(crate) mod compose;
pub(crate) mod connect;
pub(crate) mod frames;
pub(crate) mod keys;
pub(crate) mod lab;
pub(crate) mod memory;
pub(crate) mod network;
pub(crate) mod outside;
pub(crate) mod overlays;
pub(crate) mod panes;
pub(crate) mod paste;
pub(crate) mod people;
pub(crate) mod picker;
pub(crate) mod reading;
pub(crate) mod recall;
pub(crate) mod refusals;
pub(crate) mod scroll;
pub(crate) mod sheets;
pub(crate) mod start;
pub(crate) mod stranger;
pub(crate) mod written;

use chat_protocol::{Page, Request, limit};

use crate::dialect::Ability;
use crate::effect::Effect;
use crate::event::{Event, Moment};
use crate::state::screen::Wishes;
use crate::state::scrollback::Wanted;
use crate::state::{Stage, Start, State};

/// Changes `state` as `event` asks, and says what the world shall do.
pub fn update(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    let unasked = matches!(event, Event::Stop);
    let mut effects = match event {
        Event::Key(key) => keys::key(state, now, &key),
        Event::Paste(text) => paste::paste(state, &text),
        Event::Mouse(mouse) => scroll::mouse(state, &mouse),
        Event::Resized { width, height } => {
            (state.screen.width, state.screen.height) = (width, height);
            state.screen.dirty = true;
            Vec::new()
        }
        Event::Net(event) => network::event(state, now, event),
        Event::Hosted(hosted) => connect::hosted(state, hosted),
        Event::Highlighted { snippet, runs } => reading::highlighted(state, snippet, runs),
        Event::Opened { url, result } => reading::opened(state, url, result),
        Event::Edited(edited) => outside::edited(state, edited),
        Event::Woke => network::woke(state, now),
        Event::Stop => vec![Effect::Send(Request::Bye), Effect::Quit],
    };
    settle(state, now, &mut effects);
    memory::keep(state, now, &mut effects);
    if effects.contains(&Effect::Quit) {
        effects.extend(written::left(state, unasked));
    }
    effects
}

/// The first effects.
pub(crate) fn begin(state: &mut State, now: Moment) -> Vec<Effect> {
    let mut effects = match &state.stage {
        Stage::Start(Start::Join { target, room }) => {
            let (target, room) = (target.clone(), room.clone());
            connect::join(state, target, room)
        }
        Stage::Start(Start::Host { port, name }) => {
            let (port, name) = (*port, name.clone());
            connect::host(state, port, name)
        }
        _ => Vec::new(),
    };
    settle(state, now, &mut effects);
    effects
}

/// After every event: what can be sent goes out, and what changed is laid out.
fn settle(state: &mut State, now: Moment, effects: &mut Vec<Effect>) {
    let dialect = state.link.dialect();
    if state.link.is_live() {
        if dialect.can(Ability::Acknowledge) {
            effects.extend(state.outgoing.pump().into_iter().map(Effect::Send));
        } else {
            effects.extend(lab::send(state, now));
        }
    }
    if !state.screen.dirty || state.stage != Stage::Chat {
        return;
    }
    lay_out(state);
    effects.extend(reading::seen(state));
    if state.link.is_live() && dialect.can(Ability::History) {
        let talk = state.conversations.open_mut();
        if let Some(wanted) = talk.scrollback.ask_older() {
            let page = match wanted {
                Wanted::Newest => Page::Newest,
                Wanted::Before(seq) => Page::Before(seq),
            };
            let (room, limit) = (talk.address.clone(), limit::HISTORY_PAGE);
            effects.push(Effect::Send(Request::History { room, page, limit }));
        }
    }
}

fn lay_out(state: &mut State) {
    picker::refresh(state);
    let several = state.conversations.len() > 1;
    let width = state.screen.input_width(crate::cells::width(&state.prompt()));
    let hinted = state.overlays.last().is_some_and(|overlay| overlay.hint().is_some());
    let hint = hinted || crate::words::hint::has_row(state);
    let dialect = state.link.dialect();
    let talk = state.conversations.open_mut();
    talk.compose.lay_out(width);
    let wishes = Wishes {
        room: talk.is_room() && dialect.can(Ability::Members),
        several,
        banner: talk.is_room() && state.me.hosting.invitation().is_some(),
        tip: hint,
        input_rows: talk.compose.shown().rows().len(),
        name: state.widest_name(),
    };
    state.screen.divide(wishes);
    let shape = state.screen.shape();
    state.conversations.open_mut().scrollback.lay_out(shape, &state.looks.zone);
    state.meet_people();
}
