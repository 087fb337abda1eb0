//! The real server as a process of its own, for tests that kill it or start it again.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

/// A server that runs. Dropping it ends it at once, as a power cut would.
pub(crate) struct Server {
    child: Child,
    /// The port of its main door.
    pub(crate) port: u16,
}

impl Server {
    /// Starts a server with its data in this folder; port 0 takes a free one.
    pub(crate) fn start(data: &Path, port: u16) -> Self {
        Self::with(data, port, &[])
    }

    /// The same, which lets everybody say as much as they can.
    pub(crate) fn unlimited(data: &Path) -> Self {
        Self::with(data, 0, &["--limits", "off"])
    }

    fn with(data: &Path, port: u16, arguments: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--data"])
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let (address, _) = line.strip_prefix("listening on ")?.split_once(' ')?;
                address.rsplit_once(':')?.1.parse().ok()
            })
            .expect("the server says where it listens");
        // Whatever else it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The server's binary: beside the client's, built when it is missing or older than its sources.
/// Cargo hands tests the binaries of their own package only.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let client = Path::new(env!("CARGO_BIN_EXE_chat-tui"));
        let server = client.with_file_name(format!("chat-server{}", std::env::consts::EXE_SUFFIX));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let sources = [root.join("server/src"), root.join("protocol/src")];
        let newest = sources.iter().filter_map(|folder| newest_in(folder)).max();
        let built = server.metadata().and_then(|data| data.modified()).ok();
        if built.is_none() || built < newest {
            build(client, root);
        }
        server
    })
}

fn build(client: &Path, root: &Path) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["build", "-p", "chat-server", "--quiet"]);
    let folder = client.parent().unwrap();
    if folder.ends_with("release") {
        command.arg("--release");
    }
    command.env("CARGO_TARGET_DIR", folder.parent().unwrap());
    assert!(command.status().unwrap().success(), "the server does not build");
}

fn newest_in(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let times = entries.filter_map(|entry| match entry.path() {
        path if path.is_dir() => newest_in(&path),
        path => path.metadata().and_then(|data| data.modified()).ok(),
    });
    times.max()
}
