//! Large letters, of four columns and four rows each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws a text of plain letters; what does not fit is left out.
#[cfg(feature = "bigtext")]
pub(super) fn draw(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    use ratatui::widgets::Widget;
    use tui_big_text::{BigText, PixelSize};

    // Its letters are those of ASCII; of others there is nothing to draw. Its zero has a stroke, by
    // which it looks like an eight where letters are small.
    let plain: String = text.replace('0', "O").chars().filter(|c| c.is_ascii()).collect();
    let line = ratatui::text::Line::from(plain);
    let area = area.intersection(buffer.area);
    let mut big = BigText::builder();
    big.pixel_size(PixelSize::Quadrant).style(style).lines([line]);
    big.build().render(area, buffer);
}

/// The same with digits and what stands between them alone.
#[cfg(not(feature = "bigtext"))]
pub(super) fn draw(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    for (index, c) in text.chars().enumerate() {
        let Some(rows) = digits::rows(c) else { continue };
        let x = area.x.saturating_add(u16::try_from(index * 4).unwrap_or(u16::MAX));
        for (y, row) in (area.y..area.bottom()).zip(rows) {
            crate::cells::put(buffer, (x, y), area.right(), row, style);
        }
    }
}

/// Digits in half blocks.
#[cfg(any(test, not(feature = "bigtext")))]
mod digits {
    /// The rows of a digit, or of what stands between digits.
    pub(super) fn rows(c: char) -> Option<[&'static str; 3]> {
        Some(match c {
            '0' => ["█▀█", "█ █", "▀▀▀"],
            '1' => ["▀█ ", " █ ", "▀▀▀"],
            '2' => ["▀▀█", "█▀▀", "▀▀▀"],
            '3' => ["▀▀█", " ▀█", "▀▀▀"],
            '4' => ["█ █", "▀▀█", "  ▀"],
            '5' => ["█▀▀", "▀▀█", "▀▀▀"],
            '6' => ["█▀▀", "█▀█", "▀▀▀"],
            '7' => ["▀▀█", "  █", "  ▀"],
            '8' => ["█▀█", "█▀█", "▀▀▀"],
            '9' => ["█▀█", "▀▀█", "▀▀▀"],
            ':' => [" ▄ ", " ▄ ", "   "],
            '.' => ["   ", "   ", " ▀ "],
            _ => return None,
        })
    }

    #[test]
    fn every_digit_is_of_three_columns() {
        for c in "0123456789:.".chars() {
            let rows = rows(c).unwrap();
            assert!(rows.iter().all(|row| row.chars().count() == 3), "{c}");
        }
        assert_eq!(rows('a'), None);
    }
}
