//! Who is in a room, as far as is known: in big rooms the server tells the rest page by page.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chat_protocol::{NameKey, Nick};

/// Names kept; of bigger rooms only the number is known.
const KEEP: usize = 1_000;

/// The people in a room.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: BTreeMap<NameKey, Member>,
    /// How many there are, known by name or not.
    count: usize,
}

/// Somebody in a room.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: Nick,
    /// The dialect, when it is another than ours.
    pub(crate) via: Option<Cow<'static, str>>,
}

type Dialects = BTreeMap<Nick, Cow<'static, str>>;

impl Roster {
    /// Starts anew with the first of `count` people.
    pub(crate) fn reset(&mut self, count: usize, names: &[Nick], via: &Dialects) {
        self.members.clear();
        self.add_page(names, via);
        self.count = count.max(self.members.len());
    }

    /// Adds people who were there already.
    pub(crate) fn add_page(&mut self, names: &[Nick], via: &Dialects) {
        for name in names {
            self.put(name.clone(), via.get(name).cloned());
        }
        self.count = self.count.max(self.members.len());
    }

    pub(crate) fn join(&mut self, names: &[Nick], via: Option<&Cow<'static, str>>) {
        for name in names {
            // Beyond what is kept, a name that is not known may be a second connection of one who
            // is; the next page of members will tell.
            if self.put(name.clone(), via.cloned()) {
                self.count += 1;
            }
        }
    }

    pub(crate) fn leave(&mut self, names: &[Nick]) {
        for name in names {
            let was_known = self.members.remove(&name.key()).is_some();
            if was_known || self.count > self.members.len() {
                self.count -= 1;
            }
        }
    }

    pub(crate) fn rename(&mut self, from: &Nick, to: &Nick) -> bool {
        let Some(member) = self.members.remove(&from.key()) else { return false };
        self.put(to.clone(), member.via);
        true
    }

    /// The name behind which more should be asked for, when not everybody is known.
    pub(crate) fn unknown_behind(&self) -> Option<&Nick> {
        let some_missing = self.members.len() < self.count.min(KEEP);
        let (_, last) = self.members.last_key_value().filter(|_| some_missing)?;
        Some(&last.name)
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    fn put(&mut self, name: Nick, via: Option<Cow<'static, str>>) -> bool {
        let key = name.key();
        if self.members.len() >= KEEP && !self.members.contains_key(&key) {
            return true;
        }
        self.members.insert(key, Member { name, via }).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nicks(names: &[&str]) -> Vec<Nick> {
        names.iter().map(|name| Nick::new(name).unwrap()).collect()
    }

    #[test]
    fn people_come_and_go() {
        let mut roster = Roster::default();
        roster.reset(3, &nicks(&["ann", "bob"]), &Dialects::new());
        assert_eq!(roster.unknown_behind().map(Nick::as_str), Some("bob"));
        roster.add_page(&nicks(&["eve"]), &Dialects::new());
        assert_eq!(roster.unknown_behind(), None);
        roster.join(&nicks(&["Ann", "zoe"]), Some(&Cow::Borrowed("line")));
        assert_eq!(roster.count(), 4);
        roster.leave(&nicks(&["BOB"]));
        assert!(roster.rename(&nicks(&["eve"])[0], &nicks(&["eva"])[0]));
        let names: Vec<&str> = roster.members().map(|member| member.name.as_str()).collect();
        assert_eq!((names.as_slice(), roster.count()), (&["Ann", "eva", "zoe"][..], 3));
    }
}
