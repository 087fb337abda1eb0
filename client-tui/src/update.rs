//! What happens next: routes an event to the part of the state that it concerns, and works out
//! what drawing must remember.

pub(crate) mod bare;
pub(crate) mod board;
pub(crate) mod clipboard;
pub(crate) mod complete;
pub(crate) mod compose;
pub(crate) mod connect;
pub(crate) mod export;
pub(crate) mod find;
pub(crate) mod frames;
pub(crate) mod keys;
pub(crate) mod lab;
pub(crate) mod memory;
pub(crate) mod mouse;
pub(crate) mod network;
pub(crate) mod notice;
pub(crate) mod outside;
pub(crate) mod overlays;
pub(crate) mod panes;
pub(crate) mod paste;
pub(crate) mod people;
pub(crate) mod picker;
pub(crate) mod reading;
pub(crate) mod recall;
pub(crate) mod refusals;
pub(crate) mod results;
pub(crate) mod scroll;
pub(crate) mod sheets;
pub(crate) mod start;
pub(crate) mod stranger;
pub(crate) mod theme;
pub(crate) mod trouble;
pub(crate) mod typing;
pub(crate) mod wall;
pub(crate) mod written;

use chat_protocol::{Page, Request, limit};

use crate::dialect::Ability;
use crate::effect::Effect;
use crate::event::{Event, Moment};
use crate::net;
use crate::state::screen::{Sight, Wishes};
use crate::state::scrollback::Wanted;
use crate::state::{Stage, Start, State};

/// Changes `state` as `event` asks, and says what the world shall do.
pub fn update(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    let mut effects = absorb(state, now, event);
    effects.extend(prepare(state));
    effects
}

/// The same, but what only a picture needs may be left to [`prepare`]: of the frames that come
/// between two pictures, most are never seen, and need not be laid out.
pub fn absorb(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    if let Event::Typed(text) = &event
        && !typing::goes_elsewhere(state)
    {
        return typing::run(state, now, text);
    }
    if matches!(event, Event::Key(_) | Event::Typed(_) | Event::Paste(_) | Event::Mouse(_)) {
        notice::touch(state, now);
    }
    let event = match event {
        Event::Key(key) => Event::Key(state.me.habits.keys.translate(key)),
        event => event,
    };
    if let Event::Key(key) = &event
        && typing::is_typing(state, key)
    {
        return typing::key(state, now, key);
    }
    let unasked = matches!(event, Event::Stop);
    let frames = matches!(event, Event::Net(net::Event::Frames(_) | net::Event::Heard(_)));
    let idle = matches!(event, Event::Woke | Event::Net(net::Event::RoundTrip(_)));
    // Whoever does something does it to what they would see.
    let mut effects = if frames { Vec::new() } else { prepare(state) };
    let pressed = matches!(event, Event::Key(_) | Event::Typed(_) | Event::Paste(_));
    let tip = (!pressed).then(|| state.tip.clone());
    effects.extend(take(state, now, event));
    effects.extend(send(state, now));
    effects.extend(find::ask(state, now));
    wall::settle(state, now, tip, &mut effects);
    effects.extend(mouse::switch(state));
    state.screen.stale |= state.screen.dirty;
    if !frames {
        effects.extend(prepare(state));
    }
    if state.screen.dirty && !idle {
        state.me.memory.rhythm.changed(now.up);
    }
    memory::keep(state, now, &mut effects);
    if effects.contains(&Effect::Quit) {
        effects.extend(written::left(state, unasked));
    }
    effects
}

fn take(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) => keys::key(state, now, &key),
        // Elsewhere they are taken as so many keys.
        Event::Typed(text) => {
            typing::look_for(state, now, &text);
            Vec::new()
        }
        Event::Paste(text) => paste::paste(state, now, &text),
        Event::Mouse(mouse) => mouse::mouse(state, now, &mouse),
        Event::Focus(focus) => {
            notice::focus(state, focus);
            Vec::new()
        }
        Event::Resized { width, height } => {
            (state.screen.width, state.screen.height) = (width, height);
            state.screen.dirty = true;
            Vec::new()
        }
        Event::Background { light } => theme::background(state, light),
        Event::Net(event) => network::event(state, now, event),
        Event::Hosted(hosted) => connect::hosted(state, hosted),
        Event::Highlighted { snippet, runs } => reading::highlighted(state, snippet, runs),
        Event::Opened { url, result } => reading::opened(state, url, result),
        Event::Addresses(addresses) => {
            state.looks.wall.addresses = addresses;
            state.screen.dirty = true;
            Vec::new()
        }
        Event::Edited(edited) => outside::edited(state, edited),
        Event::NotKept(words) => {
            trouble::tell(state, words);
            Vec::new()
        }
        Event::Exported(news) => export::news(state, news),
        Event::Woke => {
            mouse::woke(state, now);
            let mut effects = network::woke(state, now);
            effects.extend(notice::tell(state, now));
            effects
        }
        Event::Stop => vec![Effect::Send(Request::Bye), Effect::Quit],
    }
}

/// What can be sent goes out.
fn send(state: &mut State, now: Moment) -> Vec<Effect> {
    if !state.link.is_live() {
        return Vec::new();
    }
    match state.link.dialect().can(Ability::Acknowledge) {
        true => state.outgoing.pump().into_iter().map(Effect::Send).collect(),
        false => lab::send(state, now),
    }
}

/// The first effects.
pub(crate) fn begin(state: &mut State, _now: Moment) -> Vec<Effect> {
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
    effects.extend(mouse::switch(state));
    effects.extend(prepare(state));
    effects
}

/// Before a picture: what has changed is laid out; what is seen then is read, and what is missing
/// to it is asked for.
pub fn prepare(state: &mut State) -> Vec<Effect> {
    if !std::mem::take(&mut state.screen.stale) {
        return Vec::new();
    }
    if state.stage != Stage::Chat {
        return notice::title(state).into_iter().collect();
    }
    lay_out(state);
    let mut effects = reading::seen(state);
    effects.extend(notice::title(state));
    if state.link.is_live() && state.link.dialect().can(Ability::History) {
        let talk = state.conversations.open_mut();
        for wanted in talk.scrollback.ask() {
            let page = match wanted {
                Wanted::Newest => Page::Newest,
                Wanted::Before(seq) => Page::Before(seq),
                Wanted::After(seq) => Page::After(seq),
            };
            let (room, limit) = (talk.address.clone(), limit::HISTORY_PAGE);
            effects.push(Effect::Send(Request::History { room, page, limit }));
        }
    }
    effects
}

/// After a picture: what its reader may want to see next is worked out.
pub(crate) fn anticipate(state: &mut State) {
    let scrollback = &mut state.conversations.open_mut().scrollback;
    scrollback.measure_ahead(&state.looks.zone);
}

fn lay_out(state: &mut State) {
    picker::refresh(state);
    divide(state);
    let wall = wall::is_shown(state);
    let shape = if wall { state.wall_layout().shape() } else { state.screen.shape() };
    let bare = state.screen.bare_shape();
    let scrollback = &mut state.conversations.open_mut().scrollback;
    scrollback.see_on_wall(wall);
    scrollback.lay_out(shape, &state.looks.zone);
    if state.screen.sight == Sight::Bare {
        scrollback.lay_out_bare(bare);
    }
    state.meet_people();
}

/// Lays out what is typed, and divides the screen.
fn divide(state: &mut State) {
    let several = state.conversations.len() > 1;
    let width = state.screen.input_width(crate::cells::width(&state.prompt()));
    let hint = crate::words::hint::has_row(state);
    let lists = state.link.dialect().can(Ability::Members);
    let talk = state.conversations.open_mut();
    talk.compose.lay_out(width);
    let wishes = Wishes {
        room: talk.is_room() && lists,
        several,
        board: !talk.board.announcement.is_empty(),
        banner: talk.is_room() && state.me.hosting.invitation().is_some(),
        tip: hint,
        input_rows: talk.compose.shown().rows().len(),
        name: state.widest_name(),
    };
    state.screen.divide(wishes);
}
