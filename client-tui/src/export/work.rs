//! One export from its beginning to its end: messages come, in their order, and are written.

use std::time::Duration;

use chat_protocol::{Message, Nick, Request, Token};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::file::Draft;
use super::markdown::Document;
use super::{Form, News, Order, Source};
use crate::effect::Target;
use crate::failed::Failed;
use crate::session::follow::{Follow, From, Said, Step};
use crate::session::{News as Link, Session};

/// How long nothing may come from the server.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no file.
enum Ended {
    Stopped,
    Failed(String),
}

impl std::convert::From<String> for Ended {
    fn from(words: String) -> Self {
        Self::Failed(words)
    }
}

impl std::convert::From<Failed> for Ended {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed.words)
    }
}

/// Writes what is ordered; tells how that ended.
pub(super) fn run(
    order: Order,
    token: Option<Token>,
    stopped: oneshot::Receiver<()>,
    news: &mpsc::Sender<News>,
) -> News {
    match write(order, token, stopped, news) {
        Ok(done) => done,
        Err(Ended::Stopped) => News::Stopped,
        Err(Ended::Failed(words)) => News::Failed(words),
    }
}

fn write(
    mut order: Order,
    token: Option<Token>,
    stopped: oneshot::Receiver<()>,
    news: &mpsc::Sender<News>,
) -> Result<News, Ended> {
    let source = std::mem::replace(&mut order.source, Source::Seen(Vec::new()));
    let mut paper = Paper::begin(order)?;
    match source {
        Source::Seen(messages) => {
            for message in messages {
                // Whose it is to somebody else no reader asks: there is nobody but the two.
                let to = message.from.clone();
                paper.write(&Said { message, to })?;
            }
        }
        Source::Server(target) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            let mut session = Session::again(&target, token).map_err(|error| error.to_string())?;
            let read = read(&mut session, &mut paper, &target, news);
            let ended = runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped => Err(Ended::Stopped),
                    ended = read => ended,
                }
            });
            session.leave();
            ended?;
        }
    }
    let messages = paper.written;
    Ok(News::Done { path: paper.draft.finish()?, messages })
}

/// Reads the whole history, page by page: the next is asked for when one is written.
async fn read(
    session: &mut Session,
    paper: &mut Paper,
    target: &Target,
    news: &mpsc::Sender<News>,
) -> Result<(), Ended> {
    let mut follow = Follow::new(vec![paper.order.room.clone()], From::Behind(0));
    while !follow.is_through() {
        let next = timeout(PATIENCE, session.next()).await;
        let next = next.map_err(|_| format!("{} does not answer: try again", target.host))?;
        match next? {
            Link::Up => session.hello(follow.resume()),
            Link::Down(failure) if !follow.is_welcome() => {
                return Err(session.why(&failure).into());
            }
            Link::Down(_) => follow.lost(),
            Link::Frames(frames) => {
                let steps = frames.into_iter().flat_map(|frame| follow.take(frame));
                for step in steps.collect::<Vec<_>>() {
                    match step {
                        Step::Print(_, said) => paper.write(&said)?,
                        Step::Ask(request) => session.send(request),
                        // To read does not take entering: who is not in it is refused this.
                        Step::Unseen(room) => {
                            session.send(Request::Members { room, after: None });
                        }
                        Step::Unread => return Err(unread().into()),
                        Step::Say(words) => return Err(format!("{words}: export again").into()),
                        Step::Refused(refusal) => return Err(session.refused(&refusal).into()),
                        Step::Back => {}
                    }
                }
                _ = news.try_send(News::Written(paper.seen, follow.known()));
            }
        }
    }
    Ok(())
}

fn unread() -> String {
    "the server cannot read its history now: export again".to_owned()
}

/// The file as far as it is written.
struct Paper {
    order: Order,
    draft: Draft,
    document: Document,
    seen: u64,
    written: u64,
}

impl Paper {
    fn begin(order: Order) -> Result<Self, String> {
        let today = Timestamp::now().to_zoned(order.zone.clone()).strftime("%Y-%m-%d").to_string();
        let mut draft = Draft::begin(order.file.as_deref(), &order.room, &today, order.form)?;
        let document = Document::new(order.zone.clone());
        if order.form == Form::Markdown {
            draft.write(document.title(&order.room, &order.server).as_bytes())?;
        }
        Ok(Self { order, draft, document, seen: 0, written: 0 })
    }

    fn write(&mut self, said: &Said) -> Result<(), String> {
        self.seen += 1;
        if is_left_out(&self.order.without, &said.message) {
            return Ok(());
        }
        self.written += 1;
        match self.order.form {
            Form::Markdown => {
                let text = self.document.message(&said.message);
                self.draft.write(text.as_bytes())
            }
            Form::Json => self.draft.write(&said.line(&self.order.room)),
        }
    }
}

fn is_left_out(without: &[Nick], message: &Message) -> bool {
    !without.is_empty() && without.iter().any(|name| name.key() == message.from.key())
}
