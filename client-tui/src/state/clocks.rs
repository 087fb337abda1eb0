//! What the clocks on the screen show: drawing reads no clock, and the program sleeps until one of
//! them shows something else.

use std::time::Duration;

use super::board::{Board, Left};
use crate::event::Moment;

/// The clocks, as they were looked at last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clocks {
    /// The minute that the time of day shows, in Unix milliseconds; nothing where it is not shown.
    minute: Option<i64>,
    /// What the countdown shows, if one is shown.
    left: Option<Left>,
    /// When one of them shows something else, in time since the start.
    due: Option<Duration>,
}

const MINUTE_MS: i64 = 60_000;

impl Clocks {
    /// Looks at the clocks: at the time of day if it is shown, and at a room's countdown.
    pub(crate) fn read(now: Moment, shows_time: bool, board: &Board) -> Self {
        let left = board.left(now.up);
        let into = now.unix_ms.rem_euclid(MINUTE_MS);
        let rest = Duration::from_millis((MINUTE_MS - into).unsigned_abs());
        let minute_ends = shows_time.then(|| now.up + rest);
        Self {
            minute: shows_time.then_some(now.unix_ms - into),
            left: left.map(|(left, _)| left),
            due: left.map(|(_, until)| until).into_iter().chain(minute_ends).min(),
        }
    }

    /// Whether somebody who looks sees the same on both.
    pub(crate) fn shows_same(&self, other: &Self) -> bool {
        (self.minute, self.left) == (other.minute, other.left)
    }

    pub(crate) fn minute(&self) -> Option<i64> {
        self.minute
    }

    pub(crate) fn left(&self) -> Option<Left> {
        self.left
    }

    pub(crate) fn due(&self) -> Option<Duration> {
        self.due
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::event::Timer;

    use super::*;

    fn check(now: (u64, i64), shows_time: bool, board: &Board, due: Option<u64>) {
        let now = Moment { up: Duration::from_millis(now.0), unix_ms: now.1 };
        let clocks = Clocks::read(now, shows_time, board);
        assert_eq!(clocks.due(), due.map(Duration::from_millis), "{now:?}");
    }

    #[test]
    fn it_wakes_when_something_else_is_shown_and_else_never() {
        let mut board = Board::default();
        check((5, 0), false, &board, None);
        check((5, 0), true, &board, Some(60_005));
        check((5, 59_999), true, &board, Some(6));
        check((5, -1), true, &board, Some(6));
        board.begin(Duration::ZERO, Timer { ends: 0, remaining: 10_000 });
        check((5, 0), false, &board, Some(1_000));
        check((5, 59_999), true, &board, Some(6));
    }
}
