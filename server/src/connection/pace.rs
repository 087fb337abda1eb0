//! Who sends without ever waiting for an answer is slowed down, so that the others do not notice.
//!
//! Whoever waits for answers, however many requests they have under way within the window, is
//! never slowed down. A flood fills its window all the time: it has a burst at full speed, enough
//! for whoever pastes or fills a room, and from then on a share of the server's time that is too
//! small to be felt.

use std::time::Duration;

use tokio::time::Instant;

/// What a request costs while others ask for something, too; while nobody does, it costs 1. So a
/// flood beside others gets 31 requests a second, more than anybody can type or read, and one that
/// only fills screens 2,000.
pub(super) const BESIDE_OTHERS: u32 = 64;

/// What may overrun the window at full speed: of programs that can wait for answers, and of those
/// that get none, whose lines are typed or pasted.
const BURST: i64 = 512 * BESIDE_OTHERS as i64;
const BURST_UNANSWERED: i64 = 128 * BESIDE_OTHERS as i64;

/// How often more is granted, and how much: so little that nobody who is served behind it notices.
const EVERY: Duration = Duration::from_millis(64);
pub(super) const GRANT: u32 = 2 * BESIDE_OTHERS;

/// What one connection may still overrun its window by.
#[derive(Debug)]
pub(super) struct Pace {
    burst: i64,
    /// Less than nothing while it waits.
    left: i64,
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

    /// Whether somebody has flooded from there before.
    pub(super) fn begins_again(&self) -> bool {
        self.burst == 0
    }

    /// Requests that cost so much went without waiting for answers, and there are more. Returns
    /// until when those have to wait.
    pub(super) fn overrun(&mut self, cost: u32, now: Instant) -> Option<Instant> {
        let passed = now.saturating_duration_since(self.granted);
        let grants = u32::try_from(passed.as_millis() / EVERY.as_millis()).unwrap_or(u32::MAX);
        self.left = (self.left + i64::from(GRANT) * i64::from(grants)).min(self.burst);
        self.granted = if grants == u32::MAX { now } else { self.granted + EVERY * grants };
        self.left -= i64::from(cost);
        let owed = u32::try_from((-self.left).max(0)).unwrap_or(u32::MAX);
        let grants = owed.div_ceil(GRANT);
        (grants > 0).then(|| self.granted + EVERY * grants)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_has_its_burst_and_then_its_share() {
        let start = Instant::now();
        let mut pace = Pace::new(start, true, false);
        let mut check = |requests, at_ms, until_ms: Option<u64>| {
            let now = start + Duration::from_millis(at_ms);
            let until = until_ms.map(|until| start + Duration::from_millis(until));
            assert_eq!(pace.overrun(requests * BESIDE_OTHERS, now), until, "{requests} at {at_ms}");
        };
        check(512, 0, None);
        check(0, 0, None);
        check(8, 0, Some(256));
        check(0, 256, None);
        check(2, 256, Some(320));
        // An hour later there is a burst again, and no more than one.
        check(512, 3_600_000, None);
        check(1, 3_600_000, Some(3_600_064));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_floods_again_or_gets_no_answers_has_less_of_a_burst() {
        let start = Instant::now();
        let check = |answered, again, burst| {
            let mut pace = Pace::new(start, answered, again);
            assert_eq!(pace.overrun(burst * BESIDE_OTHERS, start), None);
            assert_eq!(pace.overrun(1, start), Some(start + EVERY));
        };
        check(true, false, 512);
        check(false, false, 128);
        check(true, true, 0);
        check(false, true, 0);
    }
}
