//! Telling the dialect by the first bytes of a connection.

use super::{comma, http};

/// What the first bytes of a connection tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    /// Too little has come to tell.
    Undecided,
    /// JSON lines.
    Native,
    /// Comma-separated commands.
    Comma,
    /// Pickled Python data.
    Pickle,
    /// Plain text.
    Line,
    /// A web browser, or a program like one.
    Http,
    /// TLS, which this server does not speak.
    Tls,
}

/// Tells the dialect by the first bytes, as soon as they are enough to tell.
pub(crate) fn sniff(bytes: &[u8]) -> Sniffed {
    match bytes.first() {
        None => Sniffed::Undecided,
        Some(b'{') => Sniffed::Native,
        Some(0x16) => Sniffed::Tls,
        // Protocol 2 and later begin with an opcode of their own; a dict, tuple or list of an
        // earlier one with a mark, or empty.
        Some(0x80 | b'(' | b']' | b'}') => Sniffed::Pickle,
        Some(_) => words(bytes),
    }
}

fn words(bytes: &[u8]) -> Sniffed {
    let methods = http::METHODS.iter().map(|method| (*method, Sniffed::Http));
    let begun = methods.chain([(comma::REGISTER, Sniffed::Comma)]);
    let mut sniffed = Sniffed::Line;
    for (word, dialect) in begun {
        if bytes.starts_with(word) {
            return dialect;
        }
        if word.starts_with(bytes) {
            sniffed = Sniffed::Undecided;
        }
    }
    sniffed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Sniffed) {
        assert_eq!(sniff(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn first_bytes_tell_the_dialect() {
        check(b"", Sniffed::Undecided);
        check(b"{", Sniffed::Native);
        check(b"\x16\x03\x01", Sniffed::Tls);
        check(b"ann", Sniffed::Line);
        check(b"\n", Sniffed::Line);
        check(b"\xff\x00", Sniffed::Line);
        check(b"G", Sniffed::Undecided);
        check(b"GE", Sniffed::Undecided);
        check(b"Gina", Sniffed::Line);
        check(b"GET", Sniffed::Undecided);
        check(b"GET\n", Sniffed::Line);
        check(b"GET /", Sniffed::Http);
        check(b"HEAD / HTTP/1.0", Sniffed::Http);
        check(b"PUSHY\n", Sniffed::Line);
        check(b"r", Sniffed::Undecided);
        check(b"register", Sniffed::Undecided);
        check(b"register,", Sniffed::Comma);
        check(b"register,ann", Sniffed::Comma);
        check(b"registered\n", Sniffed::Line);
        check(b"Register,ann", Sniffed::Line);
        check(b"reg\n", Sniffed::Line);
        check(b"\x80\x04\x95", Sniffed::Pickle);
        check(b"(dp0\n", Sniffed::Pickle);
        check(b"]q\x00(", Sniffed::Pickle);
        check(b"}q\x00(", Sniffed::Pickle);
    }
}
