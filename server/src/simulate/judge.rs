//! Whether every message arrived once and in order at everybody who was to get it: a pure judge of
//! what was sent and what was heard.
//!
//! In order means: at each receiver, what one sender said to all comes in the order it was said,
//! and so does what one sender told this receiver. Between two senders, and between what is said
//! to all and to one, there is no order to keep. Where the server numbers what is said to all, as
//! the native dialect does, it has one order for everybody besides: every receiver hears it with
//! the same number, and hears the numbers rise.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::cast::{Message, To};

/// What one arrival was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It was due, and came in its order.
    InOrder,
    /// It was due, and should have come before something else that did.
    OutOfOrder,
    /// It had come before.
    Doubled,
    /// Nobody sent it, or not to this receiver.
    Strange,
}

/// The first of the faults, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) by: usize,
    pub(crate) message: Option<Message>,
    pub(crate) kind: Kind,
}

/// What can go wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lost,
    OutOfOrder,
    Doubled,
    Strange,
}

/// What it all came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Arrivals that there were to be.
    pub(crate) due: u64,
    pub(crate) lost: u64,
    pub(crate) out_of_order: u64,
    pub(crate) doubled: u64,
    /// Texts that were changed on the way, or that came to somebody whom they were not for.
    pub(crate) strange: u64,
    /// Messages of which the server never said that it took them, where it says so.
    pub(crate) unacknowledged: u64,
    pub(crate) first: Option<Fault>,
}

impl Verdict {
    /// Whether every message arrived once and in order.
    pub(crate) fn is_good(&self) -> bool {
        self.lost + self.out_of_order + self.doubled + self.strange + self.unacknowledged == 0
    }
}

/// What one receiver has heard.
#[derive(Clone, Debug, Default)]
struct Ears {
    /// For each sender: everything below this number has come, or is missing.
    all: Vec<u32>,
    one: HashMap<usize, u32>,
    missing: BTreeSet<(usize, bool, u32)>,
    /// The highest of the server's numbers.
    last: u64,
}

impl Ears {
    fn up_to(&mut self, from: usize, to: To) -> &mut u32 {
        match to {
            To::All => &mut self.all[from],
            To::One(_) => self.one.entry(from).or_default(),
        }
    }
}

/// Who is to get what is said to all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everybody but who said it.
    #[default]
    Others,
    /// Who said it, and nobody else.
    Sender,
}

/// Takes note of everything sent and heard.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// Who takes part; nobody else is to get anything.
    present: Vec<bool>,
    reach: Reach,
    sent_to_all: Vec<u32>,
    sent_to_one: HashMap<(usize, usize), u32>,
    ears: Vec<Ears>,
    /// The server's number for what was said to all.
    numbers: HashMap<Message, u64>,
    /// What the server has not said to have taken, where it says so.
    untaken: Option<HashSet<Message>>,
    so_far: Verdict,
}

impl Judge {
    /// For these, of a server that tells so many, and that says of each message that it took it, or
    /// does not.
    pub(crate) fn new(present: Vec<bool>, reach: Reach, acknowledges: bool) -> Self {
        let users = present.len();
        let ears = vec![Ears { all: vec![0; users], ..Ears::default() }; users];
        let untaken = acknowledges.then(HashSet::new);
        let sent_to_all = vec![0; users];
        Self { present, reach, ears, sent_to_all, untaken, ..Self::default() }
    }

    /// How many take part.
    pub(crate) fn present(&self) -> usize {
        self.present.iter().filter(|present| **present).count()
    }

    /// Somebody sends a message; returns which one it is.
    pub(crate) fn send(&mut self, from: usize, to: To) -> Message {
        let sent = match to {
            To::All => &mut self.sent_to_all[from],
            To::One(to) => self.sent_to_one.entry((from, to)).or_default(),
        };
        let message = Message { from, to, number: *sent };
        *sent += 1;
        self.untaken.as_mut().map(|untaken| untaken.insert(message));
        self.so_far.due += self.receivers(message).count() as u64;
        message
    }

    /// Whether this user takes part.
    pub(crate) fn takes_part(&self, user: usize) -> bool {
        self.present[user]
    }

    /// Who are to get a message.
    pub(crate) fn receivers(&self, message: Message) -> impl Iterator<Item = usize> {
        let users = match message.to {
            To::All => 0..self.present.len(),
            To::One(to) => to..to + 1,
        };
        users.filter(move |user| self.present[*user] && self.is_for(*user, message))
    }

    /// Whether a message is for this user, if they take part.
    fn is_for(&self, user: usize, Message { from, to, .. }: Message) -> bool {
        match (to, self.reach) {
            (To::All, Reach::Others) => user != from,
            (To::All, Reach::Sender) => user == from,
            (To::One(to), _) => user == to && user != from,
        }
    }

    /// Whether somebody has sent this one something that they have not heard.
    pub(crate) fn awaits_of(&self, by: usize, from: usize) -> bool {
        let heard = self.ears[by].one.get(&from).copied().unwrap_or_default();
        heard < self.sent_to_one.get(&(from, by)).copied().unwrap_or_default()
    }

    /// Somebody hears a message, with the server's number where there is one.
    pub(crate) fn hear(&mut self, by: usize, message: Message, number: Option<u64>) -> Arrival {
        let arrival = self.arrive(by, message, number);
        let kind = match arrival {
            Arrival::InOrder => return arrival,
            Arrival::OutOfOrder => Kind::OutOfOrder,
            Arrival::Doubled => Kind::Doubled,
            Arrival::Strange => Kind::Strange,
        };
        self.fault(Fault { by, message: Some(message), kind });
        arrival
    }

    /// Somebody hears words of this sender that tell nothing else: by their count they are the
    /// next ones. Returns which message that makes them.
    pub(crate) fn hear_next(&mut self, by: usize, from: usize) -> (Message, Arrival) {
        let number = *self.ears[by].up_to(from, To::One(by));
        let message = Message { from, to: To::One(by), number };
        if number < self.sent(message) {
            return (message, self.hear(by, message, None));
        }
        // More than were sent: one of them came twice.
        self.fault(Fault { by, message: Some(message), kind: Kind::Doubled });
        (message, Arrival::Doubled)
    }

    /// Somebody hears a text that was changed on the way.
    pub(crate) fn hear_changed(&mut self, by: usize) {
        self.fault(Fault { by, message: None, kind: Kind::Strange });
    }

    /// The server says that it took a message, and gave it this number; returns whether that is
    /// news. Others may not hear it by another.
    pub(crate) fn take(&mut self, message: Message, number: u64) -> bool {
        let is_news = self.untaken.as_mut().is_some_and(|untaken| untaken.remove(&message));
        let is_to_all = message.to == To::All;
        if is_news && is_to_all && *self.numbers.entry(message).or_insert(number) != number {
            let (by, kind) = (message.from, Kind::OutOfOrder);
            self.fault(Fault { by, message: Some(message), kind });
        }
        is_news
    }

    fn arrive(&mut self, by: usize, message: Message, number: Option<u64>) -> Arrival {
        let Message { from, to, number: own } = message;
        if !self.is_for(by, message) || own >= self.sent(message) {
            return Arrival::Strange;
        }
        let ears = &mut self.ears[by];
        let before = std::mem::replace(ears.up_to(from, to), 0);
        *ears.up_to(from, to) = before.max(own + 1);
        let is_to_all = to == To::All;
        if own < before {
            let was_missing = ears.missing.remove(&(from, is_to_all, own));
            return if was_missing { Arrival::OutOfOrder } else { Arrival::Doubled };
        }
        ears.missing.extend((before..own).map(|missing| (from, is_to_all, missing)));
        let Some(number) = number.filter(|_| is_to_all) else { return Arrival::InOrder };
        let rises = number > ears.last;
        ears.last = ears.last.max(number);
        let agrees = *self.numbers.entry(message).or_insert(number) == number;
        if rises && agrees { Arrival::InOrder } else { Arrival::OutOfOrder }
    }

    fn sent(&self, message: Message) -> u32 {
        match message.to {
            To::All => self.sent_to_all.get(message.from).copied().unwrap_or_default(),
            To::One(to) => self.sent_to_one.get(&(message.from, to)).copied().unwrap_or_default(),
        }
    }

    fn fault(&mut self, fault: Fault) {
        *match fault.kind {
            Kind::Lost => &mut self.so_far.lost,
            Kind::OutOfOrder => &mut self.so_far.out_of_order,
            Kind::Doubled => &mut self.so_far.doubled,
            Kind::Strange => &mut self.so_far.strange,
        } += 1;
        self.so_far.first.get_or_insert(fault);
    }

    /// What is known before the end: what has not come may still be on its way.
    pub(crate) fn so_far(&self) -> &Verdict {
        &self.so_far
    }

    /// What it all came to: what has not come by now is lost.
    pub(crate) fn verdict(&self) -> Verdict {
        let mut verdict = self.so_far.clone();
        verdict.unacknowledged = self.untaken.as_ref().map_or(0, HashSet::len) as u64;
        for (by, ears) in self.ears.iter().enumerate().filter(|(by, _)| self.present[*by]) {
            let missing = ears.missing.iter().map(|&(from, is_to_all, number)| {
                let to = if is_to_all { To::All } else { To::One(by) };
                Message { from, to, number }
            });
            let said = |from| Message { from, to: To::All, number: 0 };
            let to_all = self.sent_to_all.iter().enumerate();
            let to_all = to_all.filter(|(from, _)| self.is_for(by, said(*from)));
            let to_all = to_all.flat_map(|(from, sent)| {
                (ears.all[from]..*sent).map(move |number| Message { from, to: To::All, number })
            });
            let to_one = self.sent_to_one.iter().filter(|((_, to), _)| *to == by);
            let to_one = to_one.flat_map(|(&(from, to), sent)| {
                let heard = ears.one.get(&from).copied().unwrap_or_default();
                (heard..*sent).map(move |number| Message { from, to: To::One(to), number })
            });
            for message in missing.chain(to_all).chain(to_one) {
                verdict.lost += 1;
                let fault = Fault { by, message: Some(message), kind: Kind::Lost };
                verdict.first.get_or_insert(fault);
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests;
