//! What a person does: press, type, go from one thing to the next by keyboard.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::elements::Focus;
use super::keys::Key;
use super::tab::Tab;

/// Brings an element into view and says where to press it. Something that is too small to be
/// pressed, as a checkbox that is drawn by its label, is pressed on its label. Nothing, while
/// something else lies over it.
const WHERE: &str = "function () {
    const first = this.getClientRects()[0];
    const small = !first || first.width < 4 || first.height < 4;
    const pressed = small && this.labels?.[0] ? this.labels[0] : this;
    pressed.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = pressed.getClientRects()[0];
    if (!box) return null;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const there = document.elementFromPoint(x, y);
    return pressed.contains(there) ? { x, y } : null;
}";

/// Puts the keyboard into a field and selects what is there.
const ENTER: &str = "function () { this.focus(); this.select?.(); }";

/// Chooses an option by its label.
const CHOOSE: &str = "function (label) {
    const wanted = [...this.options].find((option) => option.label.trim() === label);
    if (!wanted) return false;
    this.value = wanted.value;
    this.dispatchEvent(new Event('input', { bubbles: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
}";

/// More stops than any page has.
const STOPS: usize = 80;

impl Tab {
    /// Presses the button, link, checkbox or summary of that accessible name (or, where there
    /// is none, the first whose name begins so) with the mouse, once it is there and can be.
    pub async fn click(&self, name: &str) {
        let (x, y) = self
            .until(&format!("{name:?} can be pressed"), async || {
                let element = self.pressable(name).await;
                let place = self.call_on(&element, WHERE, "").await?;
                let at = |name: &str| place.get(name).and_then(Value::as_f64);
                Some((at("x")?, at("y")?))
            })
            .await;
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1});
            self.command("Input.dispatchMouseEvent", event).await;
        }
        self.clicks.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was pressed with the mouse so far.
    #[must_use]
    pub fn clicks(&self) -> usize {
        self.clicks.load(Ordering::Relaxed)
    }

    /// Opens everything on the page that waits behind a click.
    pub async fn open_details(&self) {
        let open = "document.querySelectorAll('main details').forEach((one) => one.open = true)";
        self.js::<()>(open).await;
    }

    /// Sends an empty form to a path, as no button of the page may offer.
    pub async fn submit_to(&self, path: &str) {
        let form = "Object.assign(document.createElement('form'), { method: 'post', action })";
        let submit = format!(
            "((action) => {{ const form = {form}; document.body.append(form); form.submit(); }})"
        );
        self.js::<()>(&format!("{submit}('{path}')")).await;
        self.at(path).await;
    }

    /// Types into the field of that label, in place of what is there.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        self.call_on(&field, ENTER, "").await;
        self.write(text).await;
    }

    /// Chooses an option of the select of that label.
    pub async fn choose(&self, label: &str, option: &str) {
        let field = self.field(label).await;
        let chosen = self.call_on(&field, CHOOSE, option).await;
        assert_eq!(chosen, Some(Value::Bool(true)), "{label:?} has no option {option:?}");
    }

    /// Types where the keyboard is.
    pub async fn write(&self, text: &str) {
        self.command("Input.insertText", json!({"text": text})).await;
    }

    /// Presses a key.
    pub async fn press(&self, key: Key) {
        for event in key.events() {
            self.command("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Presses Tab until the keyboard is at something whose name is that, or begins so. At each
    /// stop on the way a person must see where they are.
    pub async fn tab_to(&self, name: &str) -> Focus {
        let mut passed = Vec::new();
        for _ in 0..STOPS {
            self.press(Key::Tab).await;
            let Some(focus) = self.focus().await else { continue };
            if focus.role == "RootWebArea" {
                continue;
            }
            assert!(focus.visible, "nobody sees that the keyboard is at {focus:?}");
            if focus.name.starts_with(name) {
                return focus;
            }
            passed.push(format!("{} {:?}", focus.role, focus.name));
        }
        panic!("the keyboard does not come to {name:?}, but to {passed:#?}");
    }
}
