//! Scripts that only visit: they are in every list, marked, so that nobody listens unseen; but their
//! coming and going is no news. Somebody visits as long as nothing but scripts of theirs is here.

use super::presence::Change;
use super::state::Hub;
use crate::log::PersonId;

impl Hub {
    /// One of somebody's connections came or went: works out whether they visit now, and tells their
    /// rooms if they did not before, or do not any more. Who just arrives is told of otherwise.
    pub(super) fn settle_visit(&mut self, person: PersonId, arrives: bool) {
        let Some(known) = self.people.get_mut(person) else { return };
        let conns = known.conns.clone();
        let is_script = |conn| self.conns.get(conn).is_some_and(|conn| conn.visits);
        let visits = conns.iter().all(is_script);
        let before = std::mem::replace(&mut known.visits, visits);
        if arrives || before == visits {
            return;
        }
        let (name, via, rooms) = (known.name.clone(), known.via, known.rooms.clone());
        let marks = self.people.marks(person);
        for key in rooms {
            let room = self.conversations.rooms.get_mut(&key);
            if let Some(member) = room.and_then(|room| room.members.get_mut(&name.key())) {
                member.marks = marks;
            }
            // The person's own connections are passed over below, and not with what is untold of
            // others.
            self.tell_changes(&key);
            // As one who leaves and another who comes: every client knows what that means.
            self.change(&key, Change::left(name.clone(), before), &conns);
            let came = Change { came: true, name: name.clone(), via, marks };
            self.change(&key, came, &conns);
        }
    }
}
