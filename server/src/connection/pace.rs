//! Who sends without ever waiting for an answer is slowed down, so that the others do not notice.
//!
//! Whoever waits for answers, however many requests they have under way within the window, is
//! never slowed down. A flood fills its window all the time: it has some of them at full speed,
//! enough for whoever pastes or fills a room, and from then on a share of the server's time that
//! is too small to be felt.

use std::time::Duration;

use tokio::time::Instant;

/// Windows that may be filled at full speed: by programs that can wait for answers, and by those
/// that get none, whose lines are typed or pasted.
const BURST: u32 = 32;
const BURST_UNANSWERED: u32 = 2;

/// How often more are granted, and how many: together, since a few large rounds cost everybody
/// less than many small ones.
const EVERY: Duration = Duration::from_millis(250);
const GRANT: u32 = 2;

/// What one connection may still fill.
#[derive(Debug)]
pub(super) struct Pace {
    burst: u32,
    left: u32,
    granted: Instant,
}

impl Pace {
    /// For a peer that gets answers or not; `again` when somebody has flooded from its address.
    pub(super) fn new(now: Instant, answered: bool, again: bool) -> Self {
        let burst = match (again, answered) {
            (true, _) => 0,
            (false, true) => BURST,
            (false, false) => BURST_UNANSWERED,
        };
        Self { burst, left: burst, granted: now }
    }

    /// The window is full, and there is more to come. Returns until when that has to wait.
    pub(super) fn overrun(&mut self, now: Instant) -> Option<Instant> {
        let passed = now.saturating_duration_since(self.granted);
        let grants = u32::try_from(passed.as_millis() / EVERY.as_millis()).unwrap_or(u32::MAX);
        if grants > 0 {
            self.left = self.left.saturating_add(grants.saturating_mul(GRANT)).min(self.burst);
            self.granted =
                if self.left == self.burst { now } else { self.granted + EVERY * grants };
        }
        if self.left > 0 {
            self.left -= 1;
            return None;
        }
        // What will be granted then is used at once.
        self.granted += EVERY;
        self.left = GRANT - 1;
        Some(self.granted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many windows a flood fills in this time.
    fn filled_in(time: Duration) -> u32 {
        let start = Instant::now();
        let (mut pace, mut now, mut filled) = (Pace::new(start, true, false), start, 0);
        while now <= start + time {
            filled += 1;
            now = pace.overrun(now).unwrap_or(now);
        }
        filled
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_has_its_burst_and_then_its_share() {
        assert_eq!(filled_in(Duration::ZERO), BURST + 1);
        assert_eq!(filled_in(Duration::from_secs(10)), BURST + 40 * GRANT + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_floods_again_has_no_burst() {
        let start = Instant::now();
        assert_eq!(Pace::new(start, true, true).overrun(start), Some(start + EVERY));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_pauses_may_burst_again() {
        let start = Instant::now();
        let mut pace = Pace::new(start, true, false);
        for _ in 0..BURST {
            assert_eq!(pace.overrun(start), None);
        }
        assert_eq!(pace.overrun(start), Some(start + EVERY));
        let later = start + Duration::from_secs(3_600);
        for _ in 0..BURST {
            assert_eq!(pace.overrun(later), None);
        }
        assert_eq!(pace.overrun(later), Some(later + EVERY));
    }
}
