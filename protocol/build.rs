//! Writes what `src/skeleton.rs` looks up: which characters may be taken for which others.
//!
//! The crate that knows them has a pointer for each of some six thousand. Where a program may be
//! loaded anywhere, the loader corrects them all at every start; here they are offsets, and there
//! is nothing to correct.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs, io};

use unicode_normalization::char::decompose_canonical;
use unicode_security::confusable_detection::skeleton;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let (mut table, mut count, mut prototypes) = (String::new(), 0, String::new());
    for c in ('\0'..=char::MAX).filter(|c| stays(*c)) {
        let prototype: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
        if prototype.chars().ne([c]) {
            let start = u16::try_from(prototypes.len()).map_err(io::Error::other)?;
            let length = u8::try_from(prototype.len()).map_err(io::Error::other)?;
            writeln!(table, "    ({c:?}, {start}, {length}),").map_err(io::Error::other)?;
            prototypes.push_str(&prototype);
            count += 1;
        }
    }
    let source = format!(
        "static CONFUSABLES: [(char, u16, u8); {count}] = [\n{table}];\n\
         static PROTOTYPES: &str = {prototypes:?};\n"
    );
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    fs::write(folder.join("confusables.rs"), source)
}

/// Whether a character is what its canonical decomposition consists of.
fn stays(c: char) -> bool {
    let mut is_same = true;
    decompose_canonical(c, |part| is_same &= part == c);
    is_same
}
