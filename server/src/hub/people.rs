//! Who there is: owners of names, here or away, and guests.

use std::collections::{BTreeSet, HashMap};

use chat_protocol::{Line, Marks, NameKey, Nick, Profile, RoomKey};

use super::ConnId;
use crate::log::{Account, PersonId, TokenHash};

/// Somebody: an owner for ever, a guest while connected.
#[derive(Debug)]
pub(super) struct Person {
    /// The name, as it is spelt.
    pub(super) name: Nick,
    /// What an owner proves themselves by.
    pub(super) token: Option<TokenHash>,
    /// The dialect, when it is another than the native one.
    pub(super) via: Option<&'static str>,
    /// The open connections; a guest has one, an owner any number.
    pub(super) conns: Vec<ConnId>,
    /// The rooms that they are in.
    pub(super) rooms: BTreeSet<RoomKey>,
    /// What others may know of them.
    pub(super) profile: Profile,
    /// Why they are away; empty when they are not.
    pub(super) away: Line,
    /// Whether nothing but scripts of theirs is here, or was when they left.
    pub(super) visits: bool,
}

impl Person {
    fn new(name: Nick, token: Option<TokenHash>) -> Self {
        Self {
            name,
            token,
            via: None,
            conns: Vec::new(),
            rooms: BTreeSet::new(),
            profile: Profile::default(),
            away: Line::default(),
            visits: false,
        }
    }

    /// Whether they have a connection.
    pub(super) fn is_here(&self) -> bool {
        !self.conns.is_empty()
    }
}

/// Everybody, by number and by name.
#[derive(Debug, Default)]
pub(super) struct People {
    people: HashMap<PersonId, Person>,
    names: HashMap<NameKey, PersonId>,
    last_owner: i64,
    /// What the person who hosts proves themselves by.
    host: Option<TokenHash>,
}

/// How a name may be entered under.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nobody has it.
    Free,
    /// It belongs to whoever has this token: to them.
    Own(PersonId),
    /// It is somebody else's.
    Taken,
}

impl People {
    /// Everybody who owns a name, all away; `host` is what the person who hosts goes by.
    pub(super) fn new(accounts: Vec<Account>, host: Option<TokenHash>) -> Self {
        let mut people = Self { host, ..Self::default() };
        for Account { person, name, token } in accounts {
            people.last_owner = people.last_owner.max(person.0);
            people.add(person, name, Some(token));
        }
        people
    }

    /// What entering under this name would mean for whoever has this token, or none.
    pub(super) fn claim(&self, name: &Nick, token: Option<&TokenHash>) -> Claim {
        let Some(&person) = self.names.get(&name.key()) else { return Claim::Free };
        let owned = self.people.get(&person).and_then(|person| person.token.as_ref());
        match (owned, token) {
            (Some(owned), Some(token)) if owned == token => Claim::Own(person),
            _ => Claim::Taken,
        }
    }

    /// The first free name among `name-2`, `name-3`, … or, for whoever gave none, from `name-1`.
    pub(super) fn numbered(&self, name: &Nick, from: usize) -> Nick {
        let mut number = from;
        loop {
            let numbered = name.numbered(number);
            if !self.names.contains_key(&numbered.key()) {
                return numbered;
            }
            number += 1;
        }
    }

    /// The number that the next owner gets.
    pub(super) fn next_owner(&self) -> PersonId {
        PersonId(self.last_owner + 1)
    }

    /// Adds somebody under a free name.
    pub(super) fn add(&mut self, person: PersonId, name: Nick, token: Option<TokenHash>) {
        self.last_owner = self.last_owner.max(person.0);
        self.names.insert(name.key(), person);
        self.people.insert(person, Person::new(name, token));
    }

    /// Gives somebody another name, which must be free or their own.
    pub(super) fn rename(&mut self, person: PersonId, to: Nick) {
        if let Some(known) = self.people.get_mut(&person) {
            self.names.remove(&known.name.key());
            self.names.insert(to.key(), person);
            known.name = to;
        }
    }

    /// Forgets a guest.
    pub(super) fn forget(&mut self, person: PersonId) {
        if let Some(known) = self.people.remove(&person) {
            self.names.remove(&known.name.key());
        }
    }

    /// What lists tell of somebody besides the name.
    pub(super) fn marks(&self, person: PersonId) -> Marks {
        let Some(known) = self.people.get(&person) else { return Marks::default() };
        Marks {
            host: known.token.is_some() && known.token == self.host,
            guest: known.token.is_none(),
            away: !known.away.is_empty(),
            visit: known.visits && known.is_here(),
        }
    }

    /// Who goes by this name.
    pub(super) fn find(&self, name: &Nick) -> Option<PersonId> {
        self.names.get(&name.key()).copied()
    }

    /// Somebody, by number.
    pub(super) fn get(&self, person: PersonId) -> Option<&Person> {
        self.people.get(&person)
    }

    /// Somebody, by number, to change.
    pub(super) fn get_mut(&mut self, person: PersonId) -> Option<&mut Person> {
        self.people.get_mut(&person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(raw: &str) -> Nick {
        Nick::new(raw).unwrap()
    }

    #[test]
    fn names_belong_to_tokens() {
        let mut people = People::default();
        people.add(PersonId(1), nick("ann"), Some([1; 32]));
        people.add(PersonId(-7), nick("bob"), None);
        assert_eq!(people.claim(&nick("ann"), Some(&[1; 32])), Claim::Own(PersonId(1)));
        assert_eq!(people.claim(&nick("Ann"), Some(&[2; 32])), Claim::Taken);
        assert_eq!(people.claim(&nick("ann"), None), Claim::Taken);
        assert_eq!(people.claim(&nick("b0b"), Some(&[1; 32])), Claim::Taken);
        assert_eq!(people.claim(&nick("cy"), None), Claim::Free);
        people.forget(PersonId(-7));
        assert_eq!(people.claim(&nick("bob"), None), Claim::Free);
    }

    #[test]
    fn numbers_go_up_until_a_name_is_free() {
        let mut people = People::default();
        people.add(PersonId(-1), nick("ann-2"), None);
        assert_eq!(people.numbered(&nick("ann"), 2), nick("ann-3"));
        assert_eq!(people.numbered(&Nick::guest(), 1), nick("guest-1"));
    }

    #[test]
    fn marks_tell_hosts_guests_and_who_is_away_or_visits() {
        let mut people = People::new(Vec::new(), Some([1; 32]));
        people.add(PersonId(1), nick("ann"), Some([1; 32]));
        people.add(PersonId(2), nick("bob"), Some([2; 32]));
        people.add(PersonId(-7), nick("cy"), None);
        people.get_mut(PersonId(1)).unwrap().away = Line::from("lunch".to_owned());
        let none = Marks::default();
        assert_eq!(people.marks(PersonId(1)), Marks { host: true, away: true, ..none });
        assert_eq!(people.marks(PersonId(2)), none);
        assert_eq!(people.marks(PersonId(-7)), Marks { guest: true, ..none });
        let bob = people.get_mut(PersonId(2)).unwrap();
        (bob.visits, bob.conns) = (true, vec![ConnId(1)]);
        assert_eq!(people.marks(PersonId(2)), Marks { visit: true, ..none });
        people.get_mut(PersonId(2)).unwrap().conns.clear();
        assert_eq!(people.marks(PersonId(2)), none, "who is away does not visit");
    }

    #[test]
    fn a_new_name_frees_the_old_one() {
        let mut people = People::default();
        people.add(PersonId(1), nick("ann"), Some([1; 32]));
        people.rename(PersonId(1), nick("anna"));
        assert_eq!(people.find(&nick("ann")), None);
        assert_eq!(people.find(&nick("anna")), Some(PersonId(1)));
        assert_eq!(people.next_owner(), PersonId(2));
    }
}
