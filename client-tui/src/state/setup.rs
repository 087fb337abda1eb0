//! What the edge of the program hands in once, at the start: everything that the state cannot know
//! by itself without touching the world.

use chat_protocol::{Nick, RoomName};
use jiff::tz::TimeZone;

use crate::config::Habits;
use crate::effect::Target;
use crate::look::Look;
use crate::people::People;
use crate::places::Places;
use crate::written::Written;

/// Everything that [`crate::state::State::new`] needs to know.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Random, and at most 40 bytes: the start of every message id of this run. Two runs with the
    /// same prefix would take each other's messages for their own.
    pub id_prefix: String,
    /// The name that the start screen suggests, such as the login's repaired by [`Nick::repair`].
    pub name: Option<Nick>,
    /// The servers joined before, the latest first.
    pub recent: Vec<Target>,
    /// What is remembered of people.
    pub people: People,
    /// What is remembered of servers.
    pub places: Places,
    /// What is remembered of what was written.
    pub written: Written,
    /// Why nothing is kept beyond this run, if so: told once.
    pub trouble: Option<String>,
    /// The port to host on, and to join at where an address names none: what `--port` said, or
    /// else [`chat_protocol::limit::DEFAULT_PORT`].
    pub port: u16,
    /// What to do first.
    pub start: Start,
    /// The terminal's columns.
    pub width: u16,
    /// The terminal's rows.
    pub height: u16,
    /// What is known and wished of how things look.
    pub look: Look,
    /// What holds while the program runs.
    pub habits: Habits,
    /// Where the times shown are told.
    pub zone: TimeZone,
}

/// What to do first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Show the start screen.
    #[default]
    Screen,
    /// Join a server, and a room there if one is named.
    Join {
        /// Where, and as whom.
        target: Target,
        /// A room besides the lobby.
        room: Option<RoomName>,
    },
    /// Host a room, and join it.
    Host {
        /// The port; 0 takes a free one.
        port: u16,
        /// As whom to join it.
        name: Nick,
    },
}
