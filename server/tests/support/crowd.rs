//! A crowd that outlives its server: senders who send again what was not acknowledged, readers
//! who resume, and a judge who trusts nobody and compares all of them with the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::token;

/// Messages that a sender leaves unacknowledged before it waits.
const OUTSTANDING: usize = 8;

/// How long to wait before the next attempt at a server that is being started again.
const AGAIN: Duration = Duration::from_millis(5);

/// Where the crowd goes, and what it is to do there.
#[derive(Clone, Debug)]
struct Orders {
    address: SocketAddr,
    /// Senders stop saying new things, and end when everything is acknowledged.
    finish: bool,
    /// Readers end when they have so many messages of each conversation.
    read_until: Option<BTreeMap<String, u64>>,
}

/// What was acknowledged: for each text, which is also its id, where and under which number.
/// A direct goes by its two people's names.
type Acked = Arc<Mutex<HashMap<String, (String, u64)>>>;

struct Link {
    lines: tokio::io::Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Link {
    /// Comes in, or finds that the server is not there.
    async fn open(orders: &watch::Receiver<Orders>, name: &str, resume: Value) -> Option<Self> {
        let address = orders.borrow().address;
        let (reader, writer) = TcpStream::connect(address).await.ok()?.into_split();
        let mut link = Self { lines: BufReader::new(reader).lines(), writer };
        let token = token(name);
        link.send(&json!({"type": "hello", "version": 1, "name": name, "token": token,
            "resume": resume}))
            .await?;
        Some(link)
    }

    async fn send(&mut self, frame: &Value) -> Option<()> {
        self.writer.write_all(format!("{frame}\n").as_bytes()).await.ok()
    }

    async fn join(&mut self, rooms: &[String]) -> Option<()> {
        for room in rooms {
            self.send(&json!({"type": "join", "room": room})).await?;
        }
        Some(())
    }

    /// The next frame; `None` when the connection is over.
    async fn frame(&mut self) -> Option<Value> {
        let line = self.lines.next_line().await.ok()??;
        // Half a line is what a killed server leaves behind.
        serde_json::from_str(&line).ok()
    }
}

/// The name of the conversation of two people, the same for both.
fn between(one: &str, other: &str) -> String {
    if one < other { format!("{one}&{other}") } else { format!("{other}&{one}") }
}

/// Somebody who speaks in rooms and to somebody.
struct Sender {
    name: String,
    rooms: Vec<String>,
    friend: String,
    acked: Acked,
}

impl Sender {
    /// Speaks until told to finish, and returns when everything is acknowledged.
    async fn speak(self, mut orders: watch::Receiver<Orders>) {
        let mut waiting: BTreeMap<u64, Value> = BTreeMap::new();
        let mut said = 0;
        loop {
            if self.speak_once(&mut orders, &mut waiting, &mut said).await.is_some() {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// One connection; `None` when it broke, and there is more to do.
    async fn speak_once(
        &self,
        orders: &mut watch::Receiver<Orders>,
        waiting: &mut BTreeMap<u64, Value>,
        said: &mut u64,
    ) -> Option<()> {
        let mut link = Link::open(orders, &self.name, json!([])).await?;
        link.join(&self.rooms).await?;
        for frame in waiting.values() {
            link.send(frame).await?;
        }
        loop {
            let finish = orders.borrow_and_update().finish;
            while !finish && waiting.len() < OUTSTANDING {
                *said += 1;
                let frame = self.next(*said);
                link.send(&frame).await?;
                waiting.insert(*said, frame);
            }
            if waiting.is_empty() {
                return Some(());
            }
            let frame = tokio::select! {
                frame = link.frame() => frame?,
                _ = orders.changed() => continue,
            };
            match frame["type"].as_str() {
                Some("ack") => self.take_ack(&frame, waiting),
                Some("error")
                    if frame["code"] != "log_changed" && frame["code"] != "no_such_name" =>
                {
                    panic!("{} was refused: {frame}", self.name)
                }
                Some("error") if frame["code"] == "no_such_name" => {
                    // The friend has not come in for the first time.
                    let number = number(&frame["id"]);
                    let again = waiting.get(&number).cloned();
                    if let Some(again) = again {
                        tokio::time::sleep(AGAIN).await;
                        link.send(&again).await?;
                    }
                }
                _ => {}
            }
        }
    }

    fn next(&self, number: u64) -> Value {
        let text = format!("{}-{number}", self.name);
        let place = number as usize % (self.rooms.len() + 1);
        match self.rooms.get(place) {
            Some(room) => json!({"type": "say", "id": text, "room": room, "text": text}),
            None => json!({"type": "tell", "id": text, "to": self.friend, "text": text}),
        }
    }

    fn take_ack(&self, frame: &Value, waiting: &mut BTreeMap<u64, Value>) {
        let room = frame["room"].as_str().unwrap();
        let place = match room.strip_prefix('@') {
            Some(friend) => between(&self.name, friend),
            None => room.to_owned(),
        };
        let (text, seq) =
            (frame["id"].as_str().unwrap().to_owned(), frame["seq"].as_u64().unwrap());
        waiting.remove(&number(&frame["id"]));
        let mut acked = self.acked.lock().unwrap();
        let first = acked.entry(text.clone()).or_insert((place.clone(), seq));
        assert_eq!(*first, (place, seq), "{text} was acknowledged under two numbers");
    }
}

fn number(id: &Value) -> u64 {
    id.as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap()
}

/// Somebody who reads rooms, and is told things by somebody.
struct Reader {
    name: String,
    rooms: Vec<String>,
}

impl Reader {
    /// Reads until there is nothing more to come; returns what was read, in order.
    async fn read(self, mut orders: watch::Receiver<Orders>) -> BTreeMap<String, Vec<String>> {
        let mut read: BTreeMap<String, Vec<String>> =
            self.rooms.iter().map(|room| (room.clone(), Vec::new())).collect();
        loop {
            if self.read_once(&mut orders, &mut read).await.is_some() {
                return read;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn read_once(
        &self,
        orders: &mut watch::Receiver<Orders>,
        read: &mut BTreeMap<String, Vec<String>>,
    ) -> Option<()> {
        let resume = read.iter().map(|(room, read)| json!({"room": room, "after": read.len()}));
        let mut link = Link::open(orders, &self.name, resume.collect()).await?;
        loop {
            if let Some(until) = &orders.borrow_and_update().read_until
                && read.iter().all(|(room, read)| until.get(room) == Some(&(read.len() as u64)))
            {
                return Some(());
            }
            let frame = tokio::select! {
                frame = link.frame() => frame?,
                _ = orders.changed() => continue,
            };
            if frame["type"] == "message" {
                let room = frame["room"].as_str().unwrap();
                let read = read.get_mut(room).unwrap();
                let seq = frame["seq"].as_u64().unwrap();
                assert_eq!(seq, read.len() as u64 + 1, "{} in {room}", self.name);
                read.push(frame["text"].as_str().unwrap().to_owned());
            }
            assert_ne!(frame["code"], "log_changed", "{}: {frame}", self.name);
        }
    }
}

/// Reads a whole conversation, checks its numbers, and gives its texts in order.
async fn whole(link: &mut Link, room: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    loop {
        let after = texts.len();
        let request = json!({"type": "history", "room": room, "after": after, "limit": 200});
        link.send(&request).await.unwrap();
        let page = loop {
            let frame = link.frame().await.unwrap();
            if frame["type"] == "history" {
                break frame;
            }
        };
        for message in page["messages"].as_array().unwrap() {
            assert_eq!(message["seq"].as_u64(), Some(texts.len() as u64 + 1), "a gap in {room}");
            texts.push(message["text"].as_str().unwrap().to_owned());
        }
        if page["more"] == false {
            return texts;
        }
    }
}

/// The log as `name` finds it: each room, and what was said with each friend.
async fn log_of(
    orders: &watch::Receiver<Orders>,
    name: &str,
    rooms: &[String],
    friends: &[&str],
) -> BTreeMap<String, Vec<String>> {
    let mut link = Link::open(orders, name, json!([])).await.unwrap();
    link.join(rooms).await.unwrap();
    let mut log = BTreeMap::new();
    for room in rooms {
        log.insert(room.clone(), whole(&mut link, room).await);
    }
    for friend in friends {
        log.insert(between(name, friend), whole(&mut link, &format!("@{friend}")).await);
    }
    log
}

/// Everything acknowledged is in the log, once and under its number, and nothing is there twice.
fn judge(log: &BTreeMap<String, Vec<String>>, acked: &HashMap<String, (String, u64)>) {
    let texts: Vec<&String> = log.values().flatten().collect();
    let different: BTreeSet<&String> = texts.iter().copied().collect();
    assert_eq!(texts.len(), different.len(), "something was stored twice");
    for (text, (place, seq)) in acked {
        let index = usize::try_from(*seq).unwrap() - 1;
        assert_eq!(log[place].get(index), Some(text), "{place} {seq}");
    }
}

/// Everybody who talks and reads during a test.
pub(crate) struct Crowd {
    names: Vec<String>,
    rooms: Vec<String>,
    command: watch::Sender<Orders>,
    acked: Acked,
    senders: Vec<JoinHandle<()>>,
    readers: Vec<JoinHandle<BTreeMap<String, Vec<String>>>>,
}

/// What came out of it.
pub(crate) struct Verdict {
    /// Messages that were acknowledged.
    pub(crate) acked: usize,
    /// Messages in the log.
    pub(crate) stored: usize,
}

impl Crowd {
    /// Lets these people talk in rooms and each to the next, and those read, at this address.
    /// Readers of one name are devices of one person: each resumes on its own.
    pub(crate) fn gather(
        address: SocketAddr,
        names: &[&str],
        readers: &[&str],
        rooms: &[&str],
    ) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (names, rooms): (Vec<String>, Vec<String>) = (owned(names), owned(rooms));
        let (command, orders) = watch::channel(Orders { address, finish: false, read_until: None });
        let acked = Acked::default();
        let friends = names.iter().cycle().skip(1);
        let senders = names.iter().zip(friends).map(|(name, friend)| Sender {
            name: name.clone(),
            friend: friend.clone(),
            rooms: rooms.clone(),
            acked: Arc::clone(&acked),
        });
        let senders = senders.map(|sender| tokio::spawn(sender.speak(orders.clone()))).collect();
        let readers = readers
            .iter()
            .map(|name| Reader { name: (*name).to_owned(), rooms: rooms.clone() })
            .map(|reader| tokio::spawn(reader.read(orders.clone())))
            .collect();
        Self { names, rooms, command, acked, senders, readers }
    }

    /// Whoever comes in from now on comes to this address.
    pub(crate) fn go_to(&self, address: SocketAddr) {
        self.command.send_modify(|orders| orders.address = address);
    }

    /// Lets everybody finish, and compares what was acknowledged, what was read, and the log.
    pub(crate) async fn judge(self) -> Verdict {
        self.command.send_modify(|orders| orders.finish = true);
        for sender in self.senders {
            sender.await.unwrap();
        }
        let orders = self.command.subscribe();
        let mut log = BTreeMap::new();
        for (index, name) in self.names.iter().enumerate() {
            let rooms = if index == 0 { &self.rooms[..] } else { &[] };
            let friends: Vec<&str> = self.names[index + 1..].iter().map(String::as_str).collect();
            log.extend(log_of(&orders, name, rooms, &friends).await);
        }
        let acked = std::mem::take(&mut *self.acked.lock().unwrap());
        judge(&log, &acked);
        let lengths = self.rooms.iter().map(|room| (room.clone(), log[room].len() as u64));
        let lengths = lengths.collect();
        self.command.send_modify(|orders| orders.read_until = Some(lengths));
        for reader in self.readers {
            for (room, read) in reader.await.unwrap() {
                assert_eq!(read, log[&room], "{room} as a reader saw it");
            }
        }
        Verdict { acked: acked.len(), stored: log.values().map(Vec::len).sum() }
    }
}
