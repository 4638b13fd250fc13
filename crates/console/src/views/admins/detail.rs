//! One operator: what is known of them, and what can be done.

use askama::Template;

use crate::domain::admin_file::{AdminFile, KnownPasskey};
use crate::domain::audit::target;
use crate::domain::permission::{Permission, Role};
use crate::views::layout::Layout;
use crate::views::paths;

/// The page of one operator.
#[derive(Template)]
#[template(path = "admins/detail.html")]
pub struct AdminPage {
    layout: Layout,
    file: AdminFile,
    passkeys: Vec<KnownPasskey>,
    roles: &'static [Role],
    is_self: bool,
    /// Why nothing can be done, where nothing can.
    why_not: Option<&'static str>,
    /// Whether they are the last who can change operators.
    is_last: bool,
}

impl AdminPage {
    /// The page for whoever is signed in.
    #[must_use]
    pub fn new(
        layout: Layout,
        file: AdminFile,
        passkeys: Vec<KnownPasskey>,
        is_last: bool,
    ) -> Self {
        let permission = Permission::AdminsWrite;
        let is_self = layout.operator.as_ref().is_some_and(|it| it.id == file.admin.id);
        let why_not = (!layout.may(permission)).then(|| permission.who_may());
        Self { roles: &Role::ALL, is_self, why_not, layout, file, passkeys, is_last }
    }

    /// `their`, or `your` where somebody looks at themselves.
    fn whose(&self) -> &'static str {
        if self.is_self { "your" } else { "their" }
    }

    fn history(&self) -> [(&'static str, String); 2] {
        let id = self.file.admin.id.to_string();
        let to_them = [("target_type", Some(target::ADMIN)), ("target_id", Some(&*id))];
        [
            ("What they did", paths::with(paths::AUDIT, &[("actor", Some(&id))])),
            ("What was done to them", paths::with(paths::AUDIT, &to_them)),
        ]
    }

    /// How the authenticator is reached, in words.
    fn transports(&self, passkey: &KnownPasskey) -> String {
        let word = |transport: &String| match transport.as_str() {
            "internal" => "this device".to_owned(),
            "hybrid" => "a phone nearby".to_owned(),
            "usb" => "USB".to_owned(),
            "nfc" => "NFC".to_owned(),
            "ble" => "Bluetooth".to_owned(),
            _ => transport.clone(),
        };
        let words: Vec<String> = passkey.transports.iter().map(word).collect();
        if words.is_empty() { "not said".to_owned() } else { words.join(", ") }
    }
}
