//! The line by which a person joins a server: what one screen shows and another types.

use crate::limit::DEFAULT_PORT;

/// The command that joins a server reached at this host or address.
#[must_use]
pub fn join_command(host: &str, port: u16) -> String {
    match port {
        DEFAULT_PORT => format!("chat-tui --host {host}"),
        port => format!("chat-tui --host {host} --port {port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_port_need_not_be_typed() {
        assert_eq!(join_command("10.0.0.7", 65_433), "chat-tui --host 10.0.0.7");
        assert_eq!(join_command("10.0.0.7", 7_000), "chat-tui --host 10.0.0.7 --port 7000");
    }
}
