//! A list to pick a conversation from: those that there are, people to begin one with, or the
//! rooms of the server; found by a few of their letters.

use std::collections::{BTreeMap, HashSet};

use chat_protocol::event::RoomSummary;
use chat_protocol::{Conversation, Nick, RoomName};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::conversations::{Conversations, Talk, Unread};
use super::input::Editor;

/// Candidates that are looked at: on a server with more, a few letters tell.
const MOST: usize = 5_000;

/// What is picked from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The conversations that there are, and people.
    Talks,
    /// The rooms of the server, as far as it has told them; `whole` when that is all.
    Rooms { rooms: Vec<RoomSummary>, whole: bool },
}

/// A list to pick from, and what was typed to find something in it.
#[derive(Debug)]
pub(crate) struct Picker {
    pub(crate) source: Source,
    pub(crate) editor: Editor,
    /// What fits what was typed, the best first.
    pub(crate) found: Vec<Candidate>,
    pub(crate) chosen: usize,
    /// What was typed when it was found.
    sought: String,
}

/// Something that can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) address: Conversation,
    /// What it is, in a few words.
    pub(crate) about: String,
    pub(crate) unread: Unread,
    /// The graphemes of its title that were typed.
    pub(crate) hits: Vec<u32>,
    /// Where it stands while nothing is typed: news first, then what was open last.
    rank: (bool, bool, u64),
}

impl Candidate {
    /// Its name with its sign.
    pub(crate) fn title(&self) -> String {
        crate::words::title(&self.address)
    }

    fn new(address: Conversation, about: String) -> Self {
        let (unread, rank) = (Unread::default(), (false, false, 0));
        Self { address, about, unread, hits: Vec::new(), rank }
    }

    fn talk(talk: &Talk, open: bool) -> Self {
        let about = match (open, talk.is_room(), talk.member) {
            (true, ..) => "you are here".to_owned(),
            (_, true, false) => "you left it".to_owned(),
            (_, true, true) => talk.topic.to_string(),
            (_, false, _) => String::new(),
        };
        let unread = talk.unread;
        // Somebody with whom there is no conversation yet has 0, and so has the open one.
        let recent = if open { 0 } else { 1 + talk.opened };
        let rank = (unread.mentions > 0, unread.messages > 0, recent);
        Self { unread, rank, ..Self::new(talk.address.clone(), about) }
    }

    fn room(room: &RoomSummary) -> Self {
        let here = match room.count {
            0 => "nobody".to_owned(),
            count => format!("{count} here"),
        };
        let about = match room.topic.as_str() {
            "" => here,
            topic => format!("{here} · {topic}"),
        };
        Self::new(Conversation::Room(room.name.clone()), about)
    }
}

impl Picker {
    pub(crate) fn new(source: Source) -> Self {
        let (editor, found, sought) = (Editor::default(), Vec::new(), String::new());
        Self { source, editor, found, chosen: 0, sought }
    }

    /// What was typed, without what is around it.
    pub(crate) fn query(&self) -> &str {
        self.editor.text().trim()
    }

    /// What Enter takes.
    pub(crate) fn choice(&self) -> Option<&Candidate> {
        self.found.get(self.chosen)
    }

    /// Moves the choice by some rows, not beyond the ends.
    pub(crate) fn step(&mut self, rows: isize) {
        let last = self.found.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(rows).min(last);
    }

    /// Looks anew for what fits: the best is chosen when something else is looked for. Otherwise what
    /// is chosen stays chosen, wherever it stands now: news that come just before Enter must not
    /// lead elsewhere.
    pub(crate) fn refresh(&mut self, talks: &Conversations, own: Option<&Nick>) {
        let same = self.sought == self.query();
        let chosen = self.choice().filter(|_| same).map(|choice| choice.address.clone());
        self.sought = self.query().to_owned();
        let all = match &self.source {
            Source::Talks => candidates(talks, own),
            Source::Rooms { rooms, .. } => rooms.iter().map(Candidate::room).collect(),
        };
        self.found = matching(all, self.query());
        // Until all rooms are known, a name begun might be that of one which is still to be told.
        if let (Source::Rooms { whole: true, .. }, Some(new)) = (&self.source, self.new_room()) {
            self.found.push(new);
        }
        let kept = chosen
            .and_then(|chosen| self.found.iter().position(|candidate| candidate.address == chosen));
        self.chosen = kept.unwrap_or(0);
    }

    /// The room that what was typed would make.
    fn new_room(&self) -> Option<Candidate> {
        let name = RoomName::new(self.query().trim_start_matches('#')).ok()?;
        let address = Conversation::Room(name.clone());
        let same = |found: &Candidate| matches!(&found.address, Conversation::Room(other) if other.key() == name.key());
        let about = "a new room".to_owned();
        (!self.found.iter().any(same)).then(|| Candidate::new(address, about))
    }

    /// Adds rooms that the server has told.
    pub(crate) fn add_rooms(&mut self, more: Vec<RoomSummary>, last: bool) {
        if let Source::Rooms { rooms, whole } = &mut self.source {
            rooms.extend(more);
            *whole = last || rooms.len() >= MOST;
        }
    }

    /// Behind which room more are to be asked for.
    pub(crate) fn unknown_behind(&self) -> Option<&RoomName> {
        match &self.source {
            Source::Rooms { rooms, whole: false } => rooms.last().map(|room| &room.name),
            _ => None,
        }
    }
}

/// Every conversation, and everybody with whom there is none.
fn candidates(talks: &Conversations, own: Option<&Nick>) -> Vec<Candidate> {
    let open = talks.open_index();
    let known = talks.iter().enumerate().map(|(index, talk)| Candidate::talk(talk, index == open));
    let mut all: Vec<Candidate> = known.collect();
    all.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank));
    // Names are compared as they are spelt: this is done for every letter typed.
    let with: HashSet<&Nick> = talks.iter().filter_map(Talk::with).chain(own).collect();
    let mut people: BTreeMap<String, &Nick> = BTreeMap::new();
    for member in talks.iter().flat_map(|talk| talk.roster.members()) {
        if people.len() < MOST && !with.contains(&member.name) {
            people.insert(member.name.as_str().to_lowercase(), &member.name);
        }
    }
    let people = people.into_values().map(|name| {
        Candidate::new(Conversation::Direct(name.clone()), "talk to them alone".to_owned())
    });
    all.extend(people);
    // Whoever presses Enter wants to be elsewhere.
    if let Some(here) = all.iter().position(|candidate| candidate.address == talks.open().address) {
        let here = all.remove(here);
        all.push(here);
    }
    all
}

/// Those that fit what was typed, the best first; without anything typed all as they stand.
fn matching(all: Vec<Candidate>, query: &str) -> Vec<Candidate> {
    if query.is_empty() {
        return all;
    }
    let fuzzy = AtomKind::Fuzzy;
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let scored = all.into_iter().filter_map(|mut candidate| {
        let title = candidate.title();
        let title = Utf32Str::new(&title, &mut buffer);
        let score = pattern.indices(title, &mut matcher, &mut candidate.hits)?;
        candidate.hits.sort_unstable();
        candidate.hits.dedup();
        Some((score, candidate))
    });
    let mut found: Vec<(u32, Candidate)> = scored.collect();
    // The sort keeps the order of those that fit equally well.
    found.sort_by_key(|(score, candidate)| std::cmp::Reverse((*score, candidate.rank)));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use chat_protocol::{Line, Marks};

    use super::*;

    fn address(raw: &str) -> Conversation {
        raw.parse().unwrap()
    }

    /// In the lobby with ann and bob, talking with ann, in rust and in week-7.
    fn talks() -> Conversations {
        let mut talks = Conversations::default();
        for raw in ["rust", "week-7", "@ann", "lobby"] {
            talks.go_to(address(raw));
        }
        let names = ["ann", "bob", "sam"].map(|name| Nick::new(name).unwrap());
        talks.open_mut().roster.join(&names, None, Marks::default());
        talks
    }

    fn found(talks: &Conversations, query: &str) -> Vec<String> {
        let mut picker = Picker::new(Source::Talks);
        picker.editor = Editor::with(query);
        picker.refresh(talks, Some(&Nick::new("sam").unwrap()));
        picker.found.iter().map(Candidate::title).collect()
    }

    #[test]
    fn news_come_first_and_then_what_was_open_last() {
        let mut talks = talks();
        assert_eq!(found(&talks, ""), ["@ann", "#week-7", "#rust", "@bob", "#lobby"]);
        talks.get_mut(&address("rust")).unwrap().unread.messages = 9;
        talks.get_mut(&address("week-7")).unwrap().unread = Unread { messages: 1, mentions: 1 };
        assert_eq!(found(&talks, ""), ["#week-7", "#rust", "@ann", "@bob", "#lobby"]);
    }

    #[test]
    fn a_few_letters_find_it() {
        let talks = talks();
        let check =
            |query, expected: &[&str]| assert_eq!(found(&talks, query), expected, "{query}");
        check("wk7", &["#week-7"]);
        check("BO", &["@bob"]);
        check("@", &["@ann", "@bob"]);
        check("zzz", &[]);
        check("^$!'", &[]);
    }

    #[test]
    fn what_is_chosen_stays_chosen() {
        let mut talks = talks();
        let mut picker = Picker::new(Source::Talks);
        picker.refresh(&talks, None);
        picker.step(2);
        assert_eq!(picker.choice().unwrap().title(), "#rust");
        talks.get_mut(&address("rust")).unwrap().unread.messages = 9;
        picker.refresh(&talks, None);
        assert_eq!((picker.choice().unwrap().title().as_str(), picker.chosen), ("#rust", 0));
        picker.step(-5);
        picker.step(100);
        assert_eq!(picker.chosen, picker.found.len() - 1);
    }

    #[test]
    fn a_room_that_is_not_there_can_be_made() {
        let rust =
            RoomSummary { name: RoomName::new("rust").unwrap(), topic: Line::default(), count: 2 };
        let mut picker = Picker::new(Source::Rooms { rooms: vec![rust], whole: true });
        let mut check = |query, expected: &[&str]| {
            picker.editor = Editor::with(query);
            picker.refresh(&Conversations::default(), None);
            let found: Vec<String> = picker.found.iter().map(Candidate::title).collect();
            assert_eq!(found, expected, "{query}");
        };
        check("", &["#rust"]);
        check("#RUST", &["#rust"]);
        check("rus", &["#rust", "#rus"]);
        check("a b", &[]);
        picker.source = Source::Rooms { rooms: Vec::new(), whole: false };
        picker.refresh(&Conversations::default(), None);
        assert_eq!(picker.choice(), None, "nothing is made while the list is on its way");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed(query: String) {
            found(&talks(), &query);
        }
    }
}
