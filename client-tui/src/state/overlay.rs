//! What lies on top of the screen: a stack. Keys go to the top; drawing starts from the bottom.

use super::input::Editor;
use super::paste::Paste;

/// Something on top of the screen.
#[derive(Debug)]
pub(crate) enum Overlay {
    /// Keys and commands; scrolled by this many rows.
    Help { scroll: usize },
    /// Asks whether to leave; what is at stake is worked out by [`super::State::stakes`].
    Leave,
    /// The port to host on is somebody else's.
    PortTaken { port: u16, server: Option<String> },
    /// The server would not have the name.
    NameRefused(NameRefused),
    /// Asks what to do with a paste.
    Paste(Paste),
}

/// A name that was refused, and what to do instead.
#[derive(Clone, Debug)]
pub(crate) struct NameRefused {
    /// What is wrong with it, in words.
    pub(crate) words: String,
    /// A name that would be accepted.
    pub(crate) suggestion: Option<String>,
    /// Another name, being typed.
    pub(crate) editor: Editor,
    /// What is wrong with that, in words.
    pub(crate) wrong: Option<String>,
}
