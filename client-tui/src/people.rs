//! What is remembered of people from one run to the next: what one tells of oneself under each
//! name, and whom one does not want to hear. Knows nothing of files.

use std::collections::BTreeMap;

use chat_protocol::{Nick, Profile};
use serde::{Deserialize, Serialize};

/// People who can be ignored; one more, and the file would grow without end.
const IGNORED_MOST: usize = 1_000;

/// What is remembered. Everything goes by [`Nick::key`], so that every spelling of a name counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    profiles: BTreeMap<String, Profile>,
    ignored: BTreeMap<String, Nick>,
}

/// A change of it: made in memory, and then in the file as others have written it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What one tells of oneself under this name.
    Profile(Nick, Profile),
    /// Nothing of this person is to be shown.
    Ignore(Nick),
    /// It is to be shown again.
    Unignore(Nick),
}

impl People {
    /// Makes a change; `false` when it changes nothing.
    pub fn apply(&mut self, change: &Change) -> bool {
        match change {
            Change::Profile(name, profile) => {
                let key = name.key().as_str().to_owned();
                self.profiles.insert(key, profile.clone()).as_ref() != Some(profile)
            }
            Change::Ignore(name) => {
                let key = name.key().as_str().to_owned();
                let fits = self.ignored.len() < IGNORED_MOST && !self.ignored.contains_key(&key);
                if fits {
                    self.ignored.insert(key, name.clone());
                }
                fits
            }
            Change::Unignore(name) => self.ignored.remove(name.key().as_str()).is_some(),
        }
    }

    /// What one tells of oneself under this name, if one ever told anything.
    #[must_use]
    pub fn profile(&self, name: &Nick) -> Option<&Profile> {
        self.profiles.get(name.key().as_str())
    }

    /// Whether somebody is not to be heard.
    #[must_use]
    pub fn ignores(&self, name: &Nick) -> bool {
        // A name's key is worked out for every message: not while there is nobody to compare to.
        !self.ignored.is_empty() && self.ignored.contains_key(name.key().as_str())
    }

    /// Whether anybody is not to be heard.
    #[must_use]
    pub fn ignores_somebody(&self) -> bool {
        !self.ignored.is_empty()
    }

    /// Who is not to be heard, in the order of their names.
    pub fn ignored(&self) -> impl Iterator<Item = &Nick> {
        self.ignored.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(raw: &str) -> Nick {
        Nick::new(raw).unwrap()
    }

    #[test]
    fn every_spelling_of_a_name_is_ignored() {
        let mut people = People::default();
        assert!(people.apply(&Change::Ignore(nick("Bob"))));
        assert!(!people.apply(&Change::Ignore(nick("bob"))), "he is already");
        assert!(people.ignores(&nick("B0B")) && !people.ignores(&nick("ann")));
        assert!(people.apply(&Change::Unignore(nick("bob"))));
        assert!(!people.ignores(&nick("Bob")) && !people.ignores_somebody());
    }

    #[test]
    fn each_name_has_its_own_profile() {
        let mut people = People::default();
        let profile = Profile { github: "annlee".to_owned().into(), ..Profile::default() };
        assert!(people.apply(&Change::Profile(nick("ann"), profile.clone())));
        assert_eq!(people.profile(&nick("ANN")), Some(&profile));
        assert_eq!(people.profile(&nick("bob")), None);
    }

    #[test]
    fn the_list_has_an_end() {
        let mut people = People::default();
        let ignored = (0..2 * IGNORED_MOST)
            .filter(|number| people.apply(&Change::Ignore(nick(&format!("n{number}")))));
        assert_eq!(ignored.count(), IGNORED_MOST);
    }
}
