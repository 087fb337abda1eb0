//! A configuration with everything in it, made from the tables that read one.

use std::fmt::Write;

use crate::keymap::{BINDINGS, chord, names, own};
use crate::look::Colours;
use crate::settings::SETTINGS;
use crate::theme::{Base, custom};

/// See [`super::sample`].
pub(super) fn sample() -> String {
    let themes = Base::ALL.map(|(name, _)| name).join(", ");
    let colours = Colours::ALL.map(|(name, _)| name).join(", ");
    let roles: Vec<&str> = custom::role_names();
    format!(
        "\
# The configuration of chat-tui. What is set here is what holds without this file; a line with a #
# before it does nothing. Flags beat the environment (CHAT_THEME and so on), which beats this file.

# auto (by the terminal's background), {themes}, or one of your own from below.
theme = \"auto\"

# How many colours: {colours}. auto goes by TERM, COLORTERM and NO_COLOR.
color = \"auto\"

# Draw nothing but ASCII, other people's words aside: true, false, or \"auto\" for where the locale
# is not UTF-8.
ascii = \"auto\"

# The name to go by; without it the one used last, else your login's.
# name = \"ann\"

# The server to join at once, without the start screen.
# host = \"192.168.1.23\"

# The port to join or to host on.
port = {port}

# What /set switches, too.
[set]
{switches}
# Keys. What a key types cannot be changed; \"none\" takes a key's meaning away.
[keys]
{keys}
# A theme of your own: what it is like, and what is different. A colour is \"#rrggbb\", a number from
# 0 to 255, or a name such as \"yellow\"; with it may go bold, dim, italic, underlined and reversed.
# There are these roles:
{roles}
# [themes.mine]
# base = \"dark\"
# accent = {{ fg = \"#ffcc00\", bold = true }}
# loud = {{ fg = \"16\", bg = \"220\", bold = true }}
# people = [\"#5fafff\", \"#87d787\", \"#d7af00\"]
",
        port = chat_protocol::limit::DEFAULT_PORT,
        switches = switches(),
        keys = keys(),
        roles = wrapped(&roles),
    )
}

fn switches() -> String {
    let mut out = String::new();
    for setting in SETTINGS {
        _ = writeln!(out, "# {}\n{} = {}", setting.help, setting.name, setting.usual);
    }
    out
}

/// Every action with its usual keys, and what the help says of it.
fn keys() -> String {
    let mut out = String::new();
    for (name, action) in names::all() {
        let row = BINDINGS.iter().find(|row| row.action == action);
        let help = row.map_or("", |row| row.help);
        let chord = own::usual(action).map(chord::written).unwrap_or_default();
        let line = format!("# \"{chord}\" = \"{name}\"");
        let note = if help.is_empty() { String::new() } else { format!("  # {help}") };
        _ = writeln!(out, "{line:40}{note}");
    }
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn wrapped(words: &[&str]) -> String {
    let mut out = String::from("#");
    let mut column = 1;
    for word in words {
        if column + word.len() + 1 > 98 {
            out.push_str("\n#");
            column = 1;
        }
        _ = write!(out, " {word}");
        column += word.len() + 1;
    }
    out
}
