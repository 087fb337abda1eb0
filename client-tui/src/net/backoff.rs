//! How long to wait before the next attempt: exponential, with full jitter. Draws no random
//! numbers itself.

use std::time::Duration;

/// The longest wait after the first failure: a whole class is spread over it.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait after any number of failures: where connecting is refused until the server is
/// there, everybody is back within ten seconds of it.
const MOST: Duration = Duration::from_secs(8);

/// Counts failures and answers with waits.
///
/// The whole wait is random (full jitter), because a classroom whose server restarts must not
/// come back in one instant.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure; `random` is spread evenly over 0 to 1.
    pub(super) fn wait(&mut self, random: f64) -> Duration {
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let ceiling = (FIRST * 2_u32.pow(doublings)).min(MOST);
        ceiling.mul_f64(random.clamp(0.0, 1.0))
    }

    /// Forgets the failures, as after a link that held.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_up_to_eight_seconds() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..8).map(|_| backoff.wait(1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
        for _ in 0..100 {
            assert_eq!(backoff.wait(1.0), MOST);
        }
        backoff.reset();
        assert_eq!(backoff.wait(1.0), FIRST);
    }

    #[test]
    fn the_whole_wait_is_random() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.wait(0.0), Duration::ZERO);
        assert_eq!(backoff.wait(0.5), Duration::from_millis(500));
        assert_eq!(backoff.wait(7.0), Duration::from_secs(2));
    }
}
