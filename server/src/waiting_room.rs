//! Connections that have not said who they are: only so many at a time, the oldest goes first.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::hub::ConnId;

/// Connections that may be unknown at a time. One more, and the one that has been silent the
/// longest is closed: so silent ones cannot lock others out, and a class may come in all at once.
const PLACES: usize = 512;

/// Who waits.
#[derive(Debug, Default)]
pub(crate) struct WaitingRoom {
    waiting: Mutex<BTreeMap<ConnId, CancellationToken>>,
}

impl WaitingRoom {
    /// A connection comes in; `leave` is cancelled when its place is needed.
    pub(crate) fn enter(&self, conn: ConnId, leave: CancellationToken) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(conn, leave);
        if waiting.len() > PLACES
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
    fn the_oldest_gives_way() {
        let room = WaitingRoom::default();
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
