//! Looking for something in a conversation: its keys, what the server finds, and the way back. Asking
//! the server is the same for the list of `/search`.

use chat_protocol::event::SearchPage;
use chat_protocol::{Code, Conversation, Message, Refusal, Request, limit};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{results, scroll};
use crate::dialect::Ability;
use crate::effect::Effect;
use crate::event::Moment;
use crate::keymap::{self, Action};
use crate::state::find::Find;
use crate::state::overlay::Overlay;
use crate::state::pending_search::{Answer, PendingSearch};
use crate::state::tip::Tip;
use crate::state::{Stage, State};

pub(crate) fn begin(state: &mut State) {
    let talk = state.conversations.open_mut();
    let find = Find::begin(&talk.scrollback);
    talk.compose.completion = None;
    talk.compose.find = Some(Box::new(find));
}

/// Takes a key while something is looked for; `false` when it is still to be done.
pub(crate) fn key(state: &mut State, now: Moment, key: &KeyEvent) -> bool {
    if state.conversations.open().compose.find.is_none() {
        return false;
    }
    if let Some(c) = keymap::typed(key) {
        type_in(state, now, c.encode_utf8(&mut [0; 4]));
        return true;
    }
    // As in readline, whatever it is elsewhere.
    if key.modifiers.contains(KeyModifiers::CONTROL) && matches!(key.code, KeyCode::Char('g' | 'G'))
    {
        cancel(state);
        return true;
    }
    match keymap::action(key) {
        Some(Action::Edit(edit)) => {
            edit_query(state, edit);
            look(state, now);
        }
        Some(Action::Find | Action::SearchHistory | Action::Up) => step(state, now, true),
        Some(Action::Down) => step(state, now, false),
        Some(Action::PageUp) => scroll::page(state, true),
        Some(Action::PageDown) => scroll::page(state, false),
        Some(Action::Send | Action::Complete) => accept(state),
        Some(Action::Escape | Action::Interrupt) => cancel(state),
        // These leave it as it is.
        Some(
            Action::Help
            | Action::Redraw
            | Action::Retry
            | Action::ToggleTalks
            | Action::ToggleMembers,
        ) => return false,
        // Who goes on from here stays here first.
        Some(Action::Top | Action::Bottom | Action::Read(_)) => {
            accept(state);
            return false;
        }
        Some(
            Action::NextTalk
            | Action::PreviousTalk
            | Action::Talk(_)
            | Action::NextActive
            | Action::Pick
            | Action::Wall
            | Action::Code
            | Action::Bare
            | Action::EditOutside,
        ) => {
            cancel(state);
            return false;
        }
        _ => {}
    }
    true
}

/// Whether characters go into what is looked for.
pub(crate) fn takes_text(state: &State) -> bool {
    let compose = &state.conversations.open().compose;
    state.stage == Stage::Chat && state.overlays.is_empty() && compose.find.is_some()
}

/// Adds characters to what is looked for: those that came together are looked for once, and those
/// that make more of it than a server can be asked are not taken.
pub(crate) fn type_in(state: &mut State, now: Moment, typed: &str) {
    let Some(find) = &mut state.conversations.open_mut().compose.find else { return };
    let most = limit::QUERY_BYTES;
    if find.editor.text().len() + typed.len() > most || !find.editor.insert(typed) {
        state.tip = Tip::Wrong(format!("what is looked for has at most {most} bytes"));
        return;
    }
    look(state, now);
}

fn edit_query(state: &mut State, edit: keymap::Edit) {
    let Some(mut find) = state.conversations.open_mut().compose.find.take() else { return };
    find.editor.apply(edit, state.conversations.kills_mut());
    state.conversations.open_mut().compose.find = Some(find);
}

/// Looks for what is typed now: at once in what is loaded, and soon at the server.
pub(crate) fn look(state: &mut State, now: Moment) {
    let zone = state.looks.zone.clone();
    let searches = can_ask(state);
    let talk = state.conversations.open_mut();
    let Some(find) = &mut talk.compose.find else { return };
    find.look(&talk.scrollback, &zone);
    let typed = find.editor.text().trim();
    let query = match find.query.is_empty() || !searches {
        true => String::new(),
        // First, so that nothing typed stands in its way.
        false => format!("in:\"{}\" {typed}", talk.address),
    };
    find.pending.look_for(query, now.up);
    if find.query.is_empty() {
        let origin = find.origin;
        talk.scrollback.go_back(origin, &zone);
    }
    show(state);
}

/// Brings the chosen hit onto the screen.
fn show(state: &mut State) {
    let zone = state.looks.zone.clone();
    let talk = state.conversations.open_mut();
    let Some(find) = &mut talk.compose.find else { return };
    find.choose();
    if let Some((seq, byte)) = find.chosen() {
        talk.scrollback.visit(seq, byte, &zone);
    }
}

fn step(state: &mut State, now: Moment, older: bool) {
    let Some(find) = &mut state.conversations.open_mut().compose.find else { return };
    if find.step(older) {
        show(state);
    } else if older {
        find.pending.want_more(now.up);
        let waits = find.is_stepping();
        let none = find.chosen().is_some() && !waits;
        // What was still being indexed may be there by now.
        if find.trouble().is_some() && !waits {
            find.pending.look_again(now.up);
        } else if none {
            state.tip = Tip::Told("that is the oldest".to_owned());
        }
    } else if find.chosen().is_some() {
        state.tip = Tip::Told("that is the newest".to_owned());
    }
}

/// Stays at what was found. Where nothing was, the reader has not moved.
fn accept(state: &mut State) {
    let talk = state.conversations.open_mut();
    let Some(find) = talk.compose.find.take() else { return };
    let here = talk.address.clone();
    let stays = find.chosen().map(|(seq, _)| seq);
    talk.scrollback.fold_all_but(|key| Some(key.seq) == stays || find.unfolded.contains(&key));
    if find.origin != talk.scrollback.bookmark() || talk.scrollback.is_on_the_way() {
        state.conversations.searches.led(here.clone(), here, find.origin);
    }
}

/// Looks no further: back to where the reader was.
pub(crate) fn cancel(state: &mut State) {
    let zone = state.looks.zone.clone();
    let talk = state.conversations.open_mut();
    if let Some(find) = talk.compose.find.take() {
        talk.scrollback.fold_all_but(|key| find.unfolded.contains(&key));
        talk.scrollback.go_back(find.origin, &zone);
    }
}

/// From where a search has led back to where the reader was; `false` when it has not.
pub(crate) fn go_back(state: &mut State) -> bool {
    if !leads_back(state) {
        return false;
    }
    let zone = state.looks.zone.clone();
    let here = state.conversations.open().address.clone();
    let Some(way) = state.conversations.searches.take_way(&here) else { return false };
    if way.to != here {
        if state.conversations.find(&way.to).is_none() {
            return false;
        }
        state.conversations.open_mut().scrollback.go_to_bottom();
        state.conversations.go_to(way.to);
    }
    state.conversations.open_mut().scrollback.go_back(way.place, &zone);
    true
}

/// Whether the reader is where a search has led them, and there is a way back.
pub(crate) fn leads_back(state: &State) -> bool {
    let talk = state.conversations.open();
    let there = talk.scrollback.reading_history().is_some() || talk.scrollback.is_led();
    there && state.conversations.searches.way(&talk.address).is_some()
}

/// Whoever has come to the newest messages by themselves is not on the way any more.
pub(crate) fn forget_ways(state: &mut State) {
    let talk = state.conversations.open();
    if talk.scrollback.is_read() && !talk.scrollback.is_led() && !talk.scrollback.is_on_the_way() {
        let here = talk.address.clone();
        state.conversations.searches.forget_ways(&here);
    }
}

/// What is being asked: for the list on top, or for the conversation.
fn pending(state: &mut State) -> Option<&mut PendingSearch> {
    let list = state.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Results(results) => Some(&mut results.pending),
        _ => None,
    });
    let find = state.conversations.open_mut().compose.find.as_mut();
    list.or(find.map(|find| &mut find.pending))
}

/// Whether the server can be asked at all, or may be when the link is back.
pub(crate) fn can_ask(state: &State) -> bool {
    state.link.dialect().can(Ability::Search)
        && state.link.session.as_ref().is_some_and(|session| session.searches)
}

/// When the server is to be asked, if it is.
pub(crate) fn due(state: &State) -> Option<std::time::Duration> {
    if !state.link.is_live() {
        return None;
    }
    let list = state.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Results(results) => Some(&results.pending),
        _ => None,
    });
    let find = state.conversations.open().compose.find.as_ref().map(|find| &find.pending);
    list.or(find).and_then(PendingSearch::due)
}

/// Asks the server, when it is time.
pub(crate) fn ask(state: &mut State, now: Moment) -> Option<Effect> {
    due(state).filter(|due| *due <= now.up)?;
    let at = jiff::Timestamp::from_millisecond(now.unix_ms).unwrap_or_default();
    let offset = state.looks.zone.to_offset(at).seconds() / 60;
    let search = pending(state)?.ask(now.up, Some(offset))?;
    state.screen.dirty = true;
    Some(Effect::Send(Request::Search(search)))
}

/// Takes what the server found.
pub(crate) fn take(state: &mut State, now: Moment, page: SearchPage) {
    let people = &state.me.people;
    let list = state.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Results(results) => Some(results),
        _ => None,
    });
    if let Some(results) = list {
        results.take(page, now.up, |name| people.ignores(name));
        return;
    }
    let talk = state.conversations.open_mut();
    let Some(find) = &mut talk.compose.find else { return };
    if find.pending.take(&page, now.up) == Answer::None {
        return;
    }
    let before = find.chosen();
    let here = |room: &Conversation| crate::places::is_same(room, &talk.address);
    let hits = page.hits.iter().filter(|hit| here(&hit.room));
    let hits = hits.filter(|hit| !people.ignores(&hit.message.from));
    let messages: Vec<&Message> = hits.map(|hit| &hit.message).collect();
    find.take(messages.into_iter());
    if find.is_stepping() {
        find.pending.want_more(now.up);
    }
    find.choose();
    if find.chosen() != before {
        show(state);
    }
}

/// A refusal that answers a search; `false` when it does not.
pub(crate) fn refused(state: &mut State, refusal: &Refusal) -> bool {
    let answers = refusal.id.is_none() && refusal.room.is_none();
    let unknown = refusal.code == Code::UnknownType;
    let Some(pending) = pending(state).filter(|pending| answers && pending.is_asking()) else {
        return false;
    };
    let words = match refusal.code {
        Code::UnknownType => "this server cannot search".to_owned(),
        Code::NotStored => "the server cannot search now".to_owned(),
        Code::TooFast => "too many searches: wait a moment".to_owned(),
        Code::BadFrame | Code::TooLong | Code::Forbidden => crate::words::refusal(refusal),
        _ => return false,
    };
    pending.fail(words);
    if let Some(session) = state.link.session.as_mut().filter(|_| unknown) {
        session.searches = false;
    }
    true
}

/// The link broke: what was asked is not answered any more.
pub(crate) fn unsend(state: &mut State) {
    if let Some(pending) = pending(state) {
        pending.unsend();
    }
    for talk in state.conversations.iter_mut() {
        if let Some(find) = &mut talk.compose.find {
            find.pending.unsend();
        }
    }
}

/// Leads the reader to a message, wherever they are.
pub(crate) fn lead(state: &mut State, to: &results::Place) {
    let zone = state.looks.zone.clone();
    let from = state.conversations.open();
    let (here, place) = (from.address.clone(), from.scrollback.bookmark());
    let closed = state.conversations.seen_in_closed(&to.room);
    if here != to.room {
        state.conversations.go_to(to.room.clone());
    }
    let talk = state.conversations.open_mut();
    let there = talk.address.clone();
    // Of a conversation that was closed, no number is known.
    talk.scrollback.expect(closed.unwrap_or_default().max(to.seq));
    talk.scrollback.visit(to.seq, to.byte, &zone);
    state.conversations.searches.led(there, here, place);
}
