//! Whether a link is alive: when to ping, when silence is worth telling, when it is death. Pure;
//! time is counted from the link's start and comes in as an argument.

use std::collections::VecDeque;
use std::time::Duration;

/// From the welcome to the first ping: early, so that the round-trip time is soon known.
const FIRST_PING: Duration = Duration::from_secs(1);

/// From one ping to the next.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Silence that is told, and so is a ping that has waited as long: one may hear and not be heard.
/// More than a ping's interval plus any bearable round trip.
const SILENT_AFTER: Duration = Duration::from_secs(8);

/// Silence that ends the link; within the 20 s in which dead links are to be noticed.
const DEAD_AFTER: Duration = Duration::from_secs(15);

/// Pings that may be unanswered at a time; a server that never answers gets no more.
const UNANSWERED_MOST: usize = 4;

/// What the time that has passed calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Send a ping.
    Ping,
    /// Tell that there has been no answer for so long.
    Silent(Duration),
    /// Give the link up.
    Dead,
}

/// The clockwork of one link.
#[derive(Debug)]
pub(super) struct Heartbeat {
    heard: Duration,
    /// When the next ping is due; `None` until the server has let us in, because before that it
    /// would answer with a refusal.
    ping_due: Option<Duration>,
    /// When the unanswered pings were sent, oldest first; at most [`UNANSWERED_MOST`].
    asked: VecDeque<Duration>,
    /// Until when we did not listen, so that answers are not to be expected before.
    excused: Duration,
    /// It was told that there is no answer, and none has come since.
    told: bool,
    /// The same, and nothing else was heard since either.
    quiet: bool,
}

impl Heartbeat {
    /// A link that has just come up, at time zero.
    pub(super) fn new() -> Self {
        Self {
            heard: Duration::ZERO,
            ping_due: None,
            asked: VecDeque::with_capacity(UNANSWERED_MOST),
            excused: Duration::ZERO,
            told: false,
            quiet: false,
        }
    }

    /// When [`Self::tick`] will next have something to say.
    pub(super) fn due(&self) -> Duration {
        let silence = match self.told {
            true => self.heard + DEAD_AFTER,
            false => self.unanswered_since() + SILENT_AFTER,
        };
        self.ping_due.map_or(silence, |ping| ping.min(silence))
    }

    /// What is to be done at `now`, one thing at a time; `None` when nothing more.
    pub(super) fn tick(&mut self, now: Duration) -> Option<Beat> {
        let silence = now.saturating_sub(self.heard);
        if silence >= DEAD_AFTER {
            return Some(Beat::Dead);
        }
        let unanswered = now.saturating_sub(self.unanswered_since());
        if unanswered >= SILENT_AFTER && !self.told {
            self.told = true;
            self.quiet = silence >= SILENT_AFTER;
            return Some(Beat::Silent(unanswered));
        }
        if self.ping_due.is_some_and(|due| now >= due) {
            self.ping_due = Some(now + PING_EVERY);
            if self.asked.len() < UNANSWERED_MOST {
                self.asked.push_back(now);
                return Some(Beat::Ping);
            }
        }
        None
    }

    /// The server has let us in: pings are answered from now on.
    pub(super) fn welcomed(&mut self, now: Duration) {
        if self.ping_due.is_none() {
            self.heard = now;
            self.ping_due = Some(now + FIRST_PING);
            (self.told, self.quiet) = (false, false);
        }
    }

    /// Whether the server has let us in.
    pub(super) fn is_welcomed(&self) -> bool {
        self.ping_due.is_some()
    }

    /// Bytes came in, of whatever kind. Before the welcome they prove nothing: it is to come within
    /// the time that silence may last, whatever else does.
    pub(super) fn heard(&mut self, now: Duration) {
        if !self.is_welcomed() {
            return;
        }
        self.heard = now;
        if std::mem::take(&mut self.quiet) {
            // The silence was told; only an answered ping tells its end.
            self.ping_due = self.ping_due.map(|_| now);
        }
    }

    /// We ourselves have not listened: silence proves nothing.
    pub(super) fn excuse(&mut self, now: Duration) {
        self.heard(now);
        (self.heard, self.excused) = (now, now);
    }

    /// A pong came in: the round trip of the ping that it answers, if there was one.
    pub(super) fn pong(&mut self, now: Duration) -> Option<Duration> {
        let asked = self.asked.pop_front()?;
        self.told = false;
        Some(now.saturating_sub(asked))
    }

    /// Since when nothing was heard, or the oldest ping waits for its answer.
    fn unanswered_since(&self) -> Duration {
        let asked = self.asked.front().map(|&asked| asked.max(self.excused));
        asked.map_or(self.heard, |asked| asked.min(self.heard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn welcomed() -> Heartbeat {
        let mut heartbeat = Heartbeat::new();
        heartbeat.welcomed(at(0));
        heartbeat
    }

    /// Lets time pass until `until`, and says what happened when.
    fn run(heartbeat: &mut Heartbeat, until: u64) -> Vec<(u64, Beat)> {
        let mut beats = Vec::new();
        while heartbeat.due() <= at(until) {
            let now = heartbeat.due();
            while let Some(beat) = heartbeat.tick(now) {
                beats.push((now.as_secs(), beat));
                if beat == Beat::Dead {
                    return beats;
                }
            }
        }
        beats
    }

    #[test]
    fn a_silent_link_is_told_then_given_up() {
        let beats = run(&mut welcomed(), 60);
        let silent = Beat::Silent(at(8));
        let expected = [(1, Beat::Ping), (6, Beat::Ping), (8, silent), (11, Beat::Ping)];
        assert_eq!(beats[..4], expected);
        assert_eq!(beats[4..], [(15, Beat::Dead)]);
    }

    #[test]
    fn nobody_is_pinged_before_the_welcome() {
        let beats = run(&mut Heartbeat::new(), 60);
        assert_eq!(beats, [(8, Beat::Silent(at(8))), (15, Beat::Dead)]);
    }

    #[test]
    fn nothing_but_the_welcome_keeps_a_link_alive_before_it() {
        let mut heartbeat = Heartbeat::new();
        for second in 1..15 {
            heartbeat.heard(at(second));
        }
        heartbeat.tick(at(14));
        assert_eq!(heartbeat.tick(at(15)), Some(Beat::Dead));
    }

    #[test]
    fn whatever_is_heard_keeps_a_link_alive_and_no_answer_is_told_all_the_same() {
        let mut heartbeat = welcomed();
        let mut beats = run(&mut heartbeat, 4);
        for second in (5..100).step_by(5) {
            heartbeat.heard(at(second));
            beats.extend(run(&mut heartbeat, second + 4));
        }
        beats.retain(|(_, beat)| *beat != Beat::Ping);
        assert_eq!(beats, [(9, Beat::Silent(at(8)))]);
        // Whoever did not listen has no answers to complain of.
        let mut heartbeat = welcomed();
        let mut beats = run(&mut heartbeat, 4);
        for second in (5..100).step_by(5) {
            heartbeat.excuse(at(second));
            beats.extend(run(&mut heartbeat, second + 4));
        }
        assert!(beats.iter().all(|(_, beat)| *beat == Beat::Ping), "{beats:?}");
    }

    #[test]
    fn pongs_answer_pings_in_order() {
        let mut heartbeat = welcomed();
        assert_eq!(heartbeat.pong(at(0)), None);
        assert_eq!(heartbeat.tick(at(1)), Some(Beat::Ping));
        assert_eq!(heartbeat.tick(at(6)), Some(Beat::Ping));
        assert_eq!(heartbeat.pong(at(7)), Some(at(6)));
        assert_eq!(heartbeat.pong(at(8)), Some(at(2)));
        assert_eq!(heartbeat.pong(at(9)), None);
    }

    #[test]
    fn a_silence_that_ends_is_followed_by_a_ping() {
        let mut heartbeat = welcomed();
        run(&mut heartbeat, 9);
        heartbeat.heard(at(10));
        assert_eq!(heartbeat.tick(at(10)), Some(Beat::Ping));
        while heartbeat.pong(at(10)).is_some() {}
        assert_eq!(run(&mut heartbeat, 18).last(), Some(&(18, Beat::Silent(at(8)))));
    }

    #[test]
    fn a_server_that_never_answers_gets_few_pings() {
        let mut heartbeat = welcomed();
        let mut pings = 0;
        for second in 1..100 {
            heartbeat.heard(at(second));
            while let Some(beat) = heartbeat.tick(at(second)) {
                pings += usize::from(beat == Beat::Ping);
            }
        }
        assert_eq!(pings, UNANSWERED_MOST);
    }
}
