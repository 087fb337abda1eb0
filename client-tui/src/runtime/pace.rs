//! How often what the network brings is drawn: 60 times a second when it never ends, and at once
//! when it comes after some rest. Keys do not ask here.

use std::time::Duration;

use tokio::time::Instant;

/// The time between two pictures of what never ends.
pub(super) const FRAME: Duration = Duration::from_millis(16);

/// Pictures that rest earns, to be drawn one right after the other: what is on the way to the
/// welcome, and the room, need not wait for each other.
const SAVED_MOST: u32 = 2;

/// When the next picture may be drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When it were due if nothing had been saved; `None` before the first one.
    even: Option<Instant>,
}

impl Pace {
    /// A picture was drawn, whatever for.
    pub(super) fn drawn(&mut self, now: Instant) {
        let even = self.even.map_or(now, |even| even.max(now)) + FRAME;
        // Many keys do not put off what comes behind them by more than a picture.
        self.even = Some(even.min(now + FRAME * (SAVED_MOST + 1)));
    }

    /// When a picture that is out of date since then may be drawn.
    pub(super) fn due(&self, since: Instant) -> Instant {
        let earliest = self.even.and_then(|even| even.checked_sub(FRAME * SAVED_MOST));
        earliest.map_or(since, |earliest| earliest.max(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws as soon as may be, whenever something came; the milliseconds of the pictures.
    fn check(came: &[u64], expected: &[u64]) {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut drawn = Vec::new();
        for &at in came {
            let due = pace.due(start + Duration::from_millis(at));
            pace.drawn(due);
            drawn.push(u64::try_from((due - start).as_millis()).unwrap_or(u64::MAX));
        }
        assert_eq!(drawn, expected, "{came:?}");
    }

    #[test]
    fn what_comes_after_rest_is_drawn_at_once_and_floods_evenly() {
        check(&[0], &[0]);
        check(&[0, 1, 2], &[0, 1, 2]);
        check(&[0, 0, 0, 0, 0, 0], &[0, 0, 0, 16, 32, 48]);
        check(&[0, 20, 40, 60], &[0, 20, 40, 60]);
        check(&[0, 0, 0, 100, 100, 100, 100], &[0, 0, 0, 100, 100, 100, 116]);
    }

    #[test]
    fn keys_put_pictures_off_by_one_at_most() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.drawn(start);
        }
        assert_eq!(pace.due(start), start + FRAME);
    }
}
