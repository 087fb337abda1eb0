//! No dialect at all: a line typed is a line sent, and what comes is shown. For servers that are
//! still being written, echo servers, and scripts that talk both ways.

use bytes::{BufMut, BytesMut};

use super::{Dialect, Heard, piece};
use crate::text::Text;

/// Somebody at any server.
pub(super) struct Raw;

impl Dialect for Raw {
    fn hello(&mut self, _out: &mut BytesMut) {}

    fn say(&mut self, text: &Text, out: &mut BytesMut) -> bool {
        out.put_slice(text.as_bytes());
        out.put_u8(b'\n');
        true
    }

    fn hear(&mut self, buffer: &mut BytesMut, settled: bool) -> Vec<Heard> {
        let mut heard = Vec::new();
        while let Some(piece) = piece::next(buffer, settled) {
            heard.extend(piece::texts(&piece).into_iter().map(Heard::Raw));
        }
        heard
    }
}
