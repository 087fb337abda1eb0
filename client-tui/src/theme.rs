//! Colours by role. Only the terminal's 256 fixed colours are used: they are known nearly
//! everywhere, and so is their contrast. Meaning never hangs on colour alone.

use ratatui::style::{Color, Modifier, Style};

use crate::highlight::Role;

/// How everything on the screen is dressed; one style per role.
#[derive(Clone, Debug)]
pub(crate) struct Theme {
    /// What people say.
    pub(crate) text: Style,
    /// Times, notices, hints.
    pub(crate) quiet: Style,
    /// Lines that separate.
    pub(crate) rule: Style,
    /// The one colour that stands out.
    pub(crate) accent: Style,
    /// What must not be overlooked.
    pub(crate) loud: Style,
    /// What went wrong.
    pub(crate) error: Style,
    /// Title and status bars.
    pub(crate) bar: Style,
    /// Less important words within a bar.
    pub(crate) bar_quiet: Style,
    /// What went wrong, within a bar.
    pub(crate) bar_error: Style,
    /// What is within what people say.
    pub(crate) prose: Prose,
}

/// How parts of what people say are dressed.
#[derive(Clone, Debug)]
pub(crate) struct Prose {
    /// Colours of people's names; empty without colour.
    names: &'static [u8],
    /// Code within a line.
    pub(crate) code: Style,
    /// What somebody else said.
    pub(crate) quote: Style,
    /// What leads somewhere else.
    pub(crate) link: Style,
    /// The reader's name in somebody else's words.
    pub(crate) mention: Style,
    /// The rule above what is new.
    pub(crate) new: Style,
    syntax: Syntax,
}

/// The words of code, by their roles.
#[derive(Clone, Debug)]
struct Syntax {
    comment: Style,
    text: Style,
    number: Style,
    keyword: Style,
    kind: Style,
    function: Style,
}

/// At least 4.5:1 on the usual dark backgrounds, and as far apart as can be: with more of them
/// people would be mistaken for each other.
const NAMES_ON_DARK: &[u8] = &[75, 114, 178, 204, 141, 80, 208, 219, 155, 152, 187, 174];

/// At least 4.5:1 on the usual light backgrounds.
const NAMES_ON_LIGHT: &[u8] = &[26, 22, 94, 124, 91, 23, 130, 127, 58, 19, 61, 89];

const fn ink(color: u8) -> Style {
    Style::new().fg(Color::Indexed(color))
}

const fn on(color: u8, background: u8) -> Style {
    ink(color).bg(Color::Indexed(background))
}

impl Theme {
    /// The theme for a terminal: of light background or not, and with colours or without.
    pub(crate) fn choose(light: bool, no_color: bool) -> Self {
        match (no_color, light) {
            (true, _) => Self::plain(),
            (false, true) => Self::light(),
            (false, false) => Self::dark(),
        }
    }

    fn dark() -> Self {
        Self {
            text: Style::new(),
            quiet: ink(245),
            rule: ink(239),
            accent: ink(117),
            loud: on(234, 117).add_modifier(Modifier::BOLD),
            error: ink(203),
            bar: on(253, 236),
            bar_quiet: on(248, 236),
            bar_error: on(210, 236).add_modifier(Modifier::BOLD),
            prose: Prose {
                names: NAMES_ON_DARK,
                code: ink(180),
                quote: ink(248),
                link: ink(117).add_modifier(Modifier::UNDERLINED),
                mention: on(234, 222).add_modifier(Modifier::BOLD),
                new: ink(222).add_modifier(Modifier::BOLD),
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

    fn light() -> Self {
        Self {
            text: Style::new(),
            quiet: ink(242),
            rule: ink(250),
            accent: ink(25),
            loud: on(231, 25).add_modifier(Modifier::BOLD),
            error: ink(160),
            bar: on(235, 254),
            bar_quiet: on(240, 254),
            bar_error: on(124, 254).add_modifier(Modifier::BOLD),
            prose: Prose {
                names: NAMES_ON_LIGHT,
                code: ink(94),
                quote: ink(240),
                link: ink(25).add_modifier(Modifier::UNDERLINED),
                mention: on(234, 222).add_modifier(Modifier::BOLD),
                new: ink(130).add_modifier(Modifier::BOLD),
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

    fn plain() -> Self {
        let reversed = Style::new().add_modifier(Modifier::REVERSED);
        Self {
            text: Style::new(),
            quiet: Style::new().add_modifier(Modifier::DIM),
            rule: Style::new().add_modifier(Modifier::DIM),
            accent: Style::new().add_modifier(Modifier::BOLD),
            loud: reversed.add_modifier(Modifier::BOLD),
            error: Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
            bar: reversed,
            bar_quiet: reversed,
            bar_error: reversed.add_modifier(Modifier::BOLD),
            prose: Prose {
                names: &[],
                // A block, so that it stands out where dim letters look like any other.
                code: reversed.add_modifier(Modifier::DIM),
                quote: Style::new().add_modifier(Modifier::DIM),
                link: Style::new().add_modifier(Modifier::UNDERLINED),
                mention: reversed.add_modifier(Modifier::BOLD),
                new: Style::new().add_modifier(Modifier::BOLD),
                syntax: Syntax {
                    comment: Style::new().add_modifier(Modifier::DIM),
                    text: Style::new(),
                    number: Style::new(),
                    keyword: Style::new().add_modifier(Modifier::BOLD),
                    kind: Style::new(),
                    function: Style::new(),
                },
            },
        }
    }

    /// A word of code.
    pub(crate) fn syntax(&self, role: Role) -> Style {
        let syntax = &self.prose.syntax;
        match role {
            Role::Plain => self.text,
            Role::Comment => syntax.comment,
            Role::Text => syntax.text,
            Role::Number => syntax.number,
            Role::Keyword => syntax.keyword,
            Role::Type => syntax.kind,
            Role::Function => syntax.function,
        }
    }

    /// A person's colour: always the same for the same name, whatever its case.
    pub(crate) fn person(&self, name: &str) -> Style {
        self.colour(self.wanted(name))
    }

    /// How many colours people can have.
    pub(crate) fn colours(&self) -> usize {
        self.prose.names.len()
    }

    /// The colour of this number.
    pub(crate) fn colour(&self, number: usize) -> Style {
        match self.prose.names.get(number) {
            Some(&colour) => ink(colour),
            None => Style::new().add_modifier(Modifier::BOLD),
        }
    }

    /// The number of the colour that a name asks for.
    pub(crate) fn wanted(&self, name: &str) -> usize {
        // FNV-1a: stable from one program version to the next, unlike the standard hasher.
        let hash = name
            .chars()
            .flat_map(char::to_lowercase)
            .fold(0x811c_9dc5_u32, |hash, c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
        // Short names differ in few bits: spread them before taking the rest.
        let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
        let mixed = usize::try_from(hash ^ (hash >> 13)).unwrap_or(0);
        mixed % self.colours().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(index: u8) -> [f64; 3] {
        let level = |step: u8| if step == 0 { 0.0 } else { f64::from(55 + 40 * step) };
        match index {
            16..=231 => {
                let cube = index - 16;
                [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
            }
            232.. => [f64::from(8 + 10 * (index - 232)); 3],
            _ => panic!("colour {index} is the terminal's own"),
        }
    }

    fn luminance(rgb: [f64; 3]) -> f64 {
        let linear = rgb.map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        (one / other).max(other / one)
    }

    fn check_style(style: Style, backgrounds: &[[f64; 3]]) {
        let Some(Color::Indexed(ink)) = style.fg else { return };
        let own = match style.bg {
            Some(Color::Indexed(own)) => vec![rgb(own)],
            _ => backgrounds.to_vec(),
        };
        for background in own {
            let contrast = contrast(rgb(ink), background);
            assert!(contrast >= 4.5, "{ink} on {background:?}: {contrast:.2}");
        }
    }

    #[test]
    fn everything_can_be_read() {
        let dark = [[0.0; 3], [29.0, 31.0, 33.0], [30.0, 30.0, 30.0]];
        let light = [[255.0; 3], [250.0; 3]];
        for (theme, backgrounds) in [(Theme::dark(), &dark[..]), (Theme::light(), &light[..])] {
            for style in [theme.quiet, theme.accent, theme.loud, theme.error, theme.bar] {
                check_style(style, backgrounds);
            }
            check_style(theme.bar_quiet, backgrounds);
            check_style(theme.bar_error, backgrounds);
            let prose = &theme.prose;
            for style in [prose.code, prose.quote, prose.link, prose.mention, prose.new] {
                check_style(style, backgrounds);
            }
            for role in
                [Role::Comment, Role::Text, Role::Number, Role::Keyword, Role::Type, Role::Function]
            {
                check_style(theme.syntax(role), backgrounds);
            }
            for &name in prose.names {
                check_style(ink(name), backgrounds);
            }
        }
    }

    #[test]
    fn a_person_keeps_the_colour() {
        let theme = Theme::dark();
        assert_eq!(theme.person("Ann"), theme.person("ann"));
        assert_ne!(theme.person("ann"), theme.person("bob"));
    }
}
