//! Plain data as Python's `pickle` writes it: [`Value`], [`decode`] for protocols 0 to 5, [`encode`]
//! at protocol 2.
//!
//! Only the opcodes that stand for data are known. Whatever names a class, calls something or
//! points outside of the bytes is refused when it is met, so that reading a stranger's pickle can do
//! no more than yield a [`Value`]. A pickle's length, depth and unfolded size are bounded.

use thiserror::Error;

use crate::limit;

mod arena;
mod decoder;
mod encoder;
mod input;
mod leaf;
mod opcode;
mod profile;
mod spelling;

pub use decoder::Decoder;
pub use encoder::encode;
pub use profile::profile;

/// Longest pickle in bytes.
const BYTES_MOST: usize = limit::FRAME_BYTES;

/// Deepest nesting of containers within a pickle.
const DEPTH_MOST: usize = limit::FRAME_DEPTH;

/// What a pickle of plain data says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True` and `False`.
    Bool(bool),
    /// An int of at most 64 bits; larger ones are refused ([`PickleError::LargeInt`]).
    Int(i64),
    /// A float.
    Float(f64),
    /// A str. Lone surrogates, which Python allows, are U+FFFD.
    Text(String),
    /// Bytes or a bytearray; also a Python 2 str that is not UTF-8.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A dict: its pairs as they came. Of pairs with equal keys Python keeps the last.
    Dict(Vec<(Value, Value)>),
    /// A set or a frozenset: its items as they came.
    Set(Vec<Value>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

/// Why bytes are not a pickle of plain data, in words for whoever sent them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PickleError {
    /// It names a class or function.
    #[error("the pickle needs {0}, a class or function: {PLAIN}")]
    Class(String),
    /// It calls something, or makes an object of a class.
    #[error("the pickle makes an object or a call: {PLAIN}")]
    Call,
    /// It refers to an object that only its writer has.
    #[error("the pickle has a persistent id, which refers to something outside of it: {PLAIN}")]
    PersistentId,
    /// It refers to a class or function by a number.
    #[error("the pickle has an extension code, which stands for a class: {PLAIN}")]
    Extension,
    /// A part of it travels apart from it.
    #[error("the pickle has an out-of-band buffer, whose bytes are not in it: {PLAIN}")]
    Buffer,
    /// It is of a later protocol.
    #[error("pickle protocol {0} is not known here: pickle with protocol=2")]
    Protocol(u8),
    /// An int of more than 64 bits.
    #[error("the pickle has an int of more than 64 bits: send it as a str")]
    LargeInt,
    /// More bytes than a pickle may have.
    #[error("the pickle is longer than {BYTES_MOST} bytes: send less at a time")]
    TooLong,
    /// Containers in containers, too many.
    #[error("the pickle is nested more than {DEPTH_MOST} deep, or holds itself: send flat data")]
    TooDeep,
    /// What it says once and refers to often is too large when it is written out.
    #[error("the pickle repeats itself too often: send each thing once")]
    TooLarge,
    /// No pickle, or a damaged one: what is wrong, and where.
    #[error("no pickle: byte {at} {why}: send what pickle.dumps gives, and nothing before it")]
    Malformed {
        /// How many bytes are before the opcode at fault.
        at: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// What to do instead.
const PLAIN: &str = "send plain data: dict, list, tuple, str, int";

/// Reads the pickle that `bytes` begin with: its value and how many bytes it took, or `None` when
/// it goes on beyond them.
///
/// For bytes that come in pieces, a [`Decoder`] does not begin again with each.
///
/// # Errors
/// When the bytes are no pickle of plain data, however they go on.
pub fn decode(bytes: &[u8]) -> Result<Option<(Value, usize)>, PickleError> {
    Decoder::default().decode(bytes)
}
