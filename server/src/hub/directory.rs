//! Who somebody is, what they tell of themselves, who is away, and which rooms there are.

use std::borrow::Cow;
use std::ops::Bound;

use chat_protocol::event::{RoomSummary, RoomsPage, Whois};
use chat_protocol::{Code, Event, Line, Nick, Profile, Refusal, RoomName, limit};

use super::ConnId;
use super::catch_up::no_such_name;
use super::entry::spend;
use super::room::Room;
use super::state::Hub;
use crate::log::PersonId;

impl Hub {
    /// Answers who somebody is.
    pub(super) fn whois(&self, asker: PersonId, name: &Nick) -> Result<Event, Refusal> {
        let person = self.people.find(name).ok_or_else(|| no_such_name(name))?;
        self.who(asker, person).ok_or_else(|| no_such_name(name))
    }

    fn who(&self, asker: PersonId, person: PersonId) -> Option<Event> {
        let (known, asking) = (self.people.get(person)?, self.people.get(asker)?);
        let shared = known.rooms.intersection(&asking.rooms);
        let shared = shared.filter_map(|key| self.conversations.rooms.get(key));
        let whois = Whois {
            name: known.name.clone(),
            here: known.is_here(),
            marks: self.people.marks(person),
            via: known.via.filter(|_| known.is_here()).map(Cow::Borrowed),
            rooms: shared.map(|room| room.name.clone()).collect(),
            profile: known.profile.clone(),
            away: known.away.clone(),
        };
        Some(Event::Whois(Box::new(whois)))
    }

    /// Who is in the lobby: all of them, for dialects that know no pages.
    pub(super) fn in_the_lobby(&self) -> Vec<Nick> {
        let lobby = self.conversations.rooms.get(&RoomName::lobby().key());
        let people = lobby.into_iter().flat_map(|room| room.members.values());
        let mut people: Vec<Nick> = people.map(|member| member.name.clone()).collect();
        // They lie in the order of what their names look like.
        people.sort_by_cached_key(|name| name.as_str().to_lowercase());
        people
    }

    /// Takes what somebody tells of themselves, and shows them what others see.
    pub(super) fn set_profile(&mut self, person: PersonId, profile: Profile) -> Event {
        if let Some(known) = self.people.get_mut(person) {
            self.about.console.profile(&known.name, &profile);
            known.profile = profile;
        }
        let gone = || Event::Error(Refusal::new(Code::NoSuchName, "you are not here any more"));
        self.who(person, person).unwrap_or_else(gone)
    }

    /// Somebody is away, or back. Who says what is known already is alone told so.
    pub(super) fn set_away(
        &mut self,
        conn: ConnId,
        person: PersonId,
        text: Line,
    ) -> Result<(), Refusal> {
        let Some(known) = self.people.get_mut(person) else { return Ok(()) };
        let name = known.name.clone();
        let event = Event::Away { name: name.clone(), text: text.clone() };
        if known.away == text {
            self.tell(conn, &event);
            return Ok(());
        }
        known.away = text;
        let marks = self.people.marks(person);
        // Nobody hears that somebody is away of whom they were not told that they are here.
        self.tell_coming_of(person);
        for key in self.rooms_of(person) {
            let room = self.conversations.rooms.get_mut(&key);
            if let Some(member) = room.and_then(|room| room.members.get_mut(&name.key())) {
                member.marks = marks;
            }
        }
        self.tell_all(self.hearers_of(person), &event);
        Ok(())
    }

    /// Lists the rooms behind a name, as many as a frame holds.
    pub(super) fn list_rooms(&self, after: Option<&RoomName>) -> Event {
        let from = after.map_or(Bound::Unbounded, |name| Bound::Excluded(name.key()));
        let rest = self.conversations.rooms.range((from, Bound::Unbounded));
        let mut rest = rest.map(|(_, room)| room).filter(|room| room.is_listed()).peekable();
        let mut left = limit::ROOMS_BYTES;
        let mut rooms = Vec::new();
        while let Some(room) = rest.next_if(|room| spend(&mut left, summary_bytes(room))) {
            let (name, topic) = (room.name.clone(), room.topic.clone());
            rooms.push(RoomSummary { name, topic, count: room.members.len() });
        }
        Event::Rooms(RoomsPage { rooms, more: rest.peek().is_some() })
    }
}

/// How many bytes a room takes in the list, never too few.
fn summary_bytes(room: &Room) -> usize {
    room.name.as_str().len() + 2 * room.topic.len() + 64
}
