//! Who brings much at once is read from piece by piece: no chat needs so much, and between the
//! pieces it is the others' turn.

use std::time::Duration;

use tokio::time::Instant;

use super::READ_BYTES;

/// How long nothing more is read from a peer that has brought as much as a read takes at most.
const BREATH: Duration = Duration::from_millis(8);

/// What a peer brought since it was last made to wait, and until when it is.
#[derive(Debug, Default)]
pub(super) struct Breath {
    brought: usize,
    until: Option<Instant>,
}

impl Breath {
    /// So much was brought.
    pub(super) fn take(&mut self, read: usize, now: Instant) {
        self.brought += read;
        if self.brought >= READ_BYTES {
            *self = Self { brought: 0, until: Some(now + BREATH) };
        }
    }

    /// Until when nothing is read.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// That time has come.
    pub(super) fn over(&mut self) {
        self.until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_brings_as_much_as_a_read_takes_waits() {
        let now = Instant::now();
        for reads in [&[READ_BYTES][..], &[READ_BYTES - 1, 1], &[1, READ_BYTES]] {
            let mut breath = Breath::default();
            let (last, first) = reads.split_last().unwrap();
            first.iter().for_each(|read| breath.take(*read, now));
            assert_eq!(breath.until(), None, "{reads:?}");
            breath.take(*last, now);
            assert_eq!(breath.until(), Some(now + BREATH), "{reads:?}");
            breath.over();
            breath.take(READ_BYTES - 1, now);
            assert_eq!(breath.until(), None, "{reads:?}");
        }
    }
}
