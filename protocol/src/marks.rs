//! What lists of people tell of somebody besides the name: that they host, are a guest, are away,
//! only visit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::Nick;

/// What is to be known of somebody at a glance. On the wire a list of words, such as
/// `["host","away"]`; words of a later version are passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Word>", into = "Vec<Word>")]
pub struct Marks {
    /// The server runs on their machine, by their own client.
    pub host: bool,
    /// Their name is theirs only while they are connected.
    pub guest: bool,
    /// They said that they are away.
    pub away: bool,
    /// They are there by a script: their coming and going is no news.
    pub visit: bool,
}

/// The marks of those in a list who have any.
pub type MarksOf = BTreeMap<Nick, Marks>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Host,
    Guest,
    Away,
    Visit,
    #[serde(other, skip_serializing)]
    Other,
}

impl Marks {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<Vec<Word>> for Marks {
    fn from(words: Vec<Word>) -> Self {
        let has = |word| words.contains(&word);
        Self {
            host: has(Word::Host),
            guest: has(Word::Guest),
            away: has(Word::Away),
            visit: has(Word::Visit),
        }
    }
}

impl From<Marks> for Vec<Word> {
    fn from(marks: Marks) -> Self {
        let words = [
            (marks.host, Word::Host),
            (marks.guest, Word::Guest),
            (marks.away, Word::Away),
            (marks.visit, Word::Visit),
        ];
        words.into_iter().filter_map(|(has, word)| has.then_some(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_words() {
        let check = |json: &str, expected: Marks| {
            assert_eq!(serde_json::from_str::<Marks>(json).unwrap(), expected, "{json}");
        };
        check("[]", Marks::default());
        check(r#"["away","host"]"#, Marks { host: true, away: true, ..Marks::default() });
        check(r#"["muted","guest"]"#, Marks { guest: true, ..Marks::default() });
        assert!(serde_json::from_str::<Marks>(r#""host""#).is_err());
        assert!(serde_json::from_str::<Marks>("[7]").is_err());
        let all = Marks { host: true, guest: true, away: true, visit: true };
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"["host","guest","away","visit"]"#);
    }
}
