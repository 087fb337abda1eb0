//! What the server would not do: every refusal is told, and no text is lost by one.

use chat_protocol::{Code, Conversation, Refusal};

use crate::effect::Effect;
use crate::event::Moment;
use crate::state::conversations::Talk;
use crate::state::entry::Tone;
use crate::state::input::Editor;
use crate::state::link::Phase;
use crate::state::outgoing::Unsent;
use crate::state::overlay::{NameRefused, Overlay};
use crate::state::tip::Tip;
use crate::state::{Stage, State};
use crate::update::{find, memory, stranger};
use crate::words;

pub(crate) fn take(state: &mut State, now: Moment, refusal: &Refusal) -> Vec<Effect> {
    if let Some(id) = &refusal.id
        && take_message(state, now, id, refusal)
    {
        return Vec::new();
    }
    if state.link.phase == Phase::Greeting {
        match refusal.code {
            Code::NameTaken | Code::BadName => return refuse_name(state, now, refusal),
            Code::BadVersion | Code::BadCode | Code::Forbidden | Code::BadFrame => {
                return turned_away(state, now, refusal);
            }
            _ => {}
        }
    }
    if find::refused(state, refusal) {
        return Vec::new();
    }
    let talk = refusal.room.as_deref().and_then(|room| room.parse::<Conversation>().ok());
    match refusal.code {
        Code::LogChanged => log_changed(state, now, talk.as_ref()),
        Code::Gap => gap(state, now, talk.as_ref(), refusal.first),
        // What `/nick` asked for: below the input is where the eyes are.
        Code::NameTaken | Code::BadName if talk.is_none() => {
            state.link.renaming = None;
            state.tip = Tip::Wrong(words_of(refusal));
        }
        Code::NoSuchName if refusal.id.is_none() && state.me.asked.is_some() => {
            let name = state.me.asked.take().map(|name| name.to_string()).unwrap_or_default();
            state.tip = Tip::Wrong(format!("nobody is called ‘{name}’ here"));
        }
        _ if refusal.id.is_none() && page_failed(state, now, talk.as_ref(), refusal) => {
            memory::reveal(state);
        }
        _ => tell(state, now, talk.as_ref(), refusal),
    }
    Vec::new()
}

/// A message was refused; `false` when it is none of ours.
fn take_message(state: &mut State, now: Moment, id: &str, refusal: &Refusal) -> bool {
    let words = words::refusal(refusal);
    if matches!(refusal.code, Code::NotStored | Code::TooFast | Code::TooSlow) {
        let own = state.link.name().cloned();
        let Some(unsent) = state.outgoing.refuse(id) else { return false };
        if let Some(talk) = state.conversations.get_mut(&unsent.to) {
            if std::mem::take(&mut unsent.recognized)
                && let Some(own) = own
            {
                talk.scrollback.push_unsent(unsent.local, now.unix_ms, own, unsent.text.clone());
            }
            talk.scrollback.mark(unsent.local, Some(words));
        }
        return true;
    }
    let Some(unsent) = state.outgoing.take(id) else { return false };
    if refusal.code == Code::NoSuchName && nobody(state, &unsent) {
        return true;
    }
    let gone = unsent.recognized || state.conversations.find(&unsent.to).is_none();
    let own = state.link.name().cloned();
    let (talk, _) = state.conversations.ensure(unsent.to);
    if let Some(own) = own.filter(|_| gone) {
        // Nothing typed may vanish, not even with the conversation that it was typed in.
        talk.scrollback.push_unsent(unsent.local, now.unix_ms, own, unsent.text.clone());
        state.tip = Tip::Wrong(format!("a message to {} was refused: {words}", talk.title()));
    }
    talk.scrollback.give_up(unsent.local, words);
    if talk.compose.editor.is_empty() {
        talk.compose.editor = Editor::with(&unsent.text);
    }
    true
}

/// `/msg` to a name that nobody has: back to where it was written, as if it had not been run. Not
/// when there is more to the conversation than this, nor when something else is being written.
fn nobody(state: &mut State, unsent: &Unsent) -> bool {
    let Conversation::Direct(name) = &unsent.to else { return false };
    let Some(index) = state.conversations.find(&unsent.to) else { return false };
    let Some(talk) = state.conversations.at(index) else { return false };
    let Some(from) = &talk.came_from else { return false };
    let Some(back) = state.conversations.find(from) else { return false };
    let free = state.conversations.at(back).is_some_and(|talk| talk.compose.editor.is_empty());
    let lines = unsent.text.contains('\n');
    let more = !talk.compose.editor.is_empty() || !talk.scrollback.holds_only(unsent.local);
    if lines || more || !free {
        return false;
    }
    state.tip = Tip::Wrong(format!("nobody here is called ‘{name}’"));
    if let Some(talk) = state.conversations.at_mut(back) {
        talk.compose.editor = Editor::with(&format!("/msg {name} {}", &*unsent.text));
    }
    if state.conversations.open_index() == index {
        state.conversations.go_to_index(back);
    }
    state.conversations.close(index);
    true
}

/// A page of history cannot be read; `false` when none was asked for. It is told where it is
/// missed: in an empty conversation for good, otherwise until the next key.
fn page_failed(
    state: &mut State,
    now: Moment,
    talk: Option<&Conversation>,
    refusal: &Refusal,
) -> bool {
    let Some(talk) = talk.and_then(|address| state.conversations.get_mut(address)) else {
        return false;
    };
    if !talk.scrollback.page_failed() {
        return false;
    }
    let words = match refusal.code {
        Code::NotStored => "the server cannot read its history now".to_owned(),
        _ => words::refusal(refusal),
    };
    let words = format!("{words}: PgUp asks again");
    if talk.scrollback.resume_after().is_some() && !talk.scrollback.has_numbers() {
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words::sentence(&words));
    }
    state.tip = Tip::Wrong(words);
    true
}

/// The server would not have the name.
fn refuse_name(state: &mut State, now: Moment, refusal: &Refusal) -> Vec<Effect> {
    let name = state.link.name().map(ToString::to_string).unwrap_or_default();
    let words = match refusal.code {
        Code::NameTaken => format!("‘{name}’ is taken here"),
        _ => words::sentence(&words::refusal(refusal)),
    };
    let suggestion = refusal.suggest.as_deref().map(chat_protocol::text::clean);
    let refused = NameRefused { words, suggestion, editor: Editor::default(), wrong: None };
    // Without this, the link would come back and be refused again and again.
    state.link.phase = Phase::Idle;
    if state.stage == Stage::Chat {
        offer_name(state, now, refused);
    } else {
        state.overlays.retain(|overlay| !matches!(overlay, Overlay::NameRefused(_)));
        state.overlays.push(Overlay::NameRefused(refused));
    }
    vec![Effect::Disconnect]
}

/// In the middle of a sentence the keys stay with the sentence: the offer waits to be asked for.
fn offer_name(state: &mut State, now: Moment, refused: NameRefused) {
    let way = match &refused.suggestion {
        Some(name) => format!("/nick {name} or Alt-R goes on under another"),
        None => "/nick or Alt-R goes on under another".to_owned(),
    };
    let words = format!("{} now: {way}", refused.words);
    state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Trouble, words.clone());
    state.tip = Tip::Wrong(words);
    state.link.name_refused = Some(refused);
}

/// The server will not have this client at all: trying again makes no sense.
fn turned_away(state: &mut State, now: Moment, refusal: &Refusal) -> Vec<Effect> {
    let words = words::sentence(&words::refusal(refusal));
    if state.stage == Stage::Chat {
        state.conversations.open_mut().scrollback.notice(now.unix_ms, Tone::Trouble, words.clone());
    }
    state.link.refused = Some(words);
    state.link.phase = Phase::Idle;
    vec![Effect::Disconnect]
}

/// The numbers known count in another log than the server's: of one conversation, or of all.
pub(crate) fn log_changed(state: &mut State, now: Moment, only: Option<&Conversation>) {
    match only {
        Some(address @ Conversation::Direct(_)) => {
            // One that was met as another already has no numbers to forget.
            let numbered = state.conversations.get_mut(address);
            if numbered.is_some_and(|talk| !talk.scrollback.is_unnumbered()) {
                stranger::part_from(state, now, address, true);
            }
            return;
        }
        Some(address) => {
            if let Some(talk) = state.conversations.get_mut(address) {
                forget_numbers(talk, now, ANOTHER_LOG.to_owned());
            }
            return;
        }
        None => {}
    }
    for talk in state.conversations.iter_mut() {
        forget_numbers(talk, now, ANOTHER_LOG.to_owned());
    }
    state.conversations.forget_closed();
    // What was found is under numbers that mean something else now.
    state.conversations.searches.results = None;
}

/// What is told when numbers mean nothing any more.
const ANOTHER_LOG: &str =
    "The server's history is another than before: what was shown here is gone";

fn forget_numbers(talk: &mut Talk, now: Moment, words: String) {
    if !talk.scrollback.is_unnumbered() {
        talk.scrollback.drop_numbered();
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words);
    }
}

fn gap(state: &mut State, now: Moment, talk: Option<&Conversation>, first: Option<u64>) {
    let Some(talk) = talk.and_then(|address| state.conversations.get_mut(address)) else { return };
    if let Some(first) = first.filter(|&first| first > 0) {
        talk.scrollback.gap(first);
    }
    let words = "Some messages before this are no longer kept by the server".to_owned();
    talk.scrollback.notice(now.unix_ms, Tone::Quiet, words);
}

fn tell(state: &mut State, now: Moment, talk: Option<&Conversation>, refusal: &Refusal) {
    let words = words_of(refusal);
    state.tip = Tip::Wrong(words.clone());
    let index = talk.and_then(|address| state.conversations.find(address));
    let index = index.unwrap_or(state.conversations.open_index());
    if let Some(talk) = state.conversations.at_mut(index) {
        talk.scrollback.notice(now.unix_ms, Tone::Trouble, words);
    }
}

fn words_of(refusal: &Refusal) -> String {
    let mut words = words::sentence(&words::refusal(refusal));
    if let Some(suggestion) = &refusal.suggest {
        words += &format!(" (free: {})", chat_protocol::text::clean(suggestion));
    }
    words
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Nick, Text};

    use super::*;
    use crate::dialect::Dialect;
    use crate::effect::Target;

    #[test]
    fn a_refused_text_outlives_its_conversation() {
        let mut state = crate::state::tests::state();
        let name = Nick::new("sam").unwrap();
        let dialect = Dialect::Native;
        state.link.aim(Target { host: "lab".to_owned(), port: 1, name, dialect });
        let bob: Conversation = "@bob".parse().unwrap();
        state.outgoing.push(bob.clone(), Text::new("hi").unwrap());
        take(&mut state, Moment::default(), &Refusal::new(Code::BadText, "no").answering("x-1"));
        let talk = state.conversations.get_mut(&bob).unwrap();
        assert_eq!(talk.compose.editor.text(), "hi");
        assert!(matches!(state.tip, Tip::Wrong(_)));
    }
}
