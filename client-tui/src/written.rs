//! What was written at a server and outlives the run: the lines sent last, to be recalled, and,
//! when the run was ended from outside, what had not been sent. Knows nothing of files.

use chat_protocol::{Conversation, MessageId, Nick, Text};
use serde::{Deserialize, Serialize};

use crate::effect::Target;

/// Servers of which this is remembered; the same server by another name is another.
const PLACES_MOST: usize = 8;

/// Lines that are remembered of one server.
pub(crate) const SENT_MOST: usize = 200;

/// Bytes that one server's lines, and one server's drafts and messages, may take in the file. All
/// places together stay shorter than what is read of a file.
const SENT_BYTES: usize = 40_000;
const LEFT_BYTES: usize = 60_000;

/// Everything that is remembered, the place that was changed last at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Written {
    places: Vec<Place>,
}

/// One server, under one name of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    host: String,
    port: u16,
    name: Nick,
    /// The newest last.
    #[serde(default)]
    sent: Vec<Line>,
    #[serde(default)]
    left: Left,
}

/// A text, and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where.
    pub room: Conversation,
    /// What.
    pub text: String,
}

/// A message that was sent, or was to be sent, and that no server has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Its identity, by which a server that has it all the same takes it once.
    pub id: MessageId,
    /// Where to.
    pub room: Conversation,
    /// What it says.
    pub text: Text,
}

/// What was not sent when the run ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Left {
    /// Texts in the editors.
    pub drafts: Vec<Line>,
    /// Messages on their way.
    pub unsent: Vec<Unsent>,
}

/// News of one place: made in memory, and then in the file as others have written it meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where, and as whom.
    pub target: Target,
    /// What there is to remember.
    pub news: News,
}

/// What there is to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These lines were sent.
    Sent(Vec<Line>),
    /// The run ends, and this is left.
    Left(Left),
    /// This is on the screen again.
    Taken(Left),
}

impl Written {
    /// Makes a change; `false` when it changes nothing.
    pub fn apply(&mut self, change: &Change) -> bool {
        let Change { target, news } = change;
        let index = self.places.iter().position(|place| place.is_at(target));
        let known = index.map(|index| self.places.remove(index));
        let before = known.clone();
        let mut place = known.unwrap_or_else(|| Place::new(target));
        match news {
            News::Sent(lines) => place.sent.extend(lines.iter().cloned()),
            News::Left(left) => place.left.add(left),
            News::Taken(left) => place.left.take(left),
        }
        place.shrink();
        let changes = before.as_ref() != Some(&place) && (before.is_some() || !place.is_empty());
        if before.is_some() || changes {
            self.places.push(place);
        }
        let over = self.places.len().saturating_sub(PLACES_MOST);
        self.places.drain(..over);
        changes
    }

    /// What was sent at a server, the newest last.
    pub(crate) fn sent(&self, target: &Target) -> &[Line] {
        self.place(target).map_or(&[], |place| &place.sent)
    }

    /// What was left unsent at a server.
    pub(crate) fn left(&self, target: &Target) -> Option<&Left> {
        self.place(target).map(|place| &place.left).filter(|left| !left.is_empty())
    }

    fn place(&self, target: &Target) -> Option<&Place> {
        self.places.iter().find(|place| place.is_at(target))
    }
}

impl Place {
    fn new(target: &Target) -> Self {
        let Target { host, port, name, .. } = target.clone();
        Self { host, port, name, sent: Vec::new(), left: Left::default() }
    }

    fn is_at(&self, target: &Target) -> bool {
        target.is_same(&self.host, self.port, &self.name)
    }

    fn is_empty(&self) -> bool {
        self.sent.is_empty() && self.left.is_empty()
    }

    /// The oldest lines are forgotten first, and drafts before messages: these were as good as
    /// said.
    fn shrink(&mut self) {
        let newest = self.sent.iter().rev().take(SENT_MOST);
        let kept = fitting(newest, SENT_BYTES);
        self.sent.drain(..self.sent.len() - kept);
        let Left { drafts, unsent } = &mut self.left;
        unsent.truncate(fitting(unsent.iter(), LEFT_BYTES));
        let bytes: usize = unsent.iter().map(bytes).sum();
        let mut room = LEFT_BYTES.saturating_sub(bytes);
        drafts.retain(|draft| {
            let left = room.checked_sub(self::bytes(draft));
            room = left.unwrap_or(room);
            left.is_some()
        });
    }
}

impl Left {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.unsent.is_empty()
    }

    /// Another client's, or an earlier run's, is kept beside it; what is the same counts once.
    fn add(&mut self, other: &Self) {
        let drafts = other.drafts.iter().filter(|draft| !self.drafts.contains(draft));
        let drafts: Vec<Line> = drafts.cloned().collect();
        self.drafts.extend(drafts);
        for unsent in &other.unsent {
            if self.unsent.iter().all(|known| known.id != unsent.id) {
                self.unsent.push(unsent.clone());
            }
        }
    }

    fn take(&mut self, taken: &Self) {
        self.drafts.retain(|draft| !taken.drafts.contains(draft));
        let was_taken = |unsent: &Unsent| taken.unsent.iter().any(|taken| taken.id == unsent.id);
        self.unsent.retain(|unsent| !was_taken(unsent));
    }
}

/// How many of these, from the first on, take no more bytes than that.
fn fitting<'a, T: Serialize + 'a>(all: impl Iterator<Item = &'a T>, most: usize) -> usize {
    let sums = all.scan(0, |sum: &mut usize, one| {
        *sum += bytes(one);
        Some(*sum)
    });
    sums.take_while(|&sum| sum <= most).count()
}

/// What something takes in the file, its frame included.
fn bytes<T: Serialize>(one: &T) -> usize {
    serde_json::to_vec_pretty(one).map_or(usize::MAX / 2, |bytes| 2 * 40 + bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn target(port: u16) -> Target {
        let name = Nick::new("sam").unwrap();
        Target { host: "lab".to_owned(), port, name, dialect: Dialect::Native }
    }

    fn line(room: &str, text: &str) -> Line {
        Line { room: room.parse().unwrap(), text: text.to_owned() }
    }

    fn unsent(id: &str, text: &str) -> Unsent {
        let (id, text) = (MessageId::new(id).unwrap(), Text::new(text).unwrap());
        Unsent { id, room: "lobby".parse().unwrap(), text }
    }

    fn change(news: News) -> Change {
        Change { target: target(1), news }
    }

    fn left(drafts: &[Line], unsent: &[Unsent]) -> Change {
        change(News::Left(Left { drafts: drafts.to_vec(), unsent: unsent.to_vec() }))
    }

    #[test]
    fn what_was_left_is_there_until_it_is_taken() {
        let mut written = Written::default();
        let (draft, message) = (line("rust", "half a thou"), unsent("x-1", "hello"));
        let all = left(std::slice::from_ref(&draft), std::slice::from_ref(&message));
        assert!(written.apply(&all));
        assert!(!written.apply(&all), "it is there already");
        let other = Left { drafts: vec![draft], unsent: vec![message] };
        assert_eq!(written.left(&target(1)), Some(&other));
        assert_eq!(written.left(&target(2)), None);
        assert!(written.apply(&change(News::Taken(other.clone()))));
        assert!(!written.apply(&change(News::Taken(other))));
        assert_eq!(written.left(&target(1)), None);
    }

    #[test]
    fn nothing_to_remember_leaves_no_trace() {
        let mut written = Written::default();
        assert!(
            !written.apply(&left(&[], &[]))
                && !written.apply(&change(News::Taken(Left::default())))
        );
        assert_eq!(written, Written::default());
    }

    #[test]
    fn it_has_an_end() {
        let mut written = Written::default();
        for port in 0..50 {
            let lines = (0..500).map(|n| line("lobby", &format!("{n} {}", "\"".repeat(n * 20))));
            let news = News::Sent(lines.collect());
            written.apply(&Change { target: target(port), news });
            let long = "\\".repeat(8_000);
            let unsent = (0..50).map(|n| unsent(&format!("x-{n}"), &long)).collect();
            let drafts = vec![line("lobby", &"\u{1}".repeat(2_000_000)), line("lobby", "short")];
            let news = News::Left(Left { drafts, unsent });
            written.apply(&Change { target: target(port), news });
        }
        assert_eq!(written.places.len(), PLACES_MOST);
        assert!(serde_json::to_vec_pretty(&written).unwrap().len() < 1 << 20);
        let sent = written.sent(&target(49));
        assert!(sent.last().unwrap().text.starts_with("499 "));
        for _ in 0..500 {
            written.apply(&change(News::Sent(vec![line("lobby", "hi")])));
        }
        assert_eq!(written.sent(&target(1)).len(), SENT_MOST);
        // What is too long leaves room for what is short.
        let mut written = Written::default();
        written.apply(&left(&[line("lobby", &"x".repeat(100_000)), line("lobby", "short")], &[]));
        assert_eq!(written.left(&target(1)).unwrap().drafts, [line("lobby", "short")]);
    }

    #[test]
    fn a_file_that_was_written_is_read() {
        let mut written = Written::default();
        written.apply(&left(&[line("@bob", "psst")], &[unsent("x-1", "two\nlines")]));
        let json = serde_json::to_vec_pretty(&written).unwrap();
        assert_eq!(serde_json::from_slice::<Written>(&json).unwrap(), written);
    }
}
