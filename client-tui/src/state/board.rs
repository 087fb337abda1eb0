//! What a room shows its members beside what is said: a line that one of them set, and a countdown
//! by our own clock, which need not agree with the server's.

use std::time::Duration;

use chat_protocol::Line;
use chat_protocol::event::{self, Timer};

use crate::words;

/// What a room shows.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Empty without one.
    pub(crate) announcement: Line,
    /// When the countdown ends, or has ended, in time since the start.
    end: Option<Duration>,
}

/// For how long it is shown that a countdown is over.
const OVER_FOR: Duration = Duration::from_secs(30);

/// What a countdown shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// So many seconds.
    Seconds(u64),
    /// It is over, since so many seconds.
    Over(u64),
}

impl Left {
    /// The same in words, where nothing else tells that it is a countdown.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Seconds(_) => format!("timer {}", self.digits()),
            Self::Over(_) => "time is up".to_owned(),
        }
    }

    /// As clocks show it: `4:59`, `1:30:00`; on the wall all the time in at least four digits.
    pub(crate) fn digits(self) -> String {
        let seconds = match self {
            Self::Seconds(seconds) => seconds,
            Self::Over(_) => 0,
        };
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        match hours {
            0 => format!("{minutes:02}:{seconds:02}"),
            _ => format!("{hours}:{minutes:02}:{seconds:02}"),
        }
    }
}

impl Board {
    /// The room as the server shows it to who comes in.
    pub(crate) fn enter(&mut self, now: Duration, board: &event::Board) {
        self.announcement = words::seen(&board.announcement);
        self.end = None;
        if let Some(timer) = board.timer {
            self.begin(now, timer);
        }
    }

    /// A countdown begins.
    pub(crate) fn begin(&mut self, now: Duration, timer: Timer) {
        self.end = now.checked_add(Duration::from_millis(timer.remaining));
    }

    /// It is taken away.
    pub(crate) fn stop(&mut self) {
        self.end = None;
    }

    /// The server says that it is over.
    pub(crate) fn finish(&mut self, now: Duration) {
        self.end = Some(self.end.map_or(now, |end| end.min(now)));
    }

    /// What the countdown shows now, and until when; nothing when there is none.
    pub(crate) fn left(&self, now: Duration) -> Option<(Left, Duration)> {
        let second = Duration::from_secs(1);
        let end = self.end?;
        if now < end {
            let left = end - now;
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            return Some((Left::Seconds(seconds), end - second * count(seconds - 1)));
        }
        let since = (now - end).as_secs();
        let shown = Duration::from_secs(since) < OVER_FOR;
        shown.then(|| (Left::Over(since), end + second * count(since + 1)))
    }
}

/// A number of seconds to multiply by; servers may send any.
fn count(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn a_countdown_goes_by_our_clock() {
        let mut board = Board::default();
        board.begin(ms(500), Timer { ends: 0, remaining: 3_000 });
        let check = |now, expected: Option<(Left, u64)>| {
            let expected = expected.map(|(left, until)| (left, ms(until)));
            assert_eq!(board.left(ms(now)), expected, "at {now} ms");
        };
        check(500, Some((Left::Seconds(3), 1_500)));
        check(1_499, Some((Left::Seconds(3), 1_500)));
        check(1_500, Some((Left::Seconds(2), 2_500)));
        check(3_499, Some((Left::Seconds(1), 3_500)));
        check(3_500, Some((Left::Over(0), 4_500)));
        check(33_499, Some((Left::Over(29), 33_500)));
        check(33_500, None);
    }

    #[test]
    fn the_servers_word_ends_it() {
        let mut board = Board::default();
        board.begin(ms(0), Timer { ends: 0, remaining: 60_000 });
        board.finish(ms(59_800));
        assert_eq!(board.left(ms(59_900)), Some((Left::Over(0), ms(60_800))));
        board.stop();
        assert_eq!(board.left(ms(59_900)), None);
        board.begin(ms(0), Timer { ends: 0, remaining: u64::MAX });
        assert!(board.left(ms(1)).is_some());
    }

    #[test]
    fn digits_are_those_of_clocks() {
        let check = |seconds, expected: &str| {
            assert_eq!(Left::Seconds(seconds).digits(), expected, "{seconds}");
        };
        check(0, "00:00");
        check(299, "04:59");
        check(5_400, "1:30:00");
        assert_eq!(Left::Over(3).digits(), "00:00");
        assert_eq!(Left::Seconds(61).words(), "timer 01:01");
        assert_eq!(Left::Over(3).words(), "time is up");
    }
}
