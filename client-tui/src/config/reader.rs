//! Reads a configuration, one setting after the other, so that a wrong one costs only itself.

use std::borrow::Cow;
use std::ops::Range;

use chat_protocol::Nick;
use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use super::mistake::Page;
use crate::arguments;
use crate::keymap::{chord, names};
use crate::look::{Colours, Custom};
use crate::nearest::nearest;
use crate::settings::{self, SETTINGS};
use crate::theme::{Base, custom};

/// What may stand at the top.
const TOP: [&str; 9] = ["theme", "color", "ascii", "name", "host", "port", "set", "keys", "themes"];

/// What a role of a theme may say besides its colours.
const WEIGHTS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

type Key<'a> = Spanned<Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

/// See [`super::read`].
pub(super) fn read(text: &str, name: &str) -> (Config, Vec<String>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { mistakes: Vec::new(), config: Config::default() };
    let mut chosen = None;
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "theme" => chosen = reader.text(key, value, "dark").map(|name| (value.span(), name)),
            "color" => reader.color(key, value),
            "ascii" => reader.config.ascii = reader.ascii(key, value),
            "name" => reader.config.name = reader.parsed(key, value, "ann", nick),
            "host" => reader.config.host = reader.parsed(key, value, "192.168.1.23", host),
            "port" => reader.port(key, value),
            "set" => reader.table(key, value, Reader::switch),
            "keys" => reader.table(key, value, Reader::key),
            "themes" => reader.table(key, value, Reader::theme),
            _ => reader.unknown(key, "setting", TOP.into_iter()),
        }
    }
    if let Some((span, name)) = chosen {
        reader.choose(span, name);
    }
    let page = Page { text, name };
    let mut mistakes = reader.mistakes;
    for error in errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        // What is no value is not also a wrong one.
        mistakes.retain(|(wrong, _)| wrong.end < span.start || span.end < wrong.start);
        mistakes.push((span, error.message().to_owned()));
    }
    mistakes.sort_by_key(|(span, _)| span.start);
    let told = mistakes.into_iter().flat_map(|(span, words)| page.tell(span, &words)).collect();
    (reader.config, told)
}

fn nick(raw: &str) -> Result<Nick, String> {
    Nick::new(raw).map_err(|error| error.to_string())
}

fn host(raw: &str) -> Result<String, String> {
    arguments::place(raw).map(|_| raw.to_owned())
}

struct Reader {
    mistakes: Vec<(Range<usize>, String)>,
    config: Config,
}

impl Reader {
    fn wrong(&mut self, span: Range<usize>, words: String) {
        self.mistakes.push((span, words));
    }

    fn unknown<'a>(&mut self, key: &Key<'_>, what: &str, known: impl Iterator<Item = &'a str>) {
        let name = key.get_ref().as_ref();
        let meant = meant(name, known);
        self.wrong(key.span(), format!("there is no {what} ‘{name}’{meant}"));
    }

    /// A text, such as this one.
    fn text(&mut self, key: &Key<'_>, value: &Value<'_>, such_as: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                let words = format!("{} is a text, such as \"{such_as}\"", key.get_ref());
                self.wrong(value.span(), words);
                None
            }
        }
    }

    fn parsed<T>(
        &mut self,
        key: &Key<'_>,
        value: &Value<'_>,
        such_as: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let raw = self.text(key, value, such_as)?;
        parse(&raw).map_err(|words| self.wrong(value.span(), words)).ok()
    }

    fn boolean(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(on) => Some(*on),
            _ => {
                self.wrong(value.span(), format!("{} is true or false", key.get_ref()));
                None
            }
        }
    }

    fn table(
        &mut self,
        key: &Key<'_>,
        value: &Value<'_>,
        entry: fn(&mut Self, &Key<'_>, &Value<'_>),
    ) {
        match value.get_ref() {
            DeValue::Table(table) => {
                table.iter().for_each(|(key, value)| entry(self, key, value));
            }
            _ => {
                let words = format!("{0} is a section: it begins with [{0}]", key.get_ref());
                self.wrong(value.span(), words);
            }
        }
    }

    fn color(&mut self, key: &Key<'_>, value: &Value<'_>) {
        self.config.color = self.parsed(key, value, "auto", |raw| {
            Colours::named(raw).ok_or_else(|| format!("color is one of {}", Colours::names()))
        });
    }

    fn ascii(&mut self, key: &Key<'_>, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::String(text) if text == "auto" => None,
            DeValue::Boolean(on) => Some(*on),
            _ => {
                let words = format!("{} is true, false or \"auto\"", key.get_ref());
                self.wrong(value.span(), words);
                None
            }
        }
    }

    fn port(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let number = match value.get_ref() {
            DeValue::Integer(number) => u16::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match number.filter(|&port| port > 0) {
            Some(port) => self.config.port = Some(port),
            None => {
                let words = format!("{} is a number from 1 to 65535", key.get_ref());
                self.wrong(value.span(), words);
            }
        }
    }

    fn switch(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let names = || SETTINGS.iter().map(|setting| setting.name);
        let Some(setting) = settings::find(key.get_ref()) else {
            return self.unknown(key, "switch", names());
        };
        if let Some(on) = self.boolean(key, value) {
            self.config.settings.set(setting.switch, on);
        }
    }

    fn key(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let chord = match chord::parse(key.get_ref()) {
            Ok(chord) => chord,
            Err(words) => return self.wrong(key.span(), words),
        };
        let Some(name) = self.text(key, value, "help") else { return };
        let meaning = names::named(&name);
        if meaning.is_none() && name != "none" {
            let known = names::all().map(|(name, _)| name).chain(["none"]);
            let meant = meant(&name, known);
            return self.wrong(value.span(), format!("there is no action ‘{name}’{meant}"));
        }
        if !self.config.keys.bind(chord, meaning) {
            self.wrong(key.span(), format!("{} has a meaning above already", chord::shown(chord)));
        }
    }

    fn theme(&mut self, key: &Key<'_>, value: &Value<'_>) {
        let name = key.get_ref().to_lowercase();
        if name == "auto" || Base::named(&name).is_some() {
            let words = format!("‘{name}’ comes with the program: yours needs a name of its own");
            return self.wrong(key.span(), words);
        }
        let DeValue::Table(table) = value.get_ref() else {
            let words = format!("a theme is a section: it begins with [themes.{name}]");
            return self.wrong(value.span(), words);
        };
        let (base, roles, people) = (Base::Dark, Vec::new(), Vec::new());
        let mut theme = Custom { name, base, roles, people };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "base" => self.base(&mut theme, key, value),
                "people" => self.people(&mut theme, value),
                name => match custom::role(name) {
                    Some(role) => theme.roles.extend(self.role(value).map(|style| (role, style))),
                    None => {
                        let known = custom::role_names().into_iter().chain(["base", "people"]);
                        self.unknown(key, "role", known);
                    }
                },
            }
        }
        self.config.themes.push(theme);
    }

    fn base(&mut self, theme: &mut Custom, key: &Key<'_>, value: &Value<'_>) {
        let base = self.parsed(key, value, "dark", |raw| {
            let names = Base::ALL.map(|(name, _)| name);
            let or =
                || format!("base is one of {}{}", names.join(", "), meant(raw, names.into_iter()));
            Base::named(raw).ok_or_else(or)
        });
        theme.base = base.unwrap_or(theme.base);
    }

    fn people(&mut self, theme: &mut Custom, value: &Value<'_>) {
        let DeValue::Array(colours) = value.get_ref() else {
            let words = "people are colours, such as [\"#ffcc00\", \"75\"]".to_owned();
            return self.wrong(value.span(), words);
        };
        for colour in colours.iter() {
            theme.people.extend(self.colour(colour));
        }
    }

    /// What a role says: `{ fg = "#ffcc00", bg = "236", bold = true }`.
    fn role(&mut self, value: &Value<'_>) -> Option<Style> {
        let DeValue::Table(table) = value.get_ref() else {
            let words = "a role is such as { fg = \"#ffcc00\", bold = true }".to_owned();
            self.wrong(value.span(), words);
            return None;
        };
        let mut style = Style::new();
        for (key, value) in table {
            let weight = WEIGHTS.iter().find(|(name, _)| *name == key.get_ref());
            match (key.get_ref().as_ref(), weight) {
                ("fg", _) => style.fg = self.colour(value),
                ("bg", _) => style.bg = self.colour(value),
                (_, Some((_, weight))) => match self.boolean(key, value) {
                    Some(true) => style = style.add_modifier(*weight),
                    Some(false) => style = style.remove_modifier(*weight),
                    None => {}
                },
                _ => {
                    let known = WEIGHTS.iter().map(|(name, _)| *name).chain(["fg", "bg"]);
                    self.unknown(key, "part of a role", known);
                }
            }
        }
        Some(style)
    }

    fn colour(&mut self, value: &Value<'_>) -> Option<Color> {
        let colour = match value.get_ref() {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok().map(Color::Indexed),
            _ => None,
        };
        if colour.is_none() {
            let words = "a colour is such as \"#ffcc00\", \"220\" or \"yellow\"".to_owned();
            self.wrong(value.span(), words);
        }
        colour
    }

    /// The theme is chosen when all of them are known.
    fn choose(&mut self, span: Range<usize>, name: String) {
        let own = self.config.themes.iter().map(|theme| theme.name.as_str());
        match unknown_theme(&name, own) {
            Some(words) => self.wrong(span, words),
            None => self.config.theme = Some(name),
        }
    }
}

/// What is wrong with the name of a theme, if something is.
pub(crate) fn unknown_theme<'a>(name: &str, own: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> =
        Base::ALL.iter().map(|(name, _)| *name).chain(["auto"]).chain(own).collect();
    let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(name));
    (!is_known).then(|| {
        let meant = meant(name, known.iter().copied());
        let meant =
            if meant.is_empty() { format!(": there are {}", known.join(", ")) } else { meant };
        format!("there is no theme ‘{name}’{meant}")
    })
}

fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|known| format!(": did you mean {known}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Switch;

    #[test]
    fn settings_are_read() {
        let text = "theme = 'Mine'\ncolor = '16'\nascii = true\nname = 'ann'\nhost = 'lab:7'\n\
                    port = 0x10\n[set]\nbell = false\n[keys]\n'ctrl-g' = 'help'\n'f8' = 'none'\n\
                    [themes.mine]\nbase = 'light'\npeople = ['#ff0000', 75]\n\
                    quiet = { fg = '236', bold = true, dim = false }\n";
        let (config, mistakes) = read(text, "c");
        assert_eq!(mistakes, [""; 0]);
        assert_eq!(config.theme.as_deref(), Some("Mine"));
        assert_eq!((config.ascii, config.port), (Some(true), Some(16)));
        assert_eq!(config.host.as_deref(), Some("lab:7"));
        assert!(!config.settings.is_on(Switch::Bell) && config.settings.is_on(Switch::Mouse));
        assert_eq!(config.keys.spoken("F8"), "-");
        let theme = &config.themes[0];
        assert_eq!((theme.name.as_str(), theme.base), ("mine", Base::Light));
        assert_eq!(theme.people, [Color::Rgb(255, 0, 0), Color::Indexed(75)]);
    }

    #[test]
    fn mistakes_are_told_with_the_nearest() {
        let check = |text: &str, expected: &str| {
            let (_, mistakes) = read(text, "c");
            let first = mistakes.first().map_or("", String::as_str);
            assert!(first.contains(expected), "{text}: {mistakes:?}");
            assert_eq!(mistakes.len(), 3, "{text}: {mistakes:?}");
        };
        check("thme = 'dark'", "c:1:1: there is no setting ‘thme’: did you mean theme?");
        check("theme = 'drak'", "c:1:9: there is no theme ‘drak’: did you mean dark?");
        check("theme = 'solarized'", "there are dark, light, contrast, mono, auto");
        check("theme = 3", "c:1:9: theme is a text, such as \"dark\"");
        check("color = 'many'", "color is one of auto, always, never, 16, 256, true");
        check("ascii = 'perhaps'", "true, false or \"auto\"");
        check("name = 'a@b'", "c:1:8: a name cannot contain");
        check("host = 'http://x'", "a host looks like");
        check("port = 0", "a number from 1 to 65535");
        check("set = true", "begins with [set]");
        check("[set]\nmose = true", "c:2:1: there is no switch ‘mose’: did you mean mouse?");
        check("[set]\nmouse = 'on'", "mouse is true or false");
        check("[keys]\n'ctrl-g' = 'hlep'", "there is no action ‘hlep’: did you mean help?");
        check("[keys]\ng = 'help'", "types text");
        check("[keys]\n'ctrl-g' = 'help'\n'C-G' = 'send'", "Ctrl-G has a meaning above already");
        check("[themes]\ndark = {}", "comes with the program");
        check("[themes.x]\nbase = 'drak'", "did you mean dark?");
        check("[themes.x]\nqiet = { fg = 'red' }", "there is no role ‘qiet’: did you mean quiet?");
        check("[themes.x]\nquiet = { fg = 'pinkish' }", "a colour is such as");
        check("[themes.x]\nquiet = { bolt = true }", "did you mean bold?");
        check("[themes.x]\nquiet = 'red'", "a role is such as");
    }

    #[test]
    fn a_mistake_costs_only_itself() {
        let (config, mistakes) = read("port = 7\nthme = 'dark'\nname = \nhost = 'lab'\n", "c");
        assert_eq!((config.port, config.host.as_deref()), (Some(7), Some("lab")));
        assert_eq!(mistakes.len(), 6, "{mistakes:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(theme|keys|set|themes|\\[|\\]|=|'|\"|\n|#|x|é|\\.|\\{|\\}|,| |1|\\PC){0,40}") {
            _ = read(&text, "c");
        }
    }
}
