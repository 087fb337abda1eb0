//! What the help says: keys and commands in sections, straight from the tables that run them.

use crate::command::{COMMANDS, Command};
use crate::dialect::Dialect;
use crate::keymap::own::Keys;
use crate::keymap::{Action, BINDINGS, Binding};
use crate::sheet::{Row, Sheet};
use crate::state::{Stage, State};
use crate::words;

/// Columns from which keys and commands stand side by side.
const SIDE_BY_SIDE: u16 = 110;

/// Columns of what is pressed or typed.
const LEFT: usize = 21;

/// Columns of the help at most, its border included: with two lists, and with one.
const WIDE: u16 = 140;
const NARROW: u16 = 66;

/// The start screen's own keys.
const ON_START: &[(&str, &str)] =
    &[("Tab ↓ ↑", "move"), ("Enter", "choose"), ("F1", "this help"), ("Ctrl-C", "twice: quit")];

/// What the mouse does, as long as it is switched on.
const MOUSE: &[(&str, &str)] = &[
    ("click", "open a conversation, a link; who somebody is"),
    ("click twice", "on somebody: talk with them; select a word"),
    ("drag", "select what was said, and copy it"),
    ("three clicks", "select a message"),
    ("Shift-drag", "select as the terminal does"),
];

/// What is told at a glance: as much as is seen at once on a small screen.
const GLANCE_KEYS: &[Action] = &[
    Action::Send,
    Action::NewLine,
    Action::Complete,
    Action::Up,
    Action::PageUp,
    Action::Bottom,
    Action::Pick,
    Action::Find,
    Action::Interrupt,
];
const GLANCE_COMMANDS: &[&str] = &["msg", "join", "nick"];

/// All of it: two lists where there is room for them.
pub(crate) fn whole(state: &State) -> Sheet {
    let mut first = vec![Row::Words(context(state)), Row::Gap];
    if matches!(state.stage, Stage::Start(_)) {
        first.push(Row::Heading("On this screen".to_owned()));
        first.extend(ON_START.iter().map(|(keys, does)| line(keys, does)));
        first.push(Row::Gap);
    }
    let own = &state.me.habits.keys;
    let title = "Help".to_owned();
    let dialect = state.link.dialect();
    let mut sheet = if state.screen.width >= SIDE_BY_SIDE {
        first.extend(glance(own, dialect, &[]));
        first.push(Row::Gap);
        first.extend(keys(own));
        first.extend(mouse());
        Sheet::double(title, state, WIDE, LEFT, [&first, &commands(dialect, &[])])
    } else {
        first.extend(glance(own, dialect, GLANCE_COMMANDS));
        first.push(Row::Gap);
        first.extend(commands(dialect, GLANCE_COMMANDS));
        first.push(Row::Gap);
        first.extend(keys(own));
        first.extend(mouse());
        Sheet::single(title, state, NARROW, LEFT, &first)
    };
    sheet.advice = vec![
        "/help join tells of one · Shift-drag: the terminal selects".to_owned(),
        "Shift-drag: the terminal selects".to_owned(),
    ];
    sheet
}

/// The help of one command.
pub(crate) fn of_command(state: &State, name: &str) -> Sheet {
    let mut rows = Vec::new();
    if let Some(command) = COMMANDS.iter().find(|command| command.name == name) {
        rows.push(line(&usage(command), command.help));
        if !command.aliases.is_empty() {
            let aliases = command.aliases.iter().map(|alias| format!("/{alias}"));
            rows.push(line("the same", &aliases.collect::<Vec<_>>().join(" ")));
        }
    }
    let notes = notes(name);
    if !notes.is_empty() {
        rows.push(Row::Gap);
        rows.extend(notes.iter().map(|note| Row::Words((*note).to_owned())));
    }
    let mut sheet = Sheet::single(format!("/{name}"), state, NARROW, LEFT, &rows);
    sheet.advice = vec!["F1 has all".to_owned()];
    sheet
}

/// Where one is, and what that means for what is typed.
fn context(state: &State) -> String {
    match &state.stage {
        Stage::Start(_) => "Choose a name, then host a room or join one.".to_owned(),
        Stage::Connecting(_) => {
            "On the way to the server: R tries again, Esc goes back.".to_owned()
        }
        Stage::Chat => {
            if let Some(lab) = state.link.dialect().lab() {
                return words::lab::context(lab);
            }
            let talk = state.conversations.open();
            let title = talk.title();
            match talk.is_room() {
                true => format!("{title}: everybody there reads what you write."),
                false => format!("{title}: only the two of you read what you write."),
            }
        }
    }
}

fn line(what: &str, does: &str) -> Row {
    Row::Line(what.to_owned(), does.to_owned())
}

fn usage(command: &Command) -> String {
    format!("/{} {}", command.name, command.arguments).trim_end().to_owned()
}

/// What is worth knowing of a command besides its row in the table.
fn notes(name: &str) -> &'static [&'static str] {
    match name {
        "ignore" => &[
            "Nothing that they write is shown, in rooms or alone, and no bell rings. It is kept \
             for the next time.",
            "It goes by the name: who takes another one is heard again.",
            "Without a name, lists whom you ignore.",
        ],
        "profile" => &[
            "/profile name Ann Lee",
            "/profile id s123",
            "/profile github annlee",
            "Others see it by /whois. It is kept for this name; a dash takes a field away.",
            "Without anything, shows what others see of you.",
        ],
        "away" => &["Lists show it until you are /back, or leave. You are told everything still."],
        "search" => &[
            "/search deadlock from:ann in:rust before:2026-11-01",
            "/search \"exactly this\" in:@bob",
            "Words are found by their beginnings, in any case; the newest come first. Enter goes to a \
             message, and Esc from there back to where you were.",
            "Without words, shows what was found last. Ctrl-S searches this conversation alone.",
        ],
        "set" => &[
            "What you switch is kept in your configuration: chat-tui --print-config.",
            "Bell and notifications come while the keyboard is another window's; where the \
             terminal does not tell, from half a minute after your last key.",
            "tmux wants: set -g focus-events on, and for notifications set -g allow-passthrough on.",
        ],
        "theme" => &[
            "dark, light, contrast, mono, or auto, which goes by the terminal's background; and \
             those of your own. It is kept in your configuration: chat-tui --print-config.",
            "Without a name, says which there are.",
        ],
        "export" => &[
            "/export notes.md is to be read, /export notes.jsonl one message a line, for programs.",
            "Without a name, one is made up. Files that are there stay as they are.",
        ],
        "rooms" => &["Type a few letters to find one; Enter joins it, or makes a new one."],
        "msg" => &["Only the two of you read it. Without a text it opens the conversation."],
        "announce" => {
            &["Everybody in the room sees it above the messages, also who comes later. Without a \
             text it is shown whole; /announce off takes it away. Anybody in the room may; it goes when the server stops."]
        }
        "timer" => &[
            "/timer 5m",
            "/timer 90s, 1h30m, 1:30; a bare number is minutes",
            "/timer off",
            "Everybody in the room sees it, also who comes later. Without anything it tells how \
             much is left. Anybody in the room may; it goes when the server stops.",
        ],
        "projector" => &[
            "For the wall of a classroom: large, with how to join, and nothing that is between \
             two people, nor who calls you. What you type goes to the room, and is seen.",
            "F9 goes there and back, and Esc back; F10 shows how to join as a QR code.",
        ],
        "dnd" => {
            &["Without a word, switches back and forth; the status line says (quiet). What is new \
             is counted as ever. It is the same as /set quiet on."]
        }
        "names" => &["F8 shows or hides a list beside the messages."],
        _ => &[],
    }
}

/// Rows under headings, in the order of the headings; a heading without rows is left out.
fn sections<T>(
    headings: &[&str],
    rows: &[T],
    section: fn(&T) -> usize,
    line: impl Fn(&T) -> Row,
) -> Vec<Row> {
    let mut all = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        let mut own = rows.iter().filter(|row| section(row) == index).map(&line).peekable();
        if own.peek().is_none() {
            continue;
        }
        if !all.is_empty() {
            all.push(Row::Gap);
        }
        all.push(Row::Heading((*heading).to_owned()));
        all.extend(own);
    }
    all
}

/// The commands that mean something where one is, but for those that were told already.
fn commands(dialect: Dialect, told: &[&str]) -> Vec<Row> {
    let known = COMMANDS.iter().filter(|command| dialect.lacks_command(command.name).is_none());
    let known: Vec<&Command> = known.filter(|command| !told.contains(&command.name)).collect();
    let headings = ["Commands: people", "Commands: rooms", "Commands: the rest"];
    sections(
        &headings,
        &known,
        |command| match command.name {
            "msg" | "whois" | "profile" | "nick" | "ignore" | "unignore" | "away" | "back"
            | "me" => 0,
            "join" | "part" | "rooms" | "topic" | "announce" | "timer" | "names" | "close" => 1,
            _ => 2,
        },
        |command| line(&usage(command), command.help),
    )
}

/// What a newcomer wants first, in the order in which it is wanted: keys, and commands where those
/// do not stand beside them.
fn glance(own: &Keys, dialect: Dialect, commands: &[&str]) -> Vec<Row> {
    let keys = |wanted: &[Action]| -> Vec<Row> {
        let row = |action: &Action| BINDINGS.iter().find(|row| row.action == *action);
        wanted.iter().filter_map(row).map(|row| line(&own.told(row), row.help)).collect()
    };
    let known = |name: &&&str| dialect.lacks_command(name).is_none();
    let row = |name: &&str| COMMANDS.iter().find(|command| command.name == *name);
    let commands = commands.iter().filter(known).filter_map(row);
    let commands = commands.map(|command| line(&usage(command), command.help));
    let heading = std::iter::once(Row::Heading("At a glance".to_owned()));
    heading.chain(keys(GLANCE_KEYS)).chain(commands).collect()
}

fn mouse() -> Vec<Row> {
    let heading = [Row::Gap, Row::Heading("Mouse".to_owned())];
    heading.into_iter().chain(MOUSE.iter().map(|(what, does)| line(what, does))).collect()
}

/// The keys that are not told at a glance.
fn keys(own: &Keys) -> Vec<Row> {
    let headings = ["Keys: conversations", "Keys: reading", "Keys: writing", "Keys: the rest"];
    let shown = BINDINGS.iter().filter(|binding| !binding.keys.is_empty());
    let shown: Vec<&Binding> =
        shown.filter(|binding| !GLANCE_KEYS.contains(&binding.action)).collect();
    sections(
        &headings,
        &shown,
        |binding| match binding.action {
            Action::NextTalk
            | Action::PreviousTalk
            | Action::Talk(_)
            | Action::NextActive
            | Action::Pick
            | Action::ToggleTalks
            | Action::ToggleMembers => 0,
            Action::PageUp | Action::PageDown | Action::Top | Action::Bottom => 1,
            Action::Read(_) | Action::Bare => 1,
            Action::Send
            | Action::NewLine
            | Action::Edit(_)
            | Action::Up
            | Action::Down
            | Action::Complete
            | Action::CompleteBack
            | Action::SearchHistory
            | Action::EditOutside => 2,
            _ => 3,
        },
        |binding| line(&own.told(binding), binding.help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_first_is_seen_first() {
        let mut state = crate::state::tests::state();
        state.stage = Stage::Chat;
        let whole = whole(&state);
        let page = whole.extent(state.screen.height).page;
        let glance = glance(&Keys::default(), Dialect::Native, GLANCE_COMMANDS);
        assert_eq!(glance.len(), 1 + GLANCE_KEYS.len() + GLANCE_COMMANDS.len());
        let seen = &whole.columns[0][..page];
        assert!(glance.iter().all(|row| seen.contains(row)), "{seen:?}");
    }

    #[test]
    fn every_key_and_command_is_in_one_section() {
        let lines = |rows: &[Row]| rows.iter().filter(|row| matches!(row, Row::Line(..))).count();
        let shown = BINDINGS.iter().filter(|binding| !binding.keys.is_empty()).count();
        assert_eq!(
            (lines(&keys(&Keys::default())), lines(&commands(Dialect::Native, &[]))),
            (shown - GLANCE_KEYS.len(), COMMANDS.len())
        );
        let raw = commands(Dialect::Lab(chat_protocol::Lab::Raw), &[]);
        assert!(lines(&raw) < COMMANDS.len());
    }

    #[test]
    fn nothing_is_told_twice_and_wide_screens_wrap_nothing() {
        let mut state = crate::state::tests::state();
        state.stage = Stage::Chat;
        for width in [80, 120, 160] {
            state.screen.width = width;
            let whole = whole(&state);
            let mut told: Vec<&String> = Vec::new();
            for row in whole.columns.iter().flatten() {
                let Row::Line(what, _) = row else { continue };
                assert!(width < 160 || !what.is_empty(), "{row:?} goes on");
                assert!(what.is_empty() || !told.contains(&what), "{what} in {width}");
                told.push(what);
            }
        }
    }
}
