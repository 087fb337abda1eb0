//! What is remembered of servers from one run to the next: which rooms one is in there, and how far
//! each conversation was read. Knows nothing of files.

use chat_protocol::{Conversation, Nick};
use serde::{Deserialize, Serialize};

use crate::effect::Target;
use crate::state::conversations::fold;

/// Servers that are remembered; the same server by another name is another.
const PLACES_MOST: usize = 50;

/// Conversations that are remembered of one server.
const TALKS_MOST: usize = 200;

/// Conversations that are remembered in all: the file stays shorter than what is read of one.
const ALL_MOST: usize = 1_500;

/// Bytes of a log's identity, which is the server's to choose, and of a host.
const LOG_BYTES: usize = 64;
const HOST_BYTES: usize = 255;

/// Everything that is remembered, the place that was changed last at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Places {
    places: Vec<Place>,
}

/// One server, under one name of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    host: String,
    port: u16,
    name: Nick,
    /// The identity of the log that the numbers count in.
    log: String,
    /// In the order in which they came to be.
    talks: Vec<Mark>,
}

/// How far a conversation was read. A room that has one is a room that one is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Where it is.
    pub room: Conversation,
    /// Between two people: which conversation it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The highest number read, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<u64>,
}

/// News of one place: made in memory, and then in the file as others have written it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, and as whom.
    pub target: Target,
    /// The identity of the server's log.
    pub log: String,
    /// What is new or was read on.
    pub marks: Vec<Mark>,
    /// Rooms that were left.
    pub left: Vec<Conversation>,
}

impl Places {
    /// Makes a change; `false` when it changes nothing.
    pub fn apply(&mut self, change: &Change) -> bool {
        let Change { target, log, marks, left } = change;
        if !is_plain(log) || target.host.len() > HOST_BYTES {
            return false;
        }
        let before = self.clone();
        let mut place = match self.places.iter().position(|place| place.is_at(target)) {
            Some(index) => self.places.remove(index),
            None => Place::new(target, log),
        };
        place.count_in(log);
        place.talks.retain(|talk| !left.iter().any(|left| is_same(left, &talk.room)));
        marks.iter().for_each(|mark| place.take(mark));
        self.places.push(place);
        self.shrink();
        *self != before
    }

    /// What is remembered of a server.
    pub(crate) fn place(&self, target: &Target) -> Option<&Place> {
        self.places.iter().find(|place| place.is_at(target))
    }

    /// The places that were not visited for the longest time are forgotten.
    fn shrink(&mut self) {
        let all = |places: &[Place]| places.iter().map(|place| place.talks.len()).sum::<usize>();
        while self.places.len() > PLACES_MOST || all(&self.places) > ALL_MOST {
            self.places.remove(0);
        }
    }
}

impl Place {
    fn new(target: &Target, log: &str) -> Self {
        let Target { host, port, name, .. } = target.clone();
        Self { host, port, name, log: log.to_owned(), talks: Vec::new() }
    }

    fn is_at(&self, target: &Target) -> bool {
        target.is_same(&self.host, self.port, &self.name)
    }

    /// In another log the numbers mean nothing, and nobody has been talked with.
    fn count_in(&mut self, log: &str) {
        if self.log != log {
            log.clone_into(&mut self.log);
            self.talks.retain(|talk| matches!(talk.room, Conversation::Room(_)));
            self.talks.iter_mut().for_each(|talk| talk.read = None);
        }
    }

    /// Takes a mark in; what another client has read on from here stays read.
    fn take(&mut self, mark: &Mark) {
        if mark.log.as_ref().is_some_and(|log| !is_plain(log)) {
            return;
        }
        match self.talks.iter_mut().find(|talk| is_same(&talk.room, &mark.room)) {
            Some(talk) if talk.log == mark.log => talk.read = talk.read.max(mark.read),
            Some(talk) => *talk = mark.clone(),
            None => self.talks.push(mark.clone()),
        }
        if self.talks.len() > TALKS_MOST {
            // Rooms are few, by the server's own rules.
            let person = |talk: &Mark| matches!(talk.room, Conversation::Direct(_));
            self.talks.remove(self.talks.iter().position(person).unwrap_or(0));
        }
    }

    /// What is remembered of its conversations, now that the server's log is this one.
    pub(crate) fn marks(&self, log: &str) -> Vec<Mark> {
        let mut place = self.clone();
        place.count_in(log);
        // A file may hold what nobody here has written.
        place.talks.truncate(TALKS_MOST);
        place.talks
    }

    /// Whether every conversation there was is remembered, so that one that is not is news.
    pub(crate) fn knows_all(&self, log: &str) -> bool {
        self.log == log && self.talks.len() < TALKS_MOST
    }
}

/// Whether two addresses are one conversation, however they are spelled.
pub(crate) fn is_same(one: &Conversation, other: &Conversation) -> bool {
    one == other || fold(one) == fold(other)
}

fn is_plain(log: &str) -> bool {
    log.len() <= LOG_BYTES && log.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn target(port: u16) -> Target {
        let name = Nick::new("sam").unwrap();
        Target { host: "lab".to_owned(), port, name, dialect: Dialect::Native }
    }

    fn mark(room: &str, log: Option<&str>, read: u64) -> Mark {
        Mark { room: room.parse().unwrap(), log: log.map(str::to_owned), read: Some(read) }
    }

    fn change(log: &str, marks: &[Mark], left: &[&str]) -> Change {
        let left = left.iter().map(|room| room.parse().unwrap()).collect();
        Change { target: target(1), log: log.to_owned(), marks: marks.to_vec(), left }
    }

    fn told(places: &Places, log: &str) -> String {
        let marks = places.place(&target(1)).map(|place| place.marks(log)).unwrap_or_default();
        let told = |mark: &Mark| {
            format!("{} {}", mark.room, mark.read.map_or("?".to_owned(), |read| read.to_string()))
        };
        marks.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_one_client_has_read_another_does_not_take_back() {
        let mut places = Places::default();
        let mut check = |change: Change, changes: bool, expected: &str| {
            assert_eq!(places.apply(&change), changes, "{change:?}");
            assert_eq!(told(&places, &change.log), expected);
        };
        let both = [mark("lobby", None, 5), mark("rust", None, 2)];
        check(change("a", &both, &[]), true, "lobby 5, rust 2");
        check(change("a", &[mark("Lobby", None, 4)], &[]), false, "lobby 5, rust 2");
        check(change("a", &[mark("lobby", None, 9)], &[]), true, "lobby 9, rust 2");
        check(change("a", &[mark("@bob", Some("x"), 7)], &[]), true, "lobby 9, rust 2, @bob 7");
        // Another person under the same name.
        check(change("a", &[mark("@bob", Some("y"), 1)], &[]), true, "lobby 9, rust 2, @bob 1");
        check(change("a", &[], &["rust"]), true, "lobby 9, @bob 1");
        // Another log: the rooms are what is left.
        check(change("b", &[], &[]), true, "lobby ?");
        check(change("b", &[mark("lobby", None, 3)], &[]), true, "lobby 3");
    }

    #[test]
    fn another_log_leaves_the_rooms() {
        let mut places = Places::default();
        places.apply(&change("a", &[mark("rust", None, 5), mark("@bob", Some("x"), 1)], &[]));
        assert_eq!(told(&places, "a"), "rust 5, @bob 1");
        assert_eq!(told(&places, "b"), "rust ?");
        let place = places.place(&target(1)).unwrap();
        assert!(place.knows_all("a") && !place.knows_all("b"));
        assert!(places.place(&target(2)).is_none());
    }

    #[test]
    fn it_has_an_end() {
        let mut places = Places::default();
        let rooms: Vec<Mark> = (0..90).map(|n| mark(&format!("r{n}"), None, n)).collect();
        let people: Vec<Mark> = (0..300).map(|n| mark(&format!("@p{n}"), Some("x"), n)).collect();
        places.apply(&change("a", &rooms, &[]));
        places.apply(&change("a", &people, &[]));
        let kept = told(&places, "a");
        assert_eq!(kept.split(", ").count(), TALKS_MOST);
        assert!(kept.contains("r0 0") && kept.contains("@p299 299") && !kept.contains("@p0 0"));
        for port in 1..=2 * u16::try_from(PLACES_MOST).unwrap() {
            let marks = if port % 2 == 0 { rooms.clone() } else { Vec::new() };
            places.apply(&Change { target: target(port), ..change("a", &marks, &[]) });
        }
        assert!(places.places.len() <= PLACES_MOST);
        assert!(places.place(&target(100)).is_some() && places.place(&target(1)).is_none());
        let long = "x".repeat(LOG_BYTES + 1);
        assert!(!places.apply(&change(&long, &rooms, &[])));
    }
}
