//! The start screen's form: a name, and where to go.

use super::input::Editor;
use super::kill_ring::KillRing;
use crate::effect::Target;
use crate::keymap::Edit;

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
    /// What was killed in these, and in other single fields.
    pub(crate) kills: KillRing,
    pub(crate) recent: Vec<Target>,
    pub(crate) focus: Field,
    /// The port to host on, and to join at where the address names none.
    pub(crate) port: u16,
    /// What is wrong, or is going on, in words.
    pub(crate) told: Option<Told>,
}

/// A line below the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Wrong(String),
    Warned(String),
    Busy(String),
}

impl StartForm {
    pub(crate) fn new(name: &str, mut recent: Vec<Target>, port: u16) -> Self {
        recent.truncate(RECENT_MOST);
        let (name, address) = (Editor::with(name), Editor::default());
        let kills = KillRing::default();
        Self { name, address, kills, recent, focus: Field::Name, port, told: None }
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

    /// Edits the text field that typing goes to.
    pub(crate) fn edit(&mut self, edit: Edit) {
        let mut kills = std::mem::take(&mut self.kills);
        self.editor().apply(edit, &mut kills);
        self.kills = kills;
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

/// Reads `host`, `host:port`, a bare IPv6 address, `[v6]` or `[v6]:port`; without a port it is the
/// `usual` one.
pub(crate) fn parse_address(raw: &str, usual: u16) -> Result<(String, u16), String> {
    let raw = raw.trim();
    if raw.contains(char::is_whitespace) {
        return Err("an address has no spaces".to_owned());
    }
    let (host, port) = if let Some(rest) = raw.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("the ‘]’ is missing")?;
        if !is_v6(host) {
            return Err(format!("‘{host}’ is no IPv6 address: only these stand in brackets"));
        }
        match rest.strip_prefix(':') {
            Some(digits) => (host, Some(digits)),
            None if rest.is_empty() => (host, None),
            None => return Err(format!("a ‘:’ goes before the port: [{host}]:{rest}")),
        }
    } else {
        match raw.split_once(':') {
            Some((host, digits)) if !digits.contains(':') => (host, Some(digits)),
            Some(_) if !is_v6(raw) => return Err(format!("‘{raw}’ is no address")),
            _ => (raw, None),
        }
    };
    if host.is_empty() {
        return Err("type the address of a server, such as 192.168.1.23".to_owned());
    }
    let port = port.map_or(Ok(usual), parse_port)?;
    Ok((host.to_owned(), port))
}

/// An IPv6 address; behind a `%` it may name the interface that leads there.
fn is_v6(host: &str) -> bool {
    let address = host.split_once('%').map_or(host, |(address, _)| address);
    address.parse::<std::net::Ipv6Addr>().is_ok()
}

fn parse_port(digits: &str) -> Result<u16, String> {
    let port = digits.parse::<u16>().ok().filter(|&port| port > 0);
    port.ok_or_else(|| format!("‘{digits}’ is no port: a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let check = |raw, host: &str, port| {
            assert_eq!(parse_address(raw, 65_433), Ok((host.to_owned(), port)), "{raw:?}");
        };
        check("192.168.1.23", "192.168.1.23", 65_433);
        check(" lab.example:7000 ", "lab.example", 7000);
        check("[fe80::1]:7000", "fe80::1", 7000);
        check("fe80::1", "fe80::1", 65_433);
        check("[fe80::1%eth0]", "fe80::1%eth0", 65_433);
        let wrong = ["", ":7000", "a:0", "a:x", "a b", "[::1", "[::1]7000", "[a]:7000", "a:b:c"];
        for raw in wrong {
            assert!(parse_address(raw, 65_433).is_err(), "{raw:?}");
        }
    }
}
