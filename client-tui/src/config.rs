//! The configuration: a TOML file of a person's own. What is wrong in it is told, with its place and
//! the nearest that could be meant, and left out; the rest holds. A mistake in a file must keep
//! nobody out of a class.
//!
//! Texts in, a [`Config`] out; only [`mod@file`] and [`keep`] know files.

pub mod file;
pub mod keep;
mod mistake;
pub(crate) mod reader;
mod sample;

use chat_protocol::Nick;

use crate::keymap::own::Keys;
use crate::look::{Colours, Custom};
use crate::settings::Settings;

/// What a person wants to be different from what is usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// In which theme everything is drawn.
    pub(crate) theme: Option<String>,
    /// In how many colours.
    pub(crate) color: Option<Colours>,
    /// Whether with nothing but ASCII.
    pub(crate) ascii: Option<bool>,
    /// The name to go by.
    pub(crate) name: Option<Nick>,
    /// The server to join: a host, and possibly a port.
    pub(crate) host: Option<String>,
    /// The port to join or to host on.
    pub(crate) port: Option<u16>,
    /// What is on and off.
    pub(crate) settings: Settings,
    /// Keys that do something else than usual.
    pub(crate) keys: Keys,
    /// Themes of the person's own.
    pub(crate) themes: Vec<Custom>,
}

impl Config {
    /// Keys that do something else than usual.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Themes of the person's own.
    #[must_use]
    pub fn themes(&self) -> &[Custom] {
        &self.themes
    }
}

/// What holds while the program runs, besides how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// What is on and off.
    pub settings: Settings,
    /// Keys that do something else than usual.
    pub keys: Keys,
    /// What was wrong with the configuration, line by line, to be told at the start.
    pub mistakes: Vec<String>,
}

/// The configuration in a text, and what is wrong with it, ready to be shown. `name` is what the
/// text's file is called.
#[must_use]
pub fn read(text: &str, name: &str) -> (Config, Vec<String>) {
    reader::read(text, name)
}

/// A configuration that says what holds without one, with a word on everything.
#[must_use]
pub fn sample() -> String {
    sample::sample()
}

#[cfg(test)]
mod tests {
    use chat_protocol::limit;

    use super::*;

    #[test]
    fn the_sample_is_what_holds_without_one() {
        let (config, mistakes) = read(&sample(), "config.toml");
        assert_eq!(mistakes, [""; 0]);
        let usual = Config {
            theme: Some("auto".to_owned()),
            color: Some(Colours::Auto),
            port: Some(limit::DEFAULT_PORT),
            ..Config::default()
        };
        assert_eq!(config, usual);
    }

    /// What is commented out are settings too, as they would be.
    #[test]
    fn what_the_sample_leaves_out_is_right_as_well() {
        let all: Vec<String> = sample()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.starts_with('[') || rest.contains(" = ") => rest.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        let (config, mistakes) = read(&all.join("\n"), "config.toml");
        assert_eq!(mistakes, [""; 0], "{}", all.join("\n"));
        assert!(config.name.is_some() && config.host.is_some() && config.themes.len() == 1);
        // The keys are the usual ones, so nothing has moved.
        assert_eq!(config.keys.spoken("F1 help"), "F1 help");
    }
}
