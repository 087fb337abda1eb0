//! Finds who somebody is in whatever shape they pickled it.

use super::Value;
use crate::limit;
use crate::request::Profile;
use crate::text::Line;

/// Keys of a name, best first. Case, spaces, `_` and `-` do not matter, here and below.
const NAME: [&str; 7] =
    ["name", "fullname", "studentname", "realname", "username", "nickname", "user"];

/// Keys of a student id.
const STUDENT_ID: [&str; 8] =
    ["studentid", "studentnumber", "studentno", "sid", "id", "number", "no", "stuid"];

/// Keys of an account on GitHub.
const GITHUB: [&str; 13] = [
    "github",
    "githubname",
    "githubusername",
    "githubuser",
    "githubid",
    "githubaccount",
    "githublogin",
    "githuburl",
    "githublink",
    "git",
    "gitname",
    "gitusername",
    "gh",
];

/// The profile that `value` is: a dict, or pairs, with the usual keys, possibly within another
/// dict; or a list or tuple of name, student id and GitHub name. `None` when it is none of these.
#[must_use]
pub fn profile(value: &Value) -> Option<Profile> {
    let found = match value {
        Value::Dict(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key, value)).collect();
            let inner = || pairs.iter().filter(|(_, value)| matches!(value, Value::Dict(_)));
            by_key(&pairs).or_else(|| inner().find_map(|(_, value)| profile(value)))
        }
        Value::List(items) | Value::Tuple(items) => match (items.as_slice(), pairs(items)) {
            ([only @ Value::Dict(_)], _) => profile(only),
            (_, Some(pairs)) => by_key(&pairs),
            (items, None) => by_position(items),
        },
        _ => None,
    };
    found.filter(|profile| !profile.is_empty())
}

/// The items as pairs, if that is what they all are.
fn pairs(items: &[Value]) -> Option<Vec<(&Value, &Value)>> {
    let pair = |item| match item {
        &(Value::Tuple(ref pair) | Value::List(ref pair)) => match pair.as_slice() {
            [key, value] => Some((key, value)),
            _ => None,
        },
        _ => None,
    };
    items.iter().map(pair).collect()
}

fn by_key(pairs: &[(&Value, &Value)]) -> Option<Profile> {
    let keys: Vec<String> = pairs.iter().map(|(key, _)| plain_key(key)).collect();
    let under = |names: &[&str]| {
        let at = |name: &&str| keys.iter().rposition(|key| key == *name);
        let mut values = names.iter().filter_map(at).map(|at| line(pairs[at].1));
        values.find(|line| !line.is_empty()).unwrap_or_default()
    };
    let profile = Profile {
        full_name: under(&NAME),
        student_id: under(&STUDENT_ID),
        github: account(&under(&GITHUB)),
    };
    Some(profile).filter(|profile| !profile.is_empty())
}

fn by_position(items: &[Value]) -> Option<Profile> {
    let field = |at| items.get(at).map(line).unwrap_or_default();
    let begins_with_a_name = matches!(items.first(), Some(Value::Text(_) | Value::Bytes(_)));
    begins_with_a_name.then(|| Profile {
        full_name: field(0),
        student_id: field(1),
        github: account(&field(2)),
    })
}

/// A key without what people spell differently.
fn plain_key(key: &Value) -> String {
    line(key).chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A value on one clean line; empty if it is nothing that one writes on a line.
fn line(value: &Value) -> Line {
    let cut = |text: &str| Line::cut(text.trim(), limit::FIELD_BYTES);
    match value {
        Value::Text(text) => cut(text),
        Value::Bytes(bytes) => cut(&String::from_utf8_lossy(bytes)),
        Value::Int(number) => cut(&number.to_string()),
        _ => Line::default(),
    }
}

/// The account alone, from `@ann` or `https://github.com/ann`.
fn account(line: &Line) -> Line {
    let after = line.rsplit_once("github.com/").map_or(&**line, |(_, account)| account);
    Line::cut(after.trim_start_matches('@').trim_end_matches('/'), limit::FIELD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict(pairs: &[(&str, Value)]) -> Value {
        Value::Dict(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|item| (*item).into()).collect())
    }

    fn check(value: Value, expected: Option<[&str; 3]>) {
        let found = profile(&value);
        let found = found.map(|found| {
            [found.full_name, found.student_id, found.github].map(|line| line.to_string())
        });
        assert_eq!(found, expected.map(|fields| fields.map(str::to_owned)), "{value:?}");
    }

    #[test]
    fn by_usual_keys_in_any_case() {
        let ann = Some(["Ann", "1234", "ann-gh"]);
        for name in ["name", "Name", "STUDENT_NAME", "full name", "fullName", "username"] {
            for id in ["id", "ID", "student_id", "Student-ID", "studentid", "sid", "student_number"]
            {
                for github in ["github", "GitHub", "github_username", "githubName", "git"] {
                    let pairs =
                        [(github, "ann-gh".into()), (id, 1234.into()), (name, "Ann".into())];
                    check(dict(&pairs), ann);
                }
            }
        }
    }

    #[test]
    fn other_shapes() {
        let ann = || dict(&[("name", "Ann".into()), ("id", "1".into())]);
        let found = Some(["Ann", "1", ""]);
        check(dict(&[("type", "profile".into()), ("student", ann())]), found);
        check(Value::List(vec![ann()]), found);
        check(Value::Tuple(vec![list(&["name", "Ann"]), list(&["ID", "1"])]), found);
        check(list(&["Ann", "1", "@ann-gh"]), Some(["Ann", "1", "ann-gh"]));
        check(Value::Tuple(vec!["Ann".into(), 1.into()]), found);
        check(
            Value::Dict(vec![(Value::Bytes(b"name".to_vec()), "Ann".into())]),
            Some(["Ann", "", ""]),
        );
    }

    #[test]
    fn the_better_key_and_the_later_pair_win() {
        check(dict(&[("username", "ann9".into()), ("name", "Ann".into())]), Some(["Ann", "", ""]));
        check(dict(&[("name", "Ann".into()), ("name", "Bob".into())]), Some(["Bob", "", ""]));
        check(dict(&[("name", Value::None), ("user", "ann9".into())]), Some(["ann9", "", ""]));
    }

    #[test]
    fn fields_are_clean() {
        let link = "https://github.com/ann-gh/".into();
        check(
            dict(&[("name", " Ann\x1b[31m\n ".into()), ("github", link)]),
            Some(["Ann[31m", "", "ann-gh"]),
        );
    }

    #[test]
    fn nothing_to_find() {
        for value in [
            Value::None,
            "Ann".into(),
            7.into(),
            Value::List(vec![]),
            Value::List(vec![7.into(), "Ann".into()]),
            dict(&[("colour", "red".into())]),
            dict(&[("name", Value::List(vec![]))]),
            list(&["", " ", "\n"]),
        ] {
            check(value, None);
        }
    }
}
