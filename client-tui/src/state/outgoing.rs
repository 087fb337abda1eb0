//! Messages on their way: what has been sent and not acknowledged, and what waits for its turn.
//! How they look is the scrollback's.

use std::collections::VecDeque;

use chat_protocol::{Conversation, MessageId, Request, Text};

use crate::written;

/// Messages sent and not yet acknowledged, at most; the others wait.
const IN_FLIGHT: usize = 32;

/// Messages on their way at most; beyond, the text stays in the input.
const QUEUE: usize = 1_000;

/// Messages on their way, in the order in which they were written.
#[derive(Debug)]
pub(crate) struct Outgoing {
    prefix: String,
    counter: u32,
    queue: VecDeque<Unsent>,
    in_flight: usize,
}

/// A message on its way.
#[derive(Debug)]
pub(crate) struct Unsent {
    pub(crate) id: MessageId,
    pub(crate) to: Conversation,
    /// Its number in the scrollback, among those on their way.
    pub(crate) local: u32,
    pub(crate) text: Text,
    stage: Stage,
    /// It went out over a link that broke: it may be stored, or not.
    doubtful: bool,
    /// A message that the server told is shown in its place, until the acknowledgement tells
    /// whether it is this one.
    pub(crate) recognized: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    Sent,
    /// Refused, to be sent again when the writer asks.
    Refused,
}

impl Outgoing {
    /// With a prefix that makes ids unique among all programs of this person.
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix, counter: 0, queue: VecDeque::new(), in_flight: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.queue.len() >= QUEUE
    }

    /// Whether so many more can be queued.
    pub(crate) fn has_room_for(&self, count: usize) -> bool {
        self.queue.len() + count <= QUEUE
    }

    /// How many have not been acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// How many of them are for this conversation.
    pub(crate) fn count_to(&self, to: &Conversation) -> usize {
        self.queue.iter().filter(|unsent| unsent.to == *to).count()
    }

    /// Queues a message; returns its local number, or `None` when too many wait.
    pub(crate) fn push(&mut self, to: Conversation, text: Text) -> Option<u32> {
        if self.is_full() {
            return None;
        }
        let local = self.counter + 1;
        let id = MessageId::new(&format!("{}-{local}", self.prefix)).ok()?;
        self.counter = local;
        let (stage, doubtful, recognized) = (Stage::Waiting, false, false);
        self.queue.push_back(Unsent { id, to, local, text, stage, doubtful, recognized });
        Some(local)
    }

    /// Takes in a message of an earlier run, to be sent under its old id when the writer asks.
    pub(crate) fn wait(&mut self, unsent: &written::Unsent) -> Option<u32> {
        if self.is_full() || self.index(unsent.id.as_str()).is_some() {
            return None;
        }
        self.counter += 1;
        let written::Unsent { id, room: to, text } = unsent.clone();
        let (local, stage, doubtful, recognized) = (self.counter, Stage::Refused, false, false);
        self.queue.push_back(Unsent { id, to, local, text, stage, doubtful, recognized });
        Some(local)
    }

    /// Everything that has not been acknowledged, to be kept for a later run.
    pub(crate) fn unsent(&self) -> Vec<written::Unsent> {
        let kept = |unsent: &Unsent| written::Unsent {
            id: unsent.id.clone(),
            room: unsent.to.clone(),
            text: unsent.text.clone(),
        };
        self.queue.iter().map(kept).collect()
    }

    /// What may be sent now.
    pub(crate) fn pump(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        if self.in_flight >= IN_FLIGHT {
            return requests;
        }
        for unsent in self.queue.iter_mut().filter(|unsent| unsent.stage == Stage::Waiting) {
            unsent.stage = Stage::Sent;
            self.in_flight += 1;
            requests.push(unsent.request());
            if self.in_flight >= IN_FLIGHT {
                break;
            }
        }
        requests
    }

    /// Takes out a message that was acknowledged, or refused for good.
    pub(crate) fn take(&mut self, id: &str) -> Option<Unsent> {
        let index = self.index(id)?;
        let unsent = self.queue.remove(index)?;
        if unsent.stage == Stage::Sent {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        Some(unsent)
    }

    /// Keeps a message that was refused until it is tried again.
    pub(crate) fn refuse(&mut self, id: &str) -> Option<&mut Unsent> {
        let index = self.index(id)?;
        let unsent = self.queue.get_mut(index)?;
        if unsent.stage == Stage::Sent {
            self.in_flight = self.in_flight.saturating_sub(1);
        }
        (unsent.stage, unsent.doubtful) = (Stage::Refused, false);
        Some(unsent)
    }

    /// Queues again what was refused, under the same ids; returns where each is shown.
    pub(crate) fn retry(&mut self) -> Vec<(Conversation, u32)> {
        let refused = self.queue.iter_mut().filter(|unsent| unsent.stage == Stage::Refused);
        let retried = refused.map(|unsent| {
            unsent.stage = Stage::Waiting;
            (unsent.to.clone(), unsent.local)
        });
        retried.collect()
    }

    /// Gives up what was refused in a conversation; returns where each is shown.
    pub(crate) fn discard(&mut self, to: &Conversation) -> Vec<u32> {
        let mut locals = Vec::new();
        self.queue.retain(|unsent| {
            let given_up = unsent.stage == Stage::Refused && unsent.to == *to;
            locals.extend(given_up.then_some(unsent.local));
            !given_up
        });
        locals
    }

    /// The link broke: whatever was not acknowledged will be sent again, under the same ids.
    pub(crate) fn unsend(&mut self) {
        self.in_flight = 0;
        for unsent in self.queue.iter_mut().filter(|unsent| unsent.stage == Stage::Sent) {
            unsent.stage = Stage::Waiting;
            unsent.doubtful = true;
        }
    }

    /// Whether anything has gone out of which is not known whether it arrived.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.queue.iter().any(|unsent| unsent.doubtful || unsent.stage == Stage::Sent)
    }

    /// Finds what an own message, told after the link broke, most likely is: of what is in doubt
    /// the first of this text, which is then shown once. Returns its local number.
    pub(crate) fn recognize(&mut self, to: &Conversation, text: &Text) -> Option<u32> {
        let mut doubtful = self.queue.iter_mut().filter(|unsent| unsent.doubtful);
        let same =
            |unsent: &&mut Unsent| !unsent.recognized && unsent.to == *to && unsent.text == *text;
        let unsent = doubtful.find(same)?;
        unsent.recognized = true;
        Some(unsent.local)
    }

    /// Holds back what has not gone out yet, until it is tried again, and says where all of it is.
    pub(crate) fn hold(&mut self, local: u32, to: &Conversation) -> bool {
        let Some(unsent) = self.queue.iter_mut().find(|unsent| unsent.local == local) else {
            return false;
        };
        unsent.to = to.clone();
        let waits = unsent.stage == Stage::Waiting;
        if waits {
            unsent.stage = Stage::Refused;
        }
        waits
    }

    /// The same for everything that is for this address; returns where what is held back is shown.
    pub(crate) fn hold_all(&mut self, to: &Conversation) -> Vec<u32> {
        let waiting = self.queue.iter_mut().filter(|unsent| unsent.stage == Stage::Waiting);
        let held = waiting.filter(|unsent| unsent.to == *to).map(|unsent| {
            unsent.stage = Stage::Refused;
            unsent.local
        });
        held.collect()
    }

    /// A person goes by another name: what is for them goes there.
    pub(crate) fn rename(&mut self, from: &Conversation, to: &Conversation) {
        for unsent in self.queue.iter_mut().filter(|unsent| unsent.to == *from) {
            unsent.to = to.clone();
        }
    }

    /// Forgets everything, when another server is chosen.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
        self.in_flight = 0;
    }

    /// Acknowledgements come in order, so that the search ends soon.
    fn index(&self, id: &str) -> Option<usize> {
        self.queue.iter().position(|unsent| unsent.id.as_str() == id)
    }
}

impl Unsent {
    fn request(&self) -> Request {
        let (id, text) = (self.id.clone(), self.text.clone());
        match &self.to {
            Conversation::Room(room) => Request::Say { id, room: room.clone(), text },
            Conversation::Direct(to) => Request::Tell { id, to: to.clone(), text },
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::RoomName;

    use super::*;

    fn outgoing(count: usize) -> Outgoing {
        let mut outgoing = Outgoing::new("x".to_owned());
        for number in 0..count {
            let text = Text::new(&number.to_string()).unwrap();
            outgoing.push(Conversation::Room(RoomName::lobby()), text);
        }
        outgoing
    }

    #[test]
    fn only_so_many_are_in_flight() {
        let mut outgoing = outgoing(50);
        assert_eq!(outgoing.pump().len(), IN_FLIGHT);
        assert_eq!(outgoing.pump().len(), 0);
        assert!(outgoing.take("x-1").is_some());
        assert!(outgoing.take("x-1").is_none());
        assert_eq!(outgoing.pump().len(), 1);
    }

    #[test]
    fn a_broken_link_sends_again_in_order_under_the_same_ids() {
        let mut outgoing = outgoing(3);
        let first = outgoing.pump();
        outgoing.unsend();
        assert_eq!(outgoing.pump(), first);
    }

    #[test]
    fn what_was_refused_waits_to_be_asked_for() {
        let mut outgoing = outgoing(2);
        outgoing.pump();
        assert!(outgoing.refuse("x-1").is_some());
        assert!(outgoing.pump().is_empty());
        assert_eq!(outgoing.retry().len(), 1);
        assert_eq!(outgoing.pump().len(), 1);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut outgoing = outgoing(QUEUE);
        let text = Text::new("one more").unwrap();
        assert_eq!(outgoing.push(Conversation::Room(RoomName::lobby()), text), None);
    }
}
