//! How often what the network brings is drawn: at once when it comes after some rest, 60 times a
//! second when more and more comes, and half as often when that never ends: nobody can read it then,
//! and a key finds a picture in its way half as often. Keys do not ask here.

use std::time::Duration;

use tokio::time::Instant;

/// The time between two pictures of what never ends.
pub(super) const FRAME: Duration = Duration::from_millis(16);

/// Pictures in a row, each as soon as it might be, after which the next ones come half as often.
const FLOOD: u32 = 15;

/// Pictures that rest earns, to be drawn one right after the other: what is on the way to the
/// welcome, and the room, need not wait for each other.
const SAVED_MOST: u32 = 2;

/// When the next picture may be drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When it were due if nothing had been saved; `None` before the first one.
    even: Option<Instant>,
    /// Pictures up to the last one of which each came as soon as it might.
    in_a_row: u32,
}

impl Pace {
    /// A picture was drawn, whatever for.
    pub(super) fn drawn(&mut self, now: Instant) {
        let saved = FRAME * SAVED_MOST;
        // One that is a little late was waited for all the same.
        let was_due = self.even.is_some_and(|even| even + FRAME / 2 >= now + saved);
        self.in_a_row = if was_due { self.in_a_row.saturating_add(1) } else { 0 };
        let step = if self.in_a_row < FLOOD { FRAME } else { FRAME * 2 };
        let even = self.even.map_or(now, |even| even.max(now)) + step;
        // Many keys do not put off what comes behind them by more than a step.
        self.even = Some(even.min(now + saved + step));
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
    fn what_never_ends_is_drawn_half_as_often() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        // A millisecond late, as clocks are.
        let mut draw = |at: Instant| {
            let due = pace.due(at) + Duration::from_millis(1);
            pace.drawn(due);
            due
        };
        let mut times = vec![start];
        for _ in 0..60 {
            times.push(draw(*times.last().unwrap()));
        }
        let gaps: Vec<u128> = times.windows(2).map(|two| (two[1] - two[0]).as_millis()).collect();
        let is = |gap: u128| move |it: &u128| *it == gap;
        assert!(gaps[5..15].iter().all(is(16)), "{gaps:?}");
        assert!(gaps[25..].iter().all(is(32)), "{gaps:?}");

        let rested = *times.last().unwrap() + Duration::from_millis(200);
        let after = [draw(rested), draw(rested), draw(rested), draw(rested)];
        assert!(after[3] - after[2] < FRAME * 2, "rest makes up for it");
    }

    #[test]
    fn keys_put_pictures_off_by_one_step_at_most() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..10 {
            pace.drawn(start);
        }
        assert_eq!(pace.due(start), start + FRAME);
        for _ in 0..100 {
            pace.drawn(start);
        }
        assert_eq!(pace.due(start), start + FRAME * 2);
    }
}
