//! What is to be written, one thing at a time: servers that take one read for one command need a
//! pause between two of them. Does no writing itself.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use tokio::time::Instant;

/// Things to be written.
#[derive(Debug)]
pub(super) struct Pace {
    gap: Duration,
    waiting: VecDeque<BytesMut>,
    /// What may be written now.
    unwritten: BytesMut,
    /// Something is being written; its pause begins when all of it was.
    writing: bool,
    /// When the next thing may be, at the soonest.
    free_at: Instant,
}

impl Pace {
    pub(super) fn new(gap: Duration) -> Self {
        let (waiting, unwritten) = (VecDeque::new(), BytesMut::new());
        Self { gap, waiting, unwritten, writing: false, free_at: Instant::now() }
    }

    pub(super) fn push(&mut self, bytes: BytesMut) {
        if !bytes.is_empty() {
            self.waiting.push_back(bytes);
        }
    }

    /// Lets go what may be written now. To be called after each write, too: the pause begins
    /// when the server can have read, not when a full socket was first tried.
    pub(super) fn release(&mut self, now: Instant) {
        if self.writing && self.unwritten.is_empty() {
            self.writing = false;
            self.free_at = now + self.gap;
        }
        while (self.gap.is_zero() || (self.unwritten.is_empty() && now >= self.free_at))
            && let Some(next) = self.waiting.pop_front()
        {
            self.unwritten.extend_from_slice(&next);
            self.writing = true;
        }
    }

    /// What may be written now; whatever is written is taken out of it.
    pub(super) fn ready(&mut self) -> &mut BytesMut {
        &mut self.unwritten
    }

    /// When more may be written by the passing of time alone.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.unwritten.is_empty() && !self.waiting.is_empty()).then_some(self.free_at)
    }

    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.unwritten.len() + self.waiting.iter().map(BytesMut::len).sum::<usize>()
    }

    /// Nothing of it can be written any more.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.unwritten.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(200);

    fn pace(gap: Duration) -> Pace {
        let mut pace = Pace::new(gap);
        for word in ["one", "two"] {
            pace.push(BytesMut::from(word));
        }
        pace
    }

    /// Writes so many bytes at this time, of what may be written then.
    #[track_caller]
    fn check(pace: &mut Pace, now: Instant, takes: usize, expected: &str, due: Option<Instant>) {
        pace.release(now);
        let taken = pace.unwritten.len().min(takes);
        let written = pace.ready().split_to(taken);
        pace.release(now);
        assert_eq!((&written[..], pace.due()), (expected.as_bytes(), due));
    }

    #[tokio::test(start_paused = true)]
    async fn with_a_gap_one_thing_at_a_time() {
        let (mut pace, start) = (pace(GAP), Instant::now());
        check(&mut pace, start, 9, "one", Some(start + GAP));
        check(&mut pace, start + GAP / 2, 9, "", Some(start + GAP));
        check(&mut pace, start + GAP, 9, "two", None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_gap_begins_when_all_was_written() {
        let (mut pace, start) = (pace(GAP), Instant::now());
        check(&mut pace, start, 2, "on", None);
        check(&mut pace, start + 3 * GAP, 9, "e", Some(start + 4 * GAP));
        check(&mut pace, start + 4 * GAP, 9, "two", None);
    }

    #[tokio::test(start_paused = true)]
    async fn without_one_everything_at_once() {
        let mut pace = pace(Duration::ZERO);
        pace.release(Instant::now());
        assert_eq!((pace.len(), &pace.ready()[..]), (6, &b"onetwo"[..]));
    }
}
