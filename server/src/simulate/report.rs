//! What a run came to: its figures, as `--json` prints them, and the one line that judges it.

use std::time::Duration;

use serde::Serialize;

use super::Plan;
use super::cast::{Cast, Message, To};
use super::judge::{Fault, Kind};
use super::latencies::Latencies;
use super::world::{Member, Place, World};

/// Characters of what the server said that are shown; they are clean by the protocol's rules.
const COMPLAINT: usize = 120;

/// Everything about one run, or about one that is under way.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Whether everybody got in, and every message arrived once and in order.
    pub(crate) ok: bool,
    /// The same for people, with what was lost, doubled or out of order.
    pub(crate) verdict: String,
    pub(crate) dialect: &'static str,
    pub(crate) server: String,
    pub(crate) seed: u64,
    /// How long the users chatted.
    pub(crate) seconds: f64,
    #[serde(flatten)]
    pub(crate) figures: Figures,
    pub(crate) latency_ms: Percentiles,
    pub(crate) people: Vec<Row>,
}

/// What was counted.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    #[serde(flatten)]
    pub(crate) users: Users,
    /// Messages.
    pub(crate) sent: u64,
    /// Deliveries: each message counts once for each who was to get it.
    #[serde(flatten)]
    pub(crate) deliveries: Deliveries,
    /// Messages that a native server never said to have taken.
    pub(crate) unacknowledged: u64,
}

/// Who took part.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Users {
    pub(crate) users: usize,
    /// Those who got in.
    pub(crate) came_in: usize,
    /// Those whose connection the server closed.
    pub(crate) closed: usize,
}

/// What became of what was sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Deliveries {
    pub(crate) due: u64,
    pub(crate) received: u64,
    pub(crate) received_per_second: f64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) out_of_order: u64,
    /// Changed on the way, or delivered to somebody whom it was not for.
    pub(crate) strange: u64,
}

/// How long deliveries took, in milliseconds; absent when there were none.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) most: Option<f64>,
}

/// One user.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) latency_ms: Percentiles,
}

impl Percentiles {
    fn of(latencies: &Latencies) -> Self {
        let ms = |part| {
            let time: Duration = latencies.percentile(part)?;
            // In hundredths: no bucket is as exact as that.
            Some((time.as_secs_f64() * 1e5).round() / 1e2)
        };
        Self { p50: ms(0.5), p99: ms(0.99), most: ms(1.0) }
    }
}

impl Row {
    fn new(name: String, member: &Member) -> Self {
        let Member { sent, received, latencies, .. } = member;
        Self { name, sent: *sent, received: *received, latency_ms: Percentiles::of(latencies) }
    }
}

impl Report {
    /// What a run came to, or has come to so far: then nothing counts as lost yet.
    pub(crate) fn new(plan: &Plan, world: &World, now: Duration, is_final: bool) -> Self {
        let verdict = if is_final { world.verdict() } else { world.so_far().clone() };
        let why_gone = |member: &Member| matches!(member.place, Place::Gone(_));
        let came_in = world.present();
        let gone = world.members.iter().filter(|member| why_gone(member)).count();
        let users =
            Users { users: plan.users, came_in, closed: gone.saturating_sub(plan.users - came_in) };
        let seconds = world.chatted(now).as_secs_f64();
        let received = world.all.received;
        let deliveries = Deliveries {
            due: verdict.due,
            received,
            received_per_second: if seconds > 0.0 {
                (received as f64 / seconds).round()
            } else {
                0.0
            },
            lost: verdict.lost,
            doubled: verdict.doubled,
            out_of_order: verdict.out_of_order,
            strange: verdict.strange,
        };
        let (sent, unacknowledged) = (world.all.sent, verdict.unacknowledged);
        let figures = Figures { users, sent, deliveries, unacknowledged };
        let people = world.members.iter().enumerate();
        let row = |(user, member)| Row::new(world.cast.called(user).to_string(), member);
        Self {
            ok: came_in == plan.users
                && verdict.due > 0
                && verdict.is_good()
                && figures.users.closed == 0,
            verdict: sentence(plan, world, &figures, verdict.first),
            dialect: plan.dialect.name(),
            server: plan.place.clone(),
            seed: plan.seed,
            seconds: (seconds * 1e3).round() / 1e3,
            latency_ms: Percentiles::of(&world.all.latencies),
            figures,
            people: people.map(row).collect(),
        }
    }
}

/// One line that says what was lost, doubled or out of order, or that nothing was.
fn sentence(plan: &Plan, world: &World, figures: &Figures, first: Option<Fault>) -> String {
    let why = world.members.iter().find_map(|member| match &member.place {
        Place::Gone(why) => Some(why.as_str()),
        _ => None,
    });
    let why = why.unwrap_or("nothing was answered");
    if figures.users.came_in == 0 {
        return one_line(&format!(
            "nobody got in at {} ({why}): is the server running, and is its dialect {}?",
            plan.place, plan.dialect
        ));
    }
    let faults = faults(figures, why);
    let mut line = match (faults.is_empty(), figures.sent) {
        (false, _) => faults.join(", "),
        (true, 0) if plan.dialect.says() => {
            "nothing was said: give them more time with --for, or less with --every".to_owned()
        }
        (true, 0) => "nothing was said: no list told anybody of a friend to chat with".to_owned(),
        (true, sent) if figures.deliveries.due == 0 => {
            format!("{sent} messages were sent, and nobody else was there to get them: see --users")
        }
        (true, sent) => {
            let received = figures.deliveries.received;
            return format!(
                "all {received} deliveries of {sent} messages arrived once and in order"
            );
        }
    };
    if let Some(first) = first {
        line += &format!(" (the first: {})", tell(&world.cast, first));
    }
    if let Some(guess) = guess(plan, world, figures, first) {
        line += &format!("; {guess}");
    }
    if let Some(complaint) = &world.complaint {
        let complaint: String = complaint.chars().take(COMPLAINT).collect();
        line += &format!("; the server said: {complaint}");
    }
    one_line(&line)
}

/// What may be behind it, where it looks like that.
fn guess(plan: &Plan, world: &World, figures: &Figures, first: Option<Fault>) -> Option<String> {
    let deliveries = &figures.deliveries;
    let goes_astray =
        |Fault { kind, message, .. }: Fault| kind == Kind::Strange && message.is_some();
    if plan.dialect.echoes() && first.is_some_and(goes_astray) {
        return Some("raw is for echo servers: one that passes lines on is tried with line".into());
    }
    let heard = world.members.iter().filter(|member| member.received > 0).count();
    let deaf = figures.users.came_in.saturating_sub(heard);
    (deliveries.lost > 0 && heard > 0 && deaf > 0)
        .then(|| format!("{deaf} users heard nothing at all: does it serve one after another?"))
}

/// What a server said may have several.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// Everything that went wrong, each with its count.
fn faults(figures: &Figures, why: &str) -> Vec<String> {
    let Figures { users: Users { users, came_in, closed }, sent, .. } = figures;
    let Deliveries { due, lost, doubled, out_of_order, strange, .. } = figures.deliveries;
    let outside = (users - came_in) as u64;
    let counts = [
        (outside, format!("of {users} users did not get in ({why})")),
        (*closed as u64, format!("of {users} connections closed by the server ({why})")),
        (lost, format!("of {due} deliveries lost")),
        (doubled, "doubled".to_owned()),
        (out_of_order, "out of order".to_owned()),
        (strange, "changed or gone astray".to_owned()),
        (figures.unacknowledged, format!("of {sent} messages never acknowledged")),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, what)| format!("{count} {what}")).collect()
}

/// What went wrong first.
fn tell(cast: &Cast, Fault { by, message, kind }: Fault) -> String {
    let (who, by) = (by, cast.called(by));
    let Some(Message { from, to, number }) = message else {
        return format!("{by} heard words that nobody sent");
    };
    if who == from {
        let what = format!("what {by} said as number {}", number + 1);
        return match kind {
            Kind::Lost => format!("{what} did not come back"),
            Kind::Doubled => format!("{what} came back twice"),
            Kind::OutOfOrder => format!("{what} came back too late"),
            Kind::Strange => format!("{what} was not to come back"),
        };
    }
    let (from, number) = (cast.called(from), number + 1);
    let what = match to {
        To::All => format!("what {from} said as number {number}"),
        To::One(to) => format!("what {from} told {} as number {number}", cast.called(to)),
    };
    match kind {
        Kind::Lost => format!("{by} did not hear {what}"),
        Kind::Doubled => format!("{by} heard twice {what}"),
        Kind::OutOfOrder => format!("{by} heard too late {what}"),
        Kind::Strange => format!("{by} was not to hear {what}"),
    }
}
