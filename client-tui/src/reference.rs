//! `COMMANDS.md`: every key and command, written from the tables that run them. A test sees to it
//! that the file is what this makes.

use crate::command::COMMANDS;
use crate::keymap::BINDINGS;

/// The file, with a word on how it came to be.
fn reference() -> String {
    let mut out = String::from(
        "# Keys and commands of chat-tui\n\n\
         Made from the tables that run them (`src/keymap.rs`, `src/command.rs`); F1 and `/help` show\n\
         the same. After a change: `UPDATE_REFERENCE=1 cargo test -p chat-tui --lib reference`.\n\n\
         ## Commands\n\n\
         In any case; Tab completes them and their arguments. `//x` says ‘/x’.\n\n\
         | command | also | does |\n|---|---|---|\n",
    );
    for command in COMMANDS {
        let also: Vec<String> = command.aliases.iter().map(|alias| format!("`/{alias}`")).collect();
        row(&mut out, &[&format!("`{}`", command.usage()), &also.join(" "), command.help]);
    }
    out.push_str("\n## Keys\n\n| keys | do |\n|---|---|\n");
    for binding in BINDINGS.iter().filter(|binding| !binding.keys.is_empty()) {
        row(&mut out, &[binding.keys, binding.help]);
    }
    out
}

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

#[test]
fn the_reference_is_what_the_tables_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/COMMANDS.md");
    let expected = reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "COMMANDS.md is out of date: UPDATE_REFERENCE=1 writes it anew");
}

#[test]
fn what_the_readme_names_is_there() {
    let readme = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let words = readme.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix('/'));
    for name in words.map(|code| code.split(' ').next().unwrap_or_default()) {
        assert!(name.is_empty() || crate::command::find(name).is_some(), "/{name} in the README");
    }
}
