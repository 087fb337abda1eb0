//! News of people: who they are, who is away, and what is written by those who are ignored.

use chat_protocol::event::Whois;
use chat_protocol::{Conversation, Line, Marks, Message, Nick, Request, RoomName};

use crate::effect::Effect;
use crate::event::Moment;
use crate::people::Change;
use crate::state::State;
use crate::state::entry::Tone;
use crate::state::overlay::Overlay;
use crate::state::tip::Tip;

/// Shows who somebody is, if that was asked.
pub(crate) fn take_whois(state: &mut State, whois: Whois) {
    if state.me.asked.take_if(|asked| asked.key() == whois.name.key()).is_none() {
        return;
    }
    state.overlays.retain(|overlay| !matches!(overlay, Overlay::Whois { .. }));
    state.overlays.push(Overlay::Whois { whois: Box::new(whois), scroll: 0 });
}

/// Somebody is away, or back. It is told where one talks with them alone; in rooms the list of
/// members shows it, and nobody is disturbed.
pub(crate) fn take_away(state: &mut State, now: Moment, name: &Nick, text: &Line) {
    let away = !text.is_empty();
    for talk in state.conversations.iter_mut() {
        talk.roster.set_away(name, away);
    }
    if state.link.name() == Some(name) {
        state.tip = Tip::Told(match away {
            true => format!("you are away, /back ends it: {text}"),
            false => "you are back".to_owned(),
        });
        state.me.away.take(text);
        return;
    }
    if let Some(talk) = state.conversations.get_mut(&Conversation::Direct(name.clone()))
        && !state.me.people.ignores(name)
    {
        let words =
            if away { format!("{name} is away: {text}") } else { format!("{name} is back") };
        talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
    }
}

/// Who was away when the link broke is away still. Where the server knows that one is, another
/// device has kept it so, perhaps in newer words.
pub(crate) fn away_again(state: &mut State) -> Option<Effect> {
    let lobby = Conversation::Room(RoomName::lobby());
    if own_marks(state, &lobby).is_some_and(|marks| marks.away) {
        return None;
    }
    state.me.away.again().map(|text| Effect::Send(Request::Away { text }))
}

/// Of another server one was away, if at all: here, only another device can have said so.
pub(crate) fn arrive(state: &mut State) {
    if state.me.away.is() {
        let words = "you are away, as you said at another device: /back ends it";
        state.tip = Tip::Told(words.to_owned());
    }
}

/// The list of a room's people may tell of oneself.
pub(crate) fn learn_own(state: &mut State, address: &Conversation) {
    if let Some(marks) = own_marks(state, address) {
        state.me.away.learn(marks.away);
    }
}

fn own_marks(state: &mut State, room: &Conversation) -> Option<Marks> {
    let own = state.link.name().cloned()?;
    let member = state.conversations.get_mut(room)?.roster.get(&own)?;
    Some(member.marks)
}

/// Whoever is ignored is so under their next name as well. That of a guest may be anybody's
/// tomorrow, and is ignored until the end of the run.
pub(crate) fn ignore_on(state: &mut State, from: &Nick, to: &Nick) -> Option<Effect> {
    if !state.me.people.ignores(from) {
        return None;
    }
    let named = Conversation::Room(RoomName::lobby());
    let member = state.conversations.get_mut(&named).and_then(|lobby| lobby.roster.get(from));
    let owner = member.is_some_and(|member| !member.marks.guest && member.via.is_none());
    let change = Change::Ignore(to.clone());
    let news = state.me.people.apply(&change);
    hide_everywhere(state);
    (news && owner).then_some(Effect::KeepPeople(change))
}

/// Whether a conversation shall not come to be: somebody who is ignored begins it.
pub(crate) fn is_unwanted(state: &State, address: &Conversation) -> bool {
    matches!(address, Conversation::Direct(name) if state.me.people.ignores(name))
        && state.conversations.find(address).is_none()
}

/// Takes in what somebody wrote who is ignored: its number counts, and nobody sees or hears it.
pub(crate) fn take_ignored(state: &mut State, address: Conversation, message: Message) {
    let (talk, _) = state.conversations.ensure(address);
    talk.scrollback.take_hidden(message);
}

/// Hides what was written in a conversation by those who are ignored.
pub(crate) fn hide(state: &mut State, address: &Conversation) {
    if !state.me.people.ignores_somebody() {
        return;
    }
    if let Some(talk) = state.conversations.get_mut(address) {
        talk.scrollback.hide(|name| state.me.people.ignores(name));
    }
}

/// Hides, or shows again, what was written in any conversation.
pub(crate) fn hide_everywhere(state: &mut State) {
    for talk in state.conversations.iter_mut() {
        talk.scrollback.hide(|name| state.me.people.ignores(name));
    }
}

/// What one told of oneself under one name holds under the next, unless something was told there.
pub(crate) fn take_profile_along(state: &mut State, from: &Nick, to: &Nick) -> Option<Effect> {
    if state.me.people.profile(to).is_some() {
        return None;
    }
    let change = Change::Profile(to.clone(), state.me.people.profile(from)?.clone());
    state.me.people.apply(&change).then_some(Effect::KeepPeople(change))
}
