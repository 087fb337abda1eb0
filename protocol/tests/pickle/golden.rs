//! Pickles that Python 3.11 wrote, byte for byte, each beside the expression that was pickled.

use bytes::BytesMut;
use chat_protocol::pickle::{Decoder, Value, decode, encode};

/// What `pickle.dumps(…, protocol)` gave for each protocol up to 5, the earliest first, is read as
/// `expected`: whole, with more behind it, and cut in two at every byte.
fn check(expected: &Value, pickles: &[&[u8]]) {
    for &pickle in pickles {
        let found = Ok(Some((expected.clone(), pickle.len())));
        let name = pickle.escape_ascii();
        assert_eq!(decode(pickle), found, "{name}");
        assert_eq!(decode(&[pickle, b"more"].concat()), found, "{name}");
        for at in 0..pickle.len() {
            let mut decoder = Decoder::default();
            assert_eq!(decoder.decode(&pickle[..at]), Ok(None), "{name} until {at}");
            assert_eq!(decoder.decode(pickle), found, "{name} from {at}");
        }
    }
}

fn ints(numbers: &[i64]) -> Value {
    Value::List(numbers.iter().map(|&number| number.into()).collect())
}

fn tuple(numbers: &[i64]) -> Value {
    Value::Tuple(numbers.iter().map(|&number| number.into()).collect())
}

fn texts(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|&text| text.into()).collect())
}

fn ann() -> Value {
    Value::Dict(vec![
        ("name".into(), "Ann".into()),
        ("student_id".into(), 1234.into()),
        ("github".into(), "ann-gh".into()),
    ])
}

#[test]
fn bools_and_numbers() {
    // None
    check(
        &Value::None,
        &[b"N.", b"N.", b"\x80\x02N.", b"\x80\x03N.", b"\x80\x04N.", b"\x80\x05N."],
    );
    // [True, False]
    check(
        &Value::List(vec![Value::Bool(true), Value::Bool(false)]),
        &[
            b"(lp0\nI01\naI00\na.",
            b"]q\x00(I01\nI00\ne.",
            b"\x80\x02]q\x00(\x88\x89e.",
            b"\x80\x03]q\x00(\x88\x89e.",
            b"\x80\x04\x95\x07\x00\x00\x00\x00\x00\x00\x00]\x94(\x88\x89e.",
            b"\x80\x05\x95\x07\x00\x00\x00\x00\x00\x00\x00]\x94(\x88\x89e.",
        ],
    );
    // [0, 255, 256, 65535, 65536, -1, -2**31, 2**31 - 1]
    check(
        &ints(&[0, 255, 256, 65_535, 65_536, -1, -(1 << 31), (1 << 31) - 1]),
        &[
            b"(lp0\nI0\naI255\naI256\naI65535\naI65536\naI-1\naI-2147483648\naI2147483647\na.",
            b"]q\x00(K\x00K\xffM\x00\x01M\xff\xffJ\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80J\xff\xff\xff\x7fe.",
            b"\x80\x02]q\x00(K\x00K\xffM\x00\x01M\xff\xffJ\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80J\xff\xff\xff\x7fe.",
            b"\x80\x03]q\x00(K\x00K\xffM\x00\x01M\xff\xffJ\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80J\xff\xff\xff\x7fe.",
            b"\x80\x04\x95#\x00\x00\x00\x00\x00\x00\x00]\x94(K\x00K\xffM\x00\x01M\xff\xffJ\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80J\xff\xff\xff\x7fe.",
            b"\x80\x05\x95#\x00\x00\x00\x00\x00\x00\x00]\x94(K\x00K\xffM\x00\x01M\xff\xffJ\x00\x00\x01\x00J\xff\xff\xff\xffJ\x00\x00\x00\x80J\xff\xff\xff\x7fe.",
        ],
    );
    // [2**31, -2**31 - 1, 2**63 - 1, -2**63]
    check(
        &ints(&[1 << 31, -(1 << 31) - 1, i64::MAX, i64::MIN]),
        &[
            b"(lp0\nL2147483648L\naL-2147483649L\naL9223372036854775807L\naL-9223372036854775808L\na.",
            b"]q\x00(L2147483648L\nL-2147483649L\nL9223372036854775807L\nL-9223372036854775808L\ne.",
            b"\x80\x02]q\x00(\x8a\x05\x00\x00\x00\x80\x00\x8a\x05\xff\xff\xff\x7f\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80e.",
            b"\x80\x03]q\x00(\x8a\x05\x00\x00\x00\x80\x00\x8a\x05\xff\xff\xff\x7f\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80e.",
            b"\x80\x04\x95'\x00\x00\x00\x00\x00\x00\x00]\x94(\x8a\x05\x00\x00\x00\x80\x00\x8a\x05\xff\xff\xff\x7f\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80e.",
            b"\x80\x05\x95'\x00\x00\x00\x00\x00\x00\x00]\x94(\x8a\x05\x00\x00\x00\x80\x00\x8a\x05\xff\xff\xff\x7f\xff\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80e.",
        ],
    );
    // [0.5, -1e300, float('inf')]
    check(
        &Value::List([0.5, -1e300, f64::INFINITY].map(Value::Float).to_vec()),
        &[
            b"(lp0\nF0.5\naF-1e+300\naFinf\na.",
            b"]q\x00(G?\xe0\x00\x00\x00\x00\x00\x00G\xfe7\xe4<\x88\x00u\x9cG\x7f\xf0\x00\x00\x00\x00\x00\x00e.",
            b"\x80\x02]q\x00(G?\xe0\x00\x00\x00\x00\x00\x00G\xfe7\xe4<\x88\x00u\x9cG\x7f\xf0\x00\x00\x00\x00\x00\x00e.",
            b"\x80\x03]q\x00(G?\xe0\x00\x00\x00\x00\x00\x00G\xfe7\xe4<\x88\x00u\x9cG\x7f\xf0\x00\x00\x00\x00\x00\x00e.",
            b"\x80\x04\x95 \x00\x00\x00\x00\x00\x00\x00]\x94(G?\xe0\x00\x00\x00\x00\x00\x00G\xfe7\xe4<\x88\x00u\x9cG\x7f\xf0\x00\x00\x00\x00\x00\x00e.",
            b"\x80\x05\x95 \x00\x00\x00\x00\x00\x00\x00]\x94(G?\xe0\x00\x00\x00\x00\x00\x00G\xfe7\xe4<\x88\x00u\x9cG\x7f\xf0\x00\x00\x00\x00\x00\x00e.",
        ],
    );
}

#[test]
fn strings() {
    // ['', 'ann', 'h\xe9, \u4f60', '\U0001f600', 'a\\b\n\'"\0']
    check(
        &texts(&["", "ann", "hé, 你", "😀", "a\\b\n'\"\0"]),
        &[
            b"(lp0\nV\np1\naVann\np2\naVh\xe9, \\u4f60\np3\naV\\U0001f600\np4\naVa\\u005cb\\u000a'\"\\u0000\np5\na.",
            b"]q\x00(X\x00\x00\x00\x00q\x01X\x03\x00\x00\x00annq\x02X\x08\x00\x00\x00h\xc3\xa9, \xe4\xbd\xa0q\x03X\x04\x00\x00\x00\xf0\x9f\x98\x80q\x04X\x07\x00\x00\x00a\\b\n'\"\x00q\x05e.",
            b"\x80\x02]q\x00(X\x00\x00\x00\x00q\x01X\x03\x00\x00\x00annq\x02X\x08\x00\x00\x00h\xc3\xa9, \xe4\xbd\xa0q\x03X\x04\x00\x00\x00\xf0\x9f\x98\x80q\x04X\x07\x00\x00\x00a\\b\n'\"\x00q\x05e.",
            b"\x80\x03]q\x00(X\x00\x00\x00\x00q\x01X\x03\x00\x00\x00annq\x02X\x08\x00\x00\x00h\xc3\xa9, \xe4\xbd\xa0q\x03X\x04\x00\x00\x00\xf0\x9f\x98\x80q\x04X\x07\x00\x00\x00a\\b\n'\"\x00q\x05e.",
            b"\x80\x04\x95*\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x00\x94\x8c\x03ann\x94\x8c\x08h\xc3\xa9, \xe4\xbd\xa0\x94\x8c\x04\xf0\x9f\x98\x80\x94\x8c\x07a\\b\n'\"\x00\x94e.",
            b"\x80\x05\x95*\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x00\x94\x8c\x03ann\x94\x8c\x08h\xc3\xa9, \xe4\xbd\xa0\x94\x8c\x04\xf0\x9f\x98\x80\x94\x8c\x07a\\b\n'\"\x00\x94e.",
        ],
    );
    // [x := 'twice', x]
    check(
        &texts(&["twice", "twice"]),
        &[
            b"(lp0\nVtwice\np1\nag1\na.",
            b"]q\x00(X\x05\x00\x00\x00twiceq\x01h\x01e.",
            b"\x80\x02]q\x00(X\x05\x00\x00\x00twiceq\x01h\x01e.",
            b"\x80\x03]q\x00(X\x05\x00\x00\x00twiceq\x01h\x01e.",
            b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x05twice\x94h\x01e.",
            b"\x80\x05\x95\x0f\x00\x00\x00\x00\x00\x00\x00]\x94(\x8c\x05twice\x94h\x01e.",
        ],
    );
}

#[test]
fn lists_and_tuples() {
    // ()
    check(
        &Value::Tuple(vec![]),
        &[b"(t.", b").", b"\x80\x02).", b"\x80\x03).", b"\x80\x04).", b"\x80\x05)."],
    );
    // (1,)
    check(
        &tuple(&[1]),
        &[
            b"(I1\ntp0\n.",
            b"(K\x01tq\x00.",
            b"\x80\x02K\x01\x85q\x00.",
            b"\x80\x03K\x01\x85q\x00.",
            b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01\x85\x94.",
            b"\x80\x05\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01\x85\x94.",
        ],
    );
    // (1, 2)
    check(
        &tuple(&[1, 2]),
        &[
            b"(I1\nI2\ntp0\n.",
            b"(K\x01K\x02tq\x00.",
            b"\x80\x02K\x01K\x02\x86q\x00.",
            b"\x80\x03K\x01K\x02\x86q\x00.",
            b"\x80\x04\x95\x07\x00\x00\x00\x00\x00\x00\x00K\x01K\x02\x86\x94.",
            b"\x80\x05\x95\x07\x00\x00\x00\x00\x00\x00\x00K\x01K\x02\x86\x94.",
        ],
    );
    // (1, 2, 3)
    check(
        &tuple(&[1, 2, 3]),
        &[
            b"(I1\nI2\nI3\ntp0\n.",
            b"(K\x01K\x02K\x03tq\x00.",
            b"\x80\x02K\x01K\x02K\x03\x87q\x00.",
            b"\x80\x03K\x01K\x02K\x03\x87q\x00.",
            b"\x80\x04\x95\x09\x00\x00\x00\x00\x00\x00\x00K\x01K\x02K\x03\x87\x94.",
            b"\x80\x05\x95\x09\x00\x00\x00\x00\x00\x00\x00K\x01K\x02K\x03\x87\x94.",
        ],
    );
    // (1, 2, 3, 4)
    check(
        &tuple(&[1, 2, 3, 4]),
        &[
            b"(I1\nI2\nI3\nI4\ntp0\n.",
            b"(K\x01K\x02K\x03K\x04tq\x00.",
            b"\x80\x02(K\x01K\x02K\x03K\x04tq\x00.",
            b"\x80\x03(K\x01K\x02K\x03K\x04tq\x00.",
            b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00(K\x01K\x02K\x03K\x04t\x94.",
            b"\x80\x05\x95\x0c\x00\x00\x00\x00\x00\x00\x00(K\x01K\x02K\x03K\x04t\x94.",
        ],
    );
    // []
    check(
        &Value::List(vec![]),
        &[
            b"(lp0\n.",
            b"]q\x00.",
            b"\x80\x02]q\x00.",
            b"\x80\x03]q\x00.",
            b"\x80\x04]\x94.",
            b"\x80\x05]\x94.",
        ],
    );
    // [[]]
    check(
        &Value::List(vec![Value::List(vec![])]),
        &[
            b"(lp0\n(lp1\na.",
            b"]q\x00]q\x01a.",
            b"\x80\x02]q\x00]q\x01a.",
            b"\x80\x03]q\x00]q\x01a.",
            b"\x80\x04\x95\x06\x00\x00\x00\x00\x00\x00\x00]\x94]\x94a.",
            b"\x80\x05\x95\x06\x00\x00\x00\x00\x00\x00\x00]\x94]\x94a.",
        ],
    );
}

#[test]
fn dicts_and_profiles() {
    // {}
    check(
        &Value::Dict(vec![]),
        &[
            b"(dp0\n.",
            b"}q\x00.",
            b"\x80\x02}q\x00.",
            b"\x80\x03}q\x00.",
            b"\x80\x04}\x94.",
            b"\x80\x05}\x94.",
        ],
    );
    // {1: 'x', 'y': (None,)}
    check(
        &Value::Dict(vec![
                (1.into(), "x".into()),
                ("y".into(), Value::Tuple(vec![Value::None])),
            ]),
        &[
            b"(dp0\nI1\nVx\np1\nsVy\np2\n(Ntp3\ns.",
            b"}q\x00(K\x01X\x01\x00\x00\x00xq\x01X\x01\x00\x00\x00yq\x02(Ntq\x03u.",
            b"\x80\x02}q\x00(K\x01X\x01\x00\x00\x00xq\x01X\x01\x00\x00\x00yq\x02N\x85q\x03u.",
            b"\x80\x03}q\x00(K\x01X\x01\x00\x00\x00xq\x01X\x01\x00\x00\x00yq\x02N\x85q\x03u.",
            b"\x80\x04\x95\x12\x00\x00\x00\x00\x00\x00\x00}\x94(K\x01\x8c\x01x\x94\x8c\x01y\x94N\x85\x94u.",
            b"\x80\x05\x95\x12\x00\x00\x00\x00\x00\x00\x00}\x94(K\x01\x8c\x01x\x94\x8c\x01y\x94N\x85\x94u.",
        ],
    );
    // {'name': 'Ann', 'student_id': 1234, 'github': 'ann-gh'}
    check(
        &ann(),
        &[
            b"(dp0\nVname\np1\nVAnn\np2\nsVstudent_id\np3\nI1234\nsVgithub\np4\nVann-gh\np5\ns.",
            b"}q\x00(X\x04\x00\x00\x00nameq\x01X\x03\x00\x00\x00Annq\x02X\n\x00\x00\x00student_idq\x03M\xd2\x04X\x06\x00\x00\x00githubq\x04X\x06\x00\x00\x00ann-ghq\x05u.",
            b"\x80\x02}q\x00(X\x04\x00\x00\x00nameq\x01X\x03\x00\x00\x00Annq\x02X\n\x00\x00\x00student_idq\x03M\xd2\x04X\x06\x00\x00\x00githubq\x04X\x06\x00\x00\x00ann-ghq\x05u.",
            b"\x80\x03}q\x00(X\x04\x00\x00\x00nameq\x01X\x03\x00\x00\x00Annq\x02X\n\x00\x00\x00student_idq\x03M\xd2\x04X\x06\x00\x00\x00githubq\x04X\x06\x00\x00\x00ann-ghq\x05u.",
            b"\x80\x04\x954\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04name\x94\x8c\x03Ann\x94\x8c\nstudent_id\x94M\xd2\x04\x8c\x06github\x94\x8c\x06ann-gh\x94u.",
            b"\x80\x05\x954\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04name\x94\x8c\x03Ann\x94\x8c\nstudent_id\x94M\xd2\x04\x8c\x06github\x94\x8c\x06ann-gh\x94u.",
        ],
    );
    // ('Ann', '1234', 'ann-gh')
    check(
        &Value::Tuple(vec!["Ann".into(), "1234".into(), "ann-gh".into()]),
        &[
            b"(VAnn\np0\nV1234\np1\nVann-gh\np2\ntp3\n.",
            b"(X\x03\x00\x00\x00Annq\x00X\x04\x00\x00\x001234q\x01X\x06\x00\x00\x00ann-ghq\x02tq\x03.",
            b"\x80\x02X\x03\x00\x00\x00Annq\x00X\x04\x00\x00\x001234q\x01X\x06\x00\x00\x00ann-ghq\x02\x87q\x03.",
            b"\x80\x03X\x03\x00\x00\x00Annq\x00X\x04\x00\x00\x001234q\x01X\x06\x00\x00\x00ann-ghq\x02\x87q\x03.",
            b"\x80\x04\x95\x19\x00\x00\x00\x00\x00\x00\x00\x8c\x03Ann\x94\x8c\x041234\x94\x8c\x06ann-gh\x94\x87\x94.",
            b"\x80\x05\x95\x19\x00\x00\x00\x00\x00\x00\x00\x8c\x03Ann\x94\x8c\x041234\x94\x8c\x06ann-gh\x94\x87\x94.",
        ],
    );
}

/// What the protocols before these can only say by a call, which is refused.
#[test]
fn bytes_and_sets_of_later_protocols() {
    // b'\0\xff'
    check(
        &Value::Bytes(vec![0, 255]),
        &[
            b"\x80\x03C\x02\x00\xffq\x00.",
            b"\x80\x04\x95\x06\x00\x00\x00\x00\x00\x00\x00C\x02\x00\xff\x94.",
            b"\x80\x05\x95\x06\x00\x00\x00\x00\x00\x00\x00C\x02\x00\xff\x94.",
        ],
    );
    // b''
    check(
        &Value::Bytes(vec![]),
        &[
            b"\x80\x03C\x00q\x00.",
            b"\x80\x04\x95\x04\x00\x00\x00\x00\x00\x00\x00C\x00\x94.",
            b"\x80\x05\x95\x04\x00\x00\x00\x00\x00\x00\x00C\x00\x94.",
        ],
    );
    // {7}
    check(
        &Value::Set(vec![7.into()]),
        &[
            b"\x80\x04\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8f\x94(K\x07\x90.",
            b"\x80\x05\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8f\x94(K\x07\x90.",
        ],
    );
    // frozenset({7})
    check(
        &Value::Set(vec![7.into()]),
        &[
            b"\x80\x04\x95\x06\x00\x00\x00\x00\x00\x00\x00(K\x07\x91\x94.",
            b"\x80\x05\x95\x06\x00\x00\x00\x00\x00\x00\x00(K\x07\x91\x94.",
        ],
    );
    // set()
    check(&Value::Set(vec![]), &[b"\x80\x04\x8f\x94.", b"\x80\x05\x8f\x94."]);
    // bytearray(b'ab')
    check(
        &Value::Bytes(b"ab".to_vec()),
        &[
            b"\x80\x05\x95\x0d\x00\x00\x00\x00\x00\x00\x00\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x94.",
        ],
    );
}

/// Spellings of Python 2 and its C implementation, which Python 3 reads but never writes.
#[test]
fn spellings_of_old() {
    // {'name': 'Ann'}
    let name = Value::Dict(vec![("name".into(), "Ann".into())]);
    check(
        &name,
        &[
            b"(dp0\nS'name'\np1\nS'Ann'\np2\ns.",
            b"}q\x00U\x04nameq\x01T\x03\x00\x00\x00Annq\x02s.",
            b"(S\"name\"\nS'Ann'\nd.",
        ],
    );
    // u'\U0001f600', from a narrow build
    check(&"😀".into(), &[b"V\\ud83d\\ude00\np0\n."]);
    // 'h\xe9', a str that is no UTF-8
    check(&Value::Bytes(b"h\xe9".to_vec()), &[b"S'h\\xe9'\np0\n.", b"U\x02h\xe9q\x00."]);
    // 7L
    check(&7.into(), &[b"L7L\n.", b"L7\n.", b"\x8b\x01\x00\x00\x00\x07."]);
}

/// What `pickle.loads` reads as the expression beside it.
#[test]
fn what_python_is_sent() {
    fn check(value: &Value, expected: &[u8]) {
        let mut out = BytesMut::new();
        encode(value, &mut out);
        assert_eq!(out.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
    // [None, True, False, 0.5]
    let plain = [Value::None, Value::Bool(true), Value::Bool(false), Value::Float(0.5)];
    check(&Value::List(plain.to_vec()), b"\x80\x02](N\x88\x89G?\xe0\0\0\0\0\0\0e.");
    // [255, 65535, -1, 65536, 2147483648]
    check(
        &ints(&[255, 65_535, -1, 65_536, 1 << 31]),
        b"\x80\x02](K\xffM\xff\xffJ\xff\xff\xff\xffJ\0\0\x01\0\x8a\x08\0\0\0\x80\0\0\0\0e.",
    );
    // {'h\xe9': ()}
    let dict = Value::Dict(vec![("hé".into(), Value::Tuple(vec![]))]);
    check(&dict, b"\x80\x02}(X\x03\0\0\0h\xc3\xa9)u.");
    // (1, 2, 3, 4)
    check(&tuple(&[1, 2, 3, 4]), b"\x80\x02(K\x01K\x02K\x03K\x04t.");
    // (1, 2, 3)
    check(&tuple(&[1, 2, 3]), b"\x80\x02K\x01K\x02K\x03\x87.");
    // ['a', [7]]: bytes and sets have no plain opcode
    let kin = vec![Value::Bytes(b"a".to_vec()), Value::Set(vec![7.into()])];
    check(&Value::List(kin), b"\x80\x02](X\x01\0\0\0a](K\x07ee.");
}
