//! What flags, environment and configuration come to together: the one beats the other in this
//! order.

use std::path::PathBuf;

use super::{Arguments, place};
use crate::config::{self, Config, file, reader};
use crate::look::{self, Colours, Look};
use crate::{settings, words};

impl Arguments {
    /// The configuration's file, what is in it, and what is wrong with that. A file that was asked
    /// for here and now must be there; any other may be missing, and nothing that is wrong with it
    /// is in the way.
    pub(super) fn configuration(
        &self,
        typed: bool,
        usual: Option<PathBuf>,
    ) -> Result<(Option<PathBuf>, Config, Vec<String>), String> {
        let Some(path) = self.config.clone().or(usual) else {
            return Ok((None, Config::default(), Vec::new()));
        };
        let named = self.config.is_some();
        let shown = path.display();
        let failed = match file::text(&path) {
            Ok(Some(text)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let (config, mut mistakes) = config::read(&text, &name);
                if !mistakes.is_empty() {
                    mistakes.insert(0, format!("What is wrong in {shown} is left out:"));
                }
                return Ok((Some(path), config, mistakes));
            }
            Ok(None) if named => format!("there is no configuration {shown}"),
            Ok(None) => return Ok((Some(path), Config::default(), Vec::new())),
            Err(error) => format!("the configuration {shown} cannot be read: {error}"),
        };
        if typed {
            return Err(failed);
        }
        let mistakes = vec![words::sentence(&failed)];
        Ok((Some(path), Config::default(), mistakes))
    }

    /// Takes from the configuration what nobody else says.
    pub(super) fn fill(&mut self, config: &Config) {
        let place = config.host.as_deref().and_then(|host| place(host).ok());
        self.host = self.host.take().or(place);
        self.port = self.port.or(config.port);
        self.name = self.name.take().or(config.name.clone());
    }

    /// What is asked of colours.
    pub(super) fn colours(&self, config: &Config) -> Result<Colours, String> {
        let Some(name) = &self.color else { return Ok(config.color.unwrap_or_default()) };
        let unknown = || format!("‘{name}’ is none of {}", Colours::names());
        Colours::named(name).ok_or_else(unknown)
    }

    /// How things shall look; what is wrong with the wishes is told with the name of the flag.
    pub(super) fn look(
        &self,
        config: &Config,
        variable: &dyn Fn(&str) -> Option<String>,
        mut wrong: impl FnMut(&str, String) -> Result<(), clap::Error>,
    ) -> Result<Look, clap::Error> {
        let own = config.themes.iter().map(|theme| theme.name.as_str());
        let mut theme = config.theme.clone();
        if let Some(name) = &self.theme {
            match reader::unknown_theme(name, own) {
                Some(words) => wrong("theme", words)?,
                None => theme = Some(name.clone()),
            }
        }
        let colours = self.colours(config);
        if let Err(words) = &colours {
            wrong("color", words.clone())?;
        }
        let colours = colours.unwrap_or(config.color.unwrap_or_default());
        let ascii = variable("CHAT_ASCII").filter(|value| !value.is_empty());
        let asked = ascii.as_deref().map(|value| (value, settings::is_on(value)));
        if let Some((value, None)) = asked {
            wrong("ascii", format!("‘{value}’ is neither on nor off"))?;
        }
        let asked = asked.and_then(|(_, on)| on).or(config.ascii);
        let ascii = self.ascii || asked.unwrap_or_else(|| !look::is_utf8(variable));
        let (light, depth) = (look::background(variable), colours.depth(variable));
        let (wall, themes) = (self.projector, config.themes.clone());
        Ok(Look { theme, light, depth, ascii, wall, themes })
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::arguments::tests::{launch_in, refused};

    #[test]
    fn flags_beat_the_environment_which_beats_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = "theme = 'light'\nname = 'ann'\nport = 7\nascii = true\ncolor = '16'\n";
        std::fs::write(&path, text).unwrap();
        let from = |line: &str, variables: &[(&str, &str)]| {
            launch_in(line, variables, Some(path.clone())).unwrap()
        };
        let launch = from("chat-tui", &[]);
        assert_eq!(launch.look.theme.as_deref(), Some("light"));
        assert_eq!((launch.name.as_str(), launch.named, launch.port), ("ann", true, 7));
        assert_eq!((launch.look.ascii, launch.look.depth), (true, look::Depth::Sixteen));
        let launch = from("chat-tui --theme Mono --color true --port 8", &[("CHAT_ASCII", "off")]);
        assert_eq!(launch.look.theme.as_deref(), Some("Mono"));
        assert_eq!((launch.look.ascii, launch.look.depth), (false, look::Depth::True));
        assert_eq!(launch.port, 8);
        let launch = from("chat-tui", &[("CHAT_ASCII", "perhaps")]);
        assert_eq!(launch.habits.mistakes, ["CHAT_ASCII: ‘perhaps’ is neither on nor off"]);
        assert!(launch.look.ascii);
    }

    #[test]
    fn a_file_that_is_asked_for_must_be_there() {
        refused("chat-tui --config /no/such/file", "there is no configuration /no/such/file");
        refused("chat-tui --config /", "cannot be read");
        let missing = launch_in("chat-tui", &[], Some("/no/such/file".into())).unwrap();
        assert!(missing.habits.mistakes.is_empty());
        let odd = launch_in("chat-tui", &[], Some("/".into())).unwrap();
        assert_eq!(odd.habits.mistakes.len(), 1);
    }

    #[test]
    fn a_look_that_nobody_knows_is_refused() {
        refused("chat-tui --theme drak", "did you mean dark?");
        refused("chat-tui --theme pink", "there are dark, light");
        refused("chat-tui --color many", "is none of auto, always");
    }
}
