//! The way to join as a QR code, over the whole screen: dark on light whatever the theme, with the
//! margin that telephones want.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::cells;
use crate::state::State;

/// Not the terminal's own black and white, which may be anything.
const DARK: Color = Color::Indexed(16);
const LIGHT: Color = Color::Indexed(231);

/// Draws it, and the words that it holds below.
pub(in crate::view) fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    for at in area.positions() {
        buffer[at].reset();
    }
    let plain = Style::new().fg(DARK).bg(LIGHT).add_modifier(Modifier::BOLD);
    buffer.set_style(area, plain);
    let way = state.way();
    let command = way.map_or_else(|| "not at a server yet".to_owned(), |way| way.command());
    let above = Rect { height: area.height.saturating_sub(1), ..area };
    let missing = match symbol::Symbol::of(&command) {
        Some(symbol) => match symbol.draw(above, buffer) {
            true => None,
            false => Some(symbol.wanted()),
        },
        None => Some("no QR code can be made of this".to_owned()),
    };
    if let Some(words) = missing {
        centred(&words, area.height / 2, area, plain, buffer);
    }
    centred(&command, area.height.saturating_sub(1), area, plain, buffer);
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

        /// Draws it, in the colours that are there, as large as there is room for; `false` where
        /// there is none.
        pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer) -> bool {
            let side = self.side();
            // A module is a column wide and half a row high, or a multiple of that.
            let scale = (area.width / side).min(area.height.saturating_mul(2) / side);
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
                buffer[at].set_symbol(match (upper, lower) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => " ",
                });
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
        pub(super) fn wanted(&self) -> String {
            let side = self.side();
            format!("the QR code needs {side}x{}", side.div_ceil(2) + 1)
        }
    }
}

#[cfg(not(feature = "qr"))]
mod symbol {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    /// Nothing: this program was built without QR codes.
    pub(super) struct Symbol;

    impl Symbol {
        pub(super) fn of(_: &str) -> Option<Self> {
            None
        }

        pub(super) fn draw(&self, _: Rect, _: &mut Buffer) -> bool {
            false
        }

        pub(super) fn wanted(&self) -> String {
            String::new()
        }
    }
}
