//! Whatever is encoded reads back the same, and whatever is read is read or refused, however it
//! comes in pieces.

use bytes::BytesMut;
use chat_protocol::pickle::{Value, decode, encode, profile};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::Index;
use proptest::{prop_assert, prop_assert_eq};

use crate::{Decoded, in_pieces};

/// Values that protocol 2 has plain opcodes for. No NaN, which does not equal itself.
fn value() -> impl Strategy<Value = Value> {
    let float = any::<f64>().prop_filter("NaN", |number| !number.is_nan());
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-70_000_i64..70_000).prop_map(Value::Int),
        float.prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(8, 60, 6, |part| {
        prop_oneof![
            vec(part.clone(), 0..6).prop_map(Value::List),
            vec(part.clone(), 0..6).prop_map(Value::Tuple),
            vec((part.clone(), part), 0..4).prop_map(Value::Dict),
        ]
    })
}

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode(value, &mut out);
    out.to_vec()
}

/// Bytes of which most are opcodes, so that they mean something more often than any bytes do.
fn program() -> impl Strategy<Value = Vec<u8>> {
    let opcodes = b"(02gjhpqr\x94NIJKMLFGSTUVXCB\x88\x89\x8a\x8b\x8c\x8d\x8e\x96\
        ]lae)t}dsu\x85\x86\x87\x8f\x90\x91\x80\x95.";
    let opcode = any::<Index>().prop_map(|at| *at.get(opcodes));
    let byte = prop_oneof![
        8 => opcode,
        2 => Just(0),
        1 => Just(b'\n'),
        1 => b'0'..=b'9',
        1 => any::<u8>(),
    ];
    vec(byte, 0..200)
}

/// The same in words, since a NaN does not equal itself.
fn shown(decoded: &Decoded) -> String {
    format!("{decoded:?}")
}

/// How many values and bytes of text there are.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().map(size).sum()
        }
        Value::Dict(pairs) => pairs.iter().map(|(key, value)| size(key) + size(value)).sum(),
        _ => 0,
    }
}

proptest! {
    #[test]
    fn what_is_encoded_reads_back(value in value(), piece in 1_usize..40) {
        let bytes = encoded(&value);
        let found = Ok(Some((value, bytes.len())));
        prop_assert_eq!(decode(&bytes), found.clone());
        prop_assert_eq!(in_pieces(&bytes, piece), found);
    }

    #[test]
    fn a_pickle_cut_short_is_incomplete(value in value()) {
        let bytes = encoded(&value);
        for end in 0..bytes.len() {
            prop_assert_eq!(decode(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_in_any_pieces(
        bytes in prop_oneof![program(), vec(any::<u8>(), 0..100)],
        piece in 1_usize..20,
    ) {
        let whole = decode(&bytes);
        prop_assert_eq!(shown(&in_pieces(&bytes, piece)), shown(&whole));
        if let Ok(Some((value, used))) = whole {
            prop_assert!(used <= bytes.len() && size(&value) <= 4 * used + 256);
            let _ = profile(&value);
        }
    }

    #[test]
    fn damaged_pickles_are_read_or_refused(value in value(), at: Index, byte: u8) {
        let mut bytes = encoded(&value);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        prop_assert_eq!(shown(&in_pieces(&bytes, 1)), shown(&decode(&bytes)));
    }
}
