//! The subcommands, which need no screen: what each of them takes.

use std::path::PathBuf;
use std::time::Duration;

use chat_protocol::{Conversation, Nick, limit};
use clap::{Args, CommandFactory, Subcommand};
use clap_complete::Shell;

use super::{Arguments, Place, nick, place, room};
use crate::look::Colours;

/// Exit codes of all of them, for their help.
const CODES: &str = "Exit codes: 0 done, 1 failed (one line says what to do), 2 wrong usage.";

const SEND: &str = "\
Examples:
  chat-tui send --host 192.168.1.23 \"the build is green\"
  make 2>&1 | tail -n 50 | chat-tui send --host 192.168.1.23 --room builds
  tail -f app.log | chat-tui send --host 192.168.1.23 --room logs --lines

Without a text, or with -, it is read from standard input: as one message, which is parted between
lines where it is longer than a message may be (8,192 bytes; of more than 262,144 nothing is sent), or
as one message a line with --lines, for as long as lines come.
Colour codes and other controls are left out, tabs become spaces, blank messages are left out.

Exit codes: 0 the server has every message, 1 failed (one line says what to do), 2 wrong usage.";

const TAIL: &str = "\
Examples:
  chat-tui tail --host 192.168.1.23
  chat-tui tail --host 192.168.1.23 --room builds | grep --line-buffered FAILED
  chat-tui tail --host 192.168.1.23 --last 100 --no-follow --json > lobby.jsonl

A line is `2026-11-21 14:05:09 #lobby ann: text`; new lines within a text are shown as \\n. When the
link breaks it reconnects, and goes on behind the last message printed: nothing is missing, nothing
comes twice. It ends when nobody reads any more (| head), or by Ctrl-C.

Exit codes: 0 done, 1 failed (one line says what to do), 2 wrong usage, 130 by Ctrl-C.";

const DOCTOR: &str = "\
Asks the terminal what it can do (it answers at once or not at all), and the network what it says to
a host: there it comes in for a moment as a guest called doctor. Works without a terminal, too.

Exit codes: 0 all is well, 1 something will not work (its line says ✗), 2 wrong usage.";

/// One of the subcommands. What they take is put together only when one of them is wanted: a chat's
/// start does not wait for it.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
#[command(defer = true)]
pub enum Script {
    /// Send a message, and wait until the server has it
    #[command(after_help = SEND)]
    Send(Send),
    /// Print messages as they come, one a line
    #[command(after_help = TAIL)]
    Tail(Tail),
    /// Tell what this terminal can do, and what the network says to a host
    #[command(after_help = DOCTOR)]
    Doctor(Doctor),
    /// Print what a shell needs to complete this program's arguments
    #[command(after_help = CODES)]
    Completions(Completions),
    /// Print the manual page, or write all of them into a folder
    #[command(after_help = CODES)]
    Man(Man),
}

/// What holds for a subcommand that does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Who one is.
    pub login: Nick,
    /// What is asked of colours, as the client on the screen would have it.
    pub colours: Colours,
}

/// Which server, and as whom.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The server's host: a name or an address, with a port if you like
    #[arg(long, env = "CHAT_HOST", value_parser = place)]
    host: Place,

    /// The server's port [default: 65433]
    #[arg(long, env = "CHAT_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// The server's join code, where it wants one
    #[arg(long, env = "CHAT_CODE", hide_env_values = true)]
    pub code: Option<String>,

    /// The name to go by [default: the one used last, else your login's]
    #[arg(long, env = "CHAT_NAME", value_parser = nick)]
    pub name: Option<Nick>,

    /// As a guest: the name is not kept as yours, and where it is taken another is found
    #[arg(long)]
    pub guest: bool,
}

/// What `send` takes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Which server, and as whom.
    #[command(flatten)]
    pub access: Access,

    /// The room to say it in; it is entered if you are not in it [default: lobby]
    #[arg(long, value_parser = a_room, conflicts_with = "to")]
    room: Option<Conversation>,

    /// The person to tell it to
    #[arg(long, value_name = "PERSON", value_parser = person)]
    to: Option<Conversation>,

    /// One message for each line of standard input, sent as they come
    #[arg(long)]
    pub lines: bool,

    /// How many seconds a message may take until the server has it
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,

    /// What to send; - or nothing reads standard input
    #[arg(conflicts_with = "lines")]
    pub text: Option<String>,
}

/// What `tail` takes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Which server, and as whom.
    #[command(flatten)]
    pub access: Access,

    /// A room, or @bob for what you and bob tell each other; may be given several times
    #[arg(long, value_name = "ROOM", value_parser = conversation, default_value = limit::LOBBY)]
    pub room: Vec<Conversation>,

    /// Begin with the last N messages of each room
    #[arg(long, value_name = "N", default_value_t = 10, conflicts_with = "since")]
    pub last: u64,

    /// Begin behind message number N; 0 is from the beginning
    #[arg(long, value_name = "N")]
    pub since: Option<u64>,

    /// Print what there is, and end
    #[arg(long)]
    pub no_follow: bool,

    /// Print each message as one JSON object, as it comes over the wire
    #[arg(long)]
    pub json: bool,
}

/// What `doctor` takes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Doctor {
    /// A server's host to look at: a name or an address, with a port if you like
    #[arg(long, value_parser = place)]
    host: Option<Place>,

    /// Its port [default: 65433]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
}

/// What `completions` takes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// What `man` takes.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Man {
    /// The subcommand whose page is wanted
    #[arg(conflicts_with = "dir")]
    pub page: Option<String>,

    /// Write the pages of the program and of its subcommands into this folder
    #[arg(long)]
    pub dir: Option<PathBuf>,
}

impl Access {
    /// The server's host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host.host
    }

    /// The server's port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.host.port.or(self.port).unwrap_or(limit::DEFAULT_PORT)
    }
}

impl Send {
    /// Where it goes.
    #[must_use]
    pub fn to(&self) -> Conversation {
        let to = self.to.clone().or_else(|| self.room.clone());
        to.unwrap_or_else(|| Conversation::Room(chat_protocol::RoomName::lobby()))
    }

    /// How long a message may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

impl Doctor {
    /// The host and the port to look at, if one is.
    #[must_use]
    pub fn place(&self) -> Option<(&str, u16)> {
        let place = self.host.as_ref()?;
        Some((&place.host, place.port.or(self.port).unwrap_or(limit::DEFAULT_PORT)))
    }
}

/// The whole command line, for completions and manuals.
#[must_use]
pub fn command() -> clap::Command {
    Arguments::command()
}

fn a_room(raw: &str) -> Result<Conversation, String> {
    room(raw).map(Conversation::Room)
}

fn person(raw: &str) -> Result<Conversation, String> {
    nick(raw.strip_prefix('@').unwrap_or(raw)).map(Conversation::Direct)
}

fn conversation(raw: &str) -> Result<Conversation, String> {
    if raw.starts_with('@') { person(raw) } else { a_room(raw) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Wanted;
    use crate::arguments::tests::wanted_in;

    fn script(line: &str) -> Result<Script, String> {
        match wanted_in(line, &[], None)? {
            Wanted::Script(script, _) => Ok(*script),
            wanted => Err(format!("no subcommand: {wanted:?}")),
        }
    }

    fn refused(line: &str, reason: &str) {
        let error = script(line).expect_err(line);
        assert!(error.contains(reason), "{line}: {error}");
    }

    #[test]
    fn what_is_sent_goes_to_a_room_or_a_person() {
        let check = |line: &str, host: &str, port: u16, to: &str| {
            let Ok(Script::Send(send)) = script(line) else { panic!("{line}") };
            let to_is = send.to().to_string();
            let access = &send.access;
            assert_eq!((access.host(), access.port(), &*to_is), (host, port, to), "{line}");
        };
        check("chat-tui send --host lab hi", "lab", 65_433, "lobby");
        check("chat-tui send --host lab:7 --port 8 hi", "lab", 7, "lobby");
        check("chat-tui send --host lab --port 8 --room #rust -", "lab", 8, "rust");
        check("chat-tui send --host lab --to @bob", "lab", 65_433, "@bob");
    }

    #[test]
    fn what_is_wrong_is_said() {
        refused("chat-tui send hi", "--host <HOST>");
        refused("chat-tui send --host lab --room a --to b hi", "cannot be used with");
        refused("chat-tui send --host lab --lines hi", "cannot be used with");
        refused("chat-tui send --host lab --port 0 hi", "0 is not in 1..=65535");
        refused("chat-tui send --host lab --timeout 0 hi", "0 is not in 1..=86400");
        refused("chat-tui tail --host lab --room a.b", "a room's name cannot contain ‘.’");
        refused("chat-tui tail --host lab --last 3 --since 7", "cannot be used with");
        refused("chat-tui completions dos", "bash");
        refused("chat-tui --serve send --host lab hi", "cannot be used with '--serve'");
        refused("chat-tui snd", "unrecognized subcommand 'snd'");
    }

    #[test]
    fn several_rooms_may_be_followed() {
        let Ok(Script::Tail(tail)) = script("chat-tui tail --host lab --room a --room @bob") else {
            panic!("no tail");
        };
        let rooms: Vec<String> = tail.room.iter().map(ToString::to_string).collect();
        assert_eq!(rooms, ["a", "@bob"]);
    }
}
