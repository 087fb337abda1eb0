//! Frames as lines: bytes ⇄ lines of bounded length. What a line says is read elsewhere.

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

use crate::limit;

/// A line was longer than the codec allows; it was skipped, and the next one can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the line is longer than {} bytes", .0)]
pub struct FrameTooLong(pub usize);

/// Splits bytes at `\n`, without it and without a `\r` before it.
///
/// A line that is too long comes out once as [`FrameTooLong`], as soon as it is known; what is left
/// of it is skipped without being kept.
#[derive(Clone, Debug)]
pub struct LineCodec {
    most: usize,
    /// How much of the buffer is known to hold no `\n`.
    searched: usize,
    skipping: bool,
}

impl LineCodec {
    /// A codec for lines of at most `most` bytes, their `\n` included.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, searched: 0, skipping: false }
    }

    /// Takes the next line out of `buffer`, or `None` when it holds no whole one.
    pub fn next_line(&mut self, buffer: &mut BytesMut) -> Option<Result<Bytes, FrameTooLong>> {
        loop {
            let end = memchr::memchr(b'\n', &buffer[self.searched..]);
            let Some(end) = end.map(|at| at + self.searched) else {
                self.searched = buffer.len();
                if self.skipping {
                    buffer.clear();
                    self.searched = 0;
                } else if buffer.len() >= self.most {
                    buffer.clear();
                    self.searched = 0;
                    self.skipping = true;
                    return Some(Err(FrameTooLong(self.most)));
                }
                return None;
            };
            self.searched = 0;
            let mut line = buffer.split_to(end + 1);
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if line.len() > self.most {
                return Some(Err(FrameTooLong(self.most)));
            }
            line.truncate(end);
            if line.last() == Some(&b'\r') {
                line.truncate(end - 1);
            }
            return Some(Ok(line.freeze()));
        }
    }

    /// Takes out what is left when the stream has ended: a last line without `\n`, if any.
    pub fn last_line(&mut self, buffer: &mut BytesMut) -> Option<Bytes> {
        let rest = buffer.copy_to_bytes(buffer.len());
        self.searched = 0;
        if std::mem::take(&mut self.skipping) || rest.is_empty() {
            return None;
        }
        Some(rest)
    }
}

impl Default for LineCodec {
    /// The native wire's codec.
    fn default() -> Self {
        Self::new(limit::FRAME_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]], most: usize) -> Vec<Result<String, FrameTooLong>> {
        let mut codec = LineCodec::new(most);
        let mut buffer = BytesMut::new();
        let mut out = Vec::new();
        for chunk in chunks {
            buffer.extend_from_slice(chunk);
            while let Some(line) = codec.next_line(&mut buffer) {
                out.push(line.map(|line| String::from_utf8_lossy(&line).into_owned()));
            }
        }
        if let Some(rest) = codec.last_line(&mut buffer) {
            out.push(Ok(String::from_utf8_lossy(&rest).into_owned()));
        }
        out
    }

    fn ok(line: &str) -> Result<String, FrameTooLong> {
        Ok(line.to_owned())
    }

    #[test]
    fn lines_end_at_new_lines() {
        assert_eq!(lines(&[b"a\nb\r\n\nc"], 10), [ok("a"), ok("b"), ok(""), ok("c")]);
    }

    #[test]
    fn a_line_may_come_byte_by_byte() {
        let bytes = b"hello\r\nworld\n";
        let chunks: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(lines(&chunks, 10), [ok("hello"), ok("world")]);
    }

    #[test]
    fn too_long_a_line_is_told_once_and_skipped() {
        let long = [b'x'; 1000];
        let told = Err(FrameTooLong(8));
        assert_eq!(lines(&[&long, &long, b"\nnext\n"], 8), [told.clone(), ok("next")]);
        assert_eq!(lines(&[b"12345678\n1234567\n"], 8), [told, ok("1234567")]);
        assert_eq!(lines(&[&long], 8), [Err(FrameTooLong(8))]);
    }

    proptest::proptest! {
        #[test]
        fn chunks_do_not_matter(bytes in proptest::collection::vec(
            proptest::prop_oneof![proptest::strategy::Just(b'\n'), proptest::prelude::any::<u8>()], 0..200),
            size in 1_usize..50)
        {
            let whole = lines(&[&bytes], 20);
            let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
            proptest::prop_assert_eq!(lines(&chunks, 20), whole);
        }
    }
}
