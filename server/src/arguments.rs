//! The command line, the environment and the config file, in this order of precedence.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use chat_protocol::limit::DEFAULT_PORT;
use chat_server::{Config, DoorKind, Durability, Storage};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

use crate::simulate;

/// A chat server for a classroom: many dialects, one room, nothing lost.
///
/// One port serves everybody who speaks first: chat-tui, lab clients that send lines, comma
/// commands or pickles, and a page for web browsers. Stop it with Ctrl-C.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Flags beat the environment, which beats the config file.\n\
    Exit codes: 0 stopped, 1 failed, 2 bad usage."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The address to listen on [default: 0.0.0.0, every address of this machine]
    #[arg(long, env = "CHAT_BIND", value_name = "ADDR")]
    bind: Option<IpAddr>,

    /// The port to listen on; 0 takes a free one [default: 65433]
    #[arg(long, env = "CHAT_PORT", value_name = "PORT")]
    port: Option<u16>,

    /// The folder to keep everything in [default: chat-server in your data folder]
    #[arg(long, env = "CHAT_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// Keep nothing: everything said is gone when the server stops
    #[arg(long)]
    ephemeral: bool,

    /// When a message counts as stored: synced to the disk, or handed to the operating system,
    /// which is faster and may lose the last seconds when the power fails [default: disk]
    #[arg(long, env = "CHAT_DURABILITY", value_name = "disk|os", hide_possible_values = true)]
    durability: Option<Keeping>,

    /// Whether to slow down those who send without waiting for answers, for the sake of the others
    /// [default: on]
    #[arg(long, env = "CHAT_LIMITS", value_name = "on|off", hide_possible_values = true)]
    limits: Option<Switch>,

    /// A further port for one dialect (nc, line, comma, pickle, daytime or duet), as nc=PORT or
    /// nc=ADDR:PORT
    #[arg(long = "door", value_name = "DIALECT=[ADDR:]PORT")]
    doors: Vec<Door>,

    /// The server's name, for people [default: this machine's name]
    #[arg(long, env = "CHAT_NAME", value_name = "NAME")]
    name: Option<String>,

    /// A config file in TOML, with these flags as keys: bind, port, data, ephemeral,
    /// durability, limits, door, name
    #[arg(long = "config", env = "CHAT_CONFIG", value_name = "FILE")]
    file: Option<PathBuf>,

    /// Show what is said in rooms on the console, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Simulate(simulate::Arguments),
}

/// `--durability`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keeping {
    #[default]
    Disk,
    Os,
}

impl From<Keeping> for Durability {
    fn from(keeping: Keeping) -> Self {
        match keeping {
            Keeping::Disk => Self::Disk,
            Keeping::Os => Self::Os,
        }
    }
}

/// `on` or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    On,
    Off,
}

/// `DIALECT=[ADDR:]PORT`.
#[derive(Clone, Debug)]
struct Door {
    kind: DoorKind,
    address: Option<IpAddr>,
    port: u16,
}

impl FromStr for Door {
    type Err = String;
    fn from_str(raw: &str) -> Result<Self, String> {
        let form = "a door is DIALECT=PORT or DIALECT=ADDR:PORT, as in line=7000";
        let (dialect, place) = raw.split_once('=').ok_or(form)?;
        let kind = dialect.parse()?;
        if let Ok(port) = place.parse() {
            return Ok(Self { kind, address: None, port });
        }
        let address: SocketAddr = place.parse().map_err(|_| form)?;
        Ok(Self { kind, address: Some(address.ip()), port: address.port() })
    }
}

/// The config file's keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bind: Option<IpAddr>,
    port: Option<u16>,
    data: Option<PathBuf>,
    #[serde(default)]
    ephemeral: bool,
    durability: Option<Keeping>,
    limits: Option<Switch>,
    #[serde(default)]
    door: Vec<String>,
    name: Option<String>,
}

impl File {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the config file {} cannot be read", path.display()))?;
        toml::from_str(&text).map_err(|error| {
            let lines = error.to_string();
            anyhow::anyhow!("the config file {}: {}", path.display(), lines.trim_end())
        })
    }
}

impl Arguments {
    /// Reads this process's arguments and environment; ends it when they ask for help or are
    /// wrong, with exit code 2.
    pub(crate) fn from_process() -> Self {
        Self::from(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    /// Reads arguments, the program's name first, and the environment.
    fn from<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(arguments)?;
        // A folder from the environment is the usual one, and gives way to the flag.
        let typed = matches.value_source("data") == Some(ValueSource::CommandLine);
        if typed && matches.get_flag("ephemeral") {
            let text = "--data keeps everything and --ephemeral nothing: give one of them";
            return Err(command.error(ErrorKind::ArgumentConflict, text));
        }
        Self::from_arg_matches(&matches)
    }

    /// What the server is to be started with.
    pub(crate) fn config(self) -> anyhow::Result<Config> {
        let file = self.file.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let bind = self.bind.or(file.bind).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let port = self.port.or(file.port).unwrap_or(DEFAULT_PORT);
        let folder = match (self.ephemeral, self.data, file.ephemeral) {
            (true, ..) => None,
            (_, Some(folder), _) => Some(folder),
            (_, None, true) => None,
            (_, None, false) => Some(match file.data {
                Some(folder) => folder,
                None => chat_server::default_folder().context(
                    "this login has no home folder: name a data folder with --data, \
                     or keep nothing with --ephemeral",
                )?,
            }),
        };
        let durability = self.durability.or(file.durability).unwrap_or_default();
        let mut doors = self.doors;
        if doors.is_empty() {
            let parsed: Result<_, _> = file.door.iter().map(|door| door.parse()).collect();
            doors = parsed.map_err(|error: String| anyhow::anyhow!("the config file: {error}"))?;
        }
        let doors = doors
            .into_iter()
            .map(|door| (door.kind, SocketAddr::new(door.address.unwrap_or(bind), door.port)));
        Ok(Config {
            listen: SocketAddr::new(bind, port),
            doors: doors.collect(),
            storage: folder.map_or(Storage::Ephemeral, Storage::Folder),
            durability: durability.into(),
            limits: self.limits.or(file.limits) != Some(Switch::Off),
            name: self.name.or(file.name).unwrap_or_else(machine_name),
            ..Config::default()
        })
    }
}

fn machine_name() -> String {
    whoami::fallible::hostname().unwrap_or_else(|_| "chat".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> anyhow::Result<Config> {
        let program = std::iter::once("chat-server");
        Arguments::from(program.chain(arguments.iter().copied()))?.config()
    }

    #[test]
    fn flags_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_say_where_and_what() {
        let config = config(&[
            "--bind",
            "127.0.0.1",
            "--port",
            "7000",
            "--ephemeral",
            "--door",
            "line=7001",
            "--door",
            "line=0.0.0.0:7002",
            "--name",
            "room 12",
        ])
        .unwrap();
        assert_eq!(config.listen, "127.0.0.1:7000".parse().unwrap());
        assert_eq!(config.storage, Storage::Ephemeral);
        assert_eq!(config.name, "room 12");
        let doors: Vec<String> = config.doors.iter().map(|door| door.1.to_string()).collect();
        assert_eq!(doors, ["127.0.0.1:7001", "0.0.0.0:7002"]);
    }

    #[test]
    fn flags_beat_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.toml");
        std::fs::write(&path, "port = 7000\nname = \"file\"\ndata = \"/tmp/x\"\n").unwrap();
        let path = path.to_str().unwrap();
        let config = config(&["--config", path, "--name", "flag"]).unwrap();
        assert_eq!((config.listen.port(), config.name.as_str()), (7000, "flag"));
        assert_eq!(config.storage, Storage::Folder("/tmp/x".into()));
    }

    #[test]
    fn durability_is_the_disks_unless_told_otherwise() {
        let durability = |arguments: &[&str]| config(arguments).map(|config| config.durability);
        assert_eq!(durability(&["--data", "x"]).unwrap(), Durability::Disk);
        assert_eq!(durability(&["--durability", "os"]).unwrap(), Durability::Os);
        assert!(durability(&["--durability", "memory"]).is_err());
    }

    #[test]
    fn limits_are_on_unless_told_otherwise() {
        assert!(config(&[]).unwrap().limits);
        assert!(!config(&["--limits", "off"]).unwrap().limits);
        assert!(config(&["--limits", "on"]).unwrap().limits);
        assert!(config(&["--limits", "some"]).is_err());
    }

    #[test]
    fn mistakes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.toml");
        std::fs::write(&path, "prot = 7000\n").unwrap();
        let error = config(&["--config", path.to_str().unwrap()]).unwrap_err().to_string();
        assert!(error.contains("prot") && error.contains("port"), "{error}");
        assert!(config(&["--door", "telex=7000"]).unwrap_err().to_string().contains("daytime"));
        assert!(config(&["--ephemeral", "--data", "x"]).is_err());
    }
}
