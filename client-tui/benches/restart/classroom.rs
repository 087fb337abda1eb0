//! Many clients, each a real link under a name of its own, who tell what becomes of them.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use chat_protocol::{Conversation, Event as Frame, Hello, Nick, Request, Resume, RoomName, Token};
use chat_tui::dialect::Dialect;
use chat_tui::effect::Target;
use chat_tui::net::{self, Command, Event, Failure};
use tokio::runtime::{Builder, Runtime};

/// What becomes of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// An attempt to connect begins.
    Trying,
    /// It failed, because nobody listens there.
    Refused,
    /// The server has said welcome.
    Live,
    /// A link that was up is down, or an attempt failed for another reason.
    Down,
}

/// Of some client, at a time.
pub(crate) struct News {
    pub(crate) at: Instant,
    pub(crate) what: What,
}

/// The clients, on one thread beside this one.
pub(crate) struct Classroom {
    _runtime: Runtime,
    news: Receiver<News>,
    pub(crate) seen: Vec<News>,
}

impl Classroom {
    pub(crate) fn new(clients: usize, port: u16) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (sender, news) = channel();
        for number in 0..clients {
            runtime.spawn(attend(number, port, sender.clone()));
        }
        Self { _runtime: runtime, news, seen: Vec::new() }
    }

    /// Gathers news for so long, or until enough is seen.
    pub(crate) fn hear_until(&mut self, most: Duration, enough: impl Fn(&[News]) -> bool) {
        let end = Instant::now() + most;
        while !enough(&self.seen) {
            match self.news.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(news) => self.seen.push(news),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the clients are gone"),
            }
        }
    }
}

/// One client's life: says hello whenever the link is up, from where it was.
async fn attend(number: usize, port: u16, news: Sender<News>) {
    let (mut link, worker) = net::link();
    tokio::spawn(worker.run());
    let name = Nick::new(&format!("student-{number}")).unwrap();
    let token = Token::new(&format!("a secret of number {number:05}"));
    let target =
        Target { host: "127.0.0.1".to_owned(), port, name: name.clone(), dialect: Dialect::Native };
    link.command(Command::Connect { target, token });
    let mut resume = Vec::new();
    let tell = |what| news.send(News { at: Instant::now(), what }).is_ok();
    while let Some(event) = link.next().await {
        let listened = match event {
            Event::Trying { .. } => tell(What::Trying),
            Event::Down { failure: Failure::Refused, .. } => tell(What::Refused),
            Event::Down { .. } => tell(What::Down),
            Event::Up { token } => {
                link.command(Command::Send(hello(&name, token, resume.clone())));
                true
            }
            Event::Frames(frames) => frames.into_iter().all(|frame| {
                let Frame::Welcome(welcome) = frame else { return true };
                let room = Conversation::Room(RoomName::lobby());
                let after = welcome.rooms.first().map_or(0, |room| room.last);
                resume = vec![Resume { room, after, log: Some(welcome.log) }];
                tell(What::Live)
            }),
            Event::Heard(_) | Event::RoundTrip(_) | Event::Silent(_) => true,
        };
        if !listened {
            return;
        }
    }
}

fn hello(name: &Nick, token: Option<Token>, resume: Vec<Resume>) -> Request {
    Request::Hello(Box::new(Hello { token, resume, ..Hello::guest(name.clone()) }))
}
