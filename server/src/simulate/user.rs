//! One user's connection: carries what they are to do to the server, and what they hear back.

use std::cell::RefCell;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use chat_protocol::lab::SETTLE;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, Semaphore};
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
pub(crate) async fn play(user: usize, stage: Rc<Stage>, mut orders: UnboundedReceiver<Order>) {
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
        let mut connection = Self { user, stage, stream, wire, input: BytesMut::new(), output };
        connection.write()?;
        // Where a pause ends what one says, the server knows nobody before it: it may let only so
        // many strangers wait.
        tokio::time::sleep(stage.plan.dialect.gap() / 2).await;
        Ok(connection)
    }

    async fn serve(&mut self, orders: &mut UnboundedReceiver<Order>) -> io::Result<()> {
        loop {
            self.write()?;
            let settling = self.wire.settles() && !self.input.is_empty();
            tokio::select! {
                ready = self.stream.readable() => {
                    ready?;
                    self.read()?;
                }
                ready = self.stream.writable(), if !self.output.is_empty() => ready?,
                () = tokio::time::sleep(SETTLE), if settling => self.hear(true),
                order = orders.recv() => match order {
                    None | Some(Order::Leave) => return self.leave().await,
                    Some(order) => self.wire.send(order, &mut self.output),
                }
            }
        }
    }

    /// Says goodbye, and waits a little for the server to close.
    async fn leave(&mut self) -> io::Result<()> {
        self.wire.send(Order::Leave, &mut self.output);
        self.write().ok();
        let closed = async { while self.stream.readable().await.is_ok() && self.read().is_ok() {} };
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

    /// Reads what there is, up to a piece.
    fn read(&mut self) -> io::Result<()> {
        let read = self.stream.try_read(&mut self.stage.scratch.borrow_mut());
        match read {
            Ok(0) => {
                self.hear(true);
                Err(io::Error::new(ErrorKind::UnexpectedEof, "the server closed the connection"))
            }
            Ok(read) => {
                self.input.extend_from_slice(&self.stage.scratch.borrow()[..read]);
                self.hear(false);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn hear(&mut self, settled: bool) {
        let now = self.stage.now();
        let heard = self.wire.hear(&mut self.input, settled, &mut self.output);
        let mut world = self.stage.world.borrow_mut();
        for heard in heard {
            world.heard(self.user, heard, now);
        }
        self.stage.heard.notify_one();
    }
}
