//! Everything that the client may ask of the world.

use std::time::Duration;

use chat_protocol::{Nick, Request};

use crate::config::keep::Choice;
use crate::dialect::Dialect;
use crate::highlight::Snippet;
use crate::{people, places, written};

/// One thing asked of the world. The runtime performs effects in order and never waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Connect, and keep connected until told otherwise; replaces any earlier target.
    /// [`crate::net::Event::Up`] follows whenever the link comes up.
    Connect(Target),
    /// Try again at once instead of waiting for the next attempt.
    RetryNow,
    /// Close the link and stay away.
    Disconnect,
    /// Send a request over the link; dropped when it is down (whoever wants it sent again asks
    /// again after [`crate::net::Event::Up`]).
    Send(Request),
    /// Host a room on this port from this very program. [`crate::event::Event::Hosted`] answers.
    Host {
        /// The port; 0 takes a free one.
        port: u16,
        /// Who hosts: the server tells everybody.
        name: Nick,
    },
    /// The name `to` now belongs to whom `from` belonged: keep the token under it.
    KeepToken {
        /// The name until now.
        from: Nick,
        /// The name from now on.
        to: Nick,
    },
    /// Remember something of people for the next time.
    KeepPeople(people::Change),
    /// Remember rooms and what was read for the next time.
    KeepPlaces(places::Change),
    /// Remember what was written for the next time.
    KeepWritten(written::Change),
    /// Keep what was chosen in the configuration. [`crate::event::Event::NotKept`] answers where
    /// that fails.
    KeepChoice(Choice),
    /// A server answered: put it on top of the recent ones that the start screen lists.
    Remember(Target),
    /// Colour some code. [`crate::event::Event::Highlighted`] answers.
    Highlight(Snippet),
    /// Open a web address outside of the terminal. [`crate::event::Event::Opened`] answers.
    Open(String),
    /// Find out by which addresses others reach this machine. [`crate::event::Event::Addresses`]
    /// answers.
    FindAddresses,
    /// Put a text on the clipboard of whoever sits at the terminal.
    Copy(String),
    /// Open a text in the editor that the person is used to; meanwhile the terminal is that
    /// editor's. [`crate::event::Event::Edited`] answers.
    EditOutside(String),
    /// Write a conversation to a file. [`crate::event::Event::Exported`] answers.
    Export(Box<crate::export::Order>),
    /// Stop that; it answers all the same.
    StopExport,
    /// Wake at this time since start, by [`crate::event::Event::Woke`]; replaces an earlier wish.
    WakeAt(Duration),
    /// Have the terminal tell what the mouse does, or leave the mouse to the terminal.
    Mouse(bool),
    /// Ring the terminal's bell.
    Bell,
    /// Show a notice on the desktop of whoever sits at the terminal. Hostile text: it is as others
    /// wrote it, but for controls.
    Notify {
        /// What it is.
        title: String,
        /// What is in it.
        text: String,
    },
    /// Give the terminal's window this title; an empty one makes it what it was before us.
    Title(String),
    /// Paint everything anew, as after somebody else wrote on the terminal.
    Redraw,
    /// Leave the program.
    Quit,
}

/// Where to connect, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A host name or address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The name to go by.
    pub name: Nick,
    /// What is spoken there.
    pub dialect: Dialect,
}

impl Target {
    /// Whether this is the same server under the same name, however they are spelled.
    pub(crate) fn is_same(&self, host: &str, port: u16, name: &Nick) -> bool {
        self.port == port && self.host.eq_ignore_ascii_case(host) && self.name.key() == name.key()
    }
}
