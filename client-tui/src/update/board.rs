//! What a room shows its members: the line that one of them set, and the countdown.

use chat_protocol::Conversation;
use chat_protocol::event::{Announcement, Board, TimerChange, TimerNews};

use crate::event::Moment;
use crate::state::State;
use crate::state::conversations::Talk;
use crate::state::entry::Tone;
use crate::state::screen::Screen;
use crate::words;

/// One enters a room that shows this. A line that does not fit above the messages is told among
/// them, too, unless it is known.
pub(crate) fn enter(talk: &mut Talk, screen: &Screen, now: Moment, board: &Board) {
    let before = talk.board.announcement.clone();
    talk.board.enter(now.up, board);
    let fresh = talk.board.announcement != before;
    let line = &talk.board.announcement;
    if fresh && !line.is_empty() && !screen.has_room_for_line(line) {
        let words = format!("Announced here: {line}");
        talk.scrollback.notice(now.unix_ms, Tone::Accent, words);
    }
}

/// Somebody set a room's line, or took it away.
pub(crate) fn take_announcement(state: &mut State, now: Moment, announcement: Announcement) {
    let Announcement { room, text, by } = announcement;
    let Some(talk) = state.conversations.get_mut(&Conversation::Room(room)) else { return };
    let text = words::seen(&text);
    let (tone, words) = match text.as_str() {
        "" => (Tone::Quiet, format!("{by} took the announcement away")),
        text => (Tone::Accent, format!("{by} announces: {text}")),
    };
    talk.board.announcement = text;
    talk.scrollback.notice(now.unix_ms, tone, words);
}

/// A countdown begins, is taken away, or is over.
pub(crate) fn take_timer(state: &mut State, now: Moment, news: TimerNews) {
    let TimerNews { room, change } = news;
    let Some(talk) = state.conversations.get_mut(&Conversation::Room(room)) else { return };
    let (tone, words) = match change {
        TimerChange::Set(timer, by) => {
            talk.board.begin(now.up, timer);
            (Tone::Accent, format!("{by} set a timer: {}", timer.words()))
        }
        TimerChange::TakenAway(by) => {
            talk.board.stop();
            (Tone::Quiet, format!("{by} took the timer away"))
        }
        TimerChange::Over(_) => {
            talk.board.finish(now.up);
            (Tone::Accent, "Time is up".to_owned())
        }
    };
    talk.scrollback.notice(now.unix_ms, tone, words);
}
