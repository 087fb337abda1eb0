//! Drives a run from the first connection to the last goodbye: lets the users in, tells them when
//! to act, and ends in time.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::{Sender, channel};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;

use super::Plan;
use super::report::Report;
use super::screen::Screen;
use super::user::{Stage, play};
use super::wire::Order;

/// How long nothing may happen before one no longer waits for it: for users to come in, and for
/// messages to arrive.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long one waits for messages that do arrive, but never all of them.
const MOST_PATIENCE: Duration = Duration::from_secs(20);

/// How long one goes on listening when everything is there, for what comes twice.
const LISTEN_ON: Duration = Duration::from_millis(300);

/// How often the table is drawn, and what has no event of its own is looked at.
const FRAME: Duration = Duration::from_millis(100);

/// How long all goodbyes together may take.
const LEAVE_WITHIN: Duration = Duration::from_secs(3);

/// Orders that may wait for one user.
const ORDERS: usize = 4;

/// Runs it, on this thread.
pub(crate) async fn run(plan: &Plan, screen: &mut Screen) -> Report {
    let stage = Rc::new(Stage::new(plan));
    LocalSet::new().run_until(async { Drive::start(stage, screen).run().await }).await
}

struct Drive<'a> {
    stage: Rc<Stage>,
    orders: Vec<Sender<Order>>,
    users: JoinSet<()>,
    screen: &'a mut Screen,
}

impl<'a> Drive<'a> {
    fn start(stage: Rc<Stage>, screen: &'a mut Screen) -> Self {
        let (mut orders, mut users) = (Vec::new(), JoinSet::new());
        for user in 0..stage.plan.users {
            let (sender, receiver) = channel(ORDERS);
            orders.push(sender);
            users.spawn_local(play(user, Rc::clone(&stage), receiver));
        }
        Self { stage, orders, users, screen }
    }

    async fn run(mut self) -> Report {
        let cut_short = tokio::select! {
            () = interrupted() => true,
            () = async {
                self.gather().await;
                self.chat().await;
            } => false,
        };
        self.end();
        if cut_short {
            self.screen.say_what_is_waited_for(self.stage.world.borrow().awaited());
        }
        // Whoever interrupts the chat wants to know what it came to, and what is on its way is not
        // lost yet. Whoever interrupts this does not want to wait.
        tokio::select! {
            () = interrupted() => {}
            () = self.wait() => {}
        }
        let report = self.report(true);
        // Who gets no more orders leaves.
        self.orders.clear();
        let left = async { while self.users.join_next().await.is_some() {} };
        tokio::time::timeout(LEAVE_WITHIN, left).await.ok();
        report
    }

    /// Until everybody is in who comes in.
    async fn gather(&mut self) {
        while self.stage.world.borrow().is_gathering(self.stage.now(), PATIENCE) {
            let inside = self.stage.world.borrow().inside();
            self.draw(&format!("{inside} are in"));
            sleep(FRAME).await;
        }
    }

    /// Until time is up, enough is said, or nobody is left.
    async fn chat(&mut self) {
        let now = self.stage.now();
        self.stage.world.borrow_mut().begin(now);
        let (lasts, end) = (self.stage.plan.lasts, now + self.stage.plan.lasts);
        let mut frame = now;
        loop {
            let now = self.stage.now();
            if now >= end || self.stage.world.borrow().is_over() {
                break;
            }
            if now >= frame {
                let passed = (now + lasts).saturating_sub(end);
                self.draw(&format!("{} s of {} s", passed.as_secs(), lasts.as_secs()));
                frame = now + FRAME;
            }
            self.give_orders();
            let wakes_at = self.stage.world.borrow_mut().wakes_at(now);
            tokio::select! {
                () = self.stage.until(wakes_at.unwrap_or(end).min(end).min(frame)) => {}
                () = self.stage.heard.notified() => {}
            }
        }
    }

    fn give_orders(&self) {
        while let Some((user, order)) = self.due() {
            // It fails when the server has just closed this one: there was room.
            self.orders[user].try_send(order).ok();
        }
    }

    fn due(&self) -> Option<(usize, Order)> {
        let has_room = |user: usize| self.orders[user].capacity() > 0;
        self.stage.world.borrow_mut().due(self.stage.now(), has_room)
    }

    fn end(&self) {
        let now = self.stage.now();
        self.stage.world.borrow_mut().end(now);
    }

    /// Until everything has arrived that arrives.
    async fn wait(&mut self) {
        let most = self.stage.now() + MOST_PATIENCE;
        while self.stage.now() < most
            && self.stage.world.borrow().is_awaiting(self.stage.now(), PATIENCE)
        {
            self.give_orders();
            let awaited = self.stage.world.borrow().awaited();
            self.draw(&format!("{awaited} on their way"));
            sleep(FRAME).await;
        }
        self.give_orders();
        sleep(LISTEN_ON).await;
    }

    fn draw(&mut self, state: &str) {
        if self.screen.is_live() {
            let report = self.report(false);
            self.screen.draw(&report, state);
        }
    }

    fn report(&self, is_final: bool) -> Report {
        let world = self.stage.world.borrow();
        Report::new(&self.stage.plan, &world, self.stage.now(), is_final)
    }
}

/// Returns at the next Ctrl-C. Where that cannot be watched, time ends everything.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
