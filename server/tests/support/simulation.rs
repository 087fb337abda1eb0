//! `chat-server simulate`, run to its end.

use std::net::SocketAddr;

use serde_json::Value;

use super::program::command;

/// Simulates; returns the exit code, standard output and standard error.
pub(crate) fn simulate(address: SocketAddr, arguments: &[&str]) -> (Option<i32>, String, String) {
    let port = address.port().to_string();
    let to = ["simulate", "--port", &port, "--seed", "7"];
    let output = command(&[&to, arguments].concat()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// So many users chat for a moment, in this dialect; returns the exit code, the figures and the
/// verdict among them.
pub(crate) fn figures_of(
    address: SocketAddr,
    dialect: &str,
    users: usize,
) -> (Option<i32>, Value, String) {
    let users = users.to_string();
    let moment = ["--dialect", dialect, "--users", &users, "--for", "1500ms", "--every", "150ms"];
    let (code, out, complaints) = simulate(address, &[&moment[..], &["--json"]].concat());
    // Whatever it came to is in the figures.
    assert_eq!(complaints, "", "{out}");
    let figures: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out:?}"));
    let verdict = figures["verdict"].as_str().unwrap().to_owned();
    (code, figures, verdict)
}
