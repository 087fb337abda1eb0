//! Which theme is worn: the one that somebody chose, or else the one for the terminal's background.

use crate::look::{Depth, Look};
use crate::theme::custom::Custom;
use crate::theme::{Base, Theme};

/// What leaves the choice to the background again.
pub(crate) const AUTO: &str = "auto";

/// What is known of how things shall look.
#[derive(Debug, Default)]
pub(crate) struct ThemeChoice {
    look: Look,
}

impl ThemeChoice {
    /// With what is wished; a theme of a name that nobody knows is no wish.
    pub(crate) fn new(look: Look) -> Self {
        let mut choice = Self { look };
        let wish = choice.look.theme.take();
        _ = wish.is_some_and(|name| choice.choose(&name));
        choice
    }

    /// The theme as it is now.
    pub(crate) fn theme(&self) -> Theme {
        let (light, depth) = (self.look.light.unwrap_or(false), self.look.depth);
        if let Some(custom) = self.custom() {
            return custom.theme(light, depth);
        }
        let chosen = self.look.theme.as_deref().and_then(Base::named);
        let usual = if light { Base::Light } else { Base::Dark };
        let depth = if self.is_colourless() { Depth::None } else { depth };
        Theme::new(chosen.unwrap_or(usual), light, depth)
    }

    /// Whether there are no colours because nobody has told the background: what the terminal itself
    /// writes in can be read on it, and colours that are far from black are near to white.
    pub(crate) fn is_colourless(&self) -> bool {
        let chosen = self.look.theme.as_deref().and_then(Base::named);
        let contrast = chosen == Some(Base::Contrast) && self.custom().is_none();
        contrast && self.look.light.is_none() && self.look.depth != Depth::None
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.look.theme.as_deref().unwrap_or(AUTO)
    }

    /// Every name that may be chosen.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let own = self.look.themes.iter().map(|custom| custom.name.as_str());
        std::iter::once(AUTO).chain(Base::ALL.iter().map(|(name, _)| *name)).chain(own)
    }

    /// Chooses the theme of this name; `false` if there is none.
    pub(crate) fn choose(&mut self, name: &str) -> bool {
        let found = self.names().find(|known| known.eq_ignore_ascii_case(name)).map(str::to_owned);
        let known = found.is_some();
        if known {
            self.look.theme = found.filter(|name| name != AUTO);
        }
        known
    }

    /// The terminal says whether its background is light.
    pub(crate) fn learn(&mut self, light: bool) {
        self.look.light = Some(light);
    }

    /// What in the theme can hardly be read, in words.
    pub(crate) fn faint(&self) -> Option<String> {
        let faint = self.custom()?.faint();
        (!faint.is_empty()).then(|| format!("hard to read: {}", faint.join(", ")))
    }

    /// That the theme is for another background than the terminal has told of, in words. Themes
    /// paint no background: they leave the terminal's as it is, pictures and transparency included.
    pub(crate) fn mismatch(&self) -> Option<String> {
        let name = self.look.theme.as_deref()?;
        let base = self.custom().map(|custom| custom.base).or_else(|| Base::named(name))?;
        let (meant, is) = match (base, self.look.light?) {
            (Base::Light, false) => ("light", "dark"),
            (Base::Dark, true) => ("dark", "light"),
            _ => return None,
        };
        (self.look.depth != Depth::None).then(|| {
            format!(
                "theme {name} is for {meant} backgrounds, yours is {is}: /theme auto follows it"
            )
        })
    }

    /// Whether nothing but ASCII is drawn, other people's words aside.
    pub(crate) fn is_ascii(&self) -> bool {
        self.look.ascii
    }

    /// How many colours there are.
    pub(crate) fn depth(&self) -> Depth {
        self.look.depth
    }

    /// Whether the background is light, as far as that is known.
    pub(crate) fn is_light(&self) -> bool {
        self.look.light.unwrap_or(false)
    }

    /// The theme of the person's own that is worn, if it is one.
    fn custom(&self) -> Option<&Custom> {
        let name = self.look.theme.as_deref()?;
        self.look.themes.iter().find(|custom| custom.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_decides_where_nobody_does() {
        let check = |theme: Option<&str>, light: Option<bool>, expected: (Base, bool)| {
            let look = Look { theme: theme.map(str::to_owned), ..Look::default() };
            let mut choice = ThemeChoice::new(look);
            if let Some(light) = light {
                choice.learn(light);
            }
            let (base, light) = expected;
            assert_eq!(
                choice.theme(),
                Theme::new(base, light, Depth::Indexed),
                "{theme:?} {light}"
            );
        };
        check(None, None, (Base::Dark, false));
        check(None, Some(true), (Base::Light, true));
        check(Some("dark"), Some(true), (Base::Dark, true));
        check(Some("Light"), Some(false), (Base::Light, false));
        check(Some("contrast"), Some(true), (Base::Contrast, true));
        check(Some("auto"), Some(true), (Base::Light, true));
        let contrast = Look { theme: Some("contrast".to_owned()), ..Look::default() };
        let unknown = ThemeChoice::new(contrast).theme();
        assert_eq!(unknown, Theme::new(Base::Contrast, false, Depth::None));
        check(Some("no-such-theme"), Some(true), (Base::Light, true));
    }

    #[test]
    fn a_theme_for_another_background_is_told() {
        let check = |theme: &str, light: Option<bool>, depth: Depth, expected: Option<&str>| {
            let themes = vec![Custom {
                name: "mine".to_owned(),
                base: Base::Light,
                roles: Vec::new(),
                people: Vec::new(),
            }];
            let theme = Some(theme.to_owned());
            let told = ThemeChoice::new(Look { theme, light, depth, themes, ..Look::default() })
                .mismatch();
            assert_eq!(told.is_some(), expected.is_some(), "{told:?}");
            let told = told.unwrap_or_default();
            assert!(told.contains(expected.unwrap_or_default()), "{told}");
        };
        let dark = "for light backgrounds, yours is dark";
        check("light", Some(false), Depth::Indexed, Some(dark));
        check("mine", Some(false), Depth::True, Some(dark));
        check("dark", Some(true), Depth::Sixteen, Some("for dark backgrounds, yours is light"));
        check("light", Some(true), Depth::True, None);
        check("light", None, Depth::True, None);
        check("light", Some(false), Depth::None, None);
        check("contrast", Some(true), Depth::True, None);
        check("auto", Some(true), Depth::True, None);
    }
}
