//! The terminal's size, how it is divided, and whether it has to be drawn anew.

use super::pointer::Pointer;
use super::reader::Shape;

/// The smallest size at which anything can be done.
pub(crate) const LEAST: (u16, u16) = (30, 8);

/// Fewest and most columns of the members pane, its border included.
const MEMBERS_WIDTH: (u16, u16) = (14, 20);

/// Columns of it besides the name: the border, a sign and a word.
const BESIDES: u16 = 13;

/// Columns that the shortest of names get.
const NAME_LEAST: u16 = 5;

/// Columns of the conversations pane, its border included.
pub(crate) const TALKS_WIDTH: u16 = 20;

/// Messages never fold away: these columns are kept before any pane, 24 of them for text.
const KEPT: u16 = 37;

/// Columns that messages have left beside a pane that nobody asked for, 50 of them and more for
/// text: with fewer, what people say falls into ribbons, and what the panes list is a key away.
const EASE: u16 = 74;

/// Rows from which the line that a room shows has one.
const BOARD_FROM: u16 = 10;

/// Rows of messages that are left below it.
const BOARD_LEAVES: u16 = 4;

/// Columns beside it: its sign and the margins.
const BOARD_BESIDES: usize = 4;

/// What the chat is seen as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// With everything.
    #[default]
    Chat,
    /// Messages alone, as they are to be selected by the terminal itself.
    Bare,
    /// Messages for the wall of a classroom.
    Wall,
}

/// Which side panes somebody asked for; `None` leaves it to the width.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Panes {
    pub(crate) members: Option<bool>,
    pub(crate) talks: Option<bool>,
    /// Columns of the longest name met so far: the room that was made for it does not shrink again,
    /// so that texts stay where they are when people leave.
    name: u16,
}

/// The screen.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) panes: Panes,
    pub(crate) layout: ChatLayout,
    pub(crate) sight: Sight,
    pub(crate) pointer: Pointer,
    /// Whether what was drawn last is no longer right.
    pub(crate) dirty: bool,
    /// Whether the rows below the messages are no longer right.
    pub(crate) typed: bool,
    /// Whether something has happened since the last layout.
    pub(crate) stale: bool,
    /// Whether another program has it.
    pub(crate) lent: bool,
}

/// What takes room on the chat screen, besides messages.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    /// A room, which has members.
    pub(crate) room: bool,
    /// More than one conversation.
    pub(crate) several: bool,
    /// A room hosted from here, to be announced.
    pub(crate) banner: bool,
    /// A line that the room shows.
    pub(crate) board: bool,
    /// A line of hints below the input.
    pub(crate) tip: bool,
    /// Rows of the text being typed.
    pub(crate) input_rows: usize,
    /// Columns of the longest name.
    pub(crate) name: usize,
}

/// How the chat screen is divided: rows and columns of each part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChatLayout {
    pub(crate) talks: u16,
    pub(crate) members: u16,
    pub(crate) banner: u16,
    pub(crate) board: u16,
    pub(crate) messages: u16,
    pub(crate) input: u16,
    pub(crate) tip: u16,
    /// Columns before the text of a message.
    pub(crate) gutter: Gutter,
}

/// The columns before the text of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gutter {
    /// Columns of the time, 0 where there is no room for it.
    pub(crate) time: u16,
    /// Columns of the name.
    pub(crate) name: u16,
}

impl Gutter {
    /// For a pane of this width, in which the longest name has so many columns.
    fn for_pane(width: u16, name: u16) -> Self {
        let (time, most) = match width {
            0..46 => (0, 9),
            46..70 => (6, 10),
            70..100 => (6, 13),
            _ => (6, 16),
        };
        Self { time, name: name.clamp(NAME_LEAST, most) }
    }

    /// Where the text begins: behind the edge, time, name, and the mark with a space each side.
    pub(crate) fn width(self) -> u16 {
        1 + self.time + self.name + 3
    }
}

impl Screen {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let layout = ChatLayout::default();
        let (panes, sight, pointer) = (Panes::default(), Sight::default(), Pointer::default());
        let (dirty, stale, typed, lent) = (true, true, false, false);
        Self { width, height, panes, layout, sight, pointer, dirty, typed, stale, lent }
    }

    pub(crate) fn is_too_small(&self) -> bool {
        self.width < LEAST.0 || self.height < LEAST.1
    }

    /// Whether a side pane of this width leaves the messages what they need.
    pub(crate) fn has_room_for(&self, pane: u16) -> bool {
        self.width >= pane + KEPT
    }

    /// Columns of the members pane, when it is shown.
    pub(crate) fn members_width(&self) -> u16 {
        let (least, most) = MEMBERS_WIDTH;
        self.panes.name.saturating_add(BESIDES).clamp(least, most)
    }

    /// Columns in which the typed text wraps, with a prompt of this width.
    pub(crate) fn input_width(&self, prompt: usize) -> usize {
        // The edges, the sign behind the prompt, and a column for the cursor behind a full row.
        usize::from(self.width).saturating_sub(prompt + 5).max(1)
    }

    pub(crate) fn divide(&mut self, wishes: Wishes) {
        self.panes.name = self.panes.name.max(u16::try_from(wishes.name).unwrap_or(u16::MAX));
        let mut rest = self.width;
        let mut side = |asked: Option<bool>, has: bool, width: u16| {
            let kept = if asked.is_some() { KEPT } else { EASE };
            let shown = has && asked.unwrap_or(true) && rest >= width + kept;
            rest -= if shown { width } else { 0 };
            if shown { width } else { 0 }
        };
        let (panes, width) = (self.panes, self.members_width());
        // Who asks for one pane does not get a narrow text because of the other.
        let talks_first = panes.talks.is_some() && panes.members.is_none();
        let early = if talks_first { side(panes.talks, wishes.several, TALKS_WIDTH) } else { 0 };
        let members = side(panes.members, wishes.room, width);
        let talks =
            if talks_first { early } else { side(panes.talks, wishes.several, TALKS_WIDTH) };
        let input =
            u16::try_from(wishes.input_rows).unwrap_or(u16::MAX).clamp(1, (self.height / 3).max(1));
        let banner = u16::from(wishes.banner && self.height >= 16);
        let tip = u16::from(wishes.tip && self.height >= 6);
        // The title and the status line take a row each.
        let rest = self.height.saturating_sub(2 + banner + input + tip);
        let board = wishes.board && self.height >= BOARD_FROM && rest > BOARD_LEAVES;
        let board = u16::from(board);
        let messages = rest - board;
        let gutter = Gutter::for_pane(self.width.saturating_sub(members + talks), self.panes.name);
        self.layout = ChatLayout { talks, members, banner, board, messages, input, tip, gutter };
    }

    /// Whether the line that a room shows is seen whole above the messages.
    pub(crate) fn has_room_for_line(&self, line: &str) -> bool {
        let columns = crate::cells::width(line) + BOARD_BESIDES;
        let rows = self.layout.messages + self.layout.board;
        self.height >= BOARD_FROM && rows > BOARD_LEAVES && columns <= usize::from(self.width)
    }

    /// The room that messages have where they stand alone: a row says how to come back.
    pub(crate) fn bare_shape(&self) -> Shape {
        let height = self.height.saturating_sub(1).max(1);
        Shape { width: usize::from(self.width.max(1)), height: usize::from(height) }
    }

    /// The room that messages have.
    pub(crate) fn shape(&self) -> Shape {
        let layout = self.layout;
        let taken = layout.talks + layout.members + layout.gutter.width() + 1;
        let width = self.width.saturating_sub(taken).max(1);
        Shape { width: usize::from(width), height: usize::from(layout.messages.max(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn side_panes_fold_and_rows_add_up() {
        let check = |width, height, talks, members| {
            let mut screen = Screen::new(width, height);
            let wishes = Wishes {
                room: true,
                several: true,
                banner: true,
                board: true,
                tip: true,
                input_rows: 99,
                name: 9,
            };
            screen.divide(wishes);
            let layout = screen.layout;
            assert_eq!((layout.talks > 0, layout.members > 0), (talks, members), "{width}");
            let rows =
                2 + layout.banner + layout.board + layout.messages + layout.input + layout.tip;
            assert_eq!(rows, height.max(rows.min(3)), "{width}x{height}");
        };
        check(120, 40, true, true);
        check(100, 30, false, true);
        check(80, 24, false, false);
        check(40, 12, false, false);
        check(30, 8, false, false);
    }

    #[test]
    fn a_pane_that_nobody_asked_for_leaves_the_text_at_ease() {
        for width in 30..200 {
            let mut screen = Screen::new(width, 24);
            screen.divide(Wishes { room: true, several: true, name: 12, ..Wishes::default() });
            let panes = screen.layout.talks + screen.layout.members;
            assert!(panes == 0 || screen.shape().width >= 50, "{width}: {:?}", screen.shape());
        }
        let asked = |members, talks| {
            let mut screen = Screen::new(100, 24);
            (screen.panes.members, screen.panes.talks) = (members, talks);
            screen.divide(Wishes { room: true, several: true, ..Wishes::default() });
            (screen.layout.members > 0, screen.layout.talks > 0)
        };
        assert_eq!(asked(None, None), (true, false));
        assert_eq!(asked(None, Some(true)), (false, true), "the other makes room");
        assert_eq!(asked(Some(true), Some(true)), (true, true), "who asks for both has both");
    }
}
