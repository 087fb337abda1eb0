//! Connections that have not said who they are: only so many at a time, the oldest goes first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::hub::ConnId;

/// Connections that may be unknown at a time, where the system allows for four times as many. One more, and the one that has been silent the
/// longest is closed: so silent ones cannot lock others out, and a class may come in all at once.
const PLACES: usize = 512;

/// Files that this process may have open, connections among them.
#[cfg(unix)]
pub(crate) fn open_files() -> u64 {
    rlimit::Resource::NOFILE.get_soft().unwrap_or(u64::MAX)
}

/// Files that this process may have open, connections among them: elsewhere nobody counts them.
#[cfg(not(unix))]
pub(crate) fn open_files() -> u64 {
    u64::MAX
}

/// Who waits.
#[derive(Debug)]
pub(crate) struct WaitingRoom {
    places: usize,
    waiting: Mutex<BTreeMap<ConnId, CancellationToken>>,
}

impl WaitingRoom {
    /// One for a process that may have so many files open: most of them are for those who are
    /// known, and for the log.
    pub(crate) fn new(files: u64) -> Self {
        let places = usize::try_from(files / 4).unwrap_or(PLACES).min(PLACES);
        Self { places, waiting: Mutex::default() }
    }

    /// A connection comes in; `leave` is cancelled when its place is needed.
    pub(crate) fn enter(&self, conn: ConnId, leave: CancellationToken) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(conn, leave);
        if waiting.len() > self.places
            && let Some((_, oldest)) = waiting.pop_first()
        {
            oldest.cancel();
        }
    }

    /// A connection is known now, or gone.
    pub(crate) fn leave(&self, conn: ConnId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&conn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_files_are_few_there_are_few_places() {
        let room = WaitingRoom::new(40);
        let tokens: Vec<_> = (0..11).map(|_| CancellationToken::new()).collect();
        for (number, token) in (0..).zip(&tokens) {
            room.enter(ConnId(number), token.clone());
        }
        let cancelled = tokens.iter().filter(|token| token.is_cancelled()).count();
        assert_eq!(cancelled, 1);
    }

    #[test]
    fn the_oldest_gives_way() {
        let room = WaitingRoom::new(1 << 20);
        let tokens: Vec<_> = (0..=PLACES).map(|_| CancellationToken::new()).collect();
        for (number, token) in tokens.iter().enumerate() {
            if number == PLACES {
                room.leave(ConnId(0));
            }
            room.enter(ConnId(number as u64), token.clone());
        }
        assert!(!tokens.iter().any(CancellationToken::is_cancelled));
        let one_more = CancellationToken::new();
        room.enter(ConnId(10_000), one_more.clone());
        assert!(tokens[1].is_cancelled() && !tokens[2].is_cancelled());
        assert!(!one_more.is_cancelled());
    }
}
