//! The start screen's form: a name, and where to go.

use chat_protocol::limit;

use super::input::Editor;
use crate::effect::Target;

/// Recent servers that are listed.
const RECENT_MOST: usize = 5;

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    /// A recent server, by its index.
    Recent(usize),
    Address,
    Host,
}

/// The form.
#[derive(Debug)]
pub(crate) struct StartForm {
    pub(crate) name: Editor,
    pub(crate) address: Editor,
    pub(crate) recent: Vec<Target>,
    pub(crate) focus: Field,
    /// What is wrong, or is going on, in words.
    pub(crate) told: Option<Told>,
}

/// A line below the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Wrong(String),
    Busy(String),
}

impl StartForm {
    pub(crate) fn new(name: &str, mut recent: Vec<Target>) -> Self {
        recent.truncate(RECENT_MOST);
        let focus = Field::Name;
        Self { name: Editor::with(name), address: Editor::default(), recent, focus, told: None }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let recent = (0..self.recent.len()).map(Field::Recent);
        [Field::Name].into_iter().chain(recent).chain([Field::Address, Field::Host]).collect()
    }

    pub(crate) fn step(&mut self, forward: bool) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or(0);
        let step = if forward { 1 } else { fields.len() - 1 };
        self.focus = fields[(at + step) % fields.len()];
    }

    /// The text field that typing goes to: where there is none, the name.
    pub(crate) fn editor(&mut self) -> &mut Editor {
        match self.focus {
            Field::Address => &mut self.address,
            Field::Name => &mut self.name,
            Field::Recent(_) | Field::Host => {
                self.focus = Field::Name;
                &mut self.name
            }
        }
    }
}

/// Reads `host`, `host:port`, `[v6]:port` or a bare IPv6 address.
pub(crate) fn parse_address(raw: &str) -> Result<(String, u16), String> {
    let raw = raw.trim();
    let port = |text: &str| {
        text.parse::<u16>()
            .ok()
            .filter(|&port| port > 0)
            .ok_or_else(|| format!("‘{text}’ is no port: a number from 1 to 65535"))
    };
    let (host, port) = if let Some(rest) = raw.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the ‘]’ is missing")?;
        match rest.strip_prefix(':') {
            Some(digits) => (host, port(digits)?),
            None => (host, limit::DEFAULT_PORT),
        }
    } else {
        match raw.split_once(':') {
            Some((host, digits)) if !digits.contains(':') => (host, port(digits)?),
            _ => (raw, limit::DEFAULT_PORT),
        }
    };
    if host.is_empty() {
        return Err("type the address of a server, such as 192.168.1.23".to_owned());
    }
    if host.contains(char::is_whitespace) {
        return Err("an address has no spaces".to_owned());
    }
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let check = |raw, host: &str, port| {
            assert_eq!(parse_address(raw), Ok((host.to_owned(), port)), "{raw:?}");
        };
        check("192.168.1.23", "192.168.1.23", 65_433);
        check(" lab.example:7000 ", "lab.example", 7000);
        check("[fe80::1]:7000", "fe80::1", 7000);
        check("fe80::1", "fe80::1", 65_433);
        for raw in ["", ":7000", "a:0", "a:x", "a b", "[::1"] {
            assert!(parse_address(raw).is_err(), "{raw:?}");
        }
    }
}
