//! What the client remembers between runs: tokens by name, the last servers, the name last used,
//! and of people and places what [`crate::people`] and [`crate::places`] tell.
//! Knows files, not what tokens mean.
//!
//! Everything is read once, at the start, and then asked of memory: whoever asks never waits for a
//! disk. What changes is written by a thread of its own. Nothing here stops the program: without a
//! folder that can be written to, everything is remembered until the end of the run, and that is
//! told once, by [`Storage::trouble`] or at the end by [`Storage::close`].

mod files;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_protocol::{Nick, Token};
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;
use crate::effect::Target;
use crate::people::{self, People};
use crate::places::{self, Places};
use crate::written::{self, Written};

/// Servers that are remembered.
const RECENT_MOST: usize = 8;

/// Changes that may wait for the disk. People make one now and then, so a queue that is full is a
/// disk that hangs: what comes then is remembered until the end of the run only, and that is told.
const CHANGES: usize = 64;

/// How long the disk is given at the end to take in what waits.
const FINISHING: Duration = Duration::from_secs(1);

const TOKENS: &str = "tokens.json";
const RECENT: &str = "recent.json";
const PEOPLE: &str = "people.json";
const PLACES: &str = "places.json";
const WRITTEN: &str = "written.json";

/// The client's memory. Several clients may share a folder.
#[derive(Debug)]
pub struct Storage {
    folder: Option<PathBuf>,
    /// Shared with the thread, which learns what other clients have written meanwhile; never held
    /// while a disk is waited for.
    tokens: Arc<Mutex<Tokens>>,
    recent: Recent,
    people: People,
    places: Places,
    written: Written,
    trouble: Trouble,
    /// Where tokens were put that could not be read.
    aside: Option<PathBuf>,
    /// Begun with the first change, so that no start waits for it.
    writer: Option<Writer>,
}

/// The thread that writes, by the queue of what it has to write.
#[derive(Debug)]
struct Writer {
    changes: SyncSender<Change>,
    /// Ends when everything is written.
    done: Receiver<()>,
}

/// Something to write.
#[derive(Debug)]
enum Change {
    /// A token was made up. Where another client was faster, its token stays on top.
    Made { key: String, secret: String },
    /// A token goes with one more name, and on top there.
    Kept { key: String, secret: String },
    /// A server goes on top of the recent ones.
    Joined(Server),
    /// A name is in use.
    Used(Nick),
    /// Something is remembered of people.
    People(people::Change),
    /// Something is remembered of a server.
    Places(places::Change),
    /// Something was written, or is left unsent.
    Written(written::Change),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Tokens {
    /// By [`Nick::key`], so that every spelling of a name finds them.
    tokens: BTreeMap<String, Secrets>,
}

/// All tokens that ever went with a name: the first is the one in use. None is ever thrown away,
/// because a name on some server may hang on it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "InFile")]
struct Secrets(Vec<String>);

/// Tokens as files have them: older ones have one for each name.
#[derive(Deserialize)]
#[serde(untagged)]
enum InFile {
    One(String),
    All(Vec<String>),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Recent {
    /// The name last used, here or elsewhere.
    #[serde(default)]
    last: Option<Nick>,
    /// The newest first.
    servers: Vec<Server>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Server {
    host: String,
    port: u16,
    name: Nick,
}

/// Why not everything is kept beyond this run: the first reason counts, and is given once.
#[derive(Clone, Debug, Default)]
struct Trouble(Arc<Mutex<Telling>>);

#[derive(Debug, Default)]
enum Telling {
    #[default]
    Nothing,
    ToTell(String),
    Told,
}

impl Storage {
    /// The storage in the platform's data folder.
    #[must_use]
    pub fn open() -> Self {
        match etcetera::choose_base_strategy() {
            Ok(base) => Self::at(base.data_dir().join("chat-tui")),
            Err(_) => {
                let storage = Self::nowhere();
                storage.trouble.note("there is no home folder");
                storage
            }
        }
    }

    /// The storage in this folder, which is made if it is not there. Waits for the disk.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        let mut storage = Self { folder: Some(folder.clone()), ..Self::nowhere() };
        if let Err(error) = storage.read(&folder) {
            storage.trouble.note(&format!("{}: {error}", folder.display()));
        }
        storage
    }

    fn nowhere() -> Self {
        Self {
            folder: None,
            tokens: Arc::default(),
            recent: Recent::default(),
            people: People::default(),
            places: Places::default(),
            written: Written::default(),
            trouble: Trouble::default(),
            aside: None,
            writer: None,
        }
    }

    fn read(&mut self, folder: &Path) -> io::Result<()> {
        files::make_folder(folder)?;
        let _lock = files::lock(folder)?;
        *held(&self.tokens) = match files::read_or_aside(&folder.join(TOKENS))? {
            Ok(tokens) => tokens,
            Err(aside) => {
                self.aside = aside;
                Tokens::default()
            }
        };
        self.recent = files::read(&folder.join(RECENT))?.unwrap_or_default();
        self.people = files::read(&folder.join(PEOPLE))?.unwrap_or_default();
        self.places = files::read(&folder.join(PLACES))?.unwrap_or_default();
        self.written = files::read(&folder.join(WRITTEN))?.unwrap_or_default();
        Ok(())
    }

    /// What is wrong with what is kept, for people; given once.
    pub fn trouble(&mut self) -> Option<String> {
        let aside = self
            .aside
            .take()
            .map(|path| format!("tokens could not be read, kept as {}", told(&path)));
        let all: Vec<String> = aside.into_iter().chain(self.trouble.take()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Sees to it that there is a secret for a name; waits for the disk. Of clients that start at
    /// once one makes it up, and the others find it: two secrets would make two people of one.
    pub fn prepare(&mut self, name: &Nick) {
        let Some(folder) = &self.folder else { return };
        let key = name.key().as_str().to_owned();
        if held(&self.tokens).first(&key).is_some() {
            return;
        }
        let make = |file: &mut Tokens| {
            if file.first(&key).is_none() {
                file.add(&key, &secret());
            }
            file.tokens.get(&key).cloned()
        };
        match files::change(folder, TOKENS, make) {
            Ok(all) => _ = held(&self.tokens).tokens.insert(key, all.unwrap_or_default()),
            Err(error) => self.trouble.note(&format!("{}: {error}", folder.display())),
        }
    }

    /// The secret that goes with a name; made up at the first time.
    pub fn token(&mut self, name: &Nick) -> Token {
        let key = name.key().as_str().to_owned();
        let known = held(&self.tokens).first(&key);
        known.or_else(|| self.made_elsewhere(&key)).unwrap_or_else(|| {
            let secret = secret();
            held(&self.tokens).add(&key, &secret);
            self.change(Change::Made { key, secret: secret.clone() });
            Token::new(&secret).expect("what we make up has a token's length")
        })
    }

    /// The secret that another client of this login has made up for a name since our start. Two
    /// secrets for one name would make two people of one.
    fn made_elsewhere(&self, key: &str) -> Option<Token> {
        let path = self.folder.as_ref()?.join(TOKENS);
        // A short file is read in less time than a key takes; anything else might make us wait.
        path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let file: Tokens = files::read(&path).ok()??;
        let token = file.first(key)?;
        held(&self.tokens).put_on_top(key, token.secret());
        Some(token)
    }

    /// Keeps the secret of the name `from` under `to` as well: both are the same person's now.
    /// What was kept there before stays behind it.
    pub fn keep_token(&mut self, from: &Nick, to: &Nick) {
        let secret = self.token(from).secret().to_owned();
        let key = to.key().as_str().to_owned();
        held(&self.tokens).put_on_top(&key, &secret);
        self.change(Change::Kept { key, secret });
    }

    /// The last servers, the newest first.
    #[must_use]
    pub fn recent(&self) -> Vec<Target> {
        self.recent.servers.iter().take(RECENT_MOST).map(Server::target).collect()
    }

    /// Puts a server on top of the recent ones.
    pub fn remember(&mut self, target: &Target) {
        let Target { host, port, name, .. } = target.clone();
        let server = Server { host, port, name };
        self.recent.put_on_top(server.clone());
        self.change(Change::Joined(server));
    }

    /// The name last used, if one was.
    #[must_use]
    pub fn last_name(&self) -> Option<Nick> {
        // Files of before names were remembered by themselves have those of servers.
        let recent = self.recent.servers.first().map(|server| &server.name);
        self.recent.last.as_ref().or(recent).cloned()
    }

    /// Remembers a name as the one last used.
    pub fn use_name(&mut self, name: &Nick) {
        if self.recent.last.as_ref() != Some(name) {
            self.recent.last = Some(name.clone());
            self.change(Change::Used(name.clone()));
        }
    }

    /// What is remembered of people.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Remembers something of people.
    pub fn keep_people(&mut self, change: people::Change) {
        if self.people.apply(&change) {
            self.change(Change::People(change));
        }
    }

    /// What is remembered of servers.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Remembers something of a server.
    pub fn keep_places(&mut self, change: places::Change) {
        if self.places.apply(&change) {
            self.change(Change::Places(change));
        }
    }

    /// What is remembered of what was written.
    #[must_use]
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// Remembers something that was written.
    pub fn keep_written(&mut self, change: written::Change) {
        if self.written.apply(&change) {
            self.change(Change::Written(change));
        }
    }

    /// Waits until everything is written, but not for long; tells what is still to be told.
    #[must_use]
    pub fn close(mut self) -> Option<String> {
        if let Some(Writer { changes, done }) = self.writer.take() {
            drop(changes);
            if done.recv_timeout(FINISHING) == Err(RecvTimeoutError::Timeout) {
                self.trouble.note("the disk does not take them in");
            }
        }
        self.trouble.take()
    }

    /// Has a change written. Whoever asked has it in memory already.
    fn change(&mut self, change: Change) {
        let Some(folder) = &self.folder else { return };
        if self.writer.is_none() {
            match Writer::spawn(folder.clone(), Arc::clone(&self.tokens), self.trouble.clone()) {
                Ok(writer) => self.writer = Some(writer),
                Err(error) => self.trouble.note(&error.to_string()),
            }
        }
        let Some(writer) = &self.writer else { return };
        if writer.changes.try_send(change).is_err() {
            self.trouble.note("the disk does not take them in");
        }
    }
}

impl Writer {
    fn spawn(folder: PathBuf, tokens: Arc<Mutex<Tokens>>, trouble: Trouble) -> io::Result<Self> {
        let (changes, queue) = sync_channel(CHANGES);
        let (finished, done) = channel();
        std::thread::Builder::new().name("storage".to_owned()).spawn(move || {
            for change in queue {
                if let Err(error) = write(&folder, &tokens, change) {
                    trouble.note(&format!("{}: {error}", folder.display()));
                }
            }
            drop(finished);
        })?;
        Ok(Self { changes, done })
    }
}

/// Writes one change to its file.
fn write(folder: &Path, tokens: &Mutex<Tokens>, change: Change) -> io::Result<()> {
    match change {
        Change::Made { key, secret } => {
            let all = files::change(folder, TOKENS, |file: &mut Tokens| file.add(&key, &secret))?;
            held(tokens).tokens.insert(key, all);
            Ok(())
        }
        Change::Kept { key, secret } => {
            files::change(folder, TOKENS, |file: &mut Tokens| file.put_on_top(&key, &secret))
        }
        Change::Joined(server) => {
            files::change(folder, RECENT, |file: &mut Recent| file.put_on_top(server))
        }
        Change::Used(name) => {
            files::change(folder, RECENT, |file: &mut Recent| file.last = Some(name))
        }
        Change::People(change) => {
            files::change(folder, PEOPLE, |file: &mut People| _ = file.apply(&change))
        }
        Change::Places(change) => {
            files::change(folder, PLACES, |file: &mut Places| _ = file.apply(&change))
        }
        Change::Written(change) => {
            files::change(folder, WRITTEN, |file: &mut Written| _ = file.apply(&change))
        }
    }
}

impl Tokens {
    /// The token in use for a name. What is no token is left alone, as is all that we do not know.
    fn first(&self, key: &str) -> Option<Token> {
        self.tokens.get(key)?.0.iter().find_map(|secret| Token::new(secret))
    }

    /// Adds a token behind those that are there; gives all.
    fn add(&mut self, key: &str, secret: &str) -> Secrets {
        let all = self.tokens.entry(key.to_owned()).or_default();
        if !all.0.iter().any(|known| known == secret) {
            all.0.push(secret.to_owned());
        }
        all.clone()
    }

    fn put_on_top(&mut self, key: &str, secret: &str) {
        let all = self.tokens.entry(key.to_owned()).or_default();
        all.0.retain(|known| known != secret);
        all.0.insert(0, secret.to_owned());
    }
}

impl From<InFile> for Secrets {
    fn from(written: InFile) -> Self {
        match written {
            InFile::One(secret) => Self(vec![secret]),
            InFile::All(secrets) => Self(secrets),
        }
    }
}

impl Recent {
    fn put_on_top(&mut self, server: Server) {
        self.servers.retain(|other| (&other.host, other.port) != (&server.host, server.port));
        self.servers.insert(0, server);
        self.servers.truncate(RECENT_MOST);
    }
}

impl Server {
    fn target(&self) -> Target {
        Target {
            host: self.host.clone(),
            port: self.port,
            name: self.name.clone(),
            dialect: Dialect::Native,
        }
    }
}

impl Trouble {
    fn note(&self, why: &str) {
        let mut told = held(&self.0);
        if matches!(*told, Telling::Nothing) {
            let what = "names and servers are remembered only until you leave";
            *told = Telling::ToTell(format!("{what}: {why}"));
        }
    }

    fn take(&self) -> Option<String> {
        let mut told = held(&self.0);
        match std::mem::replace(&mut *told, Telling::Told) {
            Telling::ToTell(words) => Some(words),
            Telling::Nothing => {
                *told = Telling::Nothing;
                None
            }
            Telling::Told => None,
        }
    }
}

/// A path for people, who know their home.
fn told(path: &Path) -> String {
    let home = etcetera::home_dir().ok();
    match home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// What a panic elsewhere left is as good as before: every change here is one step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 256 bits that nobody can guess.
fn secret() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the system has random numbers for everybody");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
