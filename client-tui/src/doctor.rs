//! `doctor`: tells what this terminal can do, and what the network says to a host.

mod answers;
mod around;
mod network;
mod report;
mod terminal;
mod tty;
mod widths;

use std::io::{IsTerminal, stdout};
use std::process::ExitCode;

use crate::arguments::scripts::Doctor;
use crate::failed::Failed;
use crate::look::Colours;
use crate::scripts::{is_coloured, print};
use crate::terminal::size;
use report::Section;

/// Examines, and reports, part by part, as it is found out. The exit code is 1 when something will
/// not work.
pub(crate) fn run(arguments: &Doctor, wished: Colours) -> Result<ExitCode, Failed> {
    let colours = is_coloured(wished);
    // Into a file, lines go as they are.
    let columns = stdout().is_terminal().then(size).and_then(Result::ok);
    let columns = columns.map(|size| usize::from(size.width));
    let mut well = true;
    let mut tell = |section: &Section| {
        well &= section.is_well();
        print(section.text(colours, columns).as_bytes())
    };
    tell(&around::section(wished, &|name| std::env::var(name).ok()))?;
    tell(&terminal::section())?;
    if let Some((host, port)) = arguments.place() {
        tell(&network::section(host, port)?)?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
