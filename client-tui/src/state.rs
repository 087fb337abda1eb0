//! Everything the client knows, and nothing that does I/O: parts, each of one noun.
//!
//! The edge makes a [`State`] of a [`Setup`], performs what [`State::begin`] asks, then hands every
//! event to [`crate::update::update`], and draws when [`State::take_dirty`] says so.

mod ahead;
pub(crate) mod bare;
pub(crate) mod board;
pub(crate) mod clocks;
pub(crate) mod colours;
pub(crate) mod completion;
pub(crate) mod compose;
pub(crate) mod conversations;
mod days;
pub(crate) mod entry;
pub(crate) mod excerpt;
pub(crate) mod export;
pub(crate) mod find;
pub(crate) mod hidden;
pub(crate) mod highlights;
pub(crate) mod history_search;
pub(crate) mod hosting;
pub(crate) mod input;
pub(crate) mod jump;
mod kept;
pub(crate) mod kill_ring;
pub(crate) mod link;
pub(crate) mod me;
pub(crate) mod memory;
pub(crate) mod motion;
pub(crate) mod notice;
pub(crate) mod outgoing;
pub(crate) mod overlay;
pub(crate) mod page;
pub(crate) mod paste;
pub(crate) mod pending_search;
pub(crate) mod picker;
pub(crate) mod pointer;
pub(crate) mod reader;
pub(crate) mod recall;
pub(crate) mod results;
pub(crate) mod rhythm;
pub(crate) mod roster;
pub(crate) mod screen;
pub(crate) mod scrollback;
pub(crate) mod searches;
pub(crate) mod selection;
pub mod setup;
pub(crate) mod spaced;
pub(crate) mod start;
pub(crate) mod theme_choice;
pub(crate) mod tip;
pub(crate) mod undo;
pub(crate) mod wall;
pub(crate) mod wraps;

use jiff::tz::TimeZone;

use crate::effect::Effect;
use crate::event::Moment;
use crate::glyph;
use crate::look::Look;
use crate::theme::Theme;
use clocks::Clocks;
use colours::Colours;
use conversations::Conversations;
use highlights::Highlights;
use hosting::Hosting;
use link::Link;
use me::Me;
use memory::Memory;
use outgoing::Outgoing;
use overlay::Overlay;
use screen::{Screen, Sight};
pub use setup::{Setup, Start};
use start::{StartForm, Told};
use theme_choice::ThemeChoice;
use tip::Tip;
use wall::Wall;

/// The client's whole state.
#[derive(Debug)]
pub struct State {
    pub(crate) stage: Stage,
    pub(crate) start: StartForm,
    pub(crate) link: Link,
    pub(crate) conversations: Conversations,
    pub(crate) outgoing: Outgoing,
    pub(crate) overlays: Vec<Overlay>,
    pub(crate) me: Me,
    pub(crate) tip: Tip,
    pub(crate) screen: Screen,
    pub(crate) looks: Looks,
}

/// Members whose names are looked at before anything is drawn: as many as a screen can show.
const ROSTER_SEEN: usize = 64;

/// Which screen is shown, below any overlays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Asks for a name, and where to go.
    Start(Start),
    /// On the way to the first welcome; the room to join then, if one was named.
    Connecting(Option<chat_protocol::RoomName>),
    Chat,
}

/// How things look.
#[derive(Debug)]
pub(crate) struct Looks {
    pub(crate) theme: Theme,
    pub(crate) choice: ThemeChoice,
    pub(crate) zone: TimeZone,
    pub(crate) colours: Colours,
    /// Signs that those who speak have on the wall, handed out as colours are.
    pub(crate) signs: Colours,
    pub(crate) highlights: Highlights,
    pub(crate) clocks: Clocks,
    pub(crate) wall: Wall,
}

impl Looks {
    fn new(look: Look, zone: TimeZone) -> Self {
        let choice = ThemeChoice::new(look);
        let (colours, signs) = (Colours::default(), Colours::default());
        let highlights = Highlights::default();
        let (clocks, wall) = (Clocks::default(), Wall::default());
        Self { theme: choice.theme(), choice, zone, colours, signs, highlights, clocks, wall }
    }

    /// Wears what the choice now says.
    pub(crate) fn change(&mut self) {
        let theme = self.choice.theme();
        if theme.colours() != self.theme.colours() {
            self.colours = Colours::default();
        }
        self.theme = theme;
    }

    /// The style for what somebody else wrote, or is writing.
    pub(crate) fn theirs(&self, style: ratatui::style::Style) -> ratatui::style::Style {
        if self.choice.is_ascii() { glyph::theirs(style) } else { style }
    }

    /// Somebody's colour.
    pub(crate) fn person(&self, name: &str) -> ratatui::style::Style {
        self.theme.colour(self.colour(name))
    }

    /// The number of somebody's colour.
    pub(crate) fn colour(&self, name: &str) -> usize {
        self.colours.of(crate::theme::hash(name), self.theme.colours())
    }

    /// The number of somebody's sign on the wall.
    pub(crate) fn sign(&self, name: &str) -> usize {
        self.signs.of(crate::theme::hash(name), wall::SIGNS)
    }

    /// Makes out whose colours are whose among those who are seen.
    fn meet<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            self.colours.meet(crate::theme::hash(name), self.theme.colours());
        }
    }
}

impl State {
    /// Those who are seen now get their colours.
    pub(crate) fn meet_people(&mut self) {
        let talk = self.conversations.open();
        // Also who wrote what begins above the screen: their name is shown there.
        let mut seen: Vec<usize> = talk.scrollback.page().iter().map(|row| row.entry).collect();
        seen.dedup();
        let speakers = seen.iter().filter_map(|entry| talk.scrollback.entry(*entry)?.author());
        let here = talk.roster.members().take(ROSTER_SEEN).map(|member| &member.name);
        // Who is here comes first: they talk with each other.
        self.looks.meet(here.chain(speakers.clone()).map(chat_protocol::Nick::as_str));
        if self.screen.sight == Sight::Wall {
            // So few signs are for those alone who are seen.
            let hashes = speakers.map(|name| crate::theme::hash(name.as_str()));
            hashes.for_each(|hash| self.looks.signs.meet(hash, wall::SIGNS));
        }
    }

    /// The columns of the longest name of those who are here or have written here.
    pub(crate) fn widest_name(&self) -> usize {
        let talk = self.conversations.open();
        let here = talk.roster.members().take(ROSTER_SEEN);
        let here = here.map(|member| crate::cells::width(member.name.as_str()));
        here.max().unwrap_or(0).max(talk.scrollback.widest_author())
    }

    /// The state before anything has happened.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let name = setup.name.as_ref().map(chat_protocol::Nick::as_str);
        let name = name.unwrap_or_default().to_owned();
        let habits = setup.habits;
        let told = (!habits.mistakes.is_empty()).then_some(Overlay::Mistakes { scroll: 0 });
        let overlays: Vec<Overlay> = told.into_iter().collect();
        let mut screen = Screen::new(setup.width, setup.height);
        if setup.look.wall {
            screen.sight = Sight::Wall;
        }
        screen.divide(screen::Wishes::default());
        let mut start = StartForm::new(&name, setup.recent, setup.port);
        start.told = setup.trouble.clone().map(Told::Wrong);
        Self {
            start,
            stage: Stage::Start(setup.start),
            link: Link::default(),
            conversations: Conversations::default(),
            outgoing: Outgoing::new(setup.id_prefix),
            overlays,
            me: Me {
                people: setup.people,
                memory: Memory::new(setup.places),
                written: setup.written,
                habits,
                ..Me::default()
            },
            tip: setup.trouble.map_or(Tip::default(), Tip::Wrong),
            screen,
            looks: Looks::new(setup.look, setup.zone),
        }
    }

    /// What names the conversation that the typed text goes to, cut where it would take more than
    /// half of the row; while what was sent is searched, what is looked for.
    pub(crate) fn prompt(&self) -> String {
        let talk = self.conversations.open();
        let words = match (&talk.compose.find, &talk.compose.search) {
            (Some(_), _) => format!("find in {}", talk.title()),
            (None, Some(search)) => search.prompt(),
            (None, None) => talk.title(),
        };
        crate::cells::fit(&words, usize::from(self.screen.width / 2))
    }

    /// What would be lost by leaving now, in words; nothing when nothing would.
    pub(crate) fn stakes(&self) -> Vec<String> {
        let unsent = self.outgoing.len();
        let others = match &self.me.hosting {
            Hosting::Open(_) => self.conversations.everybody().saturating_sub(1),
            _ => 0,
        };
        crate::words::stakes(unsent, others)
    }

    /// The first effects: to be performed once, before the first event.
    pub fn begin(&mut self, now: Moment) -> Vec<Effect> {
        crate::update::begin(self, now)
    }

    /// Whether the screen must be drawn, since this was asked last.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.screen.dirty)
    }

    /// Whether the rows below the messages must be drawn, since this was asked last.
    pub fn take_typed(&mut self) -> bool {
        std::mem::take(&mut self.screen.typed)
    }

    /// When it wants to be woken: to write down what was read, to scroll on, to tell who called, to
    /// ask the server for what is looked for, or because a clock shows something else.
    #[must_use]
    pub fn due(&self) -> Option<std::time::Duration> {
        let pull = self.screen.pointer.pull.map(|pull| pull.due);
        let (written, clock) = (self.me.memory.rhythm.due(), self.looks.clocks.due());
        let search = crate::update::find::due(self);
        [written, clock, pull, self.me.notices.due(), search].into_iter().flatten().min()
    }

    /// Whether a message that comes to the open conversation now is before its reader's eyes.
    pub(crate) fn is_seen(&self) -> bool {
        self.stage == Stage::Chat
            && !self.screen.lent
            && self.screen.sight != Sight::Bare
            && !self.screen.is_too_small()
            && self.conversations.open().scrollback.is_read()
    }

    /// The text being typed in the open conversation, and the cursor's byte in it.
    #[must_use]
    pub fn typed(&self) -> (&str, usize) {
        let editor = self.conversations.open().compose.shown();
        (editor.text(), editor.cursor())
    }

    /// The number of the message at the top of the screen, if one is there.
    #[must_use]
    pub fn top_message(&self) -> Option<u64> {
        self.conversations.open().scrollback.top_message()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use chat_protocol::Conversation;

    use super::*;

    /// A state before anything has happened.
    pub(crate) fn state() -> State {
        let setup = Setup {
            id_prefix: "x".to_owned(),
            name: None,
            recent: Vec::new(),
            trouble: None,
            people: crate::people::People::default(),
            places: crate::places::Places::default(),
            written: crate::written::Written::default(),
            port: chat_protocol::limit::DEFAULT_PORT,
            start: Start::Screen,
            width: 80,
            height: 24,
            look: Look::default(),
            habits: crate::config::Habits::default(),
            zone: TimeZone::UTC,
        };
        State::new(setup)
    }

    #[test]
    fn the_prompt_leaves_half_of_the_row() {
        let mut state = state();
        let room: Conversation = "a-room-with-a-rather-long-name".parse().unwrap();
        state.conversations.go_to(room);
        let mut check = |width, expected: &str| {
            state.screen.width = width;
            assert_eq!(state.prompt(), expected, "{width}");
        };
        check(80, "#a-room-with-a-rather-long-name");
        check(30, "#a-room-with-a…");
        check(1, "");
    }
}
