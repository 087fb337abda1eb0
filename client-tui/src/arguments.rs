//! What the command line and the environment ask for.

mod layers;

use std::ffi::OsString;
use std::path::PathBuf;

use chat_protocol::name::NameError;
use chat_protocol::{Lab, Nick, RoomName, limit};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::config::{Config, Habits, file};
use crate::dialect::Dialect;
use crate::look::Look;

pub mod scripts;

use scripts::{Script, Usual};

/// With what the client begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// What to do first.
    pub start: Start,
    /// The port of whatever is chosen on the start screen and says none.
    pub port: u16,
    /// The name to go by.
    pub name: Nick,
    /// Whether the name was given, rather than guessed from the login.
    pub named: bool,
    /// A room to enter besides the one that everybody starts in.
    pub room: Option<RoomName>,
    /// What to speak with the server.
    pub dialect: Dialect,
    /// What is known and wished of how things look.
    pub look: Look,
    /// What holds while the program runs.
    pub habits: Habits,
    /// The configuration's file, which need not be there.
    pub config: Option<PathBuf>,
    /// Where a log is kept, if one is.
    pub log: Option<PathBuf>,
}

/// What is wanted of the program.
#[derive(Debug)]
pub enum Wanted {
    /// The chat on the screen.
    Chat(Box<Launch>),
    /// A subcommand, and what holds where it says nothing.
    Script(Box<Script>, Usual),
    /// A configuration to begin with.
    Sample,
}

/// What else tells what is wished.
struct Surroundings<'a> {
    /// The environment, as far as it is not read with the arguments.
    variable: &'a dyn Fn(&str) -> Option<String>,
    /// Where the configuration is when nobody says.
    usual: Option<PathBuf>,
}

/// What to do first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Ask where to go.
    Ask,
    /// Connect to a server.
    Connect {
        /// A host name or address.
        host: String,
        /// The TCP port.
        port: u16,
    },
    /// Host a room.
    Host {
        /// The TCP port; 0 takes a free one.
        port: u16,
    },
}

const EXAMPLES: &str = "\
Examples:
  chat-tui                              choose on the start screen
  chat-tui --host 192.168.1.23          join the server there
  chat-tui --host lab.example.org:7000 --name ann --room rust
  chat-tui --serve                      host a room; others join with --host and your address
  chat-tui --host 127.0.0.1:5000 --dialect line
                                        try a chat server of your own
  chat-tui --theme light                for terminals with a light background
  chat-tui send --host lab \"hi\"        for scripts; also: tail, doctor, man, completions

  chat-tui --print-config > ~/.config/chat-tui/config.toml
                                        begin a configuration of your own

Flags beat the environment (CHAT_NAME, CHAT_THEME, CHAT_COLOR, CHAT_ASCII ...), which beats the
configuration. The name used last is used again, at first your login's;
for another: --name, or CHAT_NAME.";

/// A full-screen chat client for the terminal.
///
/// Without arguments it asks where to go: a server used before, another one, or a room hosted
/// right here. F1 shows all keys and commands.
#[derive(Debug, Parser)]
#[command(name = "chat-tui", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    script: Option<Script>,

    /// Join the server on this host: a name or an address, with a port if you like
    #[arg(long, env = "CHAT_HOST", value_parser = place)]
    host: Option<Place>,

    /// The port to join or to host on, also from the start screen [default: 65433]
    #[arg(long, env = "CHAT_PORT")]
    port: Option<u16>,

    /// The name to go by [default: the one used last, else your login's]
    #[arg(long, env = "CHAT_NAME", value_parser = nick)]
    name: Option<Nick>,

    /// A room to enter besides the lobby
    #[arg(long, env = "CHAT_ROOM", value_parser = room)]
    room: Option<RoomName>,

    /// Host a room from this terminal at once
    #[arg(long)]
    serve: bool,

    /// Speak as a lab's own server does, which --host names: line (name first, then messages),
    /// comma (register, list, chat), pickle, or raw
    #[arg(long, value_parser = lab())]
    dialect: Option<Lab>,

    /// Colours to draw in: auto, dark, light, contrast, mono, or one of your own [default: auto,
    /// which goes by the terminal's background]
    #[arg(long, env = "CHAT_THEME", value_name = "NAME")]
    theme: Option<String>,

    /// How many colours: auto, always, never, 16, 256 or true [default: auto, which goes by TERM,
    /// COLORTERM and NO_COLOR]
    #[arg(long, env = "CHAT_COLOR", value_name = "WHEN")]
    color: Option<String>,

    /// Draw nothing but ASCII, other people's words aside [default: where the locale is not UTF-8]
    #[arg(long)]
    ascii: bool,

    /// Your configuration [default: chat-tui/config.toml in XDG_CONFIG_HOME, which is ~/.config]
    #[arg(long, env = "CHAT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print a configuration with everything in it, to be saved and changed
    #[arg(long)]
    print_config: bool,

    /// Show the chat large and plain, for the wall of a classroom; F9 leaves that
    #[arg(long)]
    projector: bool,

    /// Keep a log for bug reports: frames by kind and size, link states, keys by kind, sizes; no
    /// text that anybody wrote or typed, no names, tokens or codes
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,

    /// The native protocol without encryption; so far this is the only way, and need not be said
    #[arg(long)]
    plain: bool,
}

/// A host, and a port if one was said along with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    host: String,
    port: Option<u16>,
}

impl Wanted {
    /// Reads this process's arguments, environment and configuration. Ends it when help was asked for
    /// or something is wrong, with exit code 2.
    #[must_use]
    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let surroundings = Surroundings { variable: &variable, usual: file::usual() };
        Self::read(std::env::args_os(), surroundings).unwrap_or_else(|error| error.exit())
    }

    /// Reads arguments, the program's name first, and what else tells what is wished.
    fn read<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
        surroundings: Surroundings<'_>,
    ) -> Result<Self, clap::Error> {
        let mut command = Arguments::command();
        let matches = command.try_get_matches_from_mut(arguments)?;
        let mut arguments = Arguments::from_arg_matches(&matches)?;
        if arguments.print_config {
            return Ok(Self::Sample);
        }
        let typed = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let (path, config, mut mistakes) = arguments
            .configuration(typed("config"), surroundings.usual)
            .map_err(|words| command.error(ErrorKind::Io, words))?;
        arguments.fill(&config);
        if let Some(script) = arguments.script.take() {
            // What is wrong with the environment's wish is for the client to tell.
            let colours =
                arguments.colours(&config).unwrap_or_else(|_| config.color.unwrap_or_default());
            let login = arguments.name.unwrap_or_else(login);
            return Ok(Self::Script(Box::new(script), Usual { login, colours }));
        }
        if let Some((kind, text)) = arguments.conflict(typed) {
            return Err(command.error(kind, text));
        }
        let look = arguments.look(&config, surroundings.variable, |id, words| {
            if typed(id) {
                return Err(command.error(ErrorKind::InvalidValue, words));
            }
            mistakes.push(format!("CHAT_{}: {words}", id.to_uppercase()));
            Ok(())
        })?;
        let Config { settings, keys, .. } = config;
        let habits = Habits { settings, keys, mistakes };
        Ok(Self::Chat(Box::new(arguments.launch(look, habits, path))))
    }
}

impl Arguments {
    /// With what the client begins.
    fn launch(self, look: Look, habits: Habits, config: Option<PathBuf>) -> Launch {
        let Self { host, port, name, room, serve, dialect, log_file: log, .. } = self;
        let usual = port.unwrap_or(limit::DEFAULT_PORT);
        let start = match host {
            _ if serve => Start::Host { port: usual },
            Some(Place { host, port }) => Start::Connect { host, port: port.unwrap_or(usual) },
            None => Start::Ask,
        };
        let room = room.filter(|_| dialect.is_none());
        let dialect = dialect.map_or(Dialect::Native, Dialect::Lab);
        let named = name.is_some();
        // A free port is for the room that was asked for: it means nothing to who joins one.
        let port = port.filter(|&port| port != 0).unwrap_or(limit::DEFAULT_PORT);
        let name = name.unwrap_or_else(login);
        Launch { start, port, name, named, room, dialect, look, habits, config, log }
    }

    /// What cannot be meant together. Of what is not `typed`, the environment's gives way: a host
    /// there is where one usually goes, a room where one usually talks.
    fn conflict(&self, typed: impl Fn(&str) -> bool) -> Option<(ErrorKind, String)> {
        let joins = self.host.is_some() && !self.serve;
        if self.serve && typed("host") {
            let text = "--serve hosts here and --host joins elsewhere: give one of them";
            return Some((ErrorKind::ArgumentConflict, text.to_owned()));
        }
        if self.port == Some(0) && !self.serve {
            let text = "port 0 takes a free one, which only makes sense with --serve";
            return Some((ErrorKind::ValueValidation, text.to_owned()));
        }
        let lab = self.dialect?;
        if !joins {
            let text = "--dialect is for joining somebody's server: say with --host which";
            return Some((ErrorKind::ArgumentConflict, text.to_owned()));
        }
        let text = format!("the {lab} dialect has no rooms: leave --room out");
        typed("room").then_some((ErrorKind::ArgumentConflict, text))
    }
}

/// The login's name, made a valid one.
fn login() -> Nick {
    let login = whoami::fallible::username().ok();
    let name = login.and_then(|login| Nick::repair(&login)).or_else(|| Nick::repair("guest"));
    name.expect("‘guest’ is a name")
}

/// Takes the names of dialects, which the help lists.
fn lab() -> impl TypedValueParser<Value = Lab> {
    PossibleValuesParser::new(Lab::ALL.map(Lab::name)).try_map(|name| name.parse())
}

fn nick(raw: &str) -> Result<Nick, String> {
    Nick::new(raw).map_err(|error| {
        let rule = "it has letters, digits, _ - . ' and single spaces inside";
        refused(&error, &error.to_string(), rule)
    })
}

fn room(raw: &str) -> Result<RoomName, String> {
    let name = raw.strip_prefix('#').unwrap_or(raw);
    RoomName::new(name).map_err(|error| {
        let why = error.to_string().replace("a name", "a room's name");
        refused(&error, &why, "it has letters, digits, _ and -")
    })
}

/// Why a name is refused, in rows of their own: what was typed stands before it in the message, and
/// may be long.
fn refused(error: &NameError, why: &str, rule: &str) -> String {
    match error {
        NameError::TooLong => format!("\n  {why}"),
        _ => format!("\n  {why}\n  {rule}, at most {} characters", limit::NAME_GRAPHEMES),
    }
}

/// Reads a place as people write it: `lab`, `lab:7000`, `192.168.1.23:7000`, `::1`, `[::1]` or
/// `[::1]:7000`.
///
/// - In brackets stands the host, and behind them nothing, or `:` and the port.
/// - Without brackets one `:` parts host and port; more than one are an IPv6 address, whole.
/// - A host is not empty and has no blanks, controls, `/`, `@` or brackets: no URL, no `user@`.
///   Whether it exists is for the network to say, so that `fe80::1%eth0` goes through.
/// - A port is a number from 1 to 65535; without one, it is for others to say.
pub(crate) fn place(raw: &str) -> Result<Place, String> {
    let raw = raw.trim();
    let (host, port) = match raw.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, ""))) => (host, None),
        Some(Some((host, rest))) => (host, Some(rest.strip_prefix(':').unwrap_or("?"))),
        Some(None) => ("", None),
        None => match raw.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (raw, None),
        },
    };
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "/[]@".contains(c);
    if host.is_empty() || host.contains(is_odd) || raw.contains('/') {
        return Err("a host looks like lab.example.org, 192.168.1.23, either with :7000 behind \
                    it, or [::1]:7000"
            .to_owned());
    }
    let port = port.map(|port| match port.parse() {
        Ok(0) | Err(_) => Err(format!("‘{port}’ is no port: ports are numbers from 1 to 65535")),
        Ok(port) => Ok(port),
    });
    Ok(Place { host: host.to_owned(), port: port.transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch(line: &str) -> Result<Launch, String> {
        launch_in(line, &[("LANG", "C.UTF-8"), ("TERM", "xterm-256color")], None)
    }

    pub(super) fn launch_in(
        line: &str,
        variables: &[(&str, &str)],
        usual: Option<PathBuf>,
    ) -> Result<Launch, String> {
        match wanted_in(line, variables, usual)? {
            Wanted::Chat(launch) => Ok(*launch),
            wanted => Err(format!("{wanted:?}")),
        }
    }

    pub(super) fn wanted_in(
        line: &str,
        variables: &[(&str, &str)],
        usual: Option<PathBuf>,
    ) -> Result<Wanted, String> {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let surroundings = Surroundings { variable: &variable, usual };
        Wanted::read(line.split(' '), surroundings).map_err(|error| error.to_string())
    }

    fn check(line: &str, expected: &Start) {
        assert_eq!(launch(line).map(|launch| launch.start).as_ref(), Ok(expected), "{line}");
    }

    pub(super) fn refused(line: &str, reason: &str) {
        let error = launch(line).unwrap_err();
        assert!(error.contains(reason), "{line}: {error}");
    }

    fn connect(host: &str, port: u16) -> Start {
        Start::Connect { host: host.to_owned(), port }
    }

    #[test]
    fn the_start_follows_from_the_arguments() {
        Arguments::command().debug_assert();
        check("chat-tui", &Start::Ask);
        check("chat-tui --plain", &Start::Ask);
        check("chat-tui --serve", &Start::Host { port: 65_433 });
        check("chat-tui --serve --port 0", &Start::Host { port: 0 });
        check("chat-tui --host lab", &connect("lab", 65_433));
        check("chat-tui --host lab --port 7", &connect("lab", 7));
        check("chat-tui --host lab:7 --port 8", &connect("lab", 7));
        check("chat-tui --host ::1", &connect("::1", 65_433));
        check("chat-tui --host [::1]", &connect("::1", 65_433));
        check("chat-tui --host [::1]:7", &connect("::1", 7));
        check("chat-tui --host fe80::1%eth0 --port 7", &connect("fe80::1%eth0", 7));
    }

    #[test]
    fn a_port_is_also_the_start_screens() {
        let port = |line: &str| launch(line).map(|launch| (launch.start, launch.port));
        assert_eq!(port("chat-tui --port 7000"), Ok((Start::Ask, 7000)));
        assert_eq!(port("chat-tui"), Ok((Start::Ask, 65_433)));
        assert_eq!(port("chat-tui --serve --port 0"), Ok((Start::Host { port: 0 }, 65_433)));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_rule() {
        refused("chat-tui --dialect line", "say with --host which");
        refused("chat-tui --serve --dialect line", "say with --host which");
        refused("chat-tui --host lab --dialect comma --room rust", "has no rooms");
        refused("chat-tui --host lab --dialect irc", "line, comma, pickle, raw");
        refused("chat-tui --host lab --serve", "give one of them");
        refused("chat-tui --host lab:x", "ports are numbers from 1 to 65535");
        refused("chat-tui --host [::1]7", "is no port");
        refused("chat-tui --host [::1", "a host looks like");
        refused("chat-tui --host http://lab", "a host looks like");
        refused("chat-tui --host lab --port 0", "only makes sense with --serve");
        refused("chat-tui --port 65536", "65536");
        refused("chat-tui --name a@b", "a name cannot contain ‘@’\n  it has letters, digits");
        refused("chat-tui --name server", "the server's own");
        let long = format!("chat-tui --name {}", "a".repeat(33));
        refused(&long, "'--name <NAME>': \n  a name has at most 32 characters\n");
        refused(
            "chat-tui --room a.b",
            "a room's name cannot contain ‘.’\n  it has letters, digits",
        );
    }

    #[test]
    fn names_are_taken_as_they_are_or_from_the_login() {
        let given = launch("chat-tui --name Änn --room #rust").unwrap();
        assert_eq!((given.name.as_str(), given.named), ("Änn", true));
        assert_eq!(given.room.unwrap().as_str(), "rust");
        assert!(!launch("chat-tui").unwrap().named);
    }

    #[test]
    fn a_dialect_may_be_asked_for() {
        let dialect = |line: &str| launch(line).map(|launch| launch.dialect);
        assert_eq!(dialect("chat-tui --host lab"), Ok(Dialect::Native));
        assert_eq!(dialect("chat-tui --host lab --dialect raw"), Ok(Dialect::Lab(Lab::Raw)));
    }
}
