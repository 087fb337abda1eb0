//! What the client remembers between runs: one token per name, and the last servers. Knows files,
//! not what tokens mean.
//!
//! Nothing here stops the program: without a folder that can be written to, everything is
//! remembered until the end of the run, and [`Storage::trouble`] says so once.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chat_protocol::{Nick, Token};
use etcetera::BaseStrategy;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::effect::Target;

/// Servers that are remembered.
const RECENT_MOST: usize = 8;

/// Bytes of a file that are read; whatever is longer was not written by us.
const FILE_MOST: u64 = 1 << 20;

/// How long another client's lock is waited for. It is held for moments; one that is held longer
/// belongs to a client that was stopped, and must not stop this one.
const LOCK_WAIT: Duration = Duration::from_millis(300);

const TOKENS: &str = "tokens.json";
const RECENT: &str = "recent.json";

/// The client's memory. Several clients may share a folder.
#[derive(Debug)]
pub struct Storage {
    folder: Option<PathBuf>,
    /// What this run has seen of the tokens: all there is when the folder is of no use.
    tokens: BTreeMap<String, String>,
    /// The same for the servers.
    recent: Vec<Server>,
    trouble: Option<String>,
    told: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Tokens {
    /// By [`Nick::key`], so that every spelling of a name finds it.
    tokens: BTreeMap<String, String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Recent {
    /// The newest first.
    servers: Vec<Server>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Server {
    host: String,
    port: u16,
    name: Nick,
}

impl Storage {
    /// The storage in the platform's data folder.
    #[must_use]
    pub fn open() -> Self {
        match etcetera::choose_base_strategy() {
            Ok(base) => Self::at(base.data_dir().join("chat-tui")),
            Err(_) => {
                let mut storage = Self::nowhere();
                storage.fails("there is no home folder");
                storage
            }
        }
    }

    /// The storage in this folder, which is made if it is not there.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        let mut storage = Self { folder: Some(folder.clone()), ..Self::nowhere() };
        if let Err(error) = make_folder(&folder).and_then(|()| lock(&folder)) {
            storage.fails(&format!("{}: {error}", folder.display()));
        }
        storage
    }

    fn nowhere() -> Self {
        let (tokens, recent) = (BTreeMap::new(), Vec::new());
        Self { folder: None, tokens, recent, trouble: None, told: false }
    }

    /// Why nothing is kept beyond this run, for people; given once.
    pub fn trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// The secret that goes with a name; made up at the first time.
    pub fn token(&mut self, name: &Nick) -> Token {
        let key = name.key().as_str().to_owned();
        let known = self.tokens.get(&key).cloned();
        let stored = self.change(TOKENS, |file: &mut Tokens| {
            let stored = file.tokens.get(&key).filter(|stored| Token::new(stored).is_some());
            let secret = stored.cloned().or(known.clone()).unwrap_or_else(secret);
            file.tokens.insert(key.clone(), secret.clone());
            secret
        });
        let secret = stored.or(known).unwrap_or_else(secret);
        self.tokens.insert(key, secret.clone());
        Token::new(&secret).expect("only secrets of a token's length are kept")
    }

    /// Keeps the secret of the name `from` under `to` as well: both are the same person's now.
    pub fn keep_token(&mut self, from: &Nick, to: &Nick) {
        let token = self.token(from);
        let (key, secret) = (to.key().as_str().to_owned(), token.secret().to_owned());
        self.tokens.insert(key.clone(), secret.clone());
        self.change(TOKENS, |file: &mut Tokens| {
            file.tokens.insert(key, secret);
        });
    }

    /// The last servers, the newest first.
    pub fn recent(&mut self) -> Vec<Target> {
        if let Some(file) = self.read::<Recent>(RECENT) {
            self.recent = file.servers;
        }
        self.recent.iter().take(RECENT_MOST).map(Server::target).collect()
    }

    /// Puts a server on top of the recent ones.
    pub fn remember(&mut self, target: &Target) {
        let Target { host, port, name } = target.clone();
        let server = Server { host, port, name };
        put_on_top(&mut self.recent, server.clone());
        self.change(RECENT, |file: &mut Recent| put_on_top(&mut file.servers, server));
    }

    /// Reads a file; `None` when there is nothing to read.
    fn read<T: DeserializeOwned + Default>(&self, name: &str) -> Option<T> {
        let folder = self.folder.as_deref()?;
        read(&folder.join(name)).ok().flatten()
    }

    /// Changes a file as one step, whatever other clients do; `None` when that cannot be.
    fn change<T, R>(&mut self, name: &str, change: impl FnOnce(&mut T) -> R) -> Option<R>
    where
        T: Serialize + DeserializeOwned + Default,
    {
        let folder = self.folder.clone()?;
        let step = || {
            make_folder(&folder)?;
            let _lock = lock(&folder)?;
            let path = folder.join(name);
            let mut file = read::<T>(&path)?.unwrap_or_default();
            let before = serde_json::to_vec_pretty(&file)?;
            let result = change(&mut file);
            let after = serde_json::to_vec_pretty(&file)?;
            if before != after {
                replace(&path, &after)?;
            }
            Ok(result)
        };
        let result: io::Result<R> = step();
        result.map_err(|error| self.fails(&format!("{}: {error}", folder.display()))).ok()
    }

    fn fails(&mut self, why: &str) {
        if !std::mem::replace(&mut self.told, true) {
            let what = "names and servers are remembered only until you leave";
            self.trouble = Some(format!("{what}: {why}"));
        }
    }
}

impl Server {
    fn target(&self) -> Target {
        Target { host: self.host.clone(), port: self.port, name: self.name.clone() }
    }
}

fn put_on_top(servers: &mut Vec<Server>, server: Server) {
    servers.retain(|other| (&other.host, other.port) != (&server.host, server.port));
    servers.insert(0, server);
    servers.truncate(RECENT_MOST);
}

/// 256 bits that nobody can guess.
fn secret() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the system has random numbers for everybody");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file that one of us wrote; one that is not readable as such is put aside, whole.
fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(FILE_MOST).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice(&bytes) {
        Ok(file) => Ok(Some(file)),
        Err(_) => {
            fs::rename(path, aside(path))?;
            Ok(None)
        }
    }
}

/// A name for a broken file that hides no earlier one.
fn aside(path: &Path) -> PathBuf {
    let broken = path.with_extension("json.broken");
    let numbered = (2..100).map(|number| path.with_extension(format!("json.broken-{number}")));
    std::iter::once(broken.clone()).chain(numbered).find(|name| !name.exists()).unwrap_or(broken)
}

/// Puts a new file in the old one's place: after a crash there is the one or the other, whole.
/// Readable for its owner only.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Keeps other clients out until the file is dropped. After [`LOCK_WAIT`] one goes on without: at
/// worst a server is missing in the recent ones.
fn lock(folder: &Path) -> io::Result<File> {
    let path = folder.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(5));
            }
            // Some network file systems know no locks.
            Ok(()) | Err(_) => return Ok(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(name: &str) -> Nick {
        Nick::new(name).unwrap()
    }

    fn target(host: &str) -> Target {
        Target { host: host.to_owned(), port: 65_433, name: nick("ann") }
    }

    #[test]
    fn a_name_keeps_its_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let ann = Storage::at(path.clone()).token(&nick("Ann"));
        let mut storage = Storage::at(path.clone());
        assert_eq!(storage.token(&nick("ann")), ann);
        assert_ne!(storage.token(&nick("bob")), ann);
        storage.keep_token(&nick("ann"), &nick("anna"));
        assert_eq!(Storage::at(path).token(&nick("ANNA")), ann);
        assert_eq!(storage.trouble(), None);
    }

    #[cfg(unix)]
    #[test]
    fn tokens_are_for_their_owners_eyes() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Storage::at(folder.path().to_owned()).token(&nick("ann"));
        let mode = fs::metadata(folder.path().join(TOKENS)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn clients_at_the_same_time_agree() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["ann", "bob", "cid", "dan"];
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let path = folder.path().to_owned();
                std::thread::spawn(move || {
                    let mut storage = Storage::at(path);
                    names.map(|name| storage.token(&nick(name)))
                })
            })
            .collect();
        let tokens: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn recent_servers_are_few_and_the_newest_is_on_top() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = Storage::at(folder.path().to_owned());
        assert!(storage.recent().is_empty());
        for number in 0..20 {
            storage.remember(&target(&format!("host-{number}")));
        }
        storage.remember(&target("host-15"));
        let recent = Storage::at(folder.path().to_owned()).recent();
        assert_eq!(recent.len(), RECENT_MOST);
        assert_eq!((&*recent[0].host, &*recent[1].host), ("host-15", "host-19"));
    }

    #[test]
    fn a_broken_file_is_put_aside_whole() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["{\"tokens\":", "", "[]", "\u{0}\u{0}"] {
            fs::write(folder.path().join(TOKENS), content).unwrap();
            let mut storage = Storage::at(folder.path().to_owned());
            let token = storage.token(&nick("ann"));
            assert_eq!(Storage::at(folder.path().to_owned()).token(&nick("ann")), token);
        }
        fs::write(folder.path().join(RECENT), "?").unwrap();
        assert!(Storage::at(folder.path().to_owned()).recent().is_empty());
        let aside = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(aside("tokens.json.broken"), "{\"tokens\":");
        assert_eq!(aside("tokens.json.broken-3"), "[]");
    }

    #[test]
    fn without_a_folder_all_is_remembered_until_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        fs::write(&file, "").unwrap();
        let mut storage = Storage::at(file.join("inside"));
        let token = storage.token(&nick("ann"));
        assert_eq!(storage.token(&nick("ann")), token);
        storage.remember(&target("host"));
        assert_eq!(storage.recent(), [target("host")]);
        let trouble = storage.trouble().unwrap();
        assert!(trouble.starts_with("names and servers are remembered only until you leave: "));
        storage.token(&nick("bob"));
        assert_eq!(storage.trouble(), None);
    }
}
