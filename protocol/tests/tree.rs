//! What every reader of this workspace may trust: each file says what it is for, and the packages
//! depend on each other in one direction.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources_of(package: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        sources(&root().join(package).join(folder), &mut found);
    }
    assert!(!found.is_empty(), "{package} has no sources");
    found
}

#[test]
fn every_file_says_what_it_is_for() {
    for package in ["protocol", "server", "client-tui"] {
        for path in sources_of(package) {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//! "), "{} begins with no header", path.display());
            let lines = text.lines().count();
            assert!(lines <= 600, "{} has {lines} lines: look for the second noun", path.display());
        }
    }
}

/// Files of `package` in which `name` stands, comments aside.
fn naming(package: &str, name: &str) -> Vec<String> {
    let names = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(name))
    };
    let mut found: Vec<String> = sources_of(package)
        .into_iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == "src"))
        .filter(names)
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

#[test]
fn packages_depend_in_one_direction() {
    assert!(naming("protocol", "tokio::").is_empty());
    assert!(naming("protocol", "chat_server").is_empty());
    assert!(naming("server", "chat_tui").is_empty());
    assert_eq!(naming("client-tui", "chat_server"), ["hosting.rs"]);
}
