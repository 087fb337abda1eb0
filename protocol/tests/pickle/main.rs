//! Pickles from outside: what Python writes, whatever else may come, and what is kept of both.

#![allow(clippy::unwrap_used)]

mod corpus;
mod golden;
mod properties;

use chat_protocol::pickle::{Decoder, PickleError, Value};

type Decoded = Result<Option<(Value, usize)>, PickleError>;

/// What becomes of these bytes when so many more of them come at a time.
fn in_pieces(bytes: &[u8], size: usize) -> Decoded {
    let mut decoder = Decoder::default();
    for end in (size..bytes.len()).step_by(size) {
        match decoder.decode(&bytes[..end]) {
            Ok(None) => {}
            ended => return ended,
        }
    }
    decoder.decode(bytes)
}
