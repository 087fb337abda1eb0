//! Whatever bytes come in whatever pieces: no door panics, those with frames say the same however
//! the bytes are split, what goes on to the room is well-formed, and every refusal is one line.
//! What was worth keeping of it lies in `tests/corpus/doors`.

use std::path::{Path, PathBuf};

use bytes::BytesMut;
use chat_protocol::limit::TEXT_BYTES;
use chat_protocol::{Event, Request};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::Index;
use proptest::{prop_assert, prop_assert_eq};

use super::comma::CommaDoor;
use super::duet::DuetDoor;
use super::line::LineDoor;
use super::native::NativeDoor;
use super::nc::NcDoor;
use super::{Asked, Came, Door};

/// Inputs that there are at least.
const KEPT: usize = 60;

/// How many inputs each property is tried with.
const CASES: u32 = 2_000;

fn doors() -> [Box<dyn Door>; 5] {
    [
        Box::new(NativeDoor::default()),
        Box::new(LineDoor::default()),
        Box::new(CommaDoor::default()),
        Box::new(NcDoor::default()),
        Box::new(DuetDoor::default()),
    ]
}

/// Whether what a door asks does not depend on where the bytes are split.
fn has_frames(door: &dyn Door) -> bool {
    door.dialect().name() != "duet"
}

/// What is asked by these bytes, in pieces of this size, up to a goodbye: what is asked behind one
/// is nobody's, and must do no harm.
fn asked(door: &mut dyn Door, bytes: &[u8], size: usize) -> Vec<String> {
    let mut buffer = BytesMut::new();
    let mut all = Vec::new();
    let mut gone = false;
    let pieces = bytes.chunks(size.max(1)).map(|piece| (piece, Came::More));
    for (piece, came) in pieces.chain([(&b""[..], Came::Ended)]) {
        buffer.extend_from_slice(piece);
        while let Some(asked) = door.next(&mut buffer, came) {
            let bye = asked == Ok(Asked::Request(Request::Bye));
            let told = told(door, asked);
            if !gone {
                all.push(told);
            }
            gone |= bye;
        }
    }
    assert!(buffer.is_empty(), "{} leaves bytes behind", door.dialect().name());
    all
}

/// The same in words, having looked at what it is.
fn told(door: &dyn Door, asked: Result<Asked, chat_protocol::Refusal>) -> String {
    match asked {
        Ok(Asked::Request(Request::Say { text, .. } | Request::Tell { text, .. })) => {
            assert!(!text.as_str().is_empty() && text.as_str().len() <= TEXT_BYTES);
            format!("says {}", text.as_str())
        }
        Ok(asked) => format!("{asked:?}"),
        Err(refusal) => {
            let told = refusal.text.clone();
            let mut out = BytesMut::new();
            door.dialect().print(&Event::Error(refusal), &mut out);
            let lines = out.iter().filter(|&&byte| byte == b'\n').count();
            let name = door.dialect().name();
            assert!(lines == 1 && out.ends_with(b"\n"), "{name} refuses by {out:?}");
            assert!(!told.contains(|c: char| c.is_control()), "{name} refuses by {told:?}");
            told
        }
    }
}

/// Every door, whole and in these pieces.
fn check(bytes: &[u8], sizes: &[usize]) {
    for (number, mut door) in doors().into_iter().enumerate() {
        let whole = asked(&mut *door, bytes, bytes.len());
        for &size in sizes {
            let mut again = doors().into_iter().nth(number).unwrap();
            let pieces = asked(&mut *again, bytes, size);
            if has_frames(&*again) {
                let name = again.dialect().name();
                assert_eq!(pieces, whole, "{name} by {size}: {}", bytes.escape_ascii());
            }
        }
    }
}

/// What clients of these dialects say, and what comes near.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let known: [&[u8]; 24] = [
        b"register,",
        b"list,friends",
        b"chat,",
        b",",
        b"ann",
        b"\n",
        b"\r\n",
        b"\r",
        b" ",
        b"EXIT",
        b"bye",
        b"/who",
        b"/msg ",
        b"/quit",
        b"\"",
        b"{\"type\":\"ping\"}",
        b"{",
        b"\x1b[2J",
        b"\0",
        b"\xff\xfd\x03",
        b"\xff\xf4",
        b"\xc3",
        b"\xa9",
        "👩‍👩‍👧 漢\u{202e}".as_bytes(),
    ];
    let word = prop_oneof![
        12 => any::<Index>().prop_map(move |at| at.get(&known).to_vec()),
        3 => vec(any::<u8>(), 0..12),
        2 => any::<String>().prop_map(String::into_bytes),
        1 => (1_usize..3_000).prop_map(|length| vec![b'x'; length]),
        1 => Just(b"/msg ann ".to_vec()),
    ];
    vec(word, 0..20).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(CASES))]

    #[test]
    fn whatever_comes_in_whatever_pieces(bytes in words(), size in 1_usize..5_000) {
        check(&bytes, &[size]);
    }

    #[test]
    fn noise_in_whatever_pieces(bytes in vec(any::<u8>(), 0..600), size in 1_usize..100) {
        check(&bytes, &[1, size]);
    }

    /// Where a pause ends a command, and not only a newline, the bytes before it are whole.
    #[test]
    fn a_pause_ends_a_command(first in "[a-z]{1,8}(,[a-z]{0,8})?", second in "[a-z]{1,8},[a-z]{1,8}") {
        let mut paused = CommaDoor::default();
        let mut all = Vec::new();
        for command in [&first, &second] {
            let mut buffer = BytesMut::from(command.as_bytes());
            while let Some(asked) = paused.next(&mut buffer, Came::Paused) {
                all.push(told(&paused, asked));
            }
            prop_assert!(buffer.is_empty());
        }
        let lines = format!("{first}\n{second}\n");
        prop_assert_eq!(all, asked(&mut CommaDoor::default(), lines.as_bytes(), lines.len()));
    }
}

fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/doors");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn what_was_kept() {
    let files = kept();
    assert!(files.len() >= KEPT, "{} are kept", files.len());
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let small: &[usize] = if bytes.len() < 4_096 { &[1, 2, 3, 7, 64] } else { &[] };
        check(&bytes, &[small, &[1_000, 4_096, 65_536]].concat());
    }
}
