//! What is known of the link: how it stands, to whom, and as whom. The connecting itself is the
//! runtime's.

use std::time::Duration;

use chat_protocol::Nick;

use crate::dialect::{Ability, Dialect};
use crate::effect::Target;
use crate::net::Failure;
use crate::state::overlay::NameRefused;

/// Upper bounds of the steps in which the round trip is told, in milliseconds: coarse, so that an
/// idle screen stays still.
const STEPS_MS: [u16; 6] = [10, 20, 50, 100, 200, 500];

/// How the link stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nowhere to go.
    #[default]
    Idle,
    /// Connecting.
    Trying { attempt: u32 },
    /// Connected, and not yet welcome.
    Greeting,
    /// Connected and welcome.
    Live,
    /// The same, but nothing has been answered for too long.
    Silent,
    /// Down; the next attempt comes at this time since the start, if one comes.
    Down { retry_at: Option<Duration> },
}

/// The link to a server.
#[derive(Debug, Default)]
pub(crate) struct Link {
    pub(crate) target: Option<Target>,
    pub(crate) phase: Phase,
    /// Why it went down last, until it is up again.
    pub(crate) failure: Option<Failure>,
    /// Why the server would not have us, in words.
    pub(crate) refused: Option<String>,
    /// The name that the server would not have when the link came back, and what to do instead.
    /// It waits until somebody asks for it: nothing may take the keys from who is typing.
    pub(crate) name_refused: Option<NameRefused>,
    /// The name asked for by `/nick`, until the server answers.
    pub(crate) renaming: Option<Nick>,
    /// Whether the server said goodbye, so that the link's end is no news.
    pub(crate) goodbye: bool,
    /// Whole seconds to the next attempt, as shown.
    pub(crate) seconds_left: Option<u64>,
    /// Since when a link that was live has not been, on the clock that counts from the start.
    lost_at: Option<Duration>,
    /// Whole seconds since then, as shown; whole minutes when there are any.
    lost_for: Option<u64>,
    /// The session, once welcome; it outlives a broken link.
    pub(crate) session: Option<Session>,
    round_trip: Option<u16>,
}

/// What the last welcome said.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The server's name, for people.
    pub(crate) server: String,
    /// One's own name there, as the server says.
    pub(crate) name: Nick,
    /// The name that one asked for: it, and no name that a server makes up, is kept for the next
    /// time and chooses the token.
    pub(crate) asked: Nick,
    /// The identity of the log that numbers count in.
    pub(crate) log: String,
    /// Whether it knows how to search, as far as is known.
    pub(crate) searches: bool,
    pub(crate) lab: LabNews,
}

/// What is known of a lab's server, whose dialect has no welcome.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LabNews {
    /// It has answered like one that knows us.
    pub(crate) acked: bool,
    /// It was told that words are not sent there.
    pub(crate) words_told: bool,
}

impl Link {
    /// Starts towards a new target; what was known of the old one is forgotten.
    pub(crate) fn aim(&mut self, target: Target) {
        *self =
            Self { target: Some(target), phase: Phase::Trying { attempt: 1 }, ..Self::default() };
    }

    /// The server has us: whatever was wrong before is over.
    pub(crate) fn welcome(&mut self) {
        self.phase = Phase::Live;
        (self.failure, self.refused, self.name_refused) = (None, None, None);
        (self.seconds_left, self.goodbye) = (None, false);
        self.found();
    }

    /// No answer has come since this time.
    pub(crate) fn lose(&mut self, at: Duration) {
        if self.session.is_some() {
            self.lost_at.get_or_insert(at);
        }
    }

    /// There are answers again.
    pub(crate) fn found(&mut self) {
        (self.lost_at, self.lost_for) = (None, None);
    }

    /// How long there has been no answer, as shown.
    pub(crate) fn lost_for(&self) -> Option<String> {
        self.lost_for.filter(|&seconds| seconds > 0).map(told)
    }

    /// How long there has been no answer now, if for a while.
    pub(crate) fn lost_since(&self, now: Duration) -> Option<String> {
        let time = now.saturating_sub(self.lost_at?);
        (time >= Duration::from_secs(1)).then(|| told(time.as_secs()))
    }

    pub(crate) fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live | Phase::Silent)
    }

    /// What is spoken.
    pub(crate) fn dialect(&self) -> Dialect {
        self.target.as_ref().map(|target| target.dialect).unwrap_or_default()
    }

    /// Whether this person's messages went out to where nobody tells that they arrived.
    pub(crate) fn is_unconfirmed(&self, from: &Nick) -> bool {
        !self.dialect().can(Ability::Acknowledge) && self.name() == Some(from)
    }

    /// One's own name.
    pub(crate) fn name(&self) -> Option<&Nick> {
        let there = self.session.as_ref().map(|session| &session.name);
        there.or(self.target.as_ref().map(|target| &target.name))
    }

    /// Asks for another name, or has been given the one asked for.
    pub(crate) fn go_by(&mut self, name: &Nick) {
        if let Some(target) = self.target.as_mut() {
            target.name = name.clone();
        }
        if let Some(session) = self.session.as_mut() {
            session.name = name.clone();
        }
    }

    /// Takes a measured round trip; `false` when it is shown the same as before.
    pub(crate) fn measure(&mut self, time: Duration) -> bool {
        let step = STEPS_MS.into_iter().find(|&bound| time < Duration::from_millis(bound.into()));
        let step = Some(step.unwrap_or(u16::MAX));
        std::mem::replace(&mut self.round_trip, step) != step
    }

    pub(crate) fn forget_round_trip(&mut self) {
        self.round_trip = None;
    }

    /// The round trip, as it is shown.
    pub(crate) fn round_trip(&self) -> Option<String> {
        self.round_trip.map(|bound| match bound {
            u16::MAX => "≥500 ms".to_owned(),
            bound => format!("<{bound} ms"),
        })
    }

    /// Counts down to the next attempt, and up from the last answer; `Some` is when to look again.
    pub(crate) fn count(&mut self, now: Duration) -> Option<Duration> {
        let next = [self.count_down(now), self.count_up(now)];
        next.into_iter().flatten().min()
    }

    fn count_up(&mut self, now: Duration) -> Option<Duration> {
        let since = self.lost_at.filter(|_| self.phase != Phase::Idle)?;
        let seconds = now.saturating_sub(since).as_secs();
        let step = if seconds < 60 { 1 } else { 60 };
        let shown = seconds - seconds % step;
        self.lost_for = Some(shown);
        Some(since + Duration::from_secs(shown + step))
    }

    fn count_down(&mut self, now: Duration) -> Option<Duration> {
        let Phase::Down { retry_at: Some(at) } = self.phase else {
            self.seconds_left = None;
            return None;
        };
        let left = at.saturating_sub(now);
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        self.seconds_left = Some(seconds);
        (seconds > 0).then(|| at.saturating_sub(Duration::from_secs(seconds - 1)))
    }
}

/// A time for people.
fn told(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_are_told_in_steps() {
        let mut link = Link::default();
        let mut check = |ms, changed, shown: &str| {
            assert_eq!(link.measure(Duration::from_millis(ms)), changed, "{ms} ms");
            assert_eq!(link.round_trip().as_deref(), Some(shown));
        };
        check(3, true, "<10 ms");
        check(9, false, "<10 ms");
        check(10, true, "<20 ms");
        check(499, true, "<500 ms");
        check(9999, true, "≥500 ms");
    }

    #[test]
    fn the_countdown_looks_once_a_second() {
        let retry_at = Some(Duration::from_millis(5_500));
        let mut link = Link { phase: Phase::Down { retry_at }, ..Link::default() };
        let next = link.count_down(Duration::from_millis(3_000));
        assert_eq!((link.seconds_left, next), (Some(3), Some(Duration::from_millis(3_500))));
        let next = link.count_down(Duration::from_millis(3_500));
        assert_eq!((link.seconds_left, next), (Some(2), Some(Duration::from_millis(4_500))));
        assert_eq!(link.count_down(Duration::from_secs(6)), None);
        assert_eq!(link.seconds_left, Some(0));
    }

    #[test]
    fn the_time_without_an_answer_is_counted_in_seconds_then_in_minutes() {
        let mut link = Link { phase: Phase::Silent, ..Link::default() };
        link.lost_at = Some(Duration::from_millis(1_500));
        let mut check = |now, shown: &str, next| {
            assert_eq!(link.count(Duration::from_millis(now)), Some(Duration::from_millis(next)));
            assert_eq!(link.lost_for().as_deref(), Some(shown));
        };
        check(9_700, "8 s", 10_500);
        check(61_499, "59 s", 61_500);
        check(61_500, "1 min", 121_500);
        check(3_700_000, "1 h", 3_721_500);
    }
}
