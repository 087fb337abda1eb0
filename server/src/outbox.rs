//! What waits to be written to one connection: references to shared bytes, bounded.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes, BytesMut};

/// Bytes that may wait unread, [`CHUNK`] more for each piece among them. Whoever lets more gather
/// is told `too_slow` and closed: nothing is ever skipped, since they can resume from the log.
pub(crate) const BOUND: usize = 1024 * 1024;

/// What somebody is told who is closed for it.
pub(crate) const TOO_SLOW: &str =
    "you read too slowly, so this connection ends: come back and resume";

/// Bytes that may wait before nothing more is read from the peer: whoever sends without reading
/// the answers is made to wait, instead of filling everybody's screens until they are closed.
pub(crate) const BEHIND: usize = 64 * 1024;

/// Pieces handed to one vectored write.
pub(crate) const SLICES: usize = 32;

/// What a piece that waits takes beside its bytes, so that very many very small ones do not take
/// several times the bound.
const CHUNK: usize = 64;

/// What bytes count for while they wait.
pub(crate) fn cost(bytes: &Bytes) -> usize {
    bytes.len() + CHUNK
}

/// A queue of shared bytes, the front of which may be partly written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    chunks: VecDeque<Bytes>,
    waiting: usize,
    /// Whether the front chunk's beginning has been written.
    begun: bool,
}

/// More is waiting than [`BOUND`] allows; nothing was added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Overflow;

impl Outbox {
    /// Adds bytes, which must be whole frames, where so much waits elsewhere for the same peer.
    pub(crate) fn push(&mut self, bytes: Bytes, elsewhere: usize) -> Result<(), Overflow> {
        if elsewhere + self.cost() + cost(&bytes) > BOUND {
            return Err(Overflow);
        }
        self.add(bytes);
        Ok(())
    }

    /// Adds bytes whatever the bound: they have been held to it elsewhere.
    pub(crate) fn add(&mut self, bytes: Bytes) {
        self.waiting += bytes.len();
        self.chunks.push_back(bytes);
    }

    /// Adds all that waits in another one, whatever the bound: together they were held to it.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.waiting += std::mem::take(&mut other.waiting);
        self.chunks.append(&mut other.chunks);
    }

    /// Takes out whole lines of at most so many bytes, at least one; `None` when nothing waits.
    /// The last one comes with its end or without. Every chunk must end with a line.
    pub(crate) fn take_lines(&mut self, most: usize, end: bool) -> Option<Bytes> {
        let mut taken = BytesMut::new();
        while let Some(front) = self.chunks.front_mut() {
            let line = front.iter().position(|&byte| byte == b'\n');
            let line = line.map_or(front.len(), |at| at + 1);
            if !taken.is_empty() && taken.len() + line > most + usize::from(!end) {
                break;
            }
            taken.extend_from_slice(&front.split_to(line));
            if front.is_empty() {
                self.chunks.pop_front();
            }
        }
        self.waiting = self.waiting.saturating_sub(taken.len());
        if !end && taken.last() == Some(&b'\n') {
            taken.truncate(taken.len() - 1);
        }
        (!taken.is_empty()).then(|| taken.freeze())
    }

    /// Drops what has not begun to be written, and puts `last` behind the rest.
    pub(crate) fn cut_short(&mut self, last: Bytes) {
        let front = self.chunks.front().filter(|_| self.begun);
        let begun = front.map(|front| rest_of_frame(front, &last));
        self.chunks.clear();
        self.chunks.extend(begun);
        self.chunks.push_back(last);
        self.waiting = self.chunks.iter().map(Bytes::len).sum();
    }

    /// Fills `slices` with what is to be written next; returns how many were filled.
    pub(crate) fn fill<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let mut filled = 0;
        for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
            *slice = IoSlice::new(chunk);
            filled += 1;
        }
        filled
    }

    /// Takes out the first `written` bytes.
    pub(crate) fn advance(&mut self, mut written: usize) {
        self.waiting = self.waiting.saturating_sub(written);
        while let Some(front) = self.chunks.front_mut() {
            if written < front.len() {
                front.advance(written);
                self.begun |= written > 0;
                return;
            }
            written -= front.len();
            self.chunks.pop_front();
            self.begun = false;
        }
        // A room that has been busy once does not hold its space for ever.
        if self.chunks.capacity() > 64 {
            self.chunks = VecDeque::new();
        }
    }

    /// What waits counts for so much.
    pub(crate) fn cost(&self) -> usize {
        self.waiting + self.chunks.len() * CHUNK
    }

    /// Bytes that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }
}

/// What is left of the frame that has begun: up to its `\n`, since a chunk may hold many frames;
/// all of the chunk where frames, as the last one shows, do not end so.
fn rest_of_frame(chunk: &Bytes, last: &Bytes) -> Bytes {
    let lines = last.ends_with(b"\n");
    let end = chunk.iter().position(|&byte| lines && byte == b'\n');
    chunk.slice(..end.map_or(chunk.len(), |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(outbox: &Outbox) -> Vec<u8> {
        outbox.chunks.iter().flat_map(|chunk| chunk.to_vec()).collect()
    }

    #[test]
    fn bytes_leave_in_order_however_they_are_taken() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"one\n"), 0).unwrap();
        outbox.push(Bytes::from_static(b"two\n"), 0).unwrap();
        outbox.advance(5);
        assert_eq!(content(&outbox), b"wo\n");
        assert_eq!(outbox.waiting(), 3);
        outbox.advance(3);
        assert_eq!(outbox.waiting(), 0);
    }

    #[test]
    fn what_does_not_fit_is_refused_whole() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from(vec![b'x'; BOUND - 2 * CHUNK]), 0).unwrap();
        assert_eq!(outbox.push(Bytes::from_static(b"y"), 0), Err(Overflow));
        outbox.advance(1);
        assert_eq!(outbox.push(Bytes::from_static(b"y"), 0), Ok(()));
    }

    #[test]
    fn many_small_pieces_do_not_take_several_times_the_bound() {
        let mut outbox = Outbox::default();
        while outbox.push(Bytes::from_static(b"a: x\n"), 0).is_ok() {}
        assert!(outbox.chunks.capacity() * size_of::<Bytes>() + outbox.waiting() <= BOUND);
    }

    #[test]
    fn lines_are_taken_whole() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"one\ntwo\n"), 0).unwrap();
        outbox.push(Bytes::from_static(b"three\n"), 0).unwrap();
        let mut check = |most, expected: Option<&'static str>| {
            assert_eq!(outbox.take_lines(most, false), expected.map(Bytes::from), "{most}");
        };
        check(6, Some("one"));
        check(9, Some("two\nthree"));
        check(9, None);
        outbox.push(Bytes::from_static(b"longer\nx\n"), 0).unwrap();
        assert_eq!(outbox.take_lines(3, true).unwrap(), "longer\n");
        assert_eq!(outbox.waiting(), 2);
    }

    #[test]
    fn cutting_short_never_leaves_half_a_frame() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"one\ntwo\nthree\n"), 0).unwrap();
        outbox.push(Bytes::from_static(b"four\n"), 0).unwrap();
        outbox.advance(5);
        outbox.cut_short(Bytes::from_static(b"last\n"));
        assert_eq!(content(&outbox), b"wo\nlast\n");
        assert_eq!(outbox.waiting(), 8);
    }

    #[test]
    fn frames_that_are_no_lines_are_not_cut_within() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"X\n0123456789.X\n0123456789."), 0).unwrap();
        outbox.push(Bytes::from_static(b"X\x01x."), 0).unwrap();
        outbox.advance(1);
        outbox.cut_short(Bytes::from_static(b"last."));
        assert_eq!(content(&outbox), b"\n0123456789.X\n0123456789.last.");
    }

    #[test]
    fn cutting_short_drops_what_has_not_begun() {
        let mut outbox = Outbox::default();
        outbox.push(Bytes::from_static(b"one\n"), 0).unwrap();
        outbox.advance(4);
        outbox.push(Bytes::from_static(b"two\n"), 0).unwrap();
        outbox.cut_short(Bytes::from_static(b"last\n"));
        assert_eq!(content(&outbox), b"last\n");
    }
}
