//! How protocol 0 writes texts on a line of their own.

/// What Python's codec `raw-unicode-escape` reads: Latin-1, with `\uXXXX` and `\UXXXXXXXX` for the
/// rest. `None` when an escape is cut short or means nothing.
///
/// Python 2 may write a character as two surrogates; lone ones are U+FFFD.
pub(super) fn raw_unicode_escape(line: &[u8]) -> Option<String> {
    let mut units = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = match (byte, rest.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            // Two backslashes are two backslashes, and the second begins no escape.
            (b'\\', Some(b'\\')) => {
                units.extend([u16::from(b'\\'); 2]);
                rest = &rest[1..];
                continue;
            }
            _ => {
                units.push(byte.into());
                continue;
            }
        };
        let code = hexadecimal(rest.get(1..=digits)?)?;
        rest = &rest[1 + digits..];
        match u16::try_from(code) {
            Ok(unit) => units.push(unit),
            Err(_) => units.extend_from_slice(char::from_u32(code)?.encode_utf16(&mut [0; 2])),
        }
    }
    Some(String::from_utf16_lossy(&units))
}

/// What Python 2 meant by `'…'` or `"…"`, `None` without quotes. Unknown escapes stand for
/// themselves, as in Python.
pub(super) fn quoted(line: &[u8]) -> Option<Vec<u8>> {
    let mut rest = match line {
        [open @ (b'\'' | b'"'), inside @ .., close] if open == close => inside,
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, rest.split_first()) {
            (b'\\', Some((&escape, after))) => {
                rest = after;
                rest = &rest[unescape(escape, after, &mut bytes)?..];
            }
            _ => bytes.push(byte),
        }
    }
    Some(bytes)
}

/// Writes what `\` and `escape` stand for, and says how many bytes of `after` belong to it.
fn unescape(escape: u8, after: &[u8], bytes: &mut Vec<u8>) -> Option<usize> {
    let byte = match escape {
        b'\\' | b'\'' | b'"' => escape,
        b'a' => 0x07,
        b'b' => 0x08,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 0x0b,
        b'f' => 0x0c,
        b'r' => b'\r',
        b'x' => {
            bytes.push(u8::try_from(hexadecimal(after.get(..2)?)?).ok()?);
            return Some(2);
        }
        b'0'..=b'7' => {
            let more = after.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            let digits = after[..more]
                .iter()
                .fold(u32::from(escape - b'0'), |number, byte| number * 8 + u32::from(byte - b'0'));
            bytes.push(digits.to_le_bytes()[0]);
            return Some(more);
        }
        _ => {
            bytes.extend([b'\\', escape]);
            return Some(0);
        }
    };
    bytes.push(byte);
    Some(0)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_unicode_escapes() {
        fn check(line: &[u8], expected: Option<&str>) {
            assert_eq!(raw_unicode_escape(line).as_deref(), expected, "{}", line.escape_ascii());
        }
        check(b"", Some(""));
        check(b"plain", Some("plain"));
        check(b"h\xe9", Some("hé"));
        check(b"\\u0041\\U0001f600", Some("A😀"));
        check(b"\\ud83d\\ude00", Some("😀"));
        check(b"\\ud83d!", Some("\u{fffd}!"));
        check(b"a\\u005cb", Some("a\\b"));
        check(b"\\\\u0041", Some("\\\\u0041"));
        check(b"\\\\\\u0041", Some("\\\\A"));
        check(b"\\n\\", Some("\\n\\"));
        check(b"\\u12", None);
        check(b"\\u12zz", None);
        check(b"\\u+123", None);
        check(b"\\U00110000", None);
    }

    #[test]
    fn quoted_texts() {
        fn check(line: &[u8], expected: Option<&[u8]>) {
            assert_eq!(quoted(line).as_deref(), expected, "{}", line.escape_ascii());
        }
        check(b"''", Some(b""));
        check(b"'ann'", Some(b"ann"));
        check(b"\"it's\"", Some(b"it's"));
        check(br"'a\'b\\c\n\t\x00\xff'", Some(b"a'b\\c\n\t\x00\xff"));
        check(br"'\0\12\377\1234'", Some(b"\x00\x0a\xff\x534"));
        check(br"'\q\'", Some(b"\\q\\"));
        check(b"'ann\"", None);
        check(b"ann", None);
        check(b"'", None);
        check(b"", None);
        check(br"'\x1'", None);
    }
}
