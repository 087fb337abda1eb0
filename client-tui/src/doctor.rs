//! `doctor`: tells what this terminal can do, and what the network says to a host.

mod answers;
mod around;
mod network;
mod report;
mod terminal;
mod tty;
mod widths;

use std::process::ExitCode;

use crate::arguments::scripts::Doctor;
use crate::failed::Failed;
use crate::look::Colours;
use crate::scripts::{is_coloured, print};
use report::Section;

/// Examines, and reports, part by part, as it is found out. The exit code is 1 when something will
/// not work.
pub(crate) fn run(arguments: &Doctor, wished: Colours) -> Result<ExitCode, Failed> {
    let colours = is_coloured(wished);
    let mut well = true;
    let mut tell = |section: &Section| {
        well &= section.is_well();
        print(section.text(colours).as_bytes())
    };
    tell(&around::section(wished, &|name| std::env::var(name).ok()))?;
    tell(&terminal::section())?;
    if let Some((host, port)) = arguments.place() {
        tell(&network::section(host, port)?)?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
