//! Commands for a whole room: the line and the countdown that it shows its members, and the view for
//! the wall.

use chat_protocol::event::Timer;
use chat_protocol::{Conversation, Line, Request, RoomName, limit};

use super::{Outcome, online, told};
use crate::effect::Effect;
use crate::event::Moment;
use crate::state::State;
use crate::state::board::Left;
use crate::state::entry::Tone;
use crate::update::wall;

/// `/announce pause until 10:15`, `/announce off`; without anything it is shown whole.
pub(super) fn announce(state: &mut State, now: Moment, text: &str) -> Outcome {
    let room = room(state, "announcements")?;
    let shown = &state.conversations.open().board.announcement;
    let nothing = "nothing is announced here: /announce pause until 10:15";
    if text.is_empty() {
        if shown.is_empty() {
            return told(state, nothing.to_owned());
        }
        let words = format!("Announced here: {shown} (/announce off takes it away)");
        let talk = state.conversations.open_mut();
        talk.scrollback.notice(now.unix_ms, Tone::Accent, words);
        return Ok(Vec::new());
    }
    let off = text.eq_ignore_ascii_case("off");
    if off && shown.is_empty() {
        return told(state, nothing.to_owned());
    }
    online(state)?;
    let text = if off { "" } else { text };
    let text = Line::new(text, limit::ANNOUNCEMENT_BYTES).map_err(|error| error.to_string())?;
    Ok(vec![Effect::Send(Request::Announce { room, text })])
}

/// `/timer 5m`, `/timer off`; without anything it tells how long is left.
pub(super) fn timer(state: &mut State, now: Moment, time: &str) -> Outcome {
    let room = room(state, "timers")?;
    let left = state.conversations.open().board.left(now.up);
    let runs = matches!(left, Some((Left::Seconds(_), _)));
    if time.is_empty() {
        let words = match left {
            Some((left @ Left::Seconds(_), _)) => format!("{} left", left.digits()),
            Some((Left::Over(_), _)) => "time is up".to_owned(),
            None => "no timer runs here: /timer 5m begins one".to_owned(),
        };
        return told(state, words);
    }
    online(state)?;
    if time.eq_ignore_ascii_case("off") {
        return match runs {
            true => Ok(vec![Effect::Send(Request::Timer { room, seconds: 0 })]),
            false => Err("no timer runs here".to_owned()),
        };
    }
    let seconds = seconds(time)?;
    Ok(vec![Effect::Send(Request::Timer { room, seconds })])
}

/// The projector view, or out of it.
pub(super) fn projector(state: &mut State, _now: Moment, _: &str) -> Outcome {
    wall::toggle(state);
    Ok(Vec::new())
}

/// The room that is open.
fn room(state: &State, what: &str) -> Result<RoomName, String> {
    match &state.conversations.open().address {
        Conversation::Room(room) => Ok(room.clone()),
        Conversation::Direct(_) => Err(format!("only rooms have {what}")),
    }
}

/// Seconds of a time as people write it: `5m`, `90s`, `1h30m`, `1:30` as on a clock, and a bare
/// number is minutes.
fn seconds(time: &str) -> Result<u32, String> {
    let most = u64::from(limit::TIMER_SECONDS);
    let seconds = parse(time).ok_or("how long? /timer 5m, 90s, 1h30m, or off")?;
    match u32::try_from(seconds) {
        Ok(0) => Err("a timer runs for a second at least: /timer off takes it away".to_owned()),
        Ok(seconds) if u64::from(seconds) <= most => Ok(seconds),
        _ => {
            let most = Timer { ends: 0, remaining: most * 1_000 }.words();
            Err(format!("a timer runs for {most} at most"))
        }
    }
}

/// The same, as large as it may be; nothing for what is no time.
fn parse(time: &str) -> Option<u64> {
    let time: String = time.chars().filter(|c| !c.is_whitespace()).collect();
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u64>().unwrap_or(u64::MAX))
    };
    if let Some((minutes, seconds)) = time.split_once(':') {
        let seconds = number(seconds).filter(|&seconds| seconds < 60)?;
        return Some(number(minutes)?.saturating_mul(60).saturating_add(seconds));
    }
    if let Some(minutes) = number(&time) {
        return Some(minutes.saturating_mul(60));
    }
    let mut total: u64 = 0;
    let mut rest = time.to_ascii_lowercase();
    // Each unit once at most, the larger before the smaller.
    for (unit, seconds) in [("h", 3_600), ("m", 60), ("s", 1)] {
        if let Some((count, behind)) = rest.split_once(unit) {
            total = total.saturating_add(number(count)?.saturating_mul(seconds));
            let behind = behind.strip_prefix(if unit == "m" { "in" } else { "" }).unwrap_or(behind);
            rest = behind.to_owned();
        }
    }
    rest.is_empty().then_some(total).filter(|_| !time.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let check = |time, expected: Option<u32>| {
            assert_eq!(seconds(time).ok(), expected, "{time}: {:?}", seconds(time));
        };
        check("5m", Some(300));
        check("5 min", Some(300));
        check("90s", Some(90));
        check("1h30m", Some(5_400));
        check("1H 30M 5s", Some(5_405));
        check("10", Some(600));
        check("1:30", Some(90));
        check("24h", Some(86_400));
        check("24h1s", None);
        check("99999999999999999999h", None);
        check("0", None);
        check("m", None);
        check("30m1h", None);
        check("1:75", None);
        check("-5", None);
        check("soon", None);
        check("5mm", None);
    }
}
