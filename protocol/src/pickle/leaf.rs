//! Values without parts: `None`, bools, numbers, texts and bytes, in each protocol's spelling.

use super::input::{Halt, Input};
use super::opcode as op;
use super::{PickleError, Value, spelling};

/// The value that `opcode` and its argument stand for, or `None` when it is no opcode for one.
pub(super) fn read(opcode: u8, input: &mut Input<'_>) -> Result<Option<Value>, Halt> {
    Ok(Some(match opcode {
        op::NONE => Value::None,
        op::NEWTRUE => Value::Bool(true),
        op::NEWFALSE => Value::Bool(false),
        op::BININT => Value::Int(i32::from_le_bytes(input.array()?).into()),
        op::BININT1 => Value::Int(input.byte()?.into()),
        op::BININT2 => Value::Int(u16::from_le_bytes(input.array()?).into()),
        op::LONG1 => Value::Int(long(input.counted::<1>()?)?),
        op::LONG4 => Value::Int(long(input.counted::<4>()?)?),
        op::INT => written_int(input)?,
        op::LONG => written_long(input)?,
        op::BINFLOAT => Value::Float(f64::from_be_bytes(input.array()?)),
        op::FLOAT => written_float(input)?,
        op::SHORT_BINUNICODE => text(input.counted::<1>()?),
        op::BINUNICODE => text(input.counted::<4>()?),
        op::BINUNICODE8 => text(input.counted::<8>()?),
        op::UNICODE => match spelling::raw_unicode_escape(input.line()?) {
            Some(text) => Value::Text(text),
            None => return Err(input.malformed("has a text with a broken escape")),
        },
        op::SHORT_BINSTRING => old_text(input.counted::<1>()?.to_vec()),
        op::BINSTRING => old_text(input.counted::<4>()?.to_vec()),
        op::STRING => match spelling::quoted(input.line()?) {
            Some(bytes) => old_text(bytes),
            None => return Err(input.malformed("has a text without its quotes")),
        },
        op::SHORT_BINBYTES => Value::Bytes(input.counted::<1>()?.to_vec()),
        op::BINBYTES => Value::Bytes(input.counted::<4>()?.to_vec()),
        op::BINBYTES8 | op::BYTEARRAY8 => Value::Bytes(input.counted::<8>()?.to_vec()),
        _ => return Ok(None),
    }))
}

/// A str of Python 3, a unicode of Python 2.
fn text(bytes: &[u8]) -> Value {
    Value::Text(String::from_utf8_lossy(bytes).into_owned())
}

/// A str of Python 2, which are bytes that were mostly meant as text.
fn old_text(bytes: Vec<u8>) -> Value {
    String::from_utf8(bytes).map_or_else(|error| Value::Bytes(error.into_bytes()), Value::Text)
}

/// A two's complement of any length, lowest byte first.
fn long(bytes: &[u8]) -> Result<i64, PickleError> {
    let is_negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let filler = if is_negative { 0xff } else { 0 };
    let mut number = [filler; 8];
    let (low, high) = bytes.split_at(bytes.len().min(8));
    number[..low.len()].copy_from_slice(low);
    let number = i64::from_le_bytes(number);
    let fits = high.iter().all(|&byte| byte == filler) && (number < 0) == is_negative;
    if fits { Ok(number) } else { Err(PickleError::LargeInt) }
}

/// An int in digits. Protocols 0 and 1 have no other way to say `True` and `False`.
fn written_int(input: &mut Input<'_>) -> Result<Value, Halt> {
    match input.ascii_line()? {
        "00" => Ok(Value::Bool(false)),
        "01" => Ok(Value::Bool(true)),
        digits => int(digits, input),
    }
}

fn written_long(input: &mut Input<'_>) -> Result<Value, Halt> {
    let digits = input.ascii_line()?;
    int(digits.strip_suffix('L').unwrap_or(digits), input)
}

fn int(digits: &str, input: &Input<'_>) -> Result<Value, Halt> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    digits.parse().map(Value::Int).map_err(|error: std::num::ParseIntError| match error.kind() {
        PosOverflow | NegOverflow => PickleError::LargeInt.into(),
        _ => input.malformed("has an int that is none"),
    })
}

fn written_float(input: &mut Input<'_>) -> Result<Value, Halt> {
    let number = input.ascii_line()?.parse();
    number.map(Value::Float).map_err(|_| input.malformed("has a float that is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longs_of_any_length() {
        fn check(bytes: &[u8], expected: Result<i64, PickleError>) {
            assert_eq!(long(bytes), expected, "{bytes:?}");
        }
        check(b"", Ok(0));
        check(b"\xff", Ok(-1));
        check(b"\x00\x80", Ok(-32768));
        check(b"\xff\x00", Ok(255));
        check(b"\xff\xff\xff\xff\xff\xff\xff\x7f", Ok(i64::MAX));
        check(b"\x00\x00\x00\x00\x00\x00\x00\x80", Ok(i64::MIN));
        check(b"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00", Ok(1));
        check(b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff", Ok(-2));
        check(b"\x00\x00\x00\x00\x00\x00\x00\x80\x00", Err(PickleError::LargeInt));
        check(b"\xff\xff\xff\xff\xff\xff\xff\x7f\xff", Err(PickleError::LargeInt));
        check(b"\x00\x00\x00\x00\x00\x00\x00\x00\x01", Err(PickleError::LargeInt));
    }
}
