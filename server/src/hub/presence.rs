//! Telling who came and went: at once in small rooms, folded in big ones.
//!
//! A class of hundreds that comes in at once would else cost the square of its number: each
//! arrival told to everybody who is there. In a big room, the first change is told at once and
//! the ones that follow it closely together, in their order. In a small room that is done only
//! when many come and go at once, or somebody does nothing else: then each change is still told by
//! itself, but many with one write.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use chat_protocol::event::Presence;
use chat_protocol::{Event, Marks, Nick, RoomKey, RoomName};
use tokio::time::Instant;

use super::ConnId;
use super::fanout::Encoded;
use super::room::Listener;
use super::round::WEIGHT;
use super::state::{Conn, Hub};
use crate::log::PersonId;

/// Members beyond which a room is big.
const BIG: usize = 50;

/// How often a big room is told of changes, as long as there are more.
const EVERY: Duration = Duration::from_millis(250);

/// Changes that a small room is told at once, however closely they follow each other: each costs as
/// much as a message, and who says one just then would wait for it. One more is granted for each
/// [`EVERY`]; the others go along with what is said, if they have not been told until then.
const AT_ONCE: u32 = 8;

/// Changes that may wait; one more, and all of them are told. So many names fit a frame, however
/// long they are.
const WAITING: usize = 128;

/// Somebody came into a room, or left it.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) came: bool,
    pub(super) name: Nick,
    pub(super) via: Option<&'static str>,
    pub(super) marks: Marks,
}

impl Change {
    /// Somebody left: of those who are gone nothing but the name is told, and whether they only
    /// visited.
    pub(super) fn left(name: Nick, visits: bool) -> Self {
        let marks = Marks { visit: visits, ..Marks::default() };
        Self { came: false, name, via: None, marks }
    }

    /// Whether both can be told in one frame.
    fn is_like(&self, other: &Self) -> bool {
        self.came == other.came && self.via == other.via && self.marks == other.marks
    }
}

/// Changes of a room that its members were not told of yet.
#[derive(Debug, Default)]
pub(super) struct Untold {
    changes: Vec<Change>,
    /// Connections that know the first so many of them, from having come in behind them.
    know: HashMap<ConnId, usize>,
    told: Told,
}

/// What a room's members were told, and when.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    last: Option<Instant>,
    /// What was told at once is paid for by then, at one change each [`EVERY`].
    paid: Option<Instant>,
}

impl Told {
    /// Whether one more may be told at once in a small room; if so, it is taken to account.
    fn pays(&mut self, now: Instant) -> bool {
        let paid = self.paid.map_or(now, |paid| paid.max(now)) + EVERY;
        let pays = paid <= now + EVERY * AT_ONCE;
        if pays {
            self.paid = Some(paid);
        }
        pays
    }
}

impl Untold {
    /// A connection has been shown the room as it is now.
    pub(super) fn shown(&mut self, conn: ConnId) {
        if !self.changes.is_empty() {
            self.know.insert(conn, self.changes.len());
        }
    }

    /// Whether it is untold that somebody of this name came or went.
    pub(super) fn concerns(&self, name: &Nick) -> bool {
        let key = name.key();
        self.changes.iter().any(|change| change.name.key() == key)
    }

    /// Whether all of it is told with what is said in a room of so many members.
    pub(super) fn rides_along(&self, members: usize) -> bool {
        !self.changes.is_empty() && members <= BIG
    }

    /// Adds a change; returns when all are to be told, given how many members the room has.
    fn add(&mut self, change: Change, members: usize, now: Instant) -> Instant {
        self.changes.push(change);
        let at_once = members <= BIG && self.told.pays(now);
        match self.told.last {
            Some(last) if !at_once && self.changes.len() < WAITING => (last + EVERY).max(now),
            _ => now,
        }
    }
}

/// The changes as events: in big rooms runs of people who came, in the same dialect and with the
/// same marks, or who left; in others each by itself.
fn events(room: &RoomName, changes: &[Change], is_big: bool) -> Vec<Event> {
    let runs = changes.chunk_by(|one, next| is_big && one.is_like(next));
    let event = |run: &[Change]| {
        let came = run.iter().any(|change| change.came);
        let via = run.iter().find_map(|change| change.via).map(Cow::Borrowed);
        let marks = run.first().map(|change| change.marks).unwrap_or_default();
        let names = run.iter().map(|change| change.name.clone()).collect();
        let presence = Presence { room: room.clone(), names, via, marks };
        if came { Event::Joined(presence) } else { Event::Left(presence) }
    };
    runs.map(event).collect()
}

impl Hub {
    /// Somebody came into a room or left it: those who hear of it are told, now or soon.
    /// The connections in `told` know it.
    pub(super) fn change(&mut self, key: &RoomKey, change: Change, told: &[ConnId]) {
        let Some(room) = self.conversations.rooms.get_mut(key) else { return };
        let now = Instant::now();
        let due = room.untold.add(change, room.members.len(), now);
        for &conn in told {
            room.untold.shown(conn);
        }
        if due <= now {
            self.tell_changes(key);
        } else {
            self.due.changes.insert(key.clone(), due);
        }
    }

    /// Tells a room's members of every change that they do not know.
    pub(super) fn tell_changes(&mut self, key: &RoomKey) {
        self.due.changes.remove(key);
        let Some(room) = self.conversations.rooms.get_mut(key) else { return };
        if room.untold.changes.is_empty() {
            return;
        }
        let told = Told { last: Some(Instant::now()), ..room.untold.told };
        let told = Untold { told, ..Untold::default() };
        let Untold { changes, know, .. } = std::mem::replace(&mut room.untold, told);
        let name = room.name.clone();
        let mut encoded = EncodedFrom::new(&name, &changes, room.members.len() > BIG);
        for conn in self.conns_in(key) {
            let Some(Conn { link, dialect, .. }) = self.conns.get(&conn) else { continue };
            let listener = Listener { conn, link: link.clone(), dialect: *dialect };
            let known = know.get(&conn).copied().unwrap_or(0);
            for bytes in encoded.of(&listener, known) {
                self.push_news(&listener, bytes);
            }
        }
        self.due.weight += encoded.longest();
    }

    /// Tells of somebody's coming, where that is untold.
    pub(super) fn tell_coming_of(&mut self, person: PersonId) {
        if let Some(known) = self.people.get(person) {
            let name = known.name.clone();
            self.tell_changes_of(&name);
        }
    }

    /// Tells every room in which it is untold that somebody of this name came or went, whoever that
    /// was.
    pub(super) fn tell_changes_of(&mut self, name: &Nick) {
        let untold = self.due.changes.keys().filter(|key| {
            let room = self.conversations.rooms.get(*key);
            room.is_some_and(|room| room.untold.concerns(name))
        });
        let untold: Vec<RoomKey> = untold.cloned().collect();
        for key in untold {
            self.tell_changes(&key);
        }
    }

    /// Tells every room that has waited long enough.
    pub(super) fn tell_due_changes(&mut self) {
        let now = Instant::now();
        let due = self.due.changes.iter().filter(|(_, at)| **at <= now);
        let due: Vec<RoomKey> = due.map(|(key, _)| key.clone()).collect();
        for key in due {
            self.tell_changes(&key);
            if self.due.weight >= WEIGHT {
                self.settle_links();
            }
        }
    }
}

/// The changes from each place on that somebody needs, encoded once for each dialect.
struct EncodedFrom<'a> {
    room: &'a RoomName,
    changes: &'a [Change],
    is_big: bool,
    from: HashMap<usize, Vec<(Event, Encoded)>>,
}

impl<'a> EncodedFrom<'a> {
    fn new(room: &'a RoomName, changes: &'a [Change], is_big: bool) -> Self {
        Self { room, changes, is_big, from: HashMap::new() }
    }

    fn of(&mut self, listener: &Listener, known: usize) -> Vec<Bytes> {
        let (room, changes) = (self.room, self.changes.get(known..).unwrap_or_default());
        let is_big = self.is_big;
        let encoded = self.from.entry(known).or_insert_with(|| {
            events(room, changes, is_big)
                .into_iter()
                .map(|event| (event, Encoded::default()))
                .collect()
        });
        let bytes =
            encoded.iter_mut().map(|(event, encoded)| encoded.event(listener.dialect, event));
        bytes.collect()
    }

    /// The bytes of the longest form that was asked for.
    fn longest(&self) -> usize {
        let forms = self.from.values();
        let lengths = forms.map(|form| form.iter().map(|(_, encoded)| encoded.longest()).sum());
        lengths.max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(sign: char, name: &str) -> Change {
        let came = sign == '+';
        let name = Nick::new(name).unwrap();
        if !came {
            return Change::left(name, false);
        }
        let via = name.as_str().ends_with("-line").then_some("line");
        let guest = via.is_some() || name.as_str().ends_with("-guest");
        Change { came, name, via, marks: Marks { guest, ..Marks::default() } }
    }

    fn told(changes: &str, is_big: bool) -> Vec<String> {
        let changes: Vec<Change> = changes
            .split(' ')
            .map(|word| change(word.chars().next().unwrap(), &word[1..]))
            .collect();
        let events = events(&RoomName::lobby(), &changes, is_big);
        let told = events.iter().map(|event| match event {
            Event::Joined(Presence { names, via, marks, .. }) => {
                let guests = if marks.guest { " guests" } else { "" };
                format!("+{} {via:?}{guests}", names.len())
            }
            Event::Left(Presence { names, via, marks, .. }) => {
                assert!(marks.is_empty());
                format!("-{} {via:?}", names.len())
            }
            other => panic!("{other:?}"),
        });
        told.collect()
    }

    #[test]
    fn runs_are_folded_and_their_order_kept() {
        let check = |changes, expected: &[&str]| assert_eq!(told(changes, true), expected);
        check("+ann +bob -ann", &["+2 None", "-1 None"]);
        check("+ann +b-line +c-line", &["+1 None", "+2 Some(\"line\") guests"]);
        let guests = ["+1 None", "+2 None guests", "+1 Some(\"line\") guests", "+1 None"];
        check("+ann +b-guest +c-guest +d-line +eve", &guests);
        check("-b-line -c-line", &["-2 None"]);
        assert_eq!(told("+ann +bob -ann", false), ["+1 None", "+1 None", "-1 None"]);
    }

    fn told_at(now: Instant) -> Untold {
        let told = Told { last: Some(now), ..Told::default() };
        Untold { told, ..Untold::default() }
    }

    #[test]
    fn small_rooms_hear_later_of_many_who_come_and_go() {
        let now = Instant::now();
        let mut untold = told_at(now);
        for number in 0..AT_ONCE {
            assert_eq!(untold.add(change('+', &format!("n{number}")), BIG, now), now);
        }
        let later = now + Duration::from_millis(10);
        assert_eq!(untold.add(change('-', "n0"), BIG, later), now + EVERY);
        // What is granted meanwhile goes at once.
        let granted = now + EVERY;
        assert_eq!(untold.add(change('+', "ann"), BIG, granted), granted);
        assert_eq!(untold.add(change('-', "ann"), BIG, granted), granted, "and all that waited");
        untold = Untold { told: Told { last: Some(granted), ..untold.told }, ..Untold::default() };
        assert_eq!(untold.add(change('+', "bob"), BIG, granted), granted + EVERY);
        let rested = granted + EVERY * AT_ONCE;
        for number in 0..AT_ONCE {
            assert_eq!(untold.add(change('+', &format!("m{number}")), BIG, rested), rested);
        }
    }

    #[test]
    fn small_rooms_hear_at_once_and_big_ones_often_enough() {
        let mut untold = Untold::default();
        let now = Instant::now();
        assert_eq!(untold.add(change('+', "ann"), BIG + 1, now), now, "the first one at once");
        untold = told_at(now);
        let later = now + Duration::from_millis(10);
        assert_eq!(untold.add(change('+', "bob"), BIG, later), later);
        assert_eq!(untold.add(change('+', "cy"), BIG + 1, later), now + EVERY);
        assert_eq!(untold.add(change('+', "di"), BIG + 1, now + 2 * EVERY), now + 2 * EVERY);
        for number in 3..WAITING - 1 {
            let due = untold.add(change('+', &format!("n{number}")), BIG + 1, later);
            assert_eq!(due, now + EVERY);
        }
        assert_eq!(untold.add(change('+', "last"), BIG + 1, later), later);
    }
}
