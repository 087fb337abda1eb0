//! How the wall is dressed: what the theme has, made stronger. Nothing is dim there, and nothing is
//! told by colour alone.

use chat_protocol::Nick;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::state::State;
use crate::state::wall::SIGNS;

/// What the signs of people look like; none of them is a letter, so that no name can look like one.
const SHAPES: [&str; SIGNS] = ["■", "●", "▲", "◆", "▼", "□", "○", "△", "◇", "▽"];

/// What somebody is told from others by, besides the name.
pub(super) struct Dress {
    /// The block that the name stands on.
    pub(super) block: Style,
    /// The bar beside what they say.
    pub(super) bar: Style,
    pub(super) sign: &'static str,
}

impl Dress {
    pub(super) fn of(state: &State, person: &Nick) -> Self {
        let looks = &state.looks;
        let bar = looks.person(person.as_str()).add_modifier(Modifier::BOLD);
        let sign = SHAPES[looks.sign(person.as_str()) % SIGNS];
        Self { block: bar.add_modifier(Modifier::REVERSED), bar, sign }
    }
}

/// Makes everything bold, and nothing dim.
pub(super) fn strengthen(area: Rect, buffer: &mut Buffer) {
    for at in area.intersection(buffer.area).positions() {
        let cell = &mut buffer[at];
        cell.modifier.remove(Modifier::DIM);
        cell.modifier.insert(Modifier::BOLD);
    }
}
