//! The room that this program hosts, if it does, and the line by which others join it.

use chat_protocol::{Nick, join_command};

use crate::event::Hosted;

/// Whether a room is hosted from here.
#[derive(Debug, Default)]
pub(crate) enum Hosting {
    #[default]
    No,
    /// Asked for; one's own name goes with it.
    Opening { name: Nick },
    /// Open.
    Open(Hosted),
}

impl Hosting {
    /// What others type to join, the likeliest way first.
    pub(crate) fn invitation(&self) -> Option<String> {
        match self {
            Self::Open(hosted) => Some(invitation(hosted)),
            _ => None,
        }
    }
}

/// What others type to join.
pub(crate) fn invitation(hosted: &Hosted) -> String {
    let host = hosted.addresses.first().map_or("127.0.0.1".to_owned(), ToString::to_string);
    join_command(&host, hosted.port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_can_be_typed_elsewhere() {
        let check = |port, addresses: &[&str], expected: &str| {
            let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
            assert_eq!(invitation(&Hosted { port, addresses }), expected);
        };
        check(65_433, &["192.168.1.23", "10.0.0.1"], "chat-tui --host 192.168.1.23");
        check(7000, &["192.168.1.23"], "chat-tui --host 192.168.1.23 --port 7000");
        check(65_433, &[], "chat-tui --host 127.0.0.1");
    }
}
