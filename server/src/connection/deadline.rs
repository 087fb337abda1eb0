//! When a connection is given up: a small state machine over Tokio's clock, which never steps.

use std::time::Duration;

use tokio::time::Instant;

/// How long a connection may be silent from the start: somebody at `nc` who thinks of a name.
pub(super) const SILENT: Duration = Duration::from_secs(60);

/// How long a native or HTTP connection may take for its first whole request.
pub(super) const BEGUN: Duration = Duration::from_secs(10);

/// How long a peer that answers pings may be silent before it is sent one.
const PING_AFTER: Duration = Duration::from_secs(8);

/// How long it may be silent before it is given up.
const GIVE_UP_AFTER: Duration = Duration::from_secs(17);

/// Looking so late says that we were absent.
const ABSENT: Duration = Duration::from_secs(2);

/// How long a peer that has ended its side may take nothing of what it asked for before.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// What is due now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Nothing yet.
    Nothing,
    /// The peer is to be sent a ping.
    Ping,
    /// The connection is to be given up.
    Over,
}

/// How long one peer has been silent, and how long it may be.
#[derive(Debug)]
pub(super) struct Deadline {
    began: Instant,
    heard: Instant,
    heartbeat: bool,
    known: bool,
    ended: bool,
}

impl Deadline {
    pub(super) fn new(now: Instant, heartbeat: bool) -> Self {
        Self { began: now, heard: now, heartbeat, known: false, ended: false }
    }

    /// The peer gave a sign of life: bytes came, or it took some.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// The peer has said who it is.
    pub(super) fn known(&mut self) {
        self.known = true;
    }

    /// No more bytes will come.
    pub(super) fn ended(&mut self) {
        self.ended = true;
    }

    /// Looks at what is due, `late` behind the time that was asked for. Whoever comes so late was
    /// absent themselves, with the machine that slept or the process that was stopped: the peer
    /// cannot have been heard meanwhile, and gets to answer a ping. One that has not said who it is
    /// may have said so meanwhile, and gets as long as tells.
    pub(super) fn look(&mut self, now: Instant, late: Duration) -> Due {
        if late >= ABSENT && !self.ended {
            if self.known {
                self.heard = now.checked_sub(PING_AFTER).unwrap_or(now);
            } else {
                self.began = now.checked_sub(self.unknown_for() - ABSENT).unwrap_or(now);
            }
        }
        self.due(now)
    }

    /// How long the peer may take to say who it is.
    fn unknown_for(&self) -> Duration {
        if self.heartbeat { BEGUN } else { SILENT }
    }

    /// When to look again.
    pub(super) fn next(&self) -> Instant {
        if !self.known {
            return self.began + self.unknown_for();
        }
        if self.ended {
            return self.heard + LAST_ANSWERS;
        }
        if !self.heartbeat {
            // Dead links of text dialects are found by TCP; there is nothing to look for.
            return Instant::now() + Duration::from_secs(24 * 60 * 60);
        }
        let ping_at = self.heard + PING_AFTER;
        if ping_at > Instant::now() { ping_at } else { self.heard + GIVE_UP_AFTER }
    }

    /// What is due.
    fn due(&self, now: Instant) -> Due {
        if !self.known {
            let over = now >= self.began + self.unknown_for();
            return if over { Due::Over } else { Due::Nothing };
        }
        match now.saturating_duration_since(self.heard) {
            silent if self.ended => {
                if silent >= LAST_ANSWERS {
                    Due::Over
                } else {
                    Due::Nothing
                }
            }
            _ if !self.heartbeat => Due::Nothing,
            silent if silent >= GIVE_UP_AFTER => Due::Over,
            silent if silent >= PING_AFTER => Due::Ping,
            _ => Due::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64, heartbeat: bool, known: bool) -> Due {
        let start = Instant::now();
        let mut deadline = Deadline::new(start, heartbeat);
        if known {
            deadline.known();
        }
        deadline.due(start + Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn deadlines() {
        assert_eq!(after(9, true, false), Due::Nothing);
        assert_eq!(after(10, true, false), Due::Over);
        assert_eq!(after(59, false, false), Due::Nothing);
        assert_eq!(after(60, false, false), Due::Over);
        assert_eq!(after(7, true, true), Due::Nothing);
        assert_eq!(after(8, true, true), Due::Ping);
        assert_eq!(after(17, true, true), Due::Over);
        assert_eq!(after(10_000, false, true), Due::Nothing);
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_absence_is_not_the_peers_silence() {
        let start = Instant::now();
        let mut deadline = Deadline::new(start, true);
        deadline.known();
        let woken = start + Duration::from_secs(3_600);
        assert_eq!(deadline.look(woken, Duration::from_secs(3_592)), Due::Ping);
        let later = |seconds| woken + Duration::from_secs(seconds);
        assert_eq!(deadline.look(later(8), Duration::ZERO), Due::Ping);
        assert_eq!(deadline.look(later(9), Duration::ZERO), Due::Over);
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_in_our_absence_is_heard_before_anybody_is_given_up() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for (heartbeat, most) in [(true, BEGUN), (false, SILENT)] {
            let mut deadline = Deadline::new(start, heartbeat);
            let punctual = deadline.look(start + most, Duration::from_millis(1_999));
            assert_eq!(punctual, Due::Over);
            let mut look = |seconds, late| deadline.look(at(seconds), Duration::from_secs(late));
            assert_eq!(look(3_600, 3_590), Due::Nothing);
            assert_eq!(look(3_601, 0), Due::Nothing);
            assert_eq!(look(3_602, 0), Due::Over);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_pinged_once_and_then_given_up() {
        let mut deadline = Deadline::new(Instant::now(), true);
        deadline.known();
        tokio::time::sleep_until(deadline.next()).await;
        assert_eq!(deadline.due(Instant::now()), Due::Ping);
        tokio::time::sleep_until(deadline.next()).await;
        assert_eq!(deadline.due(Instant::now()), Due::Over);
    }
}
