//! Themes of a person's own: another theme, and what is different in it.

use ratatui::style::{Color, Style};

use super::colour::{contrast, reduced, rgb};
use super::{Base, Depth, Theme};

/// What is hard to read: below this, and large or bold letters aside, eyes tire.
const LEAST_CONTRAST: f64 = 4.5;

/// A theme of a person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    pub(crate) name: String,
    /// What it is like where it says nothing.
    pub(crate) base: Base,
    /// What is different, by the names of roles.
    pub(crate) roles: Vec<(&'static str, Style)>,
    /// People's colours; where there are none, the base's.
    pub(crate) people: Vec<Color>,
}

impl Custom {
    /// The theme in as many colours as there are, on a background that is light or not.
    pub(crate) fn theme(&self, light: bool, depth: Depth) -> Theme {
        let mut theme = Theme::new(self.base, light, depth);
        for (name, slot) in theme.roles_mut() {
            for (_, style) in self.roles.iter().filter(|(role, _)| *role == name) {
                let fewer = |color: Option<Color>| reduced(color?, depth);
                *slot = slot.patch(Style { fg: fewer(style.fg), bg: fewer(style.bg), ..*style });
            }
        }
        let people = self.people.iter().filter_map(|&color| reduced(color, depth));
        let people: Vec<Style> = people.map(|color| Style::new().fg(color)).collect();
        if !people.is_empty() {
            theme.prose.people = people;
        }
        theme
    }

    /// What of its own can hardly be read, with the contrast that it has, in words.
    pub(crate) fn faint(&self) -> Vec<String> {
        let light = self.base == Base::Light;
        let ground = if light { [255; 3] } else { [0; 3] };
        let mut theme = self.theme(light, Depth::True);
        let own = |name: &str| self.roles.iter().any(|(role, _)| *role == name);
        let roles = theme.roles_mut().map(|(name, style)| (name, *style));
        let roles = roles.into_iter().filter(|(name, _)| own(name) && *name != "rule");
        let people = self.people.iter().map(|&color| ("people", Style::new().fg(color)));
        let mut faint: Vec<String> = Vec::new();
        for (name, style) in roles.chain(people) {
            let Some(ink) = style.fg.and_then(rgb) else { continue };
            let ratio = contrast(ink, style.bg.and_then(rgb).unwrap_or(ground));
            if ratio < LEAST_CONTRAST {
                faint.push(format!("{name} ({ratio:.1}:1)"));
            }
        }
        faint
    }
}

/// The role of this name, as the table has it.
pub(crate) fn role(name: &str) -> Option<&'static str> {
    role_names().into_iter().find(|known| *known == name)
}

/// The names of all roles.
pub(crate) fn role_names() -> Vec<&'static str> {
    let mut theme = Theme::new(Base::Mono, false, Depth::None);
    theme.roles_mut().map(|(name, _)| name).to_vec()
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    fn custom(roles: Vec<(&'static str, Style)>) -> Custom {
        Custom { name: "own".to_owned(), base: Base::Dark, roles, people: Vec::new() }
    }

    #[test]
    fn what_is_not_said_is_the_bases() {
        let amber = Style::new().fg(Color::Rgb(255, 204, 0)).add_modifier(Modifier::BOLD);
        let custom = custom(vec![("quiet", amber)]);
        let check = |depth, ink| {
            let theme = custom.theme(false, depth);
            assert_eq!(theme.quiet.fg, ink, "{depth:?}");
            assert!(theme.quiet.add_modifier.contains(Modifier::BOLD));
            assert_eq!(theme.accent, Theme::new(Base::Dark, false, depth).accent);
        };
        check(Depth::True, Some(Color::Rgb(255, 204, 0)));
        check(Depth::Indexed, Some(Color::Indexed(220)));
        check(Depth::Sixteen, Some(Color::Indexed(3)));
        check(Depth::None, None);
    }

    #[test]
    fn what_can_hardly_be_read_is_named() {
        let grey = |shade| Style::new().fg(Color::Rgb(shade, shade, shade));
        let check = |role, style, expected: &[&str]| {
            assert_eq!(custom(vec![(role, style)]).faint(), expected);
        };
        check("quiet", grey(160), &[]);
        check("quiet", grey(60), &["quiet (1.9:1)"]);
        check("rule", grey(60), &[]);
        check("bar", grey(255).bg(Color::White), &["bar (1.0:1)"]);
    }
}
