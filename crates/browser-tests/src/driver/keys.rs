//! Keys that do something.

use serde_json::{Value, json};

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To the next.
    Tab,
    /// To the one before.
    ShiftTab,
    /// Presses a button, follows a link, submits a form.
    Enter,
    /// Presses a button, ticks a box.
    Space,
    /// Closes.
    Escape,
    /// To the next of several.
    Down,
}

impl Key {
    /// `key`, `code`, the Windows key code and what it types.
    fn parts(self) -> (&'static str, &'static str, u32, &'static str) {
        match self {
            Self::Tab | Self::ShiftTab => ("Tab", "Tab", 9, ""),
            Self::Enter => ("Enter", "Enter", 13, "\r"),
            Self::Space => (" ", "Space", 32, " "),
            Self::Escape => ("Escape", "Escape", 27, ""),
            Self::Down => ("ArrowDown", "ArrowDown", 40, ""),
        }
    }

    /// What the browser is told: down, then up.
    pub(super) fn events(self) -> [Value; 2] {
        const SHIFT: u32 = 8;
        let (key, code, number, text) = self.parts();
        let modifiers = if self == Self::ShiftTab { SHIFT } else { 0 };
        let event = |kind: &str, text: &str| {
            json!({
                "type": kind,
                "key": key,
                "code": code,
                "windowsVirtualKeyCode": number,
                "nativeVirtualKeyCode": number,
                "modifiers": modifiers,
                "text": text,
            })
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        [event(down, text), event("keyUp", "")]
    }
}
