//! What lies on top of the screen: a stack. Keys go to the top; drawing starts from the bottom.

use chat_protocol::event::Whois;

use super::input::Editor;
use super::paste::Paste;
use super::picker::Picker;
use super::results::Results;

/// Something on top of the screen.
#[derive(Debug)]
pub(crate) enum Overlay {
    /// Keys and commands; scrolled by this many rows.
    Help { scroll: usize },
    /// One command, by its name; scrolled by this many rows.
    CommandHelp { name: &'static str, scroll: usize },
    /// What can be switched; scrolled by this many rows.
    Settings { scroll: usize },
    /// What is wrong with the configuration; scrolled by this many rows.
    Mistakes { scroll: usize },
    /// A list to pick a conversation from.
    Picker(Picker),
    /// What was found, and what is looked for.
    Results(Box<Results>),
    /// Who somebody is; scrolled by this many rows.
    Whois { whois: Box<Whois>, scroll: usize },
    /// How to join, as a QR code.
    Code,
    /// Asks whether to leave; what is at stake is worked out by [`super::State::stakes`].
    Leave,
    /// The port to host on is somebody else's.
    PortTaken { port: u16, server: Option<String> },
    /// The server would not have the name.
    NameRefused(NameRefused),
    /// Asks what to do with a paste.
    Paste(Paste),
}

impl Overlay {
    /// Whether it only shows something, so that who goes on typing or pastes has done with it.
    pub(crate) fn gives_way(&self) -> bool {
        self.is_sheet() || matches!(self, Self::Leave | Self::Code)
    }

    /// Whether it is something to be read.
    pub(crate) fn is_sheet(&self) -> bool {
        matches!(
            self,
            Self::Help { .. }
                | Self::CommandHelp { .. }
                | Self::Settings { .. }
                | Self::Mistakes { .. }
                | Self::Whois { .. }
        )
    }

    /// By how many rows it is scrolled, if it is something to be read.
    pub(crate) fn scroll_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Help { scroll } | Self::Settings { scroll } | Self::Mistakes { scroll } => {
                Some(scroll)
            }
            Self::CommandHelp { scroll, .. } | Self::Whois { scroll, .. } => Some(scroll),
            _ => None,
        }
    }

    /// What is said below the input while it lies there. Its keys are in its own foot, where the
    /// eyes are.
    pub(crate) fn hint(&self) -> &'static str {
        if self.is_sheet() { "Typing goes on here" } else { "" }
    }

    /// Where what is typed goes, if it goes somewhere.
    pub(crate) fn editor(&mut self) -> Option<&mut Editor> {
        match self {
            Self::NameRefused(refused) => Some(&mut refused.editor),
            Self::Picker(picker) => Some(&mut picker.editor),
            Self::Results(results) => Some(&mut results.editor),
            _ => None,
        }
    }
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
