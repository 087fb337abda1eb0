//! Everything outside of the program that effects reach, the screen aside: the link, a hosted
//! room, what is remembered, an editor, and what is done aside.

use std::io;

use crate::effect::Effect;
use crate::errands::Errands;
use crate::event::Event;
use crate::export::{Exporter, Source};
use crate::hosting::Host;
use crate::log;
use crate::net::{Command, Link};
use crate::outside::Outside;
use crate::storage::Storage;

/// The world, as arguments: tests hand in one of their own making.
#[derive(Debug)]
pub struct World {
    /// The link to a server.
    pub link: Link,
    /// The room that is hosted here, if one is.
    pub host: Host,
    /// What is remembered between runs.
    pub storage: Storage,
    /// What takes long.
    pub errands: Errands,
    /// The editor that the person is used to.
    pub outside: Outside,
    /// Whoever writes conversations to files.
    pub exporter: Exporter,
}

impl World {
    /// Does what is asked, or sees to it that it is done; waits neither for the network nor
    /// for a disk.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect(target) => {
                self.storage.use_name(&target.name);
                let token = Some(self.storage.token(&target.name));
                self.link.command(Command::Connect { target, token });
            }
            Effect::RetryNow => self.link.command(Command::RetryNow),
            Effect::Disconnect => self.link.command(Command::Disconnect),
            Effect::Send(request) => self.link.command(Command::Send(request)),
            Effect::Host { port, name } => {
                let token = self.storage.token(&name);
                self.host.open(port, Some(token));
            }
            Effect::KeepPeople(change) => self.storage.keep_people(change),
            Effect::KeepPlaces(change) => self.storage.keep_places(change),
            Effect::KeepWritten(change) => self.storage.keep_written(change),
            Effect::KeepToken { from, to } => {
                self.storage.keep_token(&from, &to);
                self.storage.use_name(&to);
            }
            Effect::Remember(target) => {
                self.storage.remember(&target);
                self.storage.use_name(&target.name);
            }
            Effect::Highlight(snippet) => self.errands.highlight(snippet),
            Effect::FindAddresses => self.errands.find_addresses(),
            Effect::Open(url) => self.errands.open(url),
            Effect::KeepChoice(choice) => self.errands.keep(choice),
            Effect::EditOutside(text) => self.outside.open(text),
            Effect::Export(order) => {
                let name = match &order.source {
                    Source::Server(target) => Some(&target.name),
                    Source::Seen(_) => None,
                };
                let token = name.map(|name| self.storage.token(name));
                self.exporter.begin(*order, token);
            }
            Effect::StopExport => self.exporter.stop(),
            // The loop's own: it never hands them on.
            Effect::WakeAt(_)
            | Effect::Bell
            | Effect::Notify { .. }
            | Effect::Title(_)
            | Effect::Copy(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Quit => {}
        }
    }

    /// The next thing that the world has to say. Safe to cancel.
    ///
    /// # Errors
    /// When the network's thread is gone.
    pub async fn next(&mut self) -> io::Result<Event> {
        tokio::select! {
            biased;
            edited = self.outside.next() => Ok(Event::Edited(edited)),
            hosted = self.host.next() => Ok(Event::Hosted(hosted)),
            done = self.errands.next() => Ok(done),
            words = log::trouble() => Ok(Event::NotKept(words)),
            news = self.exporter.next() => Ok(Event::Exported(news)),
            event = self.link.next() => match event {
                Some(event) => Ok(Event::Net(event)),
                None => Err(io::Error::other("the network's thread has failed")),
            },
        }
    }
}
