//! What the network says to a host: its name, its addresses, and whoever answers there.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use chat_protocol::{Event as Frame, Nick, Request, limit, text};
use futures::future::join_all;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::report::{Finding, Section};
use crate::failed::Failed;
use crate::session::{News, Session};
use crate::words;

/// How long a name, an address and a greeting are waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long whoever speaks first is given for that.
const BANNER: Duration = Duration::from_millis(400);

/// Addresses that are tried.
const ADDRESSES_MOST: usize = 8;

/// Who comes in to look.
const NAME: &str = "doctor";

/// Looks at a host.
pub(super) fn section(host: &str, port: u16) -> Result<Section, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut section = Section::new(format!("What the network says to {host}, port {port}"));
    runtime.block_on(look(host, port, &mut section))?;
    Ok(section)
}

async fn look(host: &str, port: u16, section: &mut Section) -> Result<(), Failed> {
    let start = Instant::now();
    let found = timeout(PATIENCE, lookup_host((host, port))).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(found)) => found.take(ADDRESSES_MOST).collect(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => {
            section.add(
                Finding::wrong("name", "whoever knows names does not answer")
                    .advise("is this computer connected? Or use the number, such as 192.168.1.23"),
            );
            return Ok(());
        }
    };
    if addresses.is_empty() {
        section.add(
            Finding::wrong("name", format!("no machine is known by the name ‘{host}’"))
                .advise("check the spelling, or use the number, such as 192.168.1.23"),
        );
        return Ok(());
    }
    let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    section.add(Finding::ok("name", format!("{} ({})", list.join(", "), took(start.elapsed()))));
    let tries = join_all(addresses.iter().map(|&address| attempt(address))).await;
    let some = tries.iter().any(|(result, _)| result.is_ok());
    for (address, (result, time)) in addresses.iter().zip(&tries) {
        section.add(of_attempt(address, result, *time, some));
    }
    let Some(stream) = tries.into_iter().find_map(|(result, _)| result.ok()) else {
        return Ok(());
    };
    match banner(stream).await {
        Some(banner) => section.add(stranger(&banner)),
        None => greet(host, port, section).await?,
    }
    Ok(())
}

async fn attempt(address: SocketAddr) -> (io::Result<TcpStream>, Duration) {
    let start = Instant::now();
    let result = timeout(PATIENCE, TcpStream::connect(address)).await;
    (result.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())), start.elapsed())
}

fn of_attempt(
    address: &SocketAddr,
    result: &io::Result<TcpStream>,
    time: Duration,
    some: bool,
) -> Finding {
    use io::ErrorKind as Kind;
    let error = match result {
        Ok(_) => {
            let words = format!("{address} takes the connection ({})", took(time));
            return Finding::ok("address", words);
        }
        Err(error) => error,
    };
    let (words, advice) = match error.kind() {
        Kind::ConnectionRefused => (
            "is there, but nothing listens on the port",
            "is the server running? Or is the port wrong?",
        ),
        Kind::TimedOut => (
            "does not answer",
            "a firewall may be in the way, or guest Wi-Fi that keeps devices apart",
        ),
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => (
            "cannot be reached from here",
            "is this computer connected, and to the same network as the server?",
        ),
        _ => ("", "check the address and the network"),
    };
    let words = match words {
        "" => format!("{address}: {error}"),
        words => format!("{address} {words}"),
    };
    // One address that works is enough.
    match some {
        true => Finding::look_out("address", words),
        false => Finding::wrong("address", words).advise(advice),
    }
}

/// What is said by whoever speaks first.
async fn banner(mut stream: TcpStream) -> Option<String> {
    let mut bytes = [0; 256];
    let count = timeout(BANNER, stream.read(&mut bytes)).await.ok()?.ok()?;
    let said = String::from_utf8_lossy(&bytes[..count]);
    let line = said.trim_start().lines().next().unwrap_or_default();
    let line: String = text::one_line(line).chars().take(60).collect();
    (!line.is_empty()).then_some(line)
}

/// Somebody else than a chat server of ours.
fn stranger(said: &str) -> Finding {
    let finding = Finding::wrong("greeting", format!("no chat server of ours; it says: {said}"));
    finding.advise(guess(said).unwrap_or("wrong port? Chat servers usually have 65433"))
}

/// What speaks so, and what to do.
fn guess(said: &str) -> Option<&'static str> {
    let folded = said.to_lowercase();
    let date = said.len() == 19 && said.chars().filter(char::is_ascii_digit).count() == 14;
    match () {
        () if folded.starts_with("ssh-") => Some("this is SSH: chat servers usually have 65433"),
        () if folded.starts_with("http/") => {
            Some("this is a web server: chat servers usually have 65433")
        }
        () if folded.starts_with("220") => {
            Some("this is mail or FTP: chat servers usually have 65433")
        }
        () if date => Some("this tells the time of day: chat-tui --dialect raw shows it"),
        () if said.contains("\"type\":\"hello\"") => {
            Some("this is an echo: chat-tui --dialect raw")
        }
        () if folded.contains("name") => Some("it asks for a name: chat-tui --dialect line"),
        () if folded.starts_with("server:") || folded.contains("joined") => {
            Some("it speaks in lines: chat-tui --dialect line")
        }
        () => None,
    }
}

/// Comes in as a guest, looks, and leaves.
async fn greet(host: &str, port: u16, section: &mut Section) -> Result<(), Failed> {
    let name = Nick::new(NAME).map_err(|error| Failed::new(error.to_string()))?;
    let mut session = Session::guest(host, port, name)?;
    let start = Instant::now();
    match timeout(PATIENCE, greeting(&mut session, section)).await {
        Ok(Ok(())) => {}
        Ok(Err(finding)) => section.add(finding),
        Err(_) => {
            let words = format!("none within {} s", start.elapsed().as_secs());
            section.add(
                Finding::wrong("greeting", words)
                    .advise("wrong port? Chat servers usually have 65433")
                    .advise("somebody's own? chat-tui --dialect line, comma, pickle or raw"),
            );
        }
    }
    session.leave();
    Ok(())
}

async fn greeting(session: &mut Session, section: &mut Section) -> Result<(), Finding> {
    let wrong = |failed: Failed| {
        let words = failed.words;
        let guess = words.split_once("It says: ").and_then(|(_, said)| guess(said));
        let finding = Finding::wrong("greeting", words);
        guess.map_or(finding.clone(), |guess| finding.advise(guess))
    };
    let mut asked = Instant::now();
    loop {
        let frames = match session.next().await.map_err(wrong)? {
            News::Up => {
                session.hello(Vec::new());
                continue;
            }
            News::Down(failure) => return Err(wrong(session.why(&failure))),
            News::Frames(frames) => frames,
        };
        for frame in frames {
            match frame {
                Frame::Welcome(welcome) => {
                    section.add(version(welcome.version));
                    let people = welcome.rooms.first().map_or(0, |room| room.count);
                    let people = words::counted(people.saturating_sub(1), "other");
                    section.add(Finding::ok(
                        "server",
                        format!("‘{}’, {people} in the lobby", welcome.server),
                    ));
                    asked = Instant::now();
                    session.send(Request::Time);
                }
                Frame::Time { at } => {
                    let trip = asked.elapsed();
                    section.add(Finding::ok("round trip", took(trip)));
                    section.add(clock(at, trip));
                    return Ok(());
                }
                Frame::Error(refusal) if session.take_suggestion(&refusal) => {
                    session.hello(Vec::new());
                }
                Frame::Error(refusal) => return Err(wrong(session.refused(&refusal))),
                _ => {}
            }
        }
    }
}

fn version(version: u32) -> Finding {
    let words = format!("a chat server of ours, protocol version {version}");
    match version == limit::VERSION {
        true => Finding::ok("greeting", words),
        false => Finding::look_out("greeting", words)
            .advise(format!("this client speaks version {}: update the older one", limit::VERSION)),
    }
}

/// How the server's clock stands to ours, by what it said half a round trip ago.
fn clock(at: i64, trip: Duration) -> Finding {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let then = i64::try_from((now.saturating_sub(trip / 2)).as_millis()).unwrap_or(i64::MAX);
    let ahead = at.saturating_sub(then);
    let words = words::clocks(ahead);
    match ahead.unsigned_abs() < 60_000 {
        true => Finding::ok("clock", words),
        false => Finding::look_out("clock", words)
            .advise("times in the chat are the server's: one of the two is wrong"),
    }
}

fn took(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_known_by_what_they_say() {
        let check = |said: &str, part: &str| {
            let guess = guess(said).unwrap_or("nothing");
            assert!(guess.contains(part), "{said}: {guess}");
        };
        check("SSH-2.0-OpenSSH_9.6", "SSH");
        check("HTTP/1.1 400 Bad Request", "web server");
        check("220 mail ready", "mail");
        check("2026-11-21 14:05:09", "time of day");
        check("What is your name?", "--dialect line");
        check("SERVER: ann joined", "--dialect line");
        check("{\"type\":\"hello\",\"version\":1}", "echo");
        check("\u{7f}ELF", "nothing");
    }
}
