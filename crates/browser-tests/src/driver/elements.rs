//! Finding elements as a screen reader does: by role and accessible name.

use serde_json::{Value, json};

use super::tab::{Tab, value_of};

/// What can be pressed, by the browser's names of roles.
const PRESSABLE: [&str; 8] = [
    "button",
    "link",
    "checkbox",
    "radio",
    "DisclosureTriangle",
    "DisclosureTriangleGrouped",
    "menuitem",
    "tab",
];

/// What takes text or a choice.
const FIELDS: [&str; 8] = [
    "textbox",
    "searchbox",
    "combobox",
    "spinbutton",
    "listbox",
    "Date",
    "DateTime",
    "menuListPopup",
];

/// An element that assistive technology is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The browser's name of its role.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// Whether it can be used.
    pub disabled: bool,
    focused: bool,
    node: i64,
}

/// Where the keyboard is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Focus {
    /// The role of what has it.
    pub role: String,
    /// Its accessible name.
    pub name: String,
    /// Whether a person sees that.
    pub visible: bool,
}

/// Whether the focused element looks different from one that is not.
const SHOWS_FOCUS: &str = "(() => {
    const style = getComputedStyle(document.activeElement);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    return document.activeElement.matches(':focus-visible') && (outlined || style.boxShadow !== 'none');
})()";

impl Tab {
    /// Everything that assistive technology is told of, in the order of the document.
    pub async fn elements(&self) -> Vec<Element> {
        // While one page gives way to the next there are none.
        let tree = self.try_command("Accessibility.getFullAXTree", json!({})).await;
        let tree = tree.unwrap_or_default();
        let nodes = tree.get("nodes").and_then(Value::as_array).map(Vec::as_slice);
        nodes.unwrap_or_default().iter().filter_map(element).collect()
    }

    /// The accessible names of all elements of a role, in order.
    pub async fn names(&self, role: &str) -> Vec<String> {
        let elements = self.elements().await.into_iter();
        elements.filter(|element| element.role == role).map(|element| element.name).collect()
    }

    /// Whether there is something to press or fill in with that name, now.
    pub async fn offers(&self, name: &str) -> bool {
        let elements = self.elements().await;
        let usable = |element: &&Element| !element.disabled;
        let offered = choose(&elements, &PRESSABLE, name).or(choose(&elements, &FIELDS, name));
        offered.filter(usable).is_some()
    }

    /// Where the keyboard is.
    pub async fn focus(&self) -> Option<Focus> {
        let elements = self.elements().await;
        // The document counts as focused too; what is in it comes after it.
        let focused = elements.into_iter().rfind(|element| element.focused)?;
        let visible = self.try_js(SHOWS_FOCUS).await.unwrap_or(false);
        Some(Focus { role: focused.role, name: focused.name, visible })
    }

    /// Waits for something that can be pressed.
    pub(super) async fn pressable(&self, name: &str) -> Element {
        self.element(&PRESSABLE, name).await
    }

    /// Waits for something that takes text or a choice.
    pub(super) async fn field(&self, label: &str) -> Element {
        self.element(&FIELDS, label).await
    }

    async fn element(&self, roles: &[&str], name: &str) -> Element {
        self.until(&format!("there is {name:?} to use"), async || {
            let elements = self.elements().await;
            choose(&elements, roles, name).filter(|element| !element.disabled).cloned()
        })
        .await
    }

    /// Calls a function on an element, as `this`; nothing where it is not there any more.
    pub(super) async fn call_on(
        &self,
        element: &Element,
        function: &str,
        argument: &str,
    ) -> Option<Value> {
        let node = json!({"backendNodeId": element.node});
        let object = self.try_command("DOM.resolveNode", node).await.ok()?;
        let call = json!({
            "objectId": object.pointer("/object/objectId")?,
            "functionDeclaration": function,
            "arguments": [{"value": argument}],
            "returnByValue": true,
        });
        value_of(self.try_command("Runtime.callFunctionOn", call).await.ok()?).ok()
    }
}

/// The first whose name is that; else the first whose name begins so.
fn choose<'a>(elements: &'a [Element], roles: &[&str], name: &str) -> Option<&'a Element> {
    let of_role = || elements.iter().filter(|element| roles.contains(&element.role.as_str()));
    let whole = of_role().find(|element| element.name == name);
    whole.or_else(|| of_role().find(|element| element.name.starts_with(name)))
}

fn element(node: &Value) -> Option<Element> {
    if node.get("ignored").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let text = |pointer: &str| node.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let properties = node.get("properties").and_then(Value::as_array);
    let is = |name: &str| {
        properties.into_iter().flatten().any(|property| {
            property.get("name").and_then(Value::as_str) == Some(name)
                && property.pointer("/value/value").and_then(Value::as_bool) == Some(true)
        })
    };
    Some(Element {
        role: text("/role/value").to_owned(),
        name: words(text("/name/value")),
        disabled: is("disabled"),
        focused: is("focused"),
        node: node.get("backendDOMNodeId").and_then(Value::as_i64)?,
    })
}

/// With single spaces.
pub(super) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
