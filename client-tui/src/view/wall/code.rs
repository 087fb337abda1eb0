//! The way to join as a QR code, over the whole screen: dark on light whatever the theme, with the
//! margin that telephones want.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::cells;
use crate::look::Depth;
use crate::state::State;

/// Draws it, and the words that it holds below.
pub(in crate::view) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    for at in area.positions() {
        buffer[at].reset();
    }
    let choice = &state.looks.choice;
    let inks = Inks::of(choice.depth(), choice.is_light());
    buffer.set_style(area, inks.paper);
    let way = state.way();
    let command = way.map_or_else(|| "not at a server yet".to_owned(), |way| way.command());
    let above = Rect { height: area.height.saturating_sub(1), ..area };
    // Where no sign draws half a cell, whole ones are as dark as they are to be.
    let dark = choice.is_ascii().then_some(inks.dark);
    let missing = match symbol::Symbol::of(&command) {
        Some(symbol) => match symbol.draw(above, dark, buffer) {
            true => None,
            false => Some(symbol.wanted(dark.is_some())),
        },
        None => Some("no QR code can be made of this".to_owned()),
    };
    let missing = missing.unwrap_or_default();
    for (y, row) in (area.height / 2..above.height).zip(cells::wrap(&missing, area.width.into())) {
        centred(missing[row.start..row.end].trim_end(), y, area, inks.paper, buffer);
    }
    centred(&command, area.height.saturating_sub(1), area, inks.paper, buffer);
    leave(state, &command, area, inks.paper, buffer);
}

/// How to leave, in the corner, where that does not touch what is to be typed.
fn leave(state: &State, command: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    let words = state.me.habits.keys.spoken("Esc closes");
    let beside = usize::from(area.width).saturating_sub(cells::width(command)) / 2;
    if cells::width(&words) + 3 <= beside {
        let row = area.bottom().saturating_sub(1);
        cells::put_right(buffer, (area.x, row), area.right().saturating_sub(1), &words, style);
    }
}

/// What is drawn on, and a cell that is dark all over. Neither is bold unless its colours are sure to
/// stay as they are then.
struct Inks {
    paper: Style,
    dark: Style,
}

impl Inks {
    /// In as many colours as there are, on a background that is light or not.
    fn of(depth: Depth, light: bool) -> Self {
        let pair = |dark, light| Self {
            paper: Style::new().fg(dark).bg(light),
            dark: Style::new().fg(light).bg(dark),
        };
        match depth {
            Depth::None => {
                let (plain, reversed) =
                    (Style::new(), Style::new().add_modifier(Modifier::REVERSED));
                match light {
                    true => Self { paper: plain, dark: reversed },
                    false => Self { paper: reversed, dark: plain },
                }
            }
            Depth::Sixteen => pair(Color::Black, Color::White),
            // Not the terminal's own black and white, which may be anything.
            Depth::Indexed | Depth::True => {
                let inks = pair(Color::Indexed(16), Color::Indexed(231));
                Self { paper: inks.paper.add_modifier(Modifier::BOLD), ..inks }
            }
        }
    }
}

fn centred(words: &str, row: u16, area: Rect, style: Style, buffer: &mut Buffer) {
    let words = cells::fit(words, usize::from(area.width));
    let columns = u16::try_from(cells::width(&words)).unwrap_or(u16::MAX);
    let x = area.x + area.width.saturating_sub(columns) / 2;
    cells::put(buffer, (x, area.y + row), area.right(), &words, style);
}

#[cfg(feature = "qr")]
mod symbol {
    use qrcode::{EcLevel, QrCode};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    /// Modules of margin on each side, as the standard has it.
    const MARGIN: u16 = 4;

    /// A QR code.
    pub(super) struct Symbol {
        code: QrCode,
    }

    impl Symbol {
        pub(super) fn of(text: &str) -> Option<Self> {
            let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
            Some(Self { code })
        }

        /// Modules on each side, the margin included.
        fn side(&self) -> u16 {
            u16::try_from(self.code.width()).unwrap_or(u16::MAX).saturating_add(2 * MARGIN)
        }

        /// Columns and rows that it takes at least: two modules to a cell, or two whole cells to a
        /// module.
        fn size(&self, whole: bool) -> (u16, u16) {
            let side = self.side();
            if whole { (side.saturating_mul(2), side) } else { (side, side.div_ceil(2)) }
        }

        /// Draws it as large as there is room for, in half blocks of the colours that are there, or
        /// in whole cells of the style for dark ones; `false` where there is no room.
        pub(super) fn draw(&self, area: Rect, dark: Option<Style>, buffer: &mut Buffer) -> bool {
            let side = self.side();
            // A module is a column wide and half a row high, or a multiple of that.
            let scale = match dark {
                None => (area.width / side).min(area.height.saturating_mul(2) / side),
                Some(_) => (area.width / side.saturating_mul(2)).min(area.height / side) * 2,
            };
            if scale == 0 {
                return false;
            }
            let (width, height) = (side * scale, (side * scale).div_ceil(2));
            let x = area.x + (area.width - width) / 2;
            let y = area.y + (area.height - height) / 2;
            for at in (Rect { x, y, width, height }).positions() {
                let (column, row) = ((at.x - x) / scale, (at.y - y) * 2);
                let upper = self.is_dark(column, row / scale);
                let lower = self.is_dark(column, (row + 1) / scale);
                let symbol = match (dark, upper, lower) {
                    (Some(dark), true, _) => {
                        buffer[at].reset();
                        buffer[at].set_style(dark);
                        " "
                    }
                    (None, true, true) => "█",
                    (None, true, false) => "▀",
                    (None, false, true) => "▄",
                    (Some(_), false, _) | (None, false, false) => " ",
                };
                buffer[at].set_symbol(symbol);
            }
            true
        }

        fn is_dark(&self, column: u16, row: u16) -> bool {
            let inside = |at: u16| {
                let at = usize::from(at.checked_sub(MARGIN)?);
                (at < self.code.width()).then_some(at)
            };
            match (inside(column), inside(row)) {
                (Some(x), Some(y)) => self.code[(x, y)] == qrcode::Color::Dark,
                _ => false,
            }
        }

        /// What it lacks where it does not fit.
        pub(super) fn wanted(&self, whole: bool) -> String {
            let (width, height) = self.size(whole);
            format!("the QR code needs {width}x{}: type what is below instead", height + 1)
        }
    }
}

#[cfg(not(feature = "qr"))]
mod symbol {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    /// Nothing: this program was built without QR codes.
    pub(super) struct Symbol;

    impl Symbol {
        pub(super) fn of(_: &str) -> Option<Self> {
            None
        }

        pub(super) fn draw(&self, _: Rect, _: Option<Style>, _: &mut Buffer) -> bool {
            false
        }

        pub(super) fn wanted(&self, _: bool) -> String {
            String::new()
        }
    }
}
