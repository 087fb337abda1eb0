//! Words that several parts of the server say to people.

use chat_protocol::{Code, Line, Refusal, limit};

/// Nobody goes by this name.
pub(crate) fn nobody(name: &str) -> Refusal {
    let name = Line::cut(name, limit::NAME_BYTES).replace(['\u{2028}', '\u{2029}'], " ");
    Refusal::new(Code::NoSuchName, format!("nobody here is called ‘{name}’"))
}
