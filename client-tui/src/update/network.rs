//! News of the link: up, down, slow. What the frames say is in `frames`.

use std::time::Duration;

use chat_protocol::{Hello, Line, Request, Resume, Token, limit};

use crate::dialect::Dialect;
use crate::effect::Effect;
use crate::event::Moment;
use crate::net::{Event, Failure};
use crate::state::link::Phase;
use crate::state::{Stage, State};
use crate::update::{find, frames, memory};
use crate::words;

/// Bytes of a hello that what is to be resumed may take: the rest of the frame is for the rest.
const RESUME_BYTES: usize = 48_000;

/// Bytes of one conversation to resume, besides its address and its log.
const RESUME_FRAME: usize = 64;

pub(crate) fn event(state: &mut State, now: Moment, event: Event) -> Vec<Effect> {
    match event {
        Event::Trying { attempt } => {
            go(state, Phase::Trying { attempt });
            Vec::new()
        }
        Event::Up { token } => match state.link.dialect() {
            Dialect::Native => up(state, token),
            Dialect::Lab(lab) => super::lab::up(state, now, lab),
        },
        Event::Frames(events) => frames::frames(state, now, events),
        Event::Heard(heard) => super::lab::heard(state, now, heard),
        Event::RoundTrip(time) => {
            answered(state);
            state.screen.dirty |= state.link.measure(time);
            Vec::new()
        }
        Event::Silent(time) => silent(state, now, time),
        Event::Down { failure, retry_in } => down(state, now, failure, retry_in),
    }
}

/// The moment asked for has come: the counting goes on.
pub(crate) fn woke(state: &mut State, now: Moment) -> Vec<Effect> {
    let shown = |state: &State| (state.link.seconds_left, state.link.lost_for());
    let before = shown(state);
    let next = state.link.count(now.up);
    state.screen.dirty |= shown(state) != before;
    next.map(Effect::WakeAt).into_iter().collect()
}

fn go(state: &mut State, phase: Phase) {
    if state.link.phase == Phase::Idle || state.link.phase == phase {
        return;
    }
    state.link.phase = phase;
    state.screen.dirty = true;
}

fn silent(state: &mut State, now: Moment, time: Duration) -> Vec<Effect> {
    if state.link.phase != Phase::Live {
        return Vec::new();
    }
    go(state, Phase::Silent);
    state.link.lose(now.up.saturating_sub(time));
    state.link.count(now.up).map(Effect::WakeAt).into_iter().collect()
}

/// Frames alone do not end a silence: one may hear and not be heard.
fn answered(state: &mut State) {
    if state.link.phase == Phase::Silent {
        state.link.found();
        go(state, Phase::Live);
    }
}

fn up(state: &mut State, token: Option<Token>) -> Vec<Effect> {
    go(state, Phase::Greeting);
    state.link.seconds_left = None;
    let Some(name) = state.link.name().cloned() else { return Vec::new() };
    // Even an empty one is told: it takes back what was told before.
    let profile = state.me.people.profile(&name).cloned();
    let client = concat!("chat-tui ", env!("CARGO_PKG_VERSION"));
    let hello = Hello {
        token,
        client: Some(Line::cut(client, limit::FIELD_BYTES)),
        profile,
        resume: resume(state),
        ..Hello::guest(name)
    };
    vec![Effect::Send(Request::Hello(Box::new(hello)))]
}

/// What to go on with: the conversations one is in, behind the last number without a hole; as many
/// as a frame surely holds.
fn resume(state: &mut State) -> Vec<Resume> {
    let Some(session) = &state.link.session else { return Vec::new() };
    let mut resumes = Vec::new();
    let mut left = RESUME_BYTES;
    for index in state.conversations.by_importance() {
        let Some(talk) = state.conversations.at_mut(index) else { continue };
        talk.resumed = false;
        let Some(after) = talk.scrollback.resume_after().filter(|_| talk.member) else { continue };
        let log = talk.log.as_ref().unwrap_or(&session.log);
        let bytes = quoted(&talk.address.to_string()) + quoted(log) + RESUME_FRAME;
        if bytes > left || resumes.len() >= limit::RESUME_MOST {
            continue;
        }
        left -= bytes;
        talk.resumed = true;
        let room = talk.address.clone();
        resumes.push(Resume { room, after, log: Some(log.clone()) });
    }
    resumes
}

/// Bytes of a text within a frame.
fn quoted(text: &str) -> usize {
    let bytes = |c: char| match c {
        '"' | '\\' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8(),
    };
    text.chars().map(bytes).sum()
}

fn down(
    state: &mut State,
    now: Moment,
    failure: Failure,
    retry_in: Option<Duration>,
) -> Vec<Effect> {
    if state.link.phase == Phase::Idle {
        return Vec::new();
    }
    state.screen.dirty = true;
    state.outgoing.unsend();
    state.conversations.iter_mut().for_each(|talk| talk.scrollback.forget_asking());
    memory::reveal(state);
    find::unsend(state);
    state.link.forget_round_trip();
    state.link.renaming = None;
    state.me.asked = None;
    let told = std::mem::take(&mut state.link.goodbye) && failure == Failure::Closed;
    if state.stage == Stage::Chat && state.link.failure.is_none() && !told {
        tell(state, now, &failure, retry_in.is_some());
    }
    state.link.failure = Some(failure);
    state.link.phase = Phase::Down { retry_at: retry_in.map(|wait| now.up + wait) };
    state.link.lose(now.up);
    state.link.count(now.up).map(Effect::WakeAt).into_iter().collect()
}

/// One notice for every time that the link breaks.
fn tell(state: &mut State, now: Moment, failure: &Failure, retries: bool) {
    let Some(target) = &state.link.target else { return };
    let headline = words::failure(failure, target).headline;
    let way = match retries {
        true => "What you write now is sent when the link is back",
        false => "Alt-R connects again and sends what you write now",
    };
    let words = format!("{headline}. {way}");
    state.conversations.open_mut().scrollback.link_broke(now.unix_ms, words);
}
