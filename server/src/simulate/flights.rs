//! What has been sent and has not arrived everywhere: how long it has been on its way, and whether
//! there is room for more.
//!
//! Users wait for room as people do who read before they write on. So a server that is slow is
//! measured as slow, and is not drowned; and one that closes whoever does not read is not given
//! more than this process can read.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::cast::Message;

/// Messages that may be on their way at once: all in all, and of one user.
const ROOM: usize = 64;
const ROOM_FOR_ONE: usize = 4;

/// After so long a message makes room for another, though it may still arrive.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(5);

/// Messages whose departure is remembered after they made room, for those that come very late.
const REMEMBERED: usize = 10_000;

#[derive(Debug)]
struct Flight {
    left: Duration,
    /// Arrivals that are still to come.
    awaited: u64,
    makes_room: bool,
}

/// All that is on its way.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    flights: HashMap<Message, Flight>,
    /// In the order they left, those that have arrived among them.
    left: VecDeque<Message>,
    room_taken: usize,
    of_user: HashMap<usize, usize>,
}

impl Flights {
    /// Whether one more may leave.
    pub(crate) fn has_room(&self) -> bool {
        self.room_taken < ROOM
    }

    /// Whether one more of this user's may leave, if any may.
    pub(crate) fn has_room_for(&self, user: usize) -> bool {
        self.of_user.get(&user).copied().unwrap_or_default() < ROOM_FOR_ONE
    }

    /// Whether nothing is on its way any more.
    pub(crate) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    /// Arrivals that are still to come.
    pub(crate) fn awaited(&self) -> u64 {
        self.flights.values().map(|flight| flight.awaited).sum()
    }

    pub(crate) fn leave(&mut self, message: Message, now: Duration, awaited: u64) {
        if awaited > 0 {
            self.flights.insert(message, Flight { left: now, awaited, makes_room: false });
            self.left.push_back(message);
            self.room_taken += 1;
            *self.of_user.entry(message.from).or_default() += 1;
        }
    }

    /// One of its arrivals; returns how long it took. `None` for one that nobody waits for.
    pub(crate) fn arrive(&mut self, message: Message, now: Duration) -> Option<Duration> {
        let flight = self.flights.get_mut(&message)?;
        let took = now.saturating_sub(flight.left);
        flight.awaited -= 1;
        if flight.awaited == 0 {
            self.make_room(message);
            self.flights.remove(&message);
        }
        Some(took)
    }

    /// Makes room where something has been on its way for too long; returns when to look again.
    pub(crate) fn give_up(&mut self, now: Duration) -> Option<Duration> {
        let mut late = 0;
        while let Some(message) = self.left.get(late).copied() {
            match self.flights.get(&message) {
                None => _ = self.left.remove(late),
                Some(flight) if flight.left + GIVEN_UP_AFTER > now => {
                    return Some(flight.left + GIVEN_UP_AFTER);
                }
                Some(_) if late >= REMEMBERED => {
                    self.left.pop_front().and_then(|oldest| self.flights.remove(&oldest));
                }
                Some(_) => {
                    self.make_room(message);
                    late += 1;
                }
            }
        }
        None
    }

    fn make_room(&mut self, message: Message) {
        let Some(flight) = self.flights.get_mut(&message) else { return };
        if !std::mem::replace(&mut flight.makes_room, true) {
            self.room_taken -= 1;
            if let Some(count) = self.of_user.get_mut(&message.from) {
                *count -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cast::To;
    use super::*;

    const AT: fn(u64) -> Duration = Duration::from_millis;

    fn message(from: usize, number: u32) -> Message {
        Message { from, to: To::All, number }
    }

    #[test]
    fn a_message_makes_room_when_it_has_arrived_everywhere() {
        let mut flights = Flights::default();
        (0..4).for_each(|number| flights.leave(message(0, number), AT(0), 2));
        assert!(flights.has_room() && !flights.has_room_for(0) && flights.has_room_for(1));
        assert_eq!(flights.arrive(message(0, 0), AT(3)), Some(AT(3)));
        assert!(!flights.has_room_for(0));
        assert_eq!(flights.arrive(message(0, 0), AT(5)), Some(AT(5)));
        assert!(flights.has_room_for(0));
        assert_eq!(flights.arrive(message(0, 0), AT(6)), None);
        assert_eq!(flights.awaited(), 6);
    }

    #[test]
    fn only_so_much_is_on_its_way_at_once() {
        let mut flights = Flights::default();
        (0..ROOM).for_each(|user| flights.leave(message(user, 0), AT(0), 1));
        assert!(!flights.has_room());
        flights.arrive(message(3, 0), AT(1));
        assert!(flights.has_room());
    }

    #[test]
    fn what_does_not_arrive_makes_room_after_a_while() {
        let mut flights = Flights::default();
        (0..ROOM).for_each(|user| flights.leave(message(user, 0), AT(user as u64), 1));
        assert_eq!(flights.give_up(AT(0)), Some(AT(5_000)));
        assert_eq!(flights.give_up(AT(5_002)), Some(AT(5_003)));
        assert_eq!(flights.room_taken, ROOM - 3);
        // It comes all the same, and is measured; its room is not made twice.
        assert_eq!(flights.arrive(message(0, 0), AT(6_000)), Some(AT(6_000)));
        assert_eq!(flights.room_taken, ROOM - 3);
        assert!(!flights.is_empty());
    }
}
