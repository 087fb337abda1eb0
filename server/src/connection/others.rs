//! Whether anybody else asks for anything: as long as nobody does, nobody has to be slowed down for
//! their sake.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::hub::ConnId;

/// How long after somebody asked for something they count as being there.
const LATELY: Duration = Duration::from_secs(1);

/// The last two who asked for something, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Others(Mutex<[Option<(ConnId, Instant)>; 2]>);

impl Others {
    /// This connection asks for something.
    pub(super) fn asked(&self, conn: ConnId, now: Instant) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last[0].is_none_or(|(other, _)| other != conn) {
            last[1] = last[0];
        }
        last[0] = Some((conn, now));
    }

    /// Whether somebody else than this connection has asked for something lately.
    pub(super) fn are_there(&self, conn: ConnId, now: Instant) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let other = last.iter().flatten().find(|(other, _)| *other != conn);
        other.is_some_and(|(_, at)| now.saturating_duration_since(*at) < LATELY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn others_are_there_as_long_as_they_ask() {
        let (others, start) = (Others::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        let check = |conn, ms, expected| {
            assert_eq!(others.are_there(ConnId(conn), at(ms)), expected, "{conn} at {ms}");
        };
        check(1, 0, false);
        others.asked(ConnId(1), at(0));
        others.asked(ConnId(1), at(10));
        check(1, 10, false);
        check(2, 10, true);
        others.asked(ConnId(2), at(20));
        others.asked(ConnId(1), at(30));
        others.asked(ConnId(1), at(900));
        check(1, 1_019, true);
        check(1, 1_020, false);
        check(2, 1_020, true);
    }
}
