//! The themes that come with the program. Of 256 colours only the fixed ones are used: they are
//! known nearly everywhere, and so is their contrast, which `legible` checks.
//!
//! The terminal's own sixteen look as its person likes, so nearly no two of them are sure to be told
//! apart: what is used of them is what can be read with every usual palette, and the rest is weight.

use ratatui::style::{Color, Modifier, Style};

use super::{Prose, Syntax, Theme};

/// At least 4.5:1 on the usual dark backgrounds, and as far apart as can be: with more of them
/// people would be mistaken for each other.
const PEOPLE_ON_DARK: [u8; 12] = [75, 114, 178, 204, 141, 80, 208, 219, 155, 152, 187, 174];

/// At least 4.5:1 on the usual light backgrounds.
const PEOPLE_ON_LIGHT: [u8; 12] = [26, 22, 94, 124, 91, 23, 130, 127, 58, 19, 61, 89];

/// At least 7:1.
const VIVID_ON_DARK: [u8; 8] = [117, 120, 222, 213, 123, 216, 228, 183];

/// At least 7:1.
const VIVID_ON_LIGHT: [u8; 8] = [20, 22, 88, 54, 23, 90, 56, 124];

/// Of the terminal's own, all that can be read on a dark background whatever the palette, and told
/// apart in two weights. Of the first eight none is bold: many terminals make others of those then.
const OWN_ON_DARK: [Style; 5] = [bold(ink(14)), bold(ink(15)), ink(14), ink(15), ink(7)];

/// The same on a light background: red, magenta and black, and what the terminal writes in.
const OWN_ON_LIGHT: [Style; 4] = [ink(1), ink(5), ink(0), BOLD];

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const UNDERLINED: Style = PLAIN.add_modifier(Modifier::UNDERLINED);
const REVERSED: Style = PLAIN.add_modifier(Modifier::REVERSED);

const fn ink(color: u8) -> Style {
    Style::new().fg(Color::Indexed(color))
}

const fn on(color: u8, background: u8) -> Style {
    ink(color).bg(Color::Indexed(background))
}

const fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}

const fn underlined(style: Style) -> Style {
    style.add_modifier(Modifier::UNDERLINED)
}

fn people(colours: &[u8]) -> Vec<Style> {
    colours.iter().map(|&colour| ink(colour)).collect()
}

impl Theme {
    pub(super) fn dark() -> Self {
        Self {
            text: PLAIN,
            quiet: ink(245),
            rule: ink(242),
            accent: ink(117),
            loud: bold(on(234, 117)),
            error: ink(203),
            bar: on(253, 236),
            bar_quiet: on(248, 236),
            bar_error: bold(on(210, 236)),
            prose: Prose {
                people: people(&PEOPLE_ON_DARK),
                code: ink(180),
                quote: ink(248),
                link: underlined(ink(117)),
                mention: bold(on(234, 222)),
                new: bold(ink(222)),
                syntax: Syntax {
                    comment: ink(245),
                    text: ink(150),
                    number: ink(216),
                    keyword: ink(176),
                    kind: ink(116),
                    function: ink(111),
                },
            },
        }
    }

    pub(super) fn light() -> Self {
        Self {
            text: PLAIN,
            quiet: ink(242),
            rule: ink(245),
            accent: ink(25),
            loud: bold(on(231, 25)),
            error: ink(160),
            bar: on(235, 254),
            bar_quiet: on(240, 254),
            bar_error: bold(on(124, 254)),
            prose: Prose {
                people: people(&PEOPLE_ON_LIGHT),
                code: ink(94),
                quote: ink(240),
                link: underlined(ink(25)),
                mention: bold(on(234, 222)),
                new: bold(ink(130)),
                syntax: Syntax {
                    comment: ink(242),
                    text: ink(22),
                    number: ink(130),
                    keyword: ink(90),
                    kind: ink(23),
                    function: ink(26),
                },
            },
        }
    }

    pub(super) fn contrast_on_dark() -> Self {
        Self {
            text: ink(231),
            quiet: ink(252),
            rule: ink(248),
            accent: bold(ink(123)),
            loud: bold(on(16, 123)),
            error: bold(ink(217)),
            bar: on(16, 231),
            bar_quiet: on(16, 231),
            bar_error: bold(on(88, 231)),
            prose: Prose {
                people: people(&VIVID_ON_DARK),
                code: ink(228),
                quote: ink(252),
                link: underlined(ink(123)),
                mention: bold(on(16, 226)),
                new: bold(ink(226)),
                syntax: Syntax {
                    comment: ink(252),
                    text: ink(120),
                    number: ink(216),
                    keyword: bold(ink(213)),
                    kind: ink(123),
                    function: ink(117),
                },
            },
        }
    }

    pub(super) fn contrast_on_light() -> Self {
        Self {
            text: ink(16),
            quiet: ink(238),
            rule: ink(243),
            accent: bold(ink(19)),
            loud: bold(on(231, 19)),
            error: bold(ink(88)),
            bar: on(231, 16),
            bar_quiet: on(231, 16),
            bar_error: bold(on(217, 16)),
            prose: Prose {
                people: people(&VIVID_ON_LIGHT),
                code: ink(52),
                quote: ink(238),
                link: underlined(ink(19)),
                mention: bold(on(16, 226)),
                new: bold(ink(88)),
                syntax: Syntax {
                    comment: ink(238),
                    text: ink(22),
                    number: ink(88),
                    keyword: bold(ink(54)),
                    kind: ink(23),
                    function: ink(19),
                },
            },
        }
    }

    /// In the terminal's own colours.
    pub(super) fn sixteen(light: bool) -> Self {
        // On light backgrounds hardly any of them is sure to be read.
        let accent = if light { BOLD } else { bold(ink(14)) };
        Self {
            text: PLAIN,
            quiet: PLAIN,
            rule: PLAIN,
            accent,
            loud: on(0, 14),
            error: underlined(BOLD),
            bar: REVERSED,
            bar_quiet: REVERSED,
            bar_error: underlined(bold(REVERSED)),
            prose: Prose {
                people: if light { OWN_ON_LIGHT.to_vec() } else { OWN_ON_DARK.to_vec() },
                code: on(0, 7),
                quote: PLAIN,
                link: UNDERLINED,
                mention: underlined(on(0, if light { 14 } else { 15 })),
                new: accent,
                syntax: Syntax {
                    comment: PLAIN.add_modifier(Modifier::ITALIC),
                    text: if light { PLAIN } else { ink(14) },
                    number: PLAIN,
                    keyword: BOLD,
                    kind: PLAIN,
                    function: PLAIN,
                },
            },
        }
    }

    /// Without colours; `strong` without letters that are dimmed, too.
    pub(super) fn mono(strong: bool) -> Self {
        let dim = if strong { PLAIN } else { DIM };
        Self {
            text: PLAIN,
            quiet: dim,
            rule: dim,
            accent: BOLD,
            loud: bold(REVERSED),
            error: underlined(BOLD),
            bar: REVERSED,
            bar_quiet: REVERSED,
            bar_error: bold(REVERSED),
            prose: Prose {
                people: Vec::new(),
                // A block, so that it stands out where dim letters look like any other.
                code: REVERSED.patch(dim),
                quote: dim,
                link: UNDERLINED,
                mention: bold(REVERSED),
                new: BOLD,
                syntax: Syntax {
                    comment: dim,
                    text: PLAIN,
                    number: PLAIN,
                    keyword: BOLD,
                    kind: PLAIN,
                    function: PLAIN,
                },
            },
        }
    }
}
