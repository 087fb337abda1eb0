//! The line below the input: what is wrong with what was typed, a question, or a few keys for who
//! is new.

/// What the line below the input says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tip {
    /// The keys that a newcomer needs; until the first message is sent.
    #[default]
    Keys,
    None,
    /// Something worth knowing, until the next key.
    Told(String),
    /// Something that was done, and yet to look out for, until the next key.
    Warned(String),
    /// Something wrong with what was typed, until the next key.
    Wrong(String),
    /// Ctrl-C again quits.
    Quit,
}
