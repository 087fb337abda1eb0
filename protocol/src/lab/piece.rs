//! Lines of servers that may or may not end them: a piece ends at a new line, or when nothing
//! more comes, or when it has grown too long.

use bytes::BytesMut;

use super::Heard;
use crate::limit::FRAME_BYTES;
use crate::name::Nick;
use crate::text::Text;

/// Takes the next piece out of `buffer`, without its new line.
pub(super) fn next(buffer: &mut BytesMut, settled: bool) -> Option<String> {
    let within = &buffer[..buffer.len().min(FRAME_BYTES)];
    let (end, skip) = match within.iter().position(|&byte| byte == b'\n') {
        Some(end) => (end, 1),
        None if within.len() == FRAME_BYTES => (character_end(within), 0),
        None if settled && !buffer.is_empty() => (buffer.len(), 0),
        None => return None,
    };
    let piece = buffer.split_to(end + skip);
    let line = piece[..end].strip_suffix(b"\r").unwrap_or(&piece[..end]);
    Some(String::from_utf8_lossy(line).into_owned())
}

/// Where the last whole character of `bytes` ends, if they are text.
fn character_end(bytes: &[u8]) -> usize {
    let back = bytes.iter().rev().take(4).position(|byte| byte & 0b1100_0000 != 0b1000_0000);
    match back {
        Some(back) if bytes[bytes.len() - back - 1] >= 0b1100_0000 => bytes.len() - back - 1,
        _ => bytes.len(),
    }
}

/// A name that may be somebody's where other signs speak for it: at most one space is in it.
pub(super) fn person(name: &str) -> Option<Nick> {
    let name = name.trim();
    if name.matches(' ').count() > 1 {
        return None;
    }
    Nick::new(name).ok()
}

/// The texts that a piece holds; usually one, none when it is blank.
pub(super) fn texts(piece: &str) -> Vec<Text> {
    if piece.trim().is_empty() { Vec::new() } else { Text::split(piece) }
}

/// The same, as what somebody said to all.
pub(super) fn said(from: &Nick, piece: &str) -> impl Iterator<Item = Heard> {
    texts(piece).into_iter().map(|text| Heard::Said { from: from.clone(), text })
}

/// The same, as what somebody said to us alone.
pub(super) fn told(from: &Nick, piece: &str) -> impl Iterator<Item = Heard> {
    texts(piece).into_iter().map(|text| Heard::Told { from: from.clone(), text })
}

/// The same, as the server's own words.
pub(super) fn notices(piece: &str) -> impl Iterator<Item = Heard> + use<> {
    texts(piece).into_iter().map(Heard::Notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(bytes: &[u8], settled: bool) -> Vec<String> {
        let mut buffer = BytesMut::from(bytes);
        std::iter::from_fn(|| next(&mut buffer, settled)).collect()
    }

    #[test]
    fn a_piece_ends_with_its_line_or_with_its_bytes() {
        assert_eq!(pieces(b"a\r\nb\n\nc", false), ["a", "b", ""]);
        assert_eq!(pieces(b"a\nb", true), ["a", "b"]);
        assert_eq!(pieces(b"\xff\n", false), ["\u{fffd}"]);
    }

    #[test]
    fn a_piece_too_long_is_cut_between_characters() {
        let long = format!("x{}", "é".repeat(FRAME_BYTES / 2));
        let cut = pieces(long.as_bytes(), true);
        assert_eq!(cut.iter().map(String::len).collect::<Vec<_>>(), [FRAME_BYTES - 1, 2]);
        assert_eq!(pieces(&[0xbf; FRAME_BYTES], false).len(), 1);
    }
}
