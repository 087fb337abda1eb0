//! Writes what `words/emoji.rs` looks up: every shortcode of emoji, in one text.
//!
//! The crate that knows them has a table of some ten thousand pointers. Where a program may be
//! loaded anywhere, the loader corrects each of them at every start, on 150 pages that most starts
//! never look at; in one text there is nothing to correct.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut lines: Vec<String> = emojis::iter()
        .flat_map(|emoji| {
            emoji.shortcodes().map(move |code| format!("{code}\t{emoji}\t{}\n", emoji.name()))
        })
        .collect();
    // By code, and by nothing else: a tab comes before whatever a code consists of.
    lines.sort_unstable();
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    fs::write(folder.join("emoji.txt"), lines.concat())
}
