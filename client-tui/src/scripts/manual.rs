//! Completions for shells and pages for `man`, made from the same arguments that are parsed.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

use super::print;
use crate::arguments::scripts;
use crate::failed::Failed;

/// The program's name, as people type it.
const NAME: &str = "chat-tui";

/// Where pages are from, at their foot.
const SOURCE: &str = concat!("chat-tui ", env!("CARGO_PKG_VERSION"));

/// Prints what a shell needs to complete arguments.
pub(super) fn completions(shell: Shell) -> Result<(), Failed> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut scripts::command(), NAME, &mut script);
    print(&script)
}

/// Prints one page, or writes all of them into a folder.
pub(super) fn pages(arguments: &scripts::Man) -> Result<(), Failed> {
    let pages = all();
    if let Some(folder) = &arguments.dir {
        return write(folder, &pages);
    }
    let wanted = match &arguments.page {
        Some(page) => format!("{NAME}-{page}"),
        None => NAME.to_owned(),
    };
    let page = pages.iter().find(|(name, _)| *name == wanted);
    let (_, text) = page.ok_or_else(|| {
        let names = pages.iter().filter_map(|(name, _)| name.strip_prefix("chat-tui-"));
        let names: Vec<&str> = names.collect();
        let wanted = arguments.page.as_deref().unwrap_or_default();
        Failed::usage(format!("there is no page for ‘{wanted}’; there are {}", names.join(", ")))
    })?;
    print(text)
}

/// Every page by its name: the program's, and one for each subcommand.
fn all() -> Vec<(String, Vec<u8>)> {
    let mut command = scripts::command();
    // Subcommands take over what they share, such as --help.
    command.build();
    let subcommands = command.get_subcommands().filter(|command| command.get_name() != "help");
    let subcommands = subcommands
        .map(|command| (format!("{NAME}-{}", command.get_name()), page(command.clone())));
    std::iter::once((NAME.to_owned(), page(command.clone()))).chain(subcommands).collect()
}

fn page(mut command: Command) -> Vec<u8> {
    let more = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    command = command.after_help("");
    let mut page = Vec::new();
    // Writing to memory does not fail.
    _ = Man::new(command).source(SOURCE).render(&mut page);
    page.extend_from_slice(section(&more).as_bytes());
    page
}

/// A text that stands below the options, as a section of a page: what is indented in it is an
/// example, whose lines stay as they are.
fn section(text: &str) -> String {
    let mut out = String::from(".SH MORE\n");
    let mut example = false;
    for line in text.lines() {
        let indented = line.starts_with(' ');
        if indented != std::mem::replace(&mut example, indented) {
            out.push_str(if indented { ".nf\n" } else { ".fi\n" });
        }
        match line {
            "" => out.push_str(".PP\n"),
            line => {
                // A line must not begin as a command does, and `-` is not to become a dash.
                let line = line.replace('\\', "\\e").replace('-', "\\-");
                let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
                out.push_str(&format!("{guard}{line}\n"));
            }
        }
    }
    out.push_str(".fi\n");
    out
}

fn write(folder: &Path, pages: &[(String, Vec<u8>)]) -> Result<(), Failed> {
    let wrong = |path: &Path, error: &std::io::Error| {
        Failed::new(format!("{}: {error}: choose another folder", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| wrong(folder, &error))?;
    for (name, page) in pages {
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, page).map_err(|error| wrong(&path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_a_page() {
        let pages = all();
        let names: Vec<&str> = pages.iter().map(|(name, _)| &**name).collect();
        let expected = ["", "-send", "-tail", "-doctor", "-completions", "-man"]
            .map(|end| format!("chat-tui{end}"));
        assert_eq!(names, expected);
        for (name, page) in &pages {
            let text = String::from_utf8_lossy(page);
            assert!(text.contains(&format!(".TH {name} 1")), "{name}: {text}");
            assert!(text.contains(".SH SYNOPSIS"), "{name}: {text}");
        }
    }

    #[test]
    fn every_shell_is_told_of_every_subcommand() {
        use clap::ValueEnum;
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut scripts::command(), NAME, &mut script);
            let script = String::from_utf8_lossy(&script);
            for word in ["doctor", "no-follow", "dialect"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }
}
