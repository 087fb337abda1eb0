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
    /// When the next thing may be, at the soonest.
    free_at: Instant,
}

impl Pace {
    pub(super) fn new(gap: Duration) -> Self {
        let (waiting, unwritten) = (VecDeque::new(), BytesMut::new());
        Self { gap, waiting, unwritten, free_at: Instant::now() }
    }

    pub(super) fn push(&mut self, bytes: BytesMut) {
        if !bytes.is_empty() {
            self.waiting.push_back(bytes);
        }
    }

    /// What may be written now; whatever is written is taken out of it.
    pub(super) fn ready(&mut self, now: Instant) -> &mut BytesMut {
        while (self.gap.is_zero() || (self.unwritten.is_empty() && now >= self.free_at))
            && let Some(next) = self.waiting.pop_front()
        {
            self.unwritten.extend_from_slice(&next);
            self.free_at = now + self.gap;
        }
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

    /// All of it, pauses or not.
    pub(super) fn rest(&mut self) -> &mut BytesMut {
        while let Some(next) = self.waiting.pop_front() {
            self.unwritten.extend_from_slice(&next);
        }
        &mut self.unwritten
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

    #[tokio::test(start_paused = true)]
    async fn with_a_gap_one_thing_at_a_time() {
        let gap = Duration::from_millis(200);
        let (mut pace, start) = (Pace::new(gap), Instant::now());
        for word in ["one", "two"] {
            pace.push(BytesMut::from(word));
        }
        let mut check = |now: Instant, expected: &str, due: Option<Instant>| {
            let ready = pace.ready(now).split();
            assert_eq!((&ready[..], pace.due()), (expected.as_bytes(), due));
        };
        check(start, "one", Some(start + gap));
        check(start + gap / 2, "", Some(start + gap));
        check(start + gap, "two", None);
    }

    #[tokio::test(start_paused = true)]
    async fn without_one_everything_at_once() {
        let mut pace = Pace::new(Duration::ZERO);
        for word in ["one", "two"] {
            pace.push(BytesMut::from(word));
        }
        assert_eq!((pace.len(), &pace.ready(Instant::now())[..]), (6, &b"onetwo"[..]));
    }
}
