//! Who is measured side by side in the same terminal: a program that does nothing, ours, and irssi
//! and WeeChat as somebody has them who has just installed them.
//!
//! Of their settings, only these are not as they come: the server and its port, without TLS, the
//! guest's name and the room; and WeeChat keeps no log (irssi keeps none by itself, and ours writes
//! nothing down either).

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::frames::Frames;
use crate::irc::{GUEST, Irc, ROOM};
use crate::server::Server;
use crate::terminal::Terminal;
use crate::{flood, floor};

pub(crate) enum Contestant {
    Floor,
    Ours,
    Peer(&'static Peer, PathBuf),
}

/// Another client: how it is given a server, and brought to show the room.
pub(crate) struct Peer {
    name: &'static str,
    program: &'static str,
    arguments: &'static str,
    /// Files of its folder, by the server's port.
    files: fn(u16) -> Vec<(&'static str, String)>,
    /// What it shows once it has joined, and the keys that then bring the room up.
    joined: &'static str,
    keys: &'static str,
}

const PEERS: [Peer; 2] = [
    Peer {
        name: "irssi",
        program: "irssi",
        arguments: r#"--home "$HOME""#,
        files: irssi_files,
        joined: "[Act: 2]",
        keys: "\x1b2",
    },
    Peer {
        name: "WeeChat",
        program: "weechat",
        arguments: r#"--dir "$HOME""#,
        files: weechat_files,
        joined: "13 nicks",
        keys: "",
    },
];

fn irssi_files(port: u16) -> Vec<(&'static str, String)> {
    let config = format!(
        r#"servers = ( {{
  address = "127.0.0.1"; port = "{port}"; chatnet = "bench"; use_tls = "no"; autoconnect = "yes";
}} );
chatnets = {{ bench = {{ type = "IRC"; nick = "{GUEST}"; }}; }};
channels = ( {{ name = "{ROOM}"; chatnet = "bench"; autojoin = "yes"; }} );
"#
    );
    vec![("config", config)]
}

fn weechat_files(port: u16) -> Vec<(&'static str, String)> {
    let server = format!(
        "[server]\nbench.addresses = \"127.0.0.1/{port}\"\nbench.ssl = off\nbench.tls = off\n\
         bench.nicks = \"{GUEST}\"\nbench.autoconnect = on\nbench.autojoin = \"{ROOM}\"\n"
    );
    vec![("irc.conf", server), ("logger.conf", "[file]\nauto_log = off\n".to_owned())]
}

impl Contestant {
    /// The floor, ours, and those whom the words name, as far as they are installed.
    pub(crate) fn named(words: &[String]) -> Vec<Self> {
        let mut all = vec![Self::Floor, Self::Ours];
        for peer in PEERS.iter().filter(|peer| words.iter().any(|word| word == peer.program)) {
            match installed(peer.program) {
                Some(program) => all.push(Self::Peer(peer, program)),
                None => println!("{} is not installed, and goes unmeasured.", peer.name),
            }
        }
        all
    }

    /// Whether the words name anybody but us.
    pub(crate) fn are_asked_for(words: &[String]) -> bool {
        words.iter().any(|word| PEERS.iter().any(|peer| word == peer.program))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Floor => "the floor",
            Self::Ours => "chat-tui",
            Self::Peer(peer, _) => peer.name,
        }
    }

    pub(crate) fn is_floor(&self) -> bool {
        matches!(self, Self::Floor)
    }

    fn prepare(&self, server: &Server, data: &Path) -> Terminal {
        match self {
            Self::Floor => floor::prepare(data),
            Self::Ours => flood::prepare(server, data),
            Self::Peer(peer, program) => {
                for (name, text) in (peer.files)(server.port) {
                    std::fs::write(data.join(name), text).unwrap();
                }
                Terminal::prepare(program, peer.arguments, &[], data)
            }
        }
    }
}

fn installed(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A contestant at its terminal, and the server that it is a guest of.
pub(crate) struct Seat<'a> {
    pub(crate) contestant: &'a Contestant,
    pub(crate) terminal: Terminal,
    pub(crate) server: Server,
    data: TempDir,
}

impl<'a> Seat<'a> {
    /// Ready to begin.
    pub(crate) fn prepare(contestant: &'a Contestant) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = match contestant {
            Contestant::Floor | Contestant::Ours => Server::start(Frames),
            Contestant::Peer(..) => Server::start(Irc),
        };
        let terminal = contestant.prepare(&server, data.path());
        Self { contestant, terminal, server, data }
    }

    /// In the room, with nothing left to draw.
    pub(crate) fn in_the_room(contestant: &'a Contestant) -> Self {
        let mut seat = Self::prepare(contestant);
        seat.terminal.go();
        seat.enter();
        seat
    }

    /// Ends the program and makes it ready to begin again, in the same folder.
    pub(crate) fn begin_again(&mut self) {
        self.terminal = self.contestant.prepare(&self.server, self.data.path());
    }

    /// Starts; how long until anything is drawn.
    pub(crate) fn first_picture(&mut self) -> Duration {
        let start = self.terminal.go();
        let is_drawn = |screen: &vt100::Screen| {
            screen.contents().split_whitespace().any(|word| word != "ready")
        };
        self.terminal.glimpse_until("anything", is_drawn).saturating_duration_since(start)
    }

    /// Waits until the room is there.
    pub(crate) fn enter(&mut self) {
        let room = match self.contestant {
            Contestant::Floor => ROOM,
            Contestant::Ours => "13 here",
            Contestant::Peer(peer, _) => {
                let has_joined = |screen: &vt100::Screen| screen.contents().contains(peer.joined);
                self.terminal.glimpse_until("it to join", has_joined);
                self.terminal.send(peer.keys);
                "13 nicks"
            }
        };
        self.terminal.glimpse_until("the room", |screen| screen.contents().contains(room));
        self.terminal.hush(Duration::from_millis(300));
    }
}
