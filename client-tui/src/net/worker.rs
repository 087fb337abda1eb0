//! The end of the link that owns the socket: one task, one connection at a time.

use std::time::Duration;

use chat_protocol::Request;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::connect::connect;
use super::connection::Connection;
use super::visit::Visit;
use super::{Command, Event, Failure, Stamped};
use crate::dialect::Dialect;
use crate::effect::Target;

/// A link that held this long makes the next failure count as the first.
const HELD: Duration = Duration::from_secs(10);

/// What is waited at least for a lab's server, which may be made for one client at a time.
const LAB_WAIT: Duration = Duration::from_secs(3);

/// The task that owns the socket: takes commands, tells events.
#[derive(Debug)]
pub struct Worker {
    commands: mpsc::Receiver<Stamped<Command>>,
    events: mpsc::Sender<Stamped<Event>>,
    /// The newest order's number, which every event carries.
    era: u64,
    goal: Option<Goal>,
    backoff: Backoff,
}

/// Where the link shall go.
#[derive(Clone, Debug)]
struct Goal {
    target: Target,
    token: Option<chat_protocol::Token>,
    attempt: u32,
    /// A chat server has answered there before.
    proven: bool,
}

/// What ended a connection, or a wait for one.
#[derive(Debug)]
pub(super) enum Ended {
    /// It failed by itself.
    Failed(Failure),
    /// By an order, which has changed the goal, or asks for a new attempt at once.
    Ordered,
    /// The client is gone.
    Over,
}

/// What a command means for the connection that it came upon.
#[derive(Debug)]
pub(super) enum Order {
    /// Send this.
    Send(Request),
    /// Try at once what is being waited for.
    Hurry,
    /// Leave the connection politely; the goal says what comes next.
    Leave,
    /// Something was lost on the way to it: make it anew.
    Renew,
    /// The client is gone.
    Over,
}

impl Worker {
    pub(super) fn new(
        commands: mpsc::Receiver<Stamped<Command>>,
        events: mpsc::Sender<Stamped<Event>>,
    ) -> Self {
        Self { commands, events, era: 0, goal: None, backoff: Backoff::default() }
    }

    /// The queues from and to the client, for somebody who plays the network in its place.
    pub fn into_queues(self) -> (mpsc::Receiver<Stamped<Command>>, mpsc::Sender<Stamped<Event>>) {
        (self.commands, self.events)
    }

    /// Does what is asked until the client's end is gone.
    pub async fn run(mut self) {
        loop {
            let ended = match self.goal.clone() {
                None => self.idle().await,
                Some(goal) => match self.dial(goal).await {
                    Ok(stream) => self.linked(stream).await,
                    Err(ended) => ended,
                },
            };
            match ended {
                Ended::Failed(failure) => {
                    if let Ended::Over = self.failed(failure).await {
                        return;
                    }
                }
                Ended::Ordered => {}
                Ended::Over => return,
            }
        }
    }

    /// Waits for a goal.
    async fn idle(&mut self) -> Ended {
        while self.goal.is_none() {
            if let Order::Over = self.order().await {
                return Ended::Over;
            }
        }
        Ended::Ordered
    }

    /// Makes one attempt.
    async fn dial(&mut self, goal: Goal) -> Result<TcpStream, Ended> {
        let attempt = goal.attempt + 1;
        self.with_goal(|goal| goal.attempt = attempt);
        self.tell(Event::Trying { attempt }).await?;
        let mut dialling = std::pin::pin!(connect(&goal.target.host, goal.target.port));
        loop {
            tokio::select! {
                order = self.order() => match order {
                    Order::Leave => return Err(Ended::Ordered),
                    Order::Over => return Err(Ended::Over),
                    Order::Send(_) | Order::Hurry | Order::Renew => {}
                },
                result = &mut dialling => return result.map_err(Ended::Failed),
            }
        }
    }

    /// Tells a failure, and waits for the next attempt, if there is to be one.
    async fn failed(&mut self, failure: Failure) -> Ended {
        let retry_in = self.wait_after(&failure);
        if let Err(ended) = self.tell(Event::Down { failure, retry_in }).await {
            return ended;
        }
        let due = retry_in.map(|wait| Instant::now() + wait);
        loop {
            let wait = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                order = self.order() => match order {
                    Order::Leave | Order::Hurry => return Ended::Ordered,
                    Order::Over => return Ended::Over,
                    Order::Send(_) | Order::Renew => {}
                },
                () = wait => return Ended::Ordered,
            }
        }
    }

    /// How long to wait for the next attempt, if there is to be one.
    fn wait_after(&mut self, failure: &Failure) -> Option<Duration> {
        let proven = self.goal.as_ref().is_some_and(|goal| goal.proven);
        let dialect = self.goal.as_ref().map(|goal| goal.target.dialect).unwrap_or_default();
        match (dialect, failure) {
            // Whoever was never a chat server will not become one by being asked again.
            (Dialect::Native, Failure::NotChat(_) | Failure::BadGreeting(_)) if !proven => None,
            (Dialect::Native, _) => Some(self.backoff.wait(random())),
            // Closing is how some of these servers end what they have to say.
            (Dialect::Lab(_), Failure::Closed) => None,
            (Dialect::Lab(_), _) => Some(LAB_WAIT + self.backoff.wait(random())),
        }
    }

    /// Looks after a connection until it ends.
    async fn linked(&mut self, mut stream: TcpStream) -> Ended {
        let Some(goal) = &mut self.goal else { return Ended::Ordered };
        goal.attempt = 0;
        let (token, dialect) = (goal.token.clone(), goal.target.dialect);
        if let Err(ended) = self.tell(Event::Up { token }).await {
            return ended;
        }
        let start = Instant::now();
        let (ended, untold) = match dialect {
            Dialect::Native => {
                let mut connection = Connection::new(&mut stream);
                let ended = connection.serve(self).await;
                if connection.proven() {
                    self.with_goal(|goal| goal.proven = true);
                }
                (ended, connection.into_untold())
            }
            Dialect::Lab(lab) => {
                let mut visit = Visit::new(&mut stream, lab);
                let ended = visit.serve(self).await;
                (ended, visit.into_untold())
            }
        };
        if start.elapsed() >= HELD {
            self.backoff.reset();
        }
        // What came before the end is told before it, unless nobody wants it any more.
        if let Ended::Failed(_) = ended {
            for event in untold {
                if let Err(ended) = self.tell(event).await {
                    return ended;
                }
            }
        }
        ended
    }

    /// The next command, what it changes having been changed. Safe to cancel.
    pub(super) async fn order(&mut self) -> Order {
        let Some((era, command)) = self.commands.recv().await else { return Order::Over };
        self.era = era;
        match command {
            Command::Connect { target, token } => {
                self.backoff.reset();
                self.goal = Some(Goal { target, token, attempt: 0, proven: false });
                Order::Leave
            }
            Command::Disconnect => {
                self.goal = None;
                Order::Leave
            }
            Command::RetryNow => Order::Hurry,
            Command::Send(request) => Order::Send(request),
            Command::Renew => Order::Renew,
        }
    }

    /// Tells the client, waiting until it has room.
    async fn tell(&mut self, event: Event) -> Result<(), Ended> {
        self.events.send((self.era, event)).await.map_err(|_| Ended::Over)
    }

    /// The queue to the client.
    pub(super) fn events(&self) -> mpsc::Sender<Stamped<Event>> {
        self.events.clone()
    }

    /// The newest order's number.
    pub(super) fn era(&self) -> u64 {
        self.era
    }

    fn with_goal(&mut self, change: impl FnOnce(&mut Goal)) {
        if let Some(goal) = &mut self.goal {
            change(goal);
        }
    }
}

/// A number spread evenly over 0 to 1. Without a source of randomness everybody waits alike.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}
