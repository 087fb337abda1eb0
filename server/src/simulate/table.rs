//! The table for people: who, sent, received, latency. Pure; the lines fit the place that there is.

use super::report::{Percentiles, Report, Row};

/// Lines of a table besides its people: what is simulated, what is wrong with it, the heads, how many more, and
/// the sums.
const OTHER_LINES: usize = 5;

/// The table in at most so many lines, none of them longer than so many characters.
pub(crate) fn lines(report: &Report, state: &str, height: usize, width: usize) -> Vec<String> {
    let people = &report.people;
    let fitting = height.saturating_sub(OTHER_LINES).max(1);
    let shown = if people.len() <= fitting + 1 { people.len() } else { fitting };
    let users = &report.figures.users;
    let mut lines = vec![
        format!(
            "{} user{} at {} ({}), seed {}: {state}",
            users.users,
            if users.users == 1 { "" } else { "s" },
            report.server,
            report.dialect,
            report.seed
        ),
        faults(report),
        format!("{:<20} {:>9} {:>11} {:>9} {:>9}", "who", "sent", "received", "p50 ms", "p99 ms"),
    ];
    lines.extend(people.iter().take(shown).map(row));
    if shown < people.len() {
        lines.push(format!("… and {} more", people.len() - shown));
    }
    let all = Row {
        name: "all".to_owned(),
        sent: report.figures.sent,
        received: report.figures.deliveries.received,
        latency_ms: report.latency_ms,
    };
    lines.push(row(&all));
    for line in &mut lines {
        // Names and addresses are one column a character: the names are ours.
        if let Some((end, _)) = line.char_indices().nth(width) {
            line.truncate(end);
        }
    }
    lines
}

/// What is known to be wrong; what has not come may still be on its way.
fn faults(report: &Report) -> String {
    let (users, deliveries) = (&report.figures.users, &report.figures.deliveries);
    let counts = [
        (users.closed as u64, "closed"),
        (deliveries.lost, "lost"),
        (deliveries.doubled, "doubled"),
        (deliveries.out_of_order, "out of order"),
        (deliveries.strange, "changed or gone astray"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    counts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn row(Row { name, sent, received, latency_ms }: &Row) -> String {
    let Percentiles { p50, p99, .. } = latency_ms;
    let ms = |ms: &Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.2}"));
    format!("{name:<20} {sent:>9} {received:>11} {:>9} {:>9}", ms(p50), ms(p99))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Plan;
    use super::super::world::World;
    use super::*;

    fn table(users: usize, height: usize, width: usize) -> Vec<String> {
        let plan = Plan { users, seed: 7, ..Plan::default() };
        let mut world = World::new(&plan);
        for member in &mut world.members {
            member.sent = 12;
            member.latencies.add(Duration::from_micros(1_234));
        }
        let report = Report::new(&plan, &world, Duration::ZERO, false);
        lines(&report, "1 s of 30 s", height, width)
    }

    #[test]
    fn a_table_fits_its_place() {
        for (users, height) in [(1, 24), (18, 24), (19, 24), (20, 24), (1_000, 24), (1_000, 6)] {
            let lines = table(users, height, 80);
            assert!(lines.len() <= height, "{users} in {height}: {}", lines.len());
            let hidden = lines.iter().any(|line| line.contains("more"));
            assert_eq!(hidden, users > height - 4, "{users} in {height}");
        }
        assert!(table(3, 24, 40).iter().all(|line| line.chars().count() <= 40));
    }

    #[test]
    fn it_tells_what_is_wrong() {
        let plan = Plan { users: 2, ..Plan::default() };
        let mut report = Report::new(&plan, &World::new(&plan), Duration::ZERO, false);
        assert_eq!(lines(&report, "", 24, 80)[1], "");
        report.figures.deliveries.doubled = 2;
        report.figures.users.closed = 1;
        assert_eq!(lines(&report, "", 24, 80)[1], "1 closed, 2 doubled");
    }

    #[test]
    fn it_tells_who_sent_and_received_and_how_fast() {
        let lines = table(2, 24, 80);
        assert!(lines[0].starts_with("2 users at 127.0.0.1:65433 (native), seed 7: 1 s of 30 s"));
        let words: Vec<Vec<&str>> =
            lines.iter().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[2], ["who", "sent", "received", "p50", "ms", "p99", "ms"]);
        assert!(words[3][0].starts_with("ann-"));
        assert_eq!(words[3][1..], ["12", "0", "1.25", "1.25"]);
        assert_eq!(words[5], ["all", "0", "0", "-", "-"]);
    }
}
