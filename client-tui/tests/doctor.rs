//! `doctor` in terminals that answer this or that or nothing, and `--log-file`: the real program.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use support::pty::Pty;
use support::server::Server;

/// What every question ends with.
const WHO: &str = "\x1b[c";
/// The answer to that.
const VT220: &str = "\x1b[?62;22c";

/// A shell that runs the doctor, tells its exit code, and then what was typed meanwhile.
fn shell(data: &Path) -> (Pty, String) {
    let mut command = CommandBuilder::new("sh");
    let client = env!("CARGO_BIN_EXE_chat-tui");
    let script =
        format!("echo ready; read go; '{client}' doctor; echo rc=$?; read rest; echo \"<$rest>\"");
    command.args(["-c", &script]);
    let mut pty = Pty::start(command, data);
    pty.wait_for("ready");
    let settings = pty.settings();
    pty.resize(110, 40);
    pty.enter("go");
    (pty, settings)
}

/// Waits until the program has asked so many times.
fn asked(pty: &Pty, times: usize) {
    let start = Instant::now();
    while String::from_utf8_lossy(&pty.written()).matches(WHO).count() < times {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", pty.screen());
        // What was written has no event here, only what is seen of it.
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Nothing is left behind: settings are as they were, and no answer is typed at the shell.
fn assert_clean(pty: &mut Pty, settings: &str) {
    assert_eq!(pty.settings(), settings);
    pty.enter("next");
    pty.wait_for("<next>");
}

#[test]
fn a_terminal_that_answers_is_described() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, settings) = shell(data.path());
    asked(&pty, 1);
    pty.send(VT220);
    asked(&pty, 2);
    let modes = "\x1b[?2026;2$y\x1b[?2004;2$y\x1b[?1004;2$y\x1b[?1006;2$y";
    let colours = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1bP1$r0;38:2::1:2:3m\x1b\\";
    pty.send(&format!("\x1bP>|test term 7\x1b\\{colours}\x1b[?0u{modes}{VT220}"));
    asked(&pty, 3);
    // Chinese is narrow here; everything else is as it is taken for.
    let columns = [2, 3, 2, 3, 3, 3, 3, 3, 2, 2, 2].map(|column| format!("\x1b[1;{column}R"));
    pty.send(&format!("{}{VT220}", columns.concat()));
    pty.wait_for("rc=0");
    for words in [
        "name           test term 7",
        "light (rgb:ffff/ffff/ffff)",
        "a colour of 16 million is kept as it is",
        "Chinese (漢) has 1 here, and is taken for 2",
        "mode 2026 is known",
    ] {
        pty.wait_for(words);
    }
    assert_clean(&mut pty, &settings);
}

#[test]
fn a_terminal_that_answers_nothing_is_not_waited_for() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, settings) = shell(data.path());
    pty.wait_for("none within half a second");
    pty.wait_for("rc=0");
    assert_clean(&mut pty, &settings);
}

#[test]
fn an_answer_that_comes_late_is_not_typed_at_the_shell() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, settings) = shell(data.path());
    asked(&pty, 1);
    pty.send(VT220);
    asked(&pty, 2);
    // Half of an answer, and nothing that ends it.
    pty.send("\x1b]11;rgb:00");
    pty.wait_for("none within half a second");
    pty.wait_for("rc=0");
    assert_clean(&mut pty, &settings);
}

#[test]
fn ctrl_c_and_signals_give_the_terminal_back() {
    let data = tempfile::tempdir().unwrap();
    let (mut pty, settings) = shell(data.path());
    asked(&pty, 1);
    pty.send("\x03");
    pty.wait_for("stopped by Ctrl-C");
    pty.wait_for("rc=0");
    assert_clean(&mut pty, &settings);
}

fn doctor(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("setsid");
    command.arg(env!("CARGO_BIN_EXE_chat-tui")).arg("doctor").args(arguments);
    command.env("XDG_DATA_HOME", data).env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    let output = command.stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_the_disk_does_not_take_is_told_once_and_the_chat_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&data.path().join("server"), 0);
    let host = format!("127.0.0.1:{}", server.port);
    let mut pty =
        Pty::client(data.path(), &["--host", &host, "--name", "zelda", "--log-file", "/dev/full"]);
    pty.wait_for("● linked");
    pty.wait_for("The log has gaps: /dev/full: No space left on device");
    pty.enter("said all the same");
    pty.wait_for("said all the same");
    pty.wait_gone("The log has gaps");
    pty.signal("TERM");
    assert_eq!(pty.exit_code(), 0);
    let written = String::from_utf8_lossy(&pty.written()).into_owned();
    assert_eq!(written.to_lowercase().matches("the log has gaps").count(), 1, "{written}");
}

#[test]
fn colours_are_those_of_the_configuration() {
    let data = tempfile::tempdir().unwrap();
    let config = data.path().join("config.toml");
    std::fs::write(&config, "color = 'never'\n").unwrap();
    let report = |color: Option<&str>| {
        let mut command = Command::new("setsid");
        command.arg(env!("CARGO_BIN_EXE_chat-tui")).arg("doctor").stdin(Stdio::null());
        command.env("XDG_DATA_HOME", data.path()).env("TERM", "xterm").env("CHAT_CONFIG", &config);
        command.env_remove("CHAT_COLOR").envs(color.map(|color| ("CHAT_COLOR", color)));
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let told = report(None);
    assert!(told.contains("none, as you chose (color = \"never\")"), "{told}");
    let told = report(Some("256"));
    assert!(told.contains("256, as you chose (color = \"256\")"), "{told}");
}

#[test]
fn what_the_network_says_is_told_without_a_terminal() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&data.path().join("server"), 0);
    let host = format!("127.0.0.1:{}", server.port);
    let (code, report) = doctor(data.path(), &["--host", &host]);
    assert_eq!(code, Some(0), "{report}");
    for words in
        ["there is no terminal here", "protocol version 1", "round trip", "like this computer's"]
    {
        assert!(report.contains(words), "no ‘{words}’ in {report}");
    }
    let (code, report) = doctor(data.path(), &["--host", "127.0.0.1:1"]);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("nothing listens on the port"), "{report}");
    let (code, report) = doctor(data.path(), &["--host", "no-such-host.invalid"]);
    assert_eq!(code, Some(1), "{report}");
    assert!(
        report.contains("check the spelling") || report.contains("does not answer"),
        "{report}"
    );
}

#[test]
fn a_stranger_is_told_apart() {
    use std::io::Write;
    let data = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n").ok();
        }
    });
    let (code, report) = doctor(data.path(), &["--host", &host]);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("it says: SSH-2.0") && report.contains("this is SSH"), "{report}");
}

#[test]
fn a_log_tells_what_was_done_and_nothing_that_was_said() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&data.path().join("server"), 0);
    let host = format!("127.0.0.1:{}", server.port);
    let mut pty =
        Pty::client(data.path(), &["--host", &host, "--name", "zelda", "--log-file", "chat.log"]);
    pty.wait_for("Only you are here yet");
    pty.enter("confidential words");
    // Answers come in their order: when this one is there, so is the acknowledgement.
    pty.enter("/time");
    pty.wait_for("The server's time is");
    pty.enter("/quit");
    assert_eq!(pty.exit_code(), 0);
    let path = data.path().join("chat.log");
    let log = std::fs::read_to_string(&path).unwrap();
    let told = [
        "chat-tui 0.",
        "Net Up",
        "out    hello",
        "in     welcome",
        "in     ack",
        "that write",
        "Key Enter",
        "effect Send Say",
        "effect Quit",
        " end",
    ];
    for words in told {
        assert!(log.contains(words), "no ‘{words}’ in {log}");
    }
    let tokens = std::fs::read_to_string(data.path().join("chat-tui/tokens.json")).unwrap();
    let token = tokens.split('"').max_by_key(|part| part.len()).unwrap();
    for secret in ["confidential", "zelda", token] {
        assert!(!log.contains(secret), "‘{secret}’ in {log}");
    }
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}
