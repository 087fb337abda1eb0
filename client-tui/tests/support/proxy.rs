//! A link that a test misuses while people talk over it: it stalls, cuts, delays, closes one way,
//! and refuses, each when the test says so.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

/// A direction: from the clients to the server, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the clients to the server.
    Out,
    /// From the server to the clients.
    Back,
}

/// After how many bytes the connection of this number is cut, on the way out and back.
pub(crate) type Cuts = dyn Fn(u64) -> (Option<usize>, Option<usize>) + Send + Sync;

/// Stands before a server until it is dropped.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    /// Has the port, so that nobody else gets it while nothing listens.
    holder: Socket,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Which ways are stalled: what is under way waits, and nothing ends.
    stalled: [bool; 2],
    delay: Duration,
    /// How much later one piece in fifty is.
    late: Duration,
    refusing: bool,
    over: bool,
    cuts: Option<Arc<Cuts>>,
    connections: u64,
    open: Vec<(TcpStream, TcpStream)>,
}

impl Proxy {
    /// Stands before the server on this port, as a link should be.
    pub(crate) fn before(server: u16) -> Self {
        let holder = bound(0);
        let port = holder.local_addr().unwrap().as_socket().unwrap().port();
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, server));
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { server, holder, state, changed });
        let listener = shared.listen();
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || accepting.accept(listener));
        Self { port, shared }
    }

    /// Nothing passes any more this way, and nothing ends either.
    pub(crate) fn stall(&self, way: Way) {
        self.change(|state| state.stalled[way as usize] = true);
    }

    /// What was stalled goes on, with what has waited.
    pub(crate) fn go_on(&self) {
        self.change(|state| state.stalled = [false; 2]);
    }

    /// From now on every piece is under way for so long, one in fifty for longer.
    pub(crate) fn delay(&self, delay: Duration, late: Duration) {
        self.change(|state| (state.delay, state.late) = (delay, late));
    }

    /// Ends all connections.
    pub(crate) fn cut(&self) {
        self.change(State::cut);
    }

    /// Closes one way of all connections; the other stays as it is.
    pub(crate) fn half_close(&self, way: Way) {
        self.change(|state| {
            for (client, server) in &state.open {
                let end = if way == Way::Out { server } else { client };
                end.shutdown(Shutdown::Write).ok();
            }
        });
    }

    /// Ends all connections, and refuses new ones.
    pub(crate) fn refuse(&self) {
        self.change(|state| {
            state.refusing = true;
            state.cut();
        });
        // Wakes whoever waits for a connection, to stop listening.
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
        let refusing = || TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err();
        let start = Instant::now();
        while !refusing() {
            assert!(start.elapsed() < Duration::from_secs(10), "the proxy listens still");
            std::thread::yield_now();
        }
    }

    /// Takes new connections again.
    pub(crate) fn accept(&self) {
        self.change(|state| state.refusing = false);
    }

    /// Cuts connections from now on, counted from 0, each after so many bytes.
    pub(crate) fn cut_each(
        &self,
        cuts: impl Fn(u64) -> (Option<usize>, Option<usize>) + Send + Sync + 'static,
    ) {
        self.change(|state| {
            state.cut();
            state.connections = 0;
            state.cuts = Some(Arc::new(cuts));
        });
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.lock().connections
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.lock());
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.change(|state| {
            state.over = true;
            state.cut();
        });
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok();
    }
}

impl State {
    fn cut(&mut self) {
        for (client, server) in self.open.drain(..) {
            client.shutdown(Shutdown::Both).ok();
            server.shutdown(Shutdown::Both).ok();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn listen(&self) -> TcpListener {
        let address = self.holder.local_addr().unwrap().as_socket().unwrap();
        let socket = bound(address.port());
        socket.listen(64).unwrap();
        socket.into()
    }

    fn accept(self: &Arc<Self>, mut listener: TcpListener) {
        loop {
            let Ok((client, _)) = listener.accept() else { return };
            let mut state = self.lock();
            if state.refusing {
                drop((client, listener));
                state =
                    self.changed.wait_while(state, |state| state.refusing && !state.over).unwrap();
                listener = self.listen();
                drop(state);
                continue;
            }
            if state.over {
                return;
            }
            let Ok(server) = TcpStream::connect(self.server) else { continue };
            let cuts = state.cuts.as_ref().map_or((None, None), |cuts| cuts(state.connections));
            state.connections += 1;
            client.set_nodelay(true).ok();
            server.set_nodelay(true).ok();
            state.open.push((client.try_clone().unwrap(), server.try_clone().unwrap()));
            drop(state);
            self.carry(Way::Out, &client, &server, cuts.0);
            self.carry(Way::Back, &server, &client, cuts.1);
        }
    }

    /// Carries one way: a thread reads, another gives on what is due.
    fn carry(self: &Arc<Self>, way: Way, from: &TcpStream, to: &TcpStream, cut: Option<usize>) {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (pieces, due) = mpsc::channel::<(Instant, Vec<u8>)>();
        let reading = Arc::clone(self);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            for number in 1.. {
                let read = from.read(&mut buffer).unwrap_or(0);
                let (delay, late) = {
                    let state = reading.lock();
                    (state.delay, if number % 50 == 7 { state.late } else { Duration::ZERO })
                };
                // The end is a piece like any other: an empty one.
                let piece = (Instant::now() + delay + late, buffer[..read].to_vec());
                if pieces.send(piece).is_err() || read == 0 {
                    return;
                }
            }
        });
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            let mut left = cut.unwrap_or(usize::MAX);
            for (due, piece) in due {
                // This is what the link is made of; no test waits for it to pass.
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                let state = shared.lock();
                let stalled = |state: &mut State| state.stalled[way as usize] && !state.over;
                drop(shared.changed.wait_while(state, stalled).unwrap());
                let passes = piece.len().min(left);
                left -= passes;
                if piece.is_empty() || to.write_all(&piece[..passes]).is_err() {
                    to.shutdown(Shutdown::Write).ok();
                    return;
                }
                if left == 0 {
                    to.shutdown(Shutdown::Both).ok();
                    return;
                }
            }
        });
    }
}

/// A socket that has this port, and does not listen.
fn bound(port: u16) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into()).unwrap();
    socket
}
