//! Direct conversations, by their two people and by each of them: what somebody asks for costs by
//! their own conversations, however many there are.

use std::collections::{BTreeSet, HashMap};

use crate::log::{ChannelId, PersonId};

/// Two people, the lower number first.
pub(super) type Pair = (PersonId, PersonId);

/// The pair of two people, in whichever order they are given.
pub(super) fn pair(one: PersonId, other: PersonId) -> Pair {
    (one.min(other), one.max(other))
}

/// A conversation of two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Direct {
    pub(super) channel: ChannelId,
    /// The newest `seq` that the two were told of.
    pub(super) last: u64,
    /// Whether the log knows of the conversation.
    pub(super) stored: bool,
}

/// All direct conversations.
#[derive(Debug, Default)]
pub(super) struct Directs {
    pairs: HashMap<Pair, Direct>,
    /// With whom each person has one; nobody is here who has none.
    others: HashMap<PersonId, BTreeSet<PersonId>>,
}

impl Directs {
    pub(super) fn get(&self, pair: &Pair) -> Option<&Direct> {
        self.pairs.get(pair)
    }

    pub(super) fn get_mut(&mut self, pair: &Pair) -> Option<&mut Direct> {
        self.pairs.get_mut(pair)
    }

    /// The conversation of these two, made if it was not there.
    pub(super) fn entry(&mut self, pair: Pair, make: impl FnOnce() -> Direct) -> &mut Direct {
        let Self { pairs, others } = self;
        pairs.entry(pair).or_insert_with(|| {
            others.entry(pair.0).or_default().insert(pair.1);
            others.entry(pair.1).or_default().insert(pair.0);
            make()
        })
    }

    /// Somebody's conversations, and with whom they are; with themselves, too.
    pub(super) fn of(&self, person: PersonId) -> impl Iterator<Item = (PersonId, &Direct)> {
        let others = self.others.get(&person).into_iter().flatten();
        others.filter_map(move |&other| Some((other, self.pairs.get(&pair(person, other))?)))
    }

    /// Forgets all conversations of somebody.
    pub(super) fn forget(&mut self, person: PersonId) {
        for other in self.others.remove(&person).unwrap_or_default() {
            self.pairs.remove(&pair(person, other));
            if let Some(theirs) = self.others.get_mut(&other) {
                theirs.remove(&person);
                if theirs.is_empty() {
                    self.others.remove(&other);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::proptest;
    use proptest::{option, prop_assert, prop_assert_eq};

    use super::*;

    const PEOPLE: i64 = 6;

    /// What is found by looking through all pairs.
    fn look_through(pairs: &BTreeMap<Pair, Direct>, person: PersonId) -> Vec<(PersonId, Direct)> {
        let of_theirs = |(&(low, high), direct): (&Pair, &Direct)| match person {
            _ if person == low => Some((high, direct.clone())),
            _ if person == high => Some((low, direct.clone())),
            _ => None,
        };
        let mut found: Vec<_> = pairs.iter().filter_map(of_theirs).collect();
        found.sort_by_key(|(other, _)| *other);
        found
    }

    proptest! {
        #[test]
        fn each_person_has_their_own_whoever_comes_and_goes(
            // Two who talk; or one who is forgotten.
            steps in vec((0..PEOPLE, option::weighted(0.8, 0..PEOPLE)), 0..60),
        ) {
            let (mut directs, mut plain) = (Directs::default(), BTreeMap::new());
            for ((one, other), channel) in steps.into_iter().zip(1..) {
                let one = PersonId(one);
                match other {
                    Some(other) => {
                        let made = Direct { channel: ChannelId(channel), last: 0, stored: false };
                        let pair = pair(one, PersonId(other));
                        let expected = plain.entry(pair).or_insert_with(|| made.clone());
                        prop_assert_eq!(directs.entry(pair, || made), expected);
                    }
                    None => {
                        directs.forget(one);
                        plain.retain(|&(low, high), _| low != one && high != one);
                    }
                }
                for person in (0..PEOPLE).map(PersonId) {
                    let of = directs.of(person).map(|(other, direct)| (other, direct.clone()));
                    prop_assert_eq!(of.collect::<Vec<_>>(), look_through(&plain, person));
                }
                prop_assert_eq!(directs.pairs.len(), plain.len());
                let kept: usize = directs.others.values().map(BTreeSet::len).sum();
                prop_assert!(kept <= 2 * plain.len(), "{} for {}", kept, plain.len());
                prop_assert!(directs.others.values().all(|others| !others.is_empty()));
            }
        }
    }
}
