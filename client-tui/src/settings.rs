//! What can be switched on and off: one table that sets it, lists it and explains it.

/// Something that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// The terminal's bell, when somebody calls.
    Bell,
    /// The desktop's notifications, when somebody calls.
    Notify,
    /// The terminal's title.
    Title,
    /// Do not disturb: neither of the above rings or shows who calls.
    Quiet,
    /// The mouse.
    Mouse,
    /// The clipboard of whoever sits at the terminal.
    Clipboard,
}

/// A row of the table.
#[derive(Debug)]
pub struct Setting {
    /// What it switches.
    pub switch: Switch,
    /// How it is called, in `/set` and in the configuration.
    pub name: &'static str,
    /// What it is when nobody says.
    pub usual: bool,
    /// What it does while it is on.
    pub help: &'static str,
}

/// Every switch there is, in the order of [`Switch`].
pub const SETTINGS: &[Setting] = &[
    setting(Switch::Bell, "bell", true, "the bell rings when somebody calls you"),
    setting(Switch::Notify, "notify", true, "the desktop shows who calls you"),
    setting(Switch::Title, "title", true, "the window's title counts what is new"),
    setting(Switch::Quiet, "quiet", false, "do not disturb: no bell, no notifications"),
    setting(Switch::Mouse, "mouse", true, "wheel, clicks and selecting"),
    setting(Switch::Clipboard, "clipboard", true, "what you copy goes to the clipboard"),
];

const fn setting(switch: Switch, name: &'static str, usual: bool, help: &'static str) -> Setting {
    Setting { switch, name, usual, help }
}

/// Which switches are on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// One for each row of [`SETTINGS`].
    on: [bool; SETTINGS.len()],
}

impl Default for Settings {
    fn default() -> Self {
        Self { on: std::array::from_fn(|row| SETTINGS[row].usual) }
    }
}

impl Settings {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self, switch: Switch) -> bool {
        self.on[switch as usize]
    }

    /// Switches it.
    pub fn set(&mut self, switch: Switch, on: bool) {
        self.on[switch as usize] = on;
    }
}

/// The setting of this name, in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name.eq_ignore_ascii_case(name))
}

/// What `on` and its kin say.
#[must_use]
pub fn is_on(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_their_switches_look() {
        for (row, setting) in SETTINGS.iter().enumerate() {
            assert_eq!(setting.switch as usize, row, "{}", setting.name);
            assert_eq!(Settings::default().is_on(setting.switch), setting.usual);
        }
    }

    #[test]
    fn one_switch_leaves_the_others_alone() {
        let mut settings = Settings::default();
        settings.set(Switch::Mouse, false);
        assert!(!settings.is_on(Switch::Mouse) && settings.is_on(Switch::Bell));
    }
}
