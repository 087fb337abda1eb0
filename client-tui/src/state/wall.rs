//! The wall of a classroom: how its screen is divided, how one joins by what it says, and what is
//! known for it alone. Sizes are worked out here, because messages wrap by them; drawing is the
//! view's.

use std::net::IpAddr;

use chat_protocol::{Lab, join_command, limit};

use super::State;
use super::hosting::Hosting;
use super::reader::Shape;
use super::tip::Tip;
use crate::cells;
use crate::dialect::Dialect;

/// Columns of text: what an eye takes in from the back row without losing the line.
const MEASURE: u16 = 64;

/// Columns before the text: a bar in the speaker's colour, and a space.
pub(crate) const BAR: u16 = 2;

/// Columns and rows of one large letter.
pub(crate) const LETTER: (u16, u16) = (4, 4);

/// Signs that there are for those who speak.
pub(crate) const SIGNS: usize = 10;

/// Columns from which the clock has room beside the words, and rows from which above the messages.
const CLOCK_FROM: (u16, u16) = (76, 18);

/// Rows from which all the words on how to join are there.
const WORDS_FROM: u16 = 18;

/// Rows from which the address has room in large letters.
const LARGE_FROM: u16 = 28;

/// Rows from which an empty one keeps the clock from the bar above.
const AIRY_FROM: u16 = 22;

/// Rows that the room's line takes at most.
const LINE_MOST: usize = 2;

/// What is known for the wall alone.
#[derive(Debug, Default)]
pub(crate) struct Wall {
    /// Whether something is being typed there, so that it is seen.
    pub(crate) writing: bool,
    /// Whether this machine's addresses were asked for.
    pub(crate) asked: bool,
    /// What others reach this machine by, the likeliest first.
    pub(crate) addresses: Vec<IpAddr>,
}

/// Rows and columns of the wall's parts, from above.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Rows of words on how to join, the bar above them aside.
    pub(crate) words: u16,
    /// What of the way to join is in large letters.
    pub(crate) large: Large,
    /// Columns of the clock, with the space before it.
    pub(crate) clock: u16,
    /// Rows of the way to join and the clock beside it.
    pub(crate) head: u16,
    /// Rows of the room's line.
    pub(crate) line: u16,
    /// Rows of messages.
    pub(crate) messages: u16,
    /// Columns of their text.
    pub(crate) measure: u16,
    /// Rows of what is typed.
    pub(crate) input: u16,
    /// Rows of what there is to say about that.
    pub(crate) tip: u16,
}

/// What of the way to join is in large letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Large {
    #[default]
    Nothing,
    /// The address alone.
    Host,
    /// The address with the port, as a browser wants it, too.
    Place,
    /// The whole command.
    Command,
}

/// How others join, as a person types it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) host: String,
    pub(crate) port: u16,
    dialect: Dialect,
}

impl Way {
    /// With this program.
    pub(crate) fn command(&self) -> String {
        let command = join_command(&self.host, self.port);
        match self.dialect {
            Dialect::Native => command,
            Dialect::Lab(lab) => format!("{command} --dialect {lab}"),
        }
    }

    /// Without it, where that is possible.
    pub(crate) fn netcat(&self) -> Option<String> {
        let typed = matches!(self.dialect, Dialect::Native | Dialect::Lab(Lab::Line | Lab::Raw));
        typed.then(|| format!("nc {} {}", self.host, self.port))
    }

    /// Address and port, as browsers and this program take them.
    pub(crate) fn place(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Where a browser says how.
    pub(crate) fn page(&self) -> Option<String> {
        (self.dialect == Dialect::Native).then(|| format!("http://{}/", self.place()))
    }
}

impl Layout {
    /// The room that messages have.
    pub(crate) fn shape(self) -> Shape {
        Shape { width: self.measure.max(1).into(), height: self.messages.max(1).into() }
    }
}

impl State {
    /// How others join the server that this client is at: by the address that it was reached at,
    /// or, where that is this very machine's own, by one that others reach it at.
    pub(crate) fn way(&self) -> Option<Way> {
        let target = self.link.target.as_ref()?;
        let (port, dialect) = (target.port, target.dialect);
        let better = match &self.me.hosting {
            Hosting::Open(hosted) if hosted.port == port && is_here(&target.host) => {
                hosted.addresses.first()
            }
            _ if is_here(&target.host) => self.looks.wall.addresses.first(),
            _ => None,
        };
        let host = better.map_or_else(|| target.host.clone(), ToString::to_string);
        // What was typed into the start screen or a shell may be anything.
        let host = cells::fit(&chat_protocol::text::one_line(&host), limit::NAME_BYTES);
        Some(Way { host, port, dialect })
    }

    /// Whether a better address than that of this very machine is missing.
    pub(crate) fn lacks_address(&self) -> bool {
        let hosts = matches!(self.me.hosting, Hosting::Open(_));
        let here = self.link.target.as_ref().is_some_and(|target| is_here(&target.host));
        here && !hosts && !self.looks.wall.asked
    }

    /// How the wall is divided.
    pub(crate) fn wall_layout(&self) -> Layout {
        let (width, height) = (self.screen.width, self.screen.height);
        let clock = match width >= CLOCK_FROM.0 && height >= CLOCK_FROM.1 {
            true => self.clock_letters() * LETTER.0 + 3,
            false => 0,
        };
        let large = self.large(width.saturating_sub(clock));
        let (words, rows) = match (height, large) {
            (0..12, _) => (1, 0),
            (12..WORDS_FROM, _) => (2, 0),
            (_, Large::Nothing) => (4, 0),
            // With an empty row above, where the command has a bar behind it.
            (_, Large::Host | Large::Place | Large::Command) => (4, 1 + LETTER.1),
        };
        let clock_rows = match clock {
            0 => 0,
            _ => LETTER.1 + u16::from(height >= AIRY_FROM),
        };
        let head = (words + rows).max(clock_rows);
        let announcement = &self.conversations.open().board.announcement;
        let line = self.line_rows(announcement, width);
        let (input, tip) = self.wall_foot();
        // The bar above, and the empty rows below the head and above what is typed.
        let taken = 1 + head + line + 1 + input + tip;
        let measure = MEASURE.min(width.saturating_sub(BAR + 2));
        let messages = height.saturating_sub(taken);
        Layout { words, large, clock, head, line, messages, measure, input, tip }
    }

    /// Letters that the clock has, or the countdown in its place.
    fn clock_letters(&self) -> u16 {
        let digits = self.looks.clocks.left().map_or(5, |left| left.digits().len());
        u16::try_from(digits).unwrap_or(5)
    }

    fn large(&self, room: u16) -> Large {
        // Letters of so few cells cannot be read in ASCII, digits just so; and the words are there.
        if self.screen.height < LARGE_FROM || self.looks.choice.is_ascii() {
            return Large::Nothing;
        }
        let Some(way) = self.way() else { return Large::Nothing };
        let fits = |text: &str| {
            let columns = cells::width(text) * usize::from(LETTER.0) + 3;
            has_letters(text) && columns <= usize::from(room)
        };
        let all = [
            (way.command(), Large::Command),
            (way.place(), Large::Place),
            (way.host.clone(), Large::Host),
        ];
        let found = all.into_iter().find(|(text, _)| fits(text));
        found.map_or(Large::Nothing, |(_, large)| large)
    }

    fn line_rows(&self, announcement: &str, width: u16) -> u16 {
        if announcement.is_empty() {
            return 0;
        }
        let most = if self.screen.height < 16 { 1 } else { LINE_MOST };
        let rows = cells::wrap(announcement, usize::from(width.saturating_sub(6))).len();
        u16::try_from(rows.clamp(1, most)).unwrap_or(1)
    }

    /// Rows of what is typed, and of the words about it: none while nobody types.
    fn wall_foot(&self) -> (u16, u16) {
        let rows = self.conversations.open().compose.shown().rows().len();
        let rows = u16::try_from(rows).unwrap_or(u16::MAX).clamp(1, 3);
        let says = matches!(self.tip, Tip::Told(_) | Tip::Warned(_) | Tip::Wrong(_) | Tip::Quit);
        (if self.looks.wall.writing { rows } else { 0 }, u16::from(says))
    }
}

/// Whether there are large letters for a text: without a font of them, there are digits.
fn has_letters(text: &str) -> bool {
    match cfg!(feature = "bigtext") {
        true => text.is_ascii(),
        false => text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b':')),
    }
}

/// Whether an address leads to the machine itself, whoever uses it.
fn is_here(host: &str) -> bool {
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_addresses_are_nobody_elses() {
        let check = |host, expected| assert_eq!(is_here(host), expected, "{host}");
        check("localhost", true);
        check("127.0.0.1", true);
        check("127.1.2.3", true);
        check("::1", true);
        check("::ffff:127.0.0.1", true);
        check("0.0.0.0", true);
        check("192.168.1.23", false);
        check("lab.example.org", false);
    }

    #[test]
    fn ways_can_be_typed() {
        let check = |dialect, host: &str, expected: [Option<&str>; 3]| {
            let way = Way { host: host.to_owned(), port: 7000, dialect };
            let found = [Some(way.command()), way.netcat(), way.page()];
            assert_eq!(found.each_ref().map(Option::as_deref), expected);
        };
        check(
            Dialect::Native,
            "fe80::1",
            [
                Some("chat-tui --host fe80::1 --port 7000"),
                Some("nc fe80::1 7000"),
                Some("http://[fe80::1]:7000/"),
            ],
        );
        let line = "chat-tui --host lab --port 7000 --dialect line";
        check(Dialect::Lab(Lab::Line), "lab", [Some(line), Some("nc lab 7000"), None]);
        let pickle = "chat-tui --host lab --port 7000 --dialect pickle";
        check(Dialect::Lab(Lab::Pickle), "lab", [Some(pickle), None, None]);
    }
}
