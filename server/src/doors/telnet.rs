//! What telnet mixes into a line: commands that negotiate, which are nobody's words.
//! RFC 854 has them; whoever is asked nothing by the server only ever sends a few.

use std::borrow::Cow;

/// Interpret As Command: begins every one.
const IAC: u8 = 0xFF;

/// The smallest command: smaller bytes behind an [`IAC`] are foreign letters.
const COMMANDS: u8 = 0xEC;

const SUBNEGOTIATION: u8 = 0xFA;
const SUBNEGOTIATION_END: u8 = 0xF0;
const WILL: u8 = 0xFB;
const DONT: u8 = 0xFE;

/// What the keys send that end a program: end of file, abort, interrupt.
const LEAVING: [u8; 3] = [0xEC, 0xEE, 0xF4];

/// The line without telnet's commands.
pub(super) fn strip(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains(&IAC) {
        return Cow::Borrowed(line);
    }
    let mut kept = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((&first, behind)) = rest.split_first() {
        if let Some(length) = command(rest) {
            rest = rest.get(length..).unwrap_or_default();
        } else {
            kept.push(first);
            rest = behind;
        }
    }
    Cow::Owned(kept)
}

/// Whether somebody at telnet has pressed a key that ends a program.
pub(super) fn leaves(mut bytes: &[u8]) -> bool {
    while let Some(at) = bytes.iter().position(|&byte| byte == IAC) {
        bytes = &bytes[at..];
        if bytes.get(1).is_some_and(|command| LEAVING.contains(command)) {
            return true;
        }
        bytes = bytes.get(command(bytes).unwrap_or(1)..).unwrap_or_default();
    }
    false
}

/// The length of the command that these bytes begin with.
fn command(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [IAC, SUBNEGOTIATION, rest @ ..] => {
            let end = rest.windows(2).position(|pair| pair == [IAC, SUBNEGOTIATION_END]);
            Some(end.map_or(bytes.len(), |at| at + 4))
        }
        [IAC, WILL..=DONT, ..] => Some(3),
        [IAC, COMMANDS..=DONT, ..] => Some(2),
        // Twice it stands for itself, which is no character of UTF-8.
        [IAC, IAC, ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &[u8], expected: &[u8], leaving: bool) {
        assert_eq!(&strip(line)[..], expected, "{line:?}");
        assert_eq!(leaves(line), leaving, "{line:?}");
    }

    #[test]
    fn commands_are_no_words() {
        check(b"ann", b"ann", false);
        check(b"", b"", false);
        check(b"\xff\xfb\x1f\xff\xfd\x03ann", b"ann", false);
        check(b"an\xff\xf1n", b"ann", false);
        check(b"\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0ann", b"ann", false);
        check(b"\xff\xfa\x18\x00xterm", b"", false);
        check(b"ann\xff", b"ann\xff", false);
        check(b"ann\xff\xfd", b"ann", false);
        check(b"l'ha\xff les roses", b"l'ha\xff les roses", false);
        check(b"a\xff\xffb", b"ab", false);
    }

    #[test]
    fn keys_that_end_a_program_leave() {
        check(b"\xff\xf4\xff\xfd\x06", b"", true);
        check(b"\xff\xec", b"", true);
        check(b"hi\xff\xee", b"hi", true);
        check(b"\xff\xfd\xf4", b"", false);
        check(b"\xff\xff\xf4", b"\xf4", false);
    }
}
