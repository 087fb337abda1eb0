//! Colours: how many a terminal has, the nearest among fewer, and how well one is read on another.

use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// None: weight, underlining and reversal are all there is.
    None,
    /// The terminal's own sixteen, of which nobody knows how they look.
    Sixteen,
    /// The 256 that are the same nearly everywhere.
    #[default]
    Indexed,
    /// Any.
    True,
}

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];

/// The first sixteen as xterm has them: what they are taken for where only the nearest is wanted.
const SIXTEEN: [Rgb; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// The colour as a terminal of this depth can show it; nothing where it has none.
pub(super) fn reduced(color: Color, depth: Depth) -> Option<Color> {
    let to_indexed = |rgb| Color::Indexed(nearest(rgb, 16..=255));
    let to_sixteen = |rgb| Color::Indexed(nearest(rgb, 0..=15));
    match (depth, color) {
        (Depth::None, _) => None,
        (Depth::Indexed, Color::Rgb(r, g, b)) => Some(to_indexed([r, g, b])),
        (Depth::Sixteen, Color::Rgb(r, g, b)) => Some(to_sixteen([r, g, b])),
        (Depth::Sixteen, Color::Indexed(index @ 16..)) => Some(to_sixteen(rgb_of(index))),
        (_, color) => Some(color),
    }
}

/// What a colour looks like; `None` for the terminal's own foreground or background.
pub(super) fn rgb(color: Color) -> Option<Rgb> {
    let index = match color {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => return Some([r, g, b]),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    Some(rgb_of(index))
}

fn rgb_of(index: u8) -> Rgb {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        0..=15 => SIXTEEN[usize::from(index)],
        16..=231 => {
            let cube = index - 16;
            [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
        }
        232.. => [8 + 10 * (index - 232); 3],
    }
}

fn nearest(rgb: Rgb, among: std::ops::RangeInclusive<u8>) -> u8 {
    let fallback = *among.start();
    among.min_by_key(|&index| distance(rgb, rgb_of(index))).unwrap_or(fallback)
}

/// How different two colours look: by parts, weighted as eyes are (‘redmean’).
fn distance(one: Rgb, other: Rgb) -> u32 {
    let part = |index: usize| u32::from(one[index].abs_diff(other[index])).pow(2);
    let red = u32::midpoint(u32::from(one[0]), u32::from(other[0]));
    (512 + red) * part(0) / 256 + 4 * part(1) + (767 - red) * part(2) / 256
}

/// How well one is read on the other, from 1 to 21, as the WCAG works it out.
pub(super) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

fn luminance(rgb: Rgb) -> f64 {
    let [red, green, blue] = rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_colour_is_taken_where_there_are_fewer() {
        let check = |color: &str, depth, expected| {
            assert_eq!(reduced(color.parse().unwrap(), depth), expected, "{color} {depth:?}");
        };
        check("#ffcc00", Depth::True, Some(Color::Rgb(255, 204, 0)));
        check("#ffcc00", Depth::Indexed, Some(Color::Indexed(220)));
        check("#ffcc00", Depth::Sixteen, Some(Color::Indexed(3)));
        check("#ffcc00", Depth::None, None);
        check("#000000", Depth::Indexed, Some(Color::Indexed(16)));
        check("#808080", Depth::Indexed, Some(Color::Indexed(244)));
        check("203", Depth::Indexed, Some(Color::Indexed(203)));
        check("196", Depth::Sixteen, Some(Color::Indexed(9)));
        check("red", Depth::Sixteen, Some(Color::Red));
        check("reset", Depth::Indexed, Some(Color::Reset));
    }

    #[test]
    fn the_nearest_of_a_known_colour_is_itself() {
        for index in 16..=255 {
            assert_eq!(rgb_of(nearest(rgb_of(index), 16..=255)), rgb_of(index));
        }
    }

    #[test]
    fn contrast_is_the_wcags() {
        let check = |one, other, expected: &str| {
            assert_eq!(format!("{:.2}", contrast(one, other)), expected);
        };
        check([0; 3], [255; 3], "21.00");
        check([255; 3], [255; 3], "1.00");
        check([119; 3], [255; 3], "4.48");
        check([205, 0, 0], [255; 3], "5.84");
    }
}
