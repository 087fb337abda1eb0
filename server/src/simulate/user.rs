//! One user's connection: carries what they are to do to the server, and what they hear back.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use chat_protocol::lab::SETTLE;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Notify, Semaphore};
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};

use super::Plan;
use super::wire::{Order, Wire};
use super::world::World;

/// How long the server may take to take a connection, and to close one after the farewell.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Users who connect at the same time: more than a listener's usual backlog would only wait.
pub(crate) const CONNECT_AT_ONCE: usize = 32;

/// What is read at once; then the others have their turn.
const PIECE: usize = 64 * 1024;

/// What all users share; they are tasks of one thread.
pub(crate) struct Stage {
    pub(crate) plan: Plan,
    pub(crate) world: RefCell<World>,
    /// Somebody heard something.
    pub(crate) heard: Notify,
    pub(crate) connecting: Semaphore,
    start: Instant,
    scratch: RefCell<Vec<u8>>,
}

impl Stage {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            plan: plan.clone(),
            world: RefCell::new(World::new(plan)),
            heard: Notify::new(),
            connecting: Semaphore::new(CONNECT_AT_ONCE),
            start: Instant::now(),
            scratch: RefCell::new(vec![0; PIECE]),
        }
    }

    /// The play's own time.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns when that time has come.
    pub(crate) async fn until(&self, time: Duration) {
        tokio::time::sleep_until(self.start + time).await;
    }
}

/// Plays one user until they have left, or the server has closed.
pub(crate) async fn play(user: usize, stage: Rc<Stage>, mut orders: Receiver<Order>) {
    let end = match Connection::open(user, &stage).await {
        Ok(mut connection) => connection.serve(&mut orders).await,
        Err(error) => Err(error),
    };
    if let Err(error) = end {
        stage.world.borrow_mut().gone(user, error.to_string());
        stage.heard.notify_one();
    }
}

struct Connection<'a> {
    user: usize,
    stage: &'a Stage,
    stream: TcpStream,
    wire: Wire,
    input: BytesMut,
    /// When something came last.
    read: Duration,
    output: BytesMut,
}

impl<'a> Connection<'a> {
    /// Connects, and says who this is.
    async fn open(user: usize, stage: &'a Stage) -> io::Result<Self> {
        // The semaphore is never closed; without a permit there would only be more at once.
        let _turn = stage.connecting.acquire().await;
        let connect = TcpStream::connect(&stage.plan.addresses[..]);
        let stream = timeout(CONNECT_WITHIN, connect).await??;
        stream.set_nodelay(true)?;
        let mut wire = Wire::new(stage.plan.dialect, stage.world.borrow().cast.name(user));
        let mut output = BytesMut::new();
        wire.hello(&mut output);
        stage.world.borrow_mut().knocked(user, stage.now());
        let (input, read) = (BytesMut::new(), Duration::ZERO);
        let mut connection = Self { user, stage, stream, wire, input, read, output };
        connection.write()?;
        // Where a pause ends what one says, the server knows nobody before it: it may let only so
        // many strangers wait.
        tokio::time::sleep(stage.plan.dialect.gap() / 2).await;
        Ok(connection)
    }

    /// Until there are no more orders. None is taken while what was said before has not gone out:
    /// so what waits here is bounded.
    async fn serve(&mut self, orders: &mut Receiver<Order>) -> io::Result<()> {
        loop {
            self.write()?;
            let settling = self.wire.settles() && !self.input.is_empty();
            tokio::select! {
                ready = self.stream.readable() => {
                    ready?;
                    self.read()?;
                    // A server that never stops talking does not keep time and interrupts waiting.
                    yield_now().await;
                }
                ready = self.stream.writable(), if !self.output.is_empty() => ready?,
                () = tokio::time::sleep(SETTLE), if settling => self.settle().await?,
                order = orders.recv(), if self.output.is_empty() => match order {
                    None | Some(Order::Leave) => return self.leave().await,
                    Some(order) => {
                        self.wire.send(order, &mut self.output);
                        // There is room for one more.
                        self.stage.heard.notify_one();
                    }
                }
            }
        }
    }

    /// Takes what has come for whole, unless more has come meanwhile: after this process stood
    /// still, the rest lies in the socket, and only a turn of the runtime finds it there.
    async fn settle(&mut self) -> io::Result<()> {
        yield_now().await;
        if !self.read()? {
            self.hear(true);
        }
        Ok(())
    }

    /// Says goodbye, and waits a little for the server to close.
    async fn leave(&mut self) -> io::Result<()> {
        self.wire.send(Order::Leave, &mut self.output);
        self.write().ok();
        if self.stage.plan.dialect.echoes() {
            // No word says goodbye there; so the server sees the end, and what it sends is read.
            SockRef::from(&self.stream).shutdown(Shutdown::Write).ok();
        }
        let closed = async {
            while self.stream.readable().await.is_ok() && self.read().is_ok() {
                yield_now().await;
            }
        };
        timeout(CLOSE_WITHIN, closed).await.ok();
        Ok(())
    }

    /// Writes what the socket takes.
    fn write(&mut self) -> io::Result<()> {
        while !self.output.is_empty() {
            match self.stream.try_write(&self.output) {
                Ok(written) => self.output.advance(written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what there is, up to a piece; returns whether there was anything.
    fn read(&mut self) -> io::Result<bool> {
        let read = self.stream.try_read(&mut self.stage.scratch.borrow_mut());
        match read {
            Ok(0) => {
                self.hear(true);
                Err(io::Error::new(ErrorKind::UnexpectedEof, "the server closed the connection"))
            }
            Ok(read) => {
                self.input.extend_from_slice(&self.stage.scratch.borrow()[..read]);
                self.read = self.stage.now();
                self.hear(false);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn hear(&mut self, settled: bool) {
        // Silence tells that it is whole, and is no part of the time that it took.
        let now = self.read;
        let heard = self.wire.hear(&mut self.input, settled, &mut self.output);
        let mut world = self.stage.world.borrow_mut();
        for heard in heard {
            world.heard(self.user, heard, now);
        }
        self.stage.heard.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use chat_protocol::lab::Lab;
    use tokio::sync::mpsc::channel;

    use super::super::dialect::Dialect;
    use super::super::world::Place;
    use super::*;

    /// A play of one user at a server that listens here.
    fn stage() -> (TcpListener, Stage) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = vec![listener.local_addr().unwrap()];
        let dialect = Dialect::Lab(Lab::Line);
        (listener, Stage::new(&Plan { addresses, dialect, users: 1, ..Plan::default() }))
    }

    async fn open<'a>(listener: &TcpListener, stage: &'a Stage) -> (Connection<'a>, TcpStream) {
        let connection = Connection::open(0, stage).await.unwrap();
        (connection, listener.accept().unwrap().0)
    }

    #[tokio::test]
    async fn what_lies_in_the_socket_is_read_before_silence_ends_a_line() {
        let (listener, stage) = stage();
        let (mut connection, mut server) = open(&listener, &stage).await;
        server.write_all(b"SERVER: ").unwrap();
        while connection.input.is_empty() {
            connection.stream.readable().await.unwrap();
            connection.read().unwrap();
        }
        // Nobody has looked whether there is more.
        assert!(!connection.read().unwrap());
        let name = stage.world.borrow().cast.name(0).clone();
        server.write_all(format!("{name} joined\n").as_bytes()).unwrap();
        connection.settle().await.unwrap();
        assert_eq!(stage.world.borrow().members[0].place, Place::In);
        assert_eq!(stage.world.borrow().complaint, None);
    }

    #[tokio::test]
    async fn whoever_cannot_write_takes_no_orders() {
        let (listener, stage) = stage();
        let (mut connection, mut server) = open(&listener, &stage).await;
        let (orders, mut receiver) = channel(3);
        for _ in 0..3 {
            orders.try_send(Order::List { after: None }).unwrap();
        }
        // More than a socket takes.
        connection.output.resize(64 << 20, b'x');
        let serving = timeout(Duration::from_millis(100), connection.serve(&mut receiver));
        assert!(serving.await.is_err());
        assert_eq!(orders.capacity(), 0);
        // As soon as the server reads, they are.
        let reads = std::thread::spawn(move || server.read_to_end(&mut Vec::new()));
        drop(orders);
        connection.serve(&mut receiver).await.unwrap();
        drop(connection);
        reads.join().unwrap().unwrap();
        assert!(receiver.is_empty());
    }
}
