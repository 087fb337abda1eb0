//! `chat-server`: arguments, signals, exit codes. Everything else is the library's.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context;

mod arguments;
mod simulate;

use arguments::{Arguments, Command};

/// The exit code for bad usage, as clap has it.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::from_process();
    // One descriptor for each connection: a class and more. Where the system allows fewer, it
    // says so when it has no more.
    rlimit::increase_nofile_limit(65_536).ok();
    if let Some(Command::Simulate(arguments)) = &arguments.command {
        return simulate::run(arguments)
            .unwrap_or_else(|failure| fail(&failure.text, failure.code));
    }
    serve(arguments)
}

/// Serves until told to stop.
fn serve(arguments: Arguments) -> ExitCode {
    let verbose = arguments.verbose;
    let config = match arguments.config() {
        Ok(config) => config,
        Err(error) => return fail(&format!("{error:#}"), USAGE),
    };
    let config = chat_server::Config {
        console: if verbose { chat_server::Show::Messages } else { chat_server::Show::Comings },
        ..config
    };
    let runtime = match chat_server::runtime("chat-server") {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("this computer has no room for a server: {error}"), 1),
    };
    let ended = runtime.block_on(run(config));
    // What a stop has not waited for, such as a disk that does not answer, is not waited for now.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        // Each kind of it says what the system said.
        Err(error) => fail(&error.to_string(), 1),
    }
}

/// One line that says what, and what to do.
fn fail(error: &str, code: u8) -> ExitCode {
    writeln!(std::io::stderr(), "chat-server: {error}").ok();
    ExitCode::from(code)
}

async fn run(config: chat_server::Config) -> anyhow::Result<()> {
    let stop = stops().context("signals cannot be had")?;
    let doors: Vec<_> = config.doors.iter().map(|(kind, _)| *kind).collect();
    let bound = chat_server::bind(config).await?;
    announce(bound.addresses(), &doors);
    let running = bound.serve();
    stop.await;
    running.stop().await;
    Ok(())
}

/// Ends when the server is told to stop; watched from now on.
#[cfg(unix)]
fn stops() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    survive_limits()?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// A file that has grown to its limit fails to be written to, as if the disk were full: what is said
/// is refused then, and the server goes on. Unless somebody takes that signal, it ends the program.
#[cfg(target_os = "linux")]
fn survive_limits() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// Elsewhere the signal has other numbers.
#[cfg(all(unix, not(target_os = "linux")))]
fn survive_limits() -> std::io::Result<()> {
    Ok(())
}

/// Ends when the server is told to stop.
#[cfg(not(unix))]
fn stops() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Where Ctrl-C cannot be watched, the server ends with its window.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Says where the doors are, and the line that a person can copy. A closed standard output is no
/// reason not to serve.
fn announce(addresses: &[SocketAddr], doors: &[chat_server::DoorKind]) {
    let mut out = std::io::stdout().lock();
    let kinds = std::iter::once(chat_server::DoorKind::Main).chain(doors.iter().copied());
    for (address, kind) in addresses.iter().zip(kinds) {
        writeln!(out, "listening on {address} ({kind})").ok();
    }
    if let Some(main) = addresses.first() {
        let host = reachable(*main);
        writeln!(out, "join with: {}", chat_protocol::join_command(&host.to_string(), main.port()))
            .ok();
    }
    out.flush().ok();
}

/// The address that others reach a listener at.
fn reachable(listener: SocketAddr) -> IpAddr {
    if !listener.ip().is_unspecified() {
        return listener.ip();
    }
    chat_server::addresses::on_the_lan().first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
