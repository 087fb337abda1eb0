//! What is known and wished of how things look, before anything is drawn: from flags, environment
//! and configuration. What comes of it is `state::theme_choice`'s.

pub use crate::theme::colour::Depth;
pub use crate::theme::custom::Custom;

/// How things shall look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The theme that somebody chose; without it, the background decides.
    pub theme: Option<String>,
    /// Whether the background is light, where that is known.
    pub light: Option<bool>,
    /// How many colours there are.
    pub depth: Depth,
    /// Whether nothing but ASCII shall be drawn, other people's words aside.
    pub ascii: bool,
    /// Whether the chat is shown as the wall of a classroom is to see it.
    pub wall: bool,
    /// Themes of the person's own.
    pub themes: Vec<Custom>,
}

/// What is asked of colours, by `--color` and its like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// As the terminal has them, and none where `NO_COLOR` is set.
    #[default]
    Auto,
    /// As the terminal has them, whatever `NO_COLOR` says.
    Always,
    /// Exactly this.
    Fixed(Depth),
}

impl Colours {
    /// What may be asked for, by name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("auto", Self::Auto),
        ("always", Self::Always),
        ("never", Self::Fixed(Depth::None)),
        ("16", Self::Fixed(Depth::Sixteen)),
        ("256", Self::Fixed(Depth::Indexed)),
        ("true", Self::Fixed(Depth::True)),
    ];

    /// Their names, for people.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    /// The name of this one.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, colours)| *colours == self);
        found.map_or("auto", |(name, _)| name)
    }

    /// What this word asks for.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        found.map(|(_, colours)| *colours)
    }

    /// How many colours that makes, in this environment.
    pub fn depth(self, variable: impl Fn(&str) -> Option<String>) -> Depth {
        match self {
            Self::Fixed(depth) => depth,
            Self::Auto if is_set(&variable, "NO_COLOR") => Depth::None,
            Self::Auto => told(variable),
            // Whoever insists has sixteen at least.
            Self::Always => match told(variable) {
                Depth::None => Depth::Sixteen,
                depth => depth,
            },
        }
    }
}

fn is_set(variable: impl Fn(&str) -> Option<String>, name: &str) -> bool {
    variable(name).is_some_and(|value| !value.is_empty())
}

/// How many colours the terminal has, as the environment tells.
fn told(variable: impl Fn(&str) -> Option<String>) -> Depth {
    let value = |name: &str| variable(name).unwrap_or_default();
    let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
    let starts = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    let all = ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "rio"];
    let programs = ["iTerm.app", "WezTerm", "ghostty", "vscode", "rio"];
    if term == "dumb" || starts(&["vt1", "vt2", "vt3", "vt4", "vt5"]) {
        Depth::None
    } else if ["truecolor", "24bit"].contains(&value("COLORTERM").as_str())
        || is_set(&variable, "WT_SESSION")
        || term.ends_with("-direct")
        || starts(&all)
        || programs.contains(&program.as_str())
    {
        Depth::True
    } else if term.contains("256") || is_set(&variable, "TMUX") || program == "Apple_Terminal" {
        Depth::Indexed
    } else if term.is_empty() && cfg!(windows) {
        Depth::True
    } else {
        Depth::Sixteen
    }
}

/// Whether the background is light, as `COLORFGBG` tells: `foreground;background`, possibly with
/// something between them, as numbers of the sixteen colours, of which 7 and those from 9 on are
/// light.
pub(crate) fn background(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let background = variable("COLORFGBG")
        .and_then(|value| value.rsplit(';').next().and_then(|last| last.parse::<u8>().ok()));
    background.map(|number| number == 7 || (9..16).contains(&number))
}

/// Whether the locale has more characters than ASCII, as far as it tells: where nothing is said,
/// nothing is taken away.
pub(crate) fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.iter().filter_map(|name| variable(name)).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colours_are_counted_by_what_the_environment_tells() {
        let check = |colours: &str, variables: &[(&str, &str)], expected| {
            let colours = Colours::named(colours).unwrap();
            assert_eq!(colours.depth(from(variables)), expected, "{variables:?}");
        };
        check("auto", &[("TERM", "xterm-256color")], Depth::Indexed);
        check("auto", &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], Depth::True);
        check("auto", &[("TERM", "xterm-256color"), ("COLORTERM", "yes")], Depth::Indexed);
        check("auto", &[("TERM", "xterm-kitty")], Depth::True);
        check("auto", &[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")], Depth::Indexed);
        check("auto", &[("TERM", "xterm")], Depth::Sixteen);
        check("auto", &[("TERM", "linux")], Depth::Sixteen);
        check("auto", &[("TERM", "vt220")], Depth::None);
        check("auto", &[("TERM", "dumb")], Depth::None);
        check("auto", &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::None);
        check("auto", &[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Indexed);
        check("always", &[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Depth::Indexed);
        check("always", &[("TERM", "dumb")], Depth::Sixteen);
        check("16", &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], Depth::Sixteen);
        check("never", &[("COLORTERM", "truecolor")], Depth::None);
        assert_eq!(Colours::named("pink"), None);
    }

    #[test]
    fn the_background_is_told_by_a_variable() {
        let check = |value, expected| {
            assert_eq!(background(from(&[("COLORFGBG", value)])), expected, "{value}");
        };
        check("0;15", Some(true));
        check("0;default;7", Some(true));
        check("15;0", Some(false));
        check("15;default", None);
        check("", None);
        check("0;999", None);
    }

    #[test]
    fn the_locale_tells_whether_there_is_more_than_ascii() {
        let check = |variables: &[(&str, &str)], expected| {
            assert_eq!(is_utf8(from(variables)), expected, "{variables:?}");
        };
        check(&[], true);
        check(&[("LANG", "en_GB.UTF-8")], true);
        check(&[("LANG", "C")], false);
        check(&[("LANG", "de_DE@euro")], false);
        check(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")], true);
        check(&[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")], false);
    }
}
