//! What a room shows its members beside what is said: a line that one of them set, and a countdown.
//! Kept in memory alone: both are of the moment, and gone when the server is.

use std::time::Duration;

use chat_protocol::event::{Announcement, Board, Timer, TimerChange, TimerNews};
use chat_protocol::{Event, Line, Refusal, RoomKey, RoomName};
use tokio::time::Instant;

use super::round::WEIGHT;
use super::state::Hub;
use crate::log::PersonId;

/// What a room shows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    announcement: Line,
    countdown: Option<Countdown>,
}

/// A countdown that runs: by the clock that never steps, and by the one that people read.
#[derive(Clone, Copy, Debug)]
struct Countdown {
    end: Instant,
    ends: i64,
}

impl Shown {
    /// The same as somebody finds it who enters now.
    pub(super) fn board(&self) -> Board {
        let timer = self.countdown.map(|countdown| countdown.left(Instant::now()));
        Board { announcement: self.announcement.clone(), timer }
    }
}

impl Countdown {
    fn left(self, now: Instant) -> Timer {
        let left = self.end.saturating_duration_since(now).as_millis();
        Timer { ends: self.ends, remaining: u64::try_from(left).unwrap_or(u64::MAX) }
    }
}

impl Hub {
    /// Sets a room's line, as any of its members may, or takes it away.
    pub(super) fn announce(
        &mut self,
        person: PersonId,
        name: &RoomName,
        text: Line,
    ) -> Result<(), Refusal> {
        let room = self.room_of(person, name)?.name.clone();
        let key = room.key();
        let Some(by) = self.people.get(person).map(|known| known.name.clone()) else {
            return Ok(());
        };
        if let Some(found) = self.conversations.rooms.get_mut(&key) {
            found.shown.announcement = text.clone();
        }
        self.tell_changes(&key);
        self.tell_room(&key, &Event::Announce(Announcement { room, text, by }), None);
        Ok(())
    }

    /// Begins a room's countdown, as any of its members may, or takes it away.
    pub(super) fn set_timer(
        &mut self,
        person: PersonId,
        name: &RoomName,
        seconds: u32,
    ) -> Result<(), Refusal> {
        let room = self.room_of(person, name)?.name.clone();
        let key = room.key();
        let Some(by) = self.people.get(person).map(|known| known.name.clone()) else {
            return Ok(());
        };
        let now = Instant::now();
        let countdown = (seconds > 0).then(|| Countdown {
            end: now + Duration::from_secs(seconds.into()),
            ends: self.about.clock.now().saturating_add(i64::from(seconds) * 1_000),
        });
        if let Some(found) = self.conversations.rooms.get_mut(&key) {
            found.shown.countdown = countdown;
        }
        let change = match countdown {
            Some(countdown) => {
                self.due.timers.insert(key.clone(), countdown.end);
                TimerChange::Set(countdown.left(now), by)
            }
            None => {
                self.due.timers.remove(&key);
                TimerChange::TakenAway(by)
            }
        };
        self.tell_changes(&key);
        self.tell_room(&key, &Event::Timer(TimerNews { room, change }), None);
        Ok(())
    }

    /// Tells every room whose countdown is over.
    pub(super) fn tell_due_timers(&mut self) {
        let now = Instant::now();
        let due = self.due.timers.iter().filter(|(_, end)| **end <= now);
        let due: Vec<RoomKey> = due.map(|(key, _)| key.clone()).collect();
        for key in due {
            self.due.timers.remove(&key);
            // The room may have been forgotten meanwhile, and another of its name be there.
            let room = self.conversations.rooms.get_mut(&key);
            let over = room.and_then(|room| {
                let ended = room.shown.countdown.take_if(|countdown| countdown.end <= now)?;
                Some((room.name.clone(), ended))
            });
            let Some((room, Countdown { ends, .. })) = over else { continue };
            let news = TimerNews { room, change: TimerChange::Over(ends) };
            self.tell_changes(&key);
            self.tell_room(&key, &Event::Timer(news), None);
            if self.due.weight >= WEIGHT {
                self.settle_links();
            }
        }
    }
}
