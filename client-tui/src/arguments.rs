//! What the command line and the environment ask for.

use std::ffi::OsString;
use std::path::PathBuf;

use chat_protocol::{Lab, Nick, RoomName, limit};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::dialect::Dialect;

pub mod scripts;

use scripts::Script;

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
    /// What is known of the screen.
    pub look: Look,
    /// Whether the chat is shown as the wall of a classroom is to see it.
    pub projector: bool,
    /// Where a log is kept, if one is.
    pub log: Option<PathBuf>,
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

/// What is known of the screen without asking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are welcome: not with `NO_COLOR`.
    pub colours: bool,
    /// Whether the background is light, if `--theme` or `COLORFGBG` tells.
    pub light: Option<bool>,
    /// Whether somebody has said by `--theme` how it shall look, whatever the terminal answers.
    pub settled: bool,
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

Flags beat the environment. The name used last is used again, at first your login's;
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

    /// Colours for a dark or a light background [default: as COLORFGBG tells, else dark]
    #[arg(long, env = "CHAT_THEME", value_enum)]
    theme: Option<Theme>,

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

/// Which background the colours are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Theme {
    Dark,
    Light,
}

/// A host, and a port if one was said along with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: Option<u16>,
}

impl Launch {
    /// Reads this process's arguments and environment; ends it when they ask for help or are
    /// wrong, with exit code 2. With a subcommand, that is what is wanted.
    #[must_use]
    pub fn from_process() -> (Self, Option<Script>) {
        let parsed = Self::parse(std::env::args_os());
        parsed.unwrap_or_else(|error| error.exit())
    }

    /// Reads arguments, the program's name first, and the environment.
    ///
    /// # Errors
    /// What is wrong with them, or that help was asked for.
    pub fn from<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        Self::parse(arguments).map(|(launch, _)| launch)
    }

    /// The same, with the subcommand if there is one.
    pub(crate) fn parse<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<(Self, Option<Script>), clap::Error> {
        let mut command = Arguments::command();
        let matches = command.try_get_matches_from_mut(arguments)?;
        let mut arguments = Arguments::from_arg_matches(&matches)?;
        let script = arguments.script.take();
        let typed = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        if let Some((kind, text)) = arguments.conflict(typed).filter(|_| script.is_none()) {
            return Err(command.error(kind, text));
        }
        let Arguments {
            host,
            port,
            name,
            room,
            serve,
            theme,
            dialect,
            projector,
            log_file: log,
            ..
        } = arguments;
        let usual = port.unwrap_or(limit::DEFAULT_PORT);
        let start = match host {
            _ if serve => Start::Host { port: usual },
            Some(Place { host, port }) => Start::Connect { host, port: port.unwrap_or(usual) },
            None => Start::Ask,
        };
        let room = room.filter(|_| dialect.is_none());
        let dialect = dialect.map_or(Dialect::Native, Dialect::Lab);
        let named = name.is_some();
        let mut look = Look::from(|name| std::env::var(name).ok());
        look.settled = theme.is_some();
        look.light = theme.map(|theme| theme == Theme::Light).or(look.light);
        // A free port is for the room that was asked for: it means nothing to who joins one.
        let port = port.filter(|&port| port != 0).unwrap_or(limit::DEFAULT_PORT);
        let name = name.unwrap_or_else(login);
        Ok((Self { start, port, name, named, room, dialect, look, projector, log }, script))
    }
}

impl Arguments {
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

impl Look {
    fn from(variable: impl Fn(&str) -> Option<String>) -> Self {
        let colours = variable("NO_COLOR").is_none_or(|value| value.is_empty());
        // `foreground;background`, possibly with something between them, as numbers of the
        // sixteen colours: 7 and those from 9 on are light.
        let background = variable("COLORFGBG")
            .and_then(|value| value.rsplit(';').next().and_then(|last| last.parse::<u8>().ok()));
        let light = background.map(|number| number == 7 || (9..16).contains(&number));
        Self { colours, light, settled: false }
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
        let rule = "letters, digits, _ - . ' and single spaces inside, at most 32 characters";
        format!("{error} ({rule})")
    })
}

fn room(raw: &str) -> Result<RoomName, String> {
    let name = raw.strip_prefix('#').unwrap_or(raw);
    RoomName::new(name).map_err(|error| {
        let error = error.to_string().replace("a name", "a room's name");
        format!("{error} (letters, digits, _ and -, at most 32 characters)")
    })
}

/// Reads a place as people write it: `lab`, `lab:7000`, `192.168.1.23:7000`, `::1`, `[::1]` or
/// `[::1]:7000`.
///
/// - In brackets stands the host, and behind them nothing, or `:` and the port.
/// - Without brackets one `:` parts host and port; more than one are an IPv6 address, whole.
/// - A host is not empty and has no blanks, controls, `/`, `@` or brackets: no URL, no `user@`.
///   Whether it exists is for the network to say, so that `fe80::1%eth0` goes through.
/// - A port is a number from 1 to 65535; without one, it is for others to say.
fn place(raw: &str) -> Result<Place, String> {
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
        Launch::from(line.split(' ')).map_err(|error| error.to_string())
    }

    fn check(line: &str, expected: &Start) {
        assert_eq!(launch(line).map(|launch| launch.start).as_ref(), Ok(expected), "{line}");
    }

    fn refused(line: &str, reason: &str) {
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
        refused("chat-tui --name a@b", "a name cannot contain ‘@’ (letters, digits");
        refused("chat-tui --name server", "the server's own");
        refused("chat-tui --room a.b", "a room's name cannot contain ‘.’ (letters, digits");
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

    #[test]
    fn a_theme_may_be_asked_for() {
        assert_eq!(launch("chat-tui --theme light").unwrap().look.light, Some(true));
        assert_eq!(launch("chat-tui --theme dark").unwrap().look.light, Some(false));
        refused("chat-tui --theme pink", "light");
    }

    #[test]
    fn the_look_is_told_by_variables() {
        let look = |name: &'static str, value: &'static str| {
            Look::from(|asked| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(look("", ""), Look { colours: true, light: None, settled: false });
        assert!(!look("NO_COLOR", "1").colours);
        assert!(look("NO_COLOR", "").colours);
        assert_eq!(look("COLORFGBG", "0;15").light, Some(true));
        assert_eq!(look("COLORFGBG", "0;default;7").light, Some(true));
        assert_eq!(look("COLORFGBG", "15;0").light, Some(false));
        assert_eq!(look("COLORFGBG", "15;default").light, None);
    }
}
