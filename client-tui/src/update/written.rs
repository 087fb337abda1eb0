//! What was written outlives the run: lines that were sent are recalled in the next one, and what
//! was not sent comes back. Drafts return to their editors; a message on its way when the run was
//! ended from outside waits for Alt-R, because much may have been said since.

use chat_protocol::Conversation;

use crate::dialect::Dialect;
use crate::effect::{Effect, Target};
use crate::event::Moment;
use crate::state::entry::Tone;
use crate::state::{Stage, State};
use crate::words;
use crate::written::{Change, Left, Line, News, Unsent};

/// Conversations that are named in one line.
const NAMED_MOST: usize = 3;

/// The first welcome of a server: what was written there before.
pub(crate) fn restore(state: &mut State, now: Moment) -> Option<Effect> {
    let target = target(state)?;
    for Line { room, text } in state.me.written.sent(&target) {
        // In a conversation that is not there, nobody goes through what was sent.
        if let Some(talk) = state.conversations.get_mut(room) {
            talk.compose.keep(text);
        }
    }
    let left = state.me.written.left(&target)?.clone();
    let unsent: Vec<_> = left.unsent.iter().filter_map(|unsent| wait(state, now, unsent)).collect();
    let drafts: Vec<_> = left.drafts.iter().map(|draft| put_back(state, draft)).collect();
    let talk = state.conversations.open_mut();
    if let Some(words) = told(&unsent, &drafts, &talk.address) {
        talk.scrollback.notice(now.unix_ms, Tone::Accent, words);
    }
    let change = Change { target, news: News::Taken(left) };
    state.me.written.apply(&change).then_some(Effect::KeepWritten(change))
}

/// What was sent since the last time.
pub(crate) fn sent(state: &mut State) -> Option<Effect> {
    let target = target(state).filter(|_| state.stage == Stage::Chat)?;
    let lines = state.conversations.iter_mut().flat_map(|talk| {
        let room = talk.address.clone();
        let texts = talk.compose.take_sent().into_iter();
        texts.map(move |text| Line { room: room.clone(), text })
    });
    let lines: Vec<Line> = lines.collect();
    if lines.is_empty() {
        return None;
    }
    keep(state, target, News::Sent(lines))
}

/// What is left when the program ends: drafts, and if nobody was asked, messages on their way too.
/// Whoever leaves by a key has been asked about these.
pub(crate) fn left(state: &mut State, unasked: bool) -> Option<Effect> {
    let target = target(state).filter(|_| state.stage == Stage::Chat)?;
    let drafts = state.conversations.iter().flat_map(|talk| {
        let texts = talk.compose.drafts().into_iter();
        texts.map(|text| Line { room: talk.address.clone(), text })
    });
    // The word that asks whether to leave is no draft.
    let drafts = drafts.filter(|draft| !draft.text.trim().eq_ignore_ascii_case("exit")).collect();
    let unsent = if unasked { state.outgoing.unsent() } else { Vec::new() };
    let left = Left { drafts, unsent };
    if left.is_empty() {
        return None;
    }
    keep(state, target, News::Left(left))
}

fn keep(state: &mut State, target: Target, news: News) -> Option<Effect> {
    let change = Change { target, news };
    state.me.written.apply(&change).then_some(Effect::KeepWritten(change))
}

/// Where one is, by the name that one asked for: a name that the server made up is nobody's. What
/// was written to a server from a course is kept nowhere: on its port there is another tomorrow.
fn target(state: &State) -> Option<Target> {
    if state.link.dialect() != Dialect::Native {
        return None;
    }
    let name = state.link.session.as_ref()?.asked.clone();
    Some(Target { name, ..state.link.target.clone()? })
}

/// Shows a message of the last run that waits to be sent; where.
fn wait(state: &mut State, now: Moment, unsent: &Unsent) -> Option<Conversation> {
    let from = state.link.name()?.clone();
    let local = state.outgoing.wait(unsent)?;
    let (talk, _) = state.conversations.ensure(unsent.room.clone());
    talk.scrollback.push_unsent(local, now.unix_ms, from, unsent.text.clone());
    talk.scrollback.mark(local, Some("not sent: Alt-R sends it".to_owned()));
    Some(unsent.room.clone())
}

/// Puts a draft into its editor, or where that is taken behind it; where.
fn put_back(state: &mut State, draft: &Line) -> Conversation {
    let (talk, _) = state.conversations.ensure(draft.room.clone());
    if talk.compose.editor.is_empty() {
        talk.compose.editor.insert(&draft.text);
    } else {
        talk.compose.keep(&draft.text);
    }
    draft.room.clone()
}

/// One line about what came back. What is before one's eyes is not said to be there.
fn told(unsent: &[Conversation], drafts: &[Conversation], open: &Conversation) -> Option<String> {
    let what = |rooms: &[Conversation], noun| {
        let names =
            if rooms.iter().all(|room| room == open) { String::new() } else { named(rooms) };
        (!rooms.is_empty()).then(|| format!("{}{names}", words::counted(rooms.len(), noun)))
    };
    let key = if unsent.len() == 1 { "Alt-R sends it" } else { "Alt-R sends them" };
    let messages = what(unsent, "message").map(|words| format!("{words} ({key})"));
    let all: Vec<String> = messages.into_iter().chain(what(drafts, "draft")).collect();
    (!all.is_empty()).then(|| format!("Not sent last time: {}", all.join(", ")))
}

/// ` in #lobby, @bob`, each once.
fn named(rooms: &[Conversation]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in rooms.iter().map(words::title) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED_MOST);
    names.truncate(NAMED_MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" in {}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_is_told_in_one_line() {
        let check = |unsent: &[&str], drafts: &[&str], expected: Option<&str>| {
            let rooms = |all: &[&str]| -> Vec<Conversation> {
                all.iter().map(|room| room.parse().unwrap()).collect()
            };
            let open = "lobby".parse().unwrap();
            assert_eq!(told(&rooms(unsent), &rooms(drafts), &open).as_deref(), expected);
        };
        check(&[], &[], None);
        check(&["lobby"], &[], Some("Not sent last time: 1 message (Alt-R sends it)"));
        check(&[], &["@bob"], Some("Not sent last time: 1 draft in @bob"));
        check(
            &["lobby", "lobby", "@bob"],
            &["a", "b", "c", "d", "e"],
            Some(
                "Not sent last time: 3 messages in #lobby, @bob (Alt-R sends them), \
                 5 drafts in #a, #b, #c and 2 more",
            ),
        );
    }
}
