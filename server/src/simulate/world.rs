//! The whole play as a fold: what users hear goes in, what they are to do comes out. Knows no
//! sockets and no clock; time is given, counted from the start.

use std::time::Duration;

use chat_protocol::lab::Lab;
use chat_protocol::{MessageId, Nick, Text};

use super::Plan;
use super::cast::{Cast, Message, Recognized, To};
use super::crowd::{Act, Crowd, Habits};
use super::dialect::Dialect;
use super::flights::Flights;
use super::greetings::Greetings;
use super::judge::{Arrival, Judge, Reach, Verdict};
use super::latencies::Latencies;
use super::wire::{Heard, Order};

/// Where a user is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Not connected yet.
    #[default]
    Outside,
    /// Connected, and has said who they are.
    AtTheDoor,
    In,
    /// Never got in, or was closed; why.
    Gone(String),
}

/// One user's figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) place: Place,
    /// Where one takes turns: has sent something, and waits for the answer.
    owed: bool,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) latencies: Latencies,
}

/// When the users chatted.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    began: Option<Duration>,
    ended: Option<Duration>,
    /// When somebody came in last, or something that was due arrived.
    progress: Duration,
}

/// Everything that is known of a run.
#[derive(Debug)]
pub(crate) struct World {
    plan: Plan,
    pub(crate) cast: Cast,
    pub(crate) members: Vec<Member>,
    /// Everybody's, together.
    pub(crate) all: Member,
    crowd: Crowd,
    judge: Judge,
    flights: Flights,
    greetings: Greetings,
    times: Times,
    /// The first thing that the server complained about.
    pub(crate) complaint: Option<String>,
}

impl World {
    pub(crate) fn new(plan: &Plan) -> Self {
        let Plan { dialect, every, users, seed, .. } = *plan;
        let crowd = Crowd::new(Habits { dialect, every }, users, seed);
        let judge = Judge::new(vec![false; users], Reach::default(), false);
        Self {
            plan: plan.clone(),
            cast: Cast::new(users, seed),
            members: vec![Member::default(); users],
            all: Member::default(),
            crowd,
            judge,
            flights: Flights::default(),
            greetings: Greetings::default(),
            times: Times::default(),
            complaint: None,
        }
    }

    /// A user is connected, and says who they are, where one does.
    pub(crate) fn knocked(&mut self, user: usize, now: Duration) {
        let introduces = self.plan.dialect.introduces();
        self.members[user].place = if introduces { Place::AtTheDoor } else { Place::In };
        self.times.progress = now;
    }

    /// A user's connection has ended, or there was none.
    pub(crate) fn gone(&mut self, user: usize, why: String) {
        if !matches!(self.members[user].place, Place::Gone(_)) {
            self.members[user].place = Place::Gone(why);
        }
    }

    /// Whether somebody may still come in; not when nothing has moved for `patience`.
    pub(crate) fn is_gathering(&self, now: Duration, patience: Duration) -> bool {
        let is_coming = |member: &Member| matches!(member.place, Place::Outside | Place::AtTheDoor);
        self.members.iter().any(is_coming) && now < self.times.progress + patience
    }

    /// How many are in.
    pub(crate) fn inside(&self) -> usize {
        self.members.iter().filter(|member| member.place == Place::In).count()
    }

    /// Lets the chat begin. Whoever is connected takes part: not every server says `ack`.
    pub(crate) fn begin(&mut self, now: Duration) {
        for (user, member) in self.members.iter_mut().enumerate() {
            if member.place == Place::AtTheDoor {
                member.place = Place::In;
            }
            if member.place == Place::In {
                self.crowd.begin(user, now);
            }
        }
        let present = self.members.iter().map(|member| member.place == Place::In).collect();
        let dialect = self.plan.dialect;
        let reach = if dialect.echoes() { Reach::Sender } else { Reach::Others };
        self.judge = Judge::new(present, reach, dialect.acknowledges());
        self.times = Times { began: Some(now), ended: None, progress: now };
    }

    /// Lets it end: what is on its way may still arrive.
    pub(crate) fn end(&mut self, now: Duration) {
        self.times.ended = Some(now);
        self.times.progress = now;
    }

    /// Whether it is time to end: nobody is left, or enough was said.
    pub(crate) fn is_over(&self) -> bool {
        self.inside() == 0 || self.all.sent >= self.plan.messages
    }

    /// How many took part.
    pub(crate) fn present(&self) -> usize {
        self.judge.present()
    }

    /// Whether something may still arrive; not when nothing has for `patience`.
    pub(crate) fn is_awaiting(&self, now: Duration, patience: Duration) -> bool {
        !self.flights.is_empty() && now < self.times.progress + patience
    }

    /// Arrivals that are on their way.
    pub(crate) fn awaited(&self) -> u64 {
        self.flights.awaited()
    }

    /// From the first word to the last, or until now.
    pub(crate) fn chatted(&self, now: Duration) -> Duration {
        let ended = self.times.ended.unwrap_or(now);
        self.times.began.map_or(Duration::ZERO, |began| ended.saturating_sub(began))
    }

    /// What is to be done now, if anything, by one of those who can be told.
    pub(crate) fn due(
        &mut self,
        now: Duration,
        can_be_told: impl Fn(usize) -> bool,
    ) -> Option<(usize, Order)> {
        self.flights.give_up(now);
        let takes_turns = self.plan.dialect.takes_turns();
        if self.times.ended.is_some() {
            return self.listens(can_be_told).filter(|_| takes_turns);
        }
        if self.is_over() || (!self.flights.has_room() && !takes_turns) {
            return None;
        }
        let (members, flights) = (&self.members, &self.flights);
        let has_room = |user: usize| flights.has_room() && flights.has_room_for(user);
        let can_act = |user: usize| {
            let free = if takes_turns { !members[user].owed } else { has_room(user) };
            members[user].place == Place::In && free && can_be_told(user)
        };
        let (user, act) = self.crowd.next(now, can_act)?;
        let order = match act {
            // Whoever hears nothing unasked makes room by asking.
            Act::Say if takes_turns && !has_room(user) => self.listen(user),
            Act::List => {
                let anybody = self.crowd.anybody(user);
                Order::List { after: Some(self.cast.name(anybody).clone()) }
            }
            Act::Say => self.speak(user, To::All, now)?,
            Act::Tell(friend) => self.speak(user, To::One(friend), now)?,
        };
        Some((user, order))
    }

    /// What was said last is heard only by those who take one more turn, and another as long as
    /// they are answered.
    fn listens(&mut self, can_be_told: impl Fn(usize) -> bool) -> Option<(usize, Order)> {
        let is_free = |member: &Member| member.place == Place::In && !member.owed;
        let mut members = self.members.iter().enumerate();
        let (user, _) = members.find(|(user, member)| is_free(member) && can_be_told(*user))?;
        Some((user, self.listen(user)))
    }

    fn listen(&mut self, user: usize) -> Order {
        self.members[user].owed = true;
        Order::Listen
    }

    /// When to ask again, if nothing is heard before.
    pub(crate) fn wakes_at(&mut self, now: Duration) -> Option<Duration> {
        let given_up = self.flights.give_up(now);
        let takes_turns = self.plan.dialect.takes_turns();
        let acts = self.crowd.wakes_at().filter(|_| self.flights.has_room() || takes_turns);
        given_up.into_iter().chain(acts).min()
    }

    fn speak(&mut self, user: usize, to: To, now: Duration) -> Option<Order> {
        let message = self.judge.send(user, to);
        let text = Text::new(&self.cast.text(message)).ok()?;
        self.members[user].sent += 1;
        self.members[user].owed = self.plan.dialect.takes_turns();
        self.all.sent += 1;
        // Whoever has gone is not waited for; the judge misses them all the same.
        let is_there = |user: &usize| self.members[*user].place == Place::In;
        let receivers = self.judge.receivers(message).filter(is_there).count() as u64;
        let acks = u64::from(self.plan.dialect.acknowledges());
        self.flights.leave(message, now, receivers + acks);
        let id = id_of(message);
        Some(match to {
            To::All => Order::Say { id, text },
            To::One(friend) => Order::Tell { to: self.cast.called(friend).clone(), id, text },
        })
    }

    /// A user has heard something.
    pub(crate) fn heard(&mut self, user: usize, heard: Heard, now: Duration) {
        match heard {
            Heard::In(name) => self.came_in(user, &name, now),
            Heard::Names(names) => self.met(user, &names),
            Heard::Text { text, number } => {
                let recognized = self.cast.recognize(text.as_str());
                self.heard_words(user, recognized, number, now);
            }
            Heard::Line(text) => {
                let recognized = self.cast.recognize_within(text.as_str());
                if recognized.is_empty() {
                    self.complaint.get_or_insert_with(|| text.as_str().to_owned());
                }
                for recognized in recognized {
                    self.heard_words(user, recognized, None, now);
                }
            }
            Heard::Answered => self.members[user].owed = false,
            Heard::Greeted { from } => {
                if let Some(from) = self.cast.find(from.as_str()) {
                    self.greeted(user, from, now);
                }
            }
            Heard::Taken { id, number } => self.taken(user, &id, number, now),
            Heard::Answer(text) => {
                let recognized = self.cast.recognize(&text);
                if !self.heard_words(user, recognized, None, now) {
                    let name = self.cast.name(user).clone();
                    self.came_in(user, &name, now);
                }
            }
            Heard::Complaint(text) => self.heard_from_server(user, text, now),
            Heard::NotIn(text) => self.gone(user, text),
        }
    }

    /// Words that may be one of us's; returns whether they are.
    fn heard_words(
        &mut self,
        user: usize,
        recognized: Recognized,
        number: Option<u64>,
        now: Duration,
    ) -> bool {
        match recognized {
            Recognized::Ours(message) => {
                let arrival = self.judge.hear(user, message, number);
                self.arrived(user, message, arrival, now);
            }
            Recognized::Changed => self.judge.hear_changed(user),
            Recognized::Foreign => return false,
        }
        true
    }

    /// The server's own words, or somebody's in a form that is not the dialect's: passed on without
    /// a name, mangled until nothing told whose they are, or in words that the server chose.
    fn heard_from_server(&mut self, user: usize, text: String, now: Duration) {
        let recognized = self.cast.recognize(&text);
        if self.heard_words(user, recognized, None, now) {
            return;
        }
        let chooses = self.plan.dialect == Dialect::Lab(Lab::Comma);
        let (cast, judge) = (&self.cast, &self.judge);
        let awaits = |from| judge.awaits_of(user, from);
        match self.greetings.find(&text, user, cast, awaits).filter(|_| chooses) {
            Some(from) => self.greeted(user, from, now),
            None => _ = self.complaint.get_or_insert(text),
        }
    }

    /// Words that tell nothing but who sent them.
    fn greeted(&mut self, user: usize, from: usize, now: Duration) {
        let (message, arrival) = self.judge.hear_next(user, from);
        self.arrived(user, message, arrival, now);
    }

    fn came_in(&mut self, user: usize, name: &Nick, now: Duration) {
        if self.members[user].place == Place::AtTheDoor {
            self.members[user].place = Place::In;
            self.times.progress = now;
            self.cast.call(user, name);
        }
    }

    fn met(&mut self, user: usize, names: &[Nick]) {
        let friends = names.iter().filter_map(|name| self.cast.find(name.as_str()));
        let is_friend =
            |friend: &usize| *friend != user && self.members[*friend].place == Place::In;
        let friends = friends.filter(is_friend).collect();
        self.crowd.meet(user, friends);
    }

    fn taken(&mut self, user: usize, id: &MessageId, number: u64, now: Duration) {
        if let Some(message) = message_of(user, id)
            && self.judge.take(message, number)
        {
            self.times.progress = now;
            self.flights.arrive(message, now);
        }
    }

    fn arrived(&mut self, user: usize, message: Message, arrival: Arrival, now: Duration) {
        // Whoever came in after the beginning hears what was not due to them.
        if let Arrival::InOrder | Arrival::OutOfOrder = arrival
            && self.judge.takes_part(user)
        {
            self.times.progress = now;
            let took = self.flights.arrive(message, now);
            for member in [&mut self.members[user], &mut self.all] {
                member.received += 1;
                took.into_iter().for_each(|took| member.latencies.add(took));
            }
        }
    }

    /// What is wrong so far; what has not come may still be on its way.
    pub(crate) fn so_far(&self) -> &Verdict {
        self.judge.so_far()
    }

    /// What it all came to.
    pub(crate) fn verdict(&self) -> Verdict {
        self.judge.verdict()
    }
}

/// A message's id, from which the message can be told.
fn id_of(message: Message) -> MessageId {
    let number = u64::from(message.number);
    match message.to {
        To::All => MessageId::from(number),
        To::One(to) => MessageId::new(&format!("{number}@{to}")).unwrap_or(MessageId::from(number)),
    }
}

fn message_of(from: usize, id: &MessageId) -> Option<Message> {
    let (number, to) = match id.as_str().split_once('@') {
        Some((number, to)) => (number, To::One(to.parse().ok()?)),
        None => (id.as_str(), To::All),
    };
    Some(Message { from, to, number: number.parse().ok()? })
}

#[cfg(test)]
mod tests;
