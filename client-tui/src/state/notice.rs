//! Who has called while nobody looked: whether somebody looks, and what is to be told of it.

use std::time::Duration;

/// The time between two notices, however many call.
const GAP: Duration = Duration::from_secs(5);

/// After a key somebody is taken to look for so long, where the terminal does not tell.
const LOOKS: Duration = Duration::from_secs(30);

/// Somebody wrote to oneself, or named one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Who.
    pub(crate) from: String,
    /// In which room, if in one.
    pub(crate) room: Option<String>,
    /// What; empty where it is not known.
    pub(crate) text: String,
    /// How many messages.
    pub(crate) messages: usize,
}

/// What is known of whoever sits before the screen, and what they have not been told.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    /// Whether the keyboard is this terminal's, where it has ever told.
    focus: Option<bool>,
    /// When a key was pressed last.
    touched: Option<Duration>,
    /// When something was told last.
    told: Option<Duration>,
    /// The last one who called since then, and how many messages did.
    waiting: Option<Call>,
    /// Calls in the open conversation that are on the screen, which nobody looks at.
    unseen: usize,
    /// What the title was told to be.
    pub(crate) title: String,
}

impl Notices {
    /// Whether somebody looks. Terminals that never tell are taken to be looked at for a while
    /// after each key: so one that lies behind others rings, if a little late.
    pub(crate) fn is_watched(&self, now: Duration) -> bool {
        let lately = || self.touched.is_some_and(|at| now.saturating_sub(at) < LOOKS);
        self.focus.unwrap_or_else(lately)
    }

    /// The terminal tells whether the keyboard is its; whether the title has changed by that.
    pub(crate) fn focus(&mut self, focus: bool) -> bool {
        self.focus = Some(focus);
        focus && self.seen()
    }

    /// A key was pressed: somebody is there, whatever the terminal told before; whether the title
    /// has changed by that.
    pub(crate) fn touch(&mut self, now: Duration) -> bool {
        self.touched = Some(now);
        self.focus = self.focus.map(|_| true);
        self.seen()
    }

    /// Everything has been seen; whether there was something in the title.
    fn seen(&mut self) -> bool {
        self.waiting = None;
        std::mem::take(&mut self.unseen) > 0
    }

    /// Somebody calls; whether it is on the screen, in the open conversation.
    pub(crate) fn call(&mut self, call: Call, shown: bool) {
        self.unseen = self.unseen.saturating_add(if shown { call.messages } else { 0 });
        let before = self.waiting.as_ref().map_or(0, |waiting| waiting.messages);
        let messages = before.saturating_add(call.messages);
        self.waiting = Some(Call { messages, ..call });
    }

    /// Calls on the screen that nobody looks at.
    pub(crate) fn unseen(&self) -> usize {
        self.unseen
    }

    /// What is to be told now, if something is: not while somebody looks, and not too often.
    pub(crate) fn take(&mut self, now: Duration) -> Option<Call> {
        if self.is_watched(now) {
            self.seen();
        }
        let call = self.waiting.take_if(|_| self.told.is_none_or(|told| now >= told + GAP))?;
        self.told = Some(now);
        Some(call)
    }

    /// Nothing is to be told of those who have called so far.
    pub(crate) fn hush(&mut self) {
        self.waiting = None;
    }

    /// When something is to be told that has waited.
    pub(crate) fn due(&self) -> Option<Duration> {
        let told = self.told.filter(|_| self.waiting.is_some())?;
        Some(told + GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn call(from: &str) -> Call {
        Call { from: from.to_owned(), room: None, text: "hi".to_owned(), messages: 1 }
    }

    #[test]
    fn the_terminals_word_counts_and_else_the_last_key() {
        let mut notices = Notices::default();
        assert!(!notices.is_watched(at(0)));
        notices.touch(at(10));
        assert!(notices.is_watched(at(39)) && !notices.is_watched(at(40)));
        notices.focus(false);
        assert!(!notices.is_watched(at(11)));
        notices.focus(true);
        assert!(notices.is_watched(at(9_999)));
        // A key without the word that the keyboard came back.
        notices.focus(false);
        notices.touch(at(10_000));
        assert!(notices.is_watched(at(20_000)));
    }

    #[test]
    fn many_calls_are_told_at_once_and_then_counted() {
        let mut notices = Notices::default();
        notices.call(call("ann"), false);
        assert_eq!(notices.take(at(1)), Some(call("ann")));
        assert_eq!(notices.due(), None);
        for name in ["bob", "eve", "kim"] {
            notices.call(call(name), false);
            assert_eq!(notices.take(at(2)), None);
        }
        assert_eq!(notices.due(), Some(at(6)));
        assert_eq!(notices.take(at(6)), Some(Call { messages: 3, ..call("kim") }));
        assert_eq!((notices.due(), notices.take(at(60))), (None, None));
    }

    #[test]
    fn whoever_looks_is_told_nothing() {
        let mut notices = Notices::default();
        notices.focus(true);
        notices.call(call("ann"), true);
        assert_eq!((notices.take(at(1)), notices.unseen()), (None, 0));
        notices.focus(false);
        notices.call(call("ann"), true);
        notices.call(call("bob"), false);
        assert!(notices.take(at(2)).is_some());
        notices.call(call("bob"), true);
        assert_eq!(notices.unseen(), 2);
        assert!(notices.focus(true));
        assert_eq!((notices.unseen(), notices.due(), notices.take(at(99))), (0, None, None));
        assert!(!notices.focus(true));
    }
}
