//! Which theme is worn: the one that somebody chose, or else the one for the terminal's background.

use ratatui::style::{Modifier, Style};

use crate::look::{Depth, Look};
use crate::theme::custom::Custom;
use crate::theme::{Base, Theme};

/// What leaves the choice to the background again.
pub(crate) const AUTO: &str = "auto";

/// What is known of how things shall look.
#[derive(Debug, Default)]
pub(crate) struct Dress {
    look: Look,
}

impl Dress {
    /// With what is wished; a theme of a name that nobody knows is no wish.
    pub(crate) fn new(look: Look) -> Self {
        let mut dress = Self { look };
        let wish = dress.look.theme.take();
        _ = wish.is_some_and(|name| dress.choose(&name));
        dress
    }

    /// The theme as it is now.
    pub(crate) fn theme(&self) -> Theme {
        let (light, depth) = (self.look.light.unwrap_or(false), self.look.depth);
        if let Some(custom) = self.custom() {
            return custom.theme(light, depth);
        }
        let chosen = self.look.theme.as_deref().and_then(Base::named);
        let usual = if light { Base::Light } else { Base::Dark };
        let mut theme = Theme::new(chosen.unwrap_or(usual), light, depth);
        if chosen == Some(Base::Contrast) && self.look.light.is_none() {
            // Nobody has told the background: what the terminal writes in can be read on it.
            theme.text = Style::new().add_modifier(Modifier::BOLD);
        }
        theme
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
            let mut dress = Dress::new(look);
            if let Some(light) = light {
                dress.learn(light);
            }
            let (base, light) = expected;
            assert_eq!(dress.theme(), Theme::new(base, light, Depth::Indexed), "{theme:?} {light}");
        };
        check(None, None, (Base::Dark, false));
        check(None, Some(true), (Base::Light, true));
        check(Some("dark"), Some(true), (Base::Dark, true));
        check(Some("Light"), Some(false), (Base::Light, false));
        check(Some("contrast"), Some(true), (Base::Contrast, true));
        check(Some("auto"), Some(true), (Base::Light, true));
        check(Some("no-such-theme"), Some(true), (Base::Light, true));
    }
}
