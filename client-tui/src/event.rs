//! Everything that can happen to the client.

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::highlight::{Run, Snippet};
use crate::net;

/// When something happened. The runtime reads the clocks, once per event; nobody else does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Time since the program started, on the clock that never steps.
    pub up: Duration,
    /// Unix milliseconds, as the wall clock has it.
    pub unix_ms: i64,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A key went down, or repeats.
    Key(KeyEvent),
    /// Characters were typed so fast that they came together; else they are as many keys.
    Typed(String),
    /// Text was pasted, as one piece.
    Paste(String),
    /// The mouse moved, clicked or scrolled.
    Mouse(MouseEvent),
    /// The terminal has this size now, in cells.
    Resized {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// Whether the keyboard is this terminal's now, where it tells.
    Focus(bool),
    /// The terminal has answered what its background is.
    Background {
        /// Whether it is light.
        light: bool,
    },
    /// The network has news.
    Net(net::Event),
    /// A room asked for by [`crate::effect::Effect::Host`] is open, or not.
    Hosted(Result<Hosted, HostFailure>),
    /// Code asked for by [`crate::effect::Effect::Highlight`] is coloured; without runs it stays
    /// plain.
    Highlighted {
        /// The code.
        snippet: Snippet,
        /// What its words are.
        runs: Vec<Run>,
    },
    /// An address asked for by [`crate::effect::Effect::Open`] is open, or why not.
    Opened {
        /// The address.
        url: String,
        /// What became of it.
        result: Result<(), String>,
    },
    /// This machine's addresses that others can reach, the likeliest first, as
    /// [`crate::effect::Effect::FindAddresses`] asked.
    Addresses(Vec<std::net::IpAddr>),
    /// The editor that [`crate::effect::Effect::EditOutside`] asked for has ended: with this text,
    /// or with words on what went wrong, and then the text is as it was.
    Edited(Result<String, String>),
    /// How it goes with what [`crate::effect::Effect::Export`] asked for.
    Exported(crate::export::News),
    /// Why something chosen, or the log, could not be kept, in words.
    NotKept(String),
    /// The moment asked for by [`crate::effect::Effect::WakeAt`] has come.
    Woke,
    /// The program was told to stop, by a signal or by the terminal's end.
    Stop,
}

/// A room that this very program hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosted {
    /// The port it listens on.
    pub port: u16,
    /// This machine's addresses that others can reach, the likeliest first; empty without a
    /// network.
    pub addresses: Vec<std::net::IpAddr>,
}

/// Why no room could be hosted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFailure {
    /// Somebody else holds the port.
    PortTaken {
        /// Which port.
        port: u16,
        /// The name of the chat server that answers there, if one does; else it is some other
        /// program's.
        server: Option<String>,
    },
    /// Anything else: one line that says what, and what to do.
    Other(String),
}
