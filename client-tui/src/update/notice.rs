//! Telling whoever does not look that somebody called: the bell, the desktop, the title.

use chat_protocol::Conversation;

use crate::effect::Effect;
use crate::event::Moment;
use crate::settings::Switch;
use crate::state::notice::Call;
use crate::state::{Stage, State};
use crate::update::wall;
use crate::words;

/// The terminal tells whether the keyboard is its.
pub(crate) fn focus(state: &mut State, focus: bool) {
    let changed = state.me.notices.focus(focus);
    entitle(state, changed);
}

/// A key was pressed.
pub(crate) fn touch(state: &mut State, now: Moment) {
    let changed = state.me.notices.touch(now.up);
    entitle(state, changed);
}

/// The title is told with the next picture.
fn entitle(state: &mut State, changed: bool) {
    state.screen.dirty |= changed;
    state.screen.stale |= changed;
}

/// Somebody has written to oneself, or named one; `shown` is whether it is on the screen.
pub(crate) fn call(state: &mut State, to: &Conversation, from: &str, text: &str, shown: bool) {
    let room = matches!(to, Conversation::Room(_)).then(|| words::title(to));
    let text = words::notice::excerpt(text, state.looks.choice.is_ascii());
    let call = Call { from: from.to_owned(), room, text, messages: 1 };
    state.me.notices.call(call, shown);
}

/// Somebody has written while the link was down: what, is not known yet.
pub(crate) fn missed(state: &mut State, from: &str, messages: usize) {
    let call = Call { from: from.to_owned(), room: None, text: String::new(), messages };
    state.me.notices.call(call, false);
}

/// Tells of those who have called, if it is time to.
pub(crate) fn tell(state: &mut State, now: Moment) -> Vec<Effect> {
    let on = |switch| state.me.habits.settings.is_on(switch);
    let (bell, notify) = (on(Switch::Bell), on(Switch::Notify));
    // Everybody reads along on a wall.
    if on(Switch::Quiet) || !(bell || notify) || wall::is_shown(state) {
        state.me.notices.hush();
    }
    let Some(call) = state.me.notices.take(now.up) else { return Vec::new() };
    let (title, text) = words::notice::of(&call);
    let notify = notify.then_some(Effect::Notify { title, text });
    bell.then_some(Effect::Bell).into_iter().chain(notify).collect()
}

/// The title, when it is another one than before.
pub(crate) fn title(state: &mut State) -> Option<Effect> {
    let title = match (state.me.habits.settings.is_on(Switch::Title), &state.stage) {
        (false, _) => String::new(),
        (true, Stage::Chat) => {
            let mentions = state.conversations.iter().map(|talk| talk.unread.mentions);
            let calls = match wall::is_shown(state) {
                true => 0,
                false => mentions.fold(state.me.notices.unseen(), usize::saturating_add),
            };
            let open = state.conversations.open().title();
            words::notice::title(calls, &open, state.looks.choice.is_ascii())
        }
        (true, _) => words::notice::PROGRAM.to_owned(),
    };
    if title == state.me.notices.title {
        return None;
    }
    state.me.notices.title.clone_from(&title);
    Some(Effect::Title(title))
}
