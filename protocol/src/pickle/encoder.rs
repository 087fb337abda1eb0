//! Writes values at protocol 2, which every Python since 2.3 reads.

use bytes::{BufMut, BytesMut};

use super::Value;
use super::opcode as op;

/// Writes `value` as a pickle of protocol 2.
///
/// What that protocol has no plain opcode for goes as its nearest kin: bytes as a str, a set as a
/// list.
pub fn encode(value: &Value, out: &mut BytesMut) {
    out.put_slice(&[op::PROTO, 2]);
    put(value, out);
    out.put_u8(op::STOP);
}

fn put(value: &Value, out: &mut BytesMut) {
    match value {
        Value::None => out.put_u8(op::NONE),
        Value::Bool(true) => out.put_u8(op::NEWTRUE),
        Value::Bool(false) => out.put_u8(op::NEWFALSE),
        Value::Int(number) => put_int(*number, out),
        Value::Float(number) => {
            out.put_u8(op::BINFLOAT);
            out.put_f64(*number);
        }
        Value::Text(text) => put_text(text, out),
        Value::Bytes(bytes) => put_text(&String::from_utf8_lossy(bytes), out),
        Value::List(items) | Value::Set(items) => {
            out.put_u8(op::EMPTY_LIST);
            put_parts(items, op::APPENDS, out);
        }
        Value::Tuple(items) => put_tuple(items, out),
        Value::Dict(pairs) => {
            out.put_u8(op::EMPTY_DICT);
            put_parts(pairs.iter().flat_map(|(key, value)| [key, value]), op::SETITEMS, out);
        }
    }
}

fn put_int(number: i64, out: &mut BytesMut) {
    if let Ok(number) = u8::try_from(number) {
        out.put_slice(&[op::BININT1, number]);
    } else if let Ok(number) = u16::try_from(number) {
        out.put_u8(op::BININT2);
        out.put_u16_le(number);
    } else if let Ok(number) = i32::try_from(number) {
        out.put_u8(op::BININT);
        out.put_i32_le(number);
    } else {
        out.put_slice(&[op::LONG1, 8]);
        out.put_i64_le(number);
    }
}

fn put_text(text: &str, out: &mut BytesMut) {
    out.put_u8(op::BINUNICODE);
    // The length has 32 bits: a text of 4 GiB, which no message can be, would lose its end.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.put_u32_le(length);
    out.put_slice(&text.as_bytes()[..length as usize]);
}

fn put_tuple(items: &[Value], out: &mut BytesMut) {
    let close = match items.len() {
        0 => op::EMPTY_TUPLE,
        1 => op::TUPLE1,
        2 => op::TUPLE2,
        3 => op::TUPLE3,
        _ => op::TUPLE,
    };
    if close == op::TUPLE {
        out.put_u8(op::MARK);
    }
    items.iter().for_each(|item| put(item, out));
    out.put_u8(close);
}

fn put_parts<'a>(parts: impl IntoIterator<Item = &'a Value>, close: u8, out: &mut BytesMut) {
    let mut parts = parts.into_iter().peekable();
    if parts.peek().is_some() {
        out.put_u8(op::MARK);
        parts.for_each(|part| put(part, out));
        out.put_u8(close);
    }
}
