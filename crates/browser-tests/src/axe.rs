//! axe-core on a page; see `vendor/axe-core/README.md`.

use std::fmt;

use serde::Deserialize;

use crate::driver::Tab;

const AXE: &str = include_str!("../vendor/axe-core/axe.min.js");

/// Which rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// All, with the one for the size of targets (WCAG 2.2, 2.5.8), which is off unless asked for.
    All,
    /// Those that look at colours.
    Colours,
}

const ALL: &str = "{ rules: { 'target-size': { enabled: true } } }";
const COLOURS: &str = "{ runOnly: ['color-contrast', 'link-in-text-block'] }";

const RUN: &str = "((rules) => axe.run(document, {
    resultTypes: ['violations'], ...rules,
}).then(({ violations }) => violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help,
    nodes: nodes.map((node) => `${node.html} ${node.any.map((check) => check.message).join(' ')}`),
}))))";

/// Something that shuts people out.
#[derive(Debug, Deserialize)]
pub struct Violation {
    /// The rule of axe's.
    pub id: String,
    /// How bad it is.
    pub impact: Option<String>,
    /// The rule in words.
    pub help: String,
    /// Where: the elements, and what is wrong with each.
    pub nodes: Vec<String>,
}

impl Tab {
    /// What axe-core finds on the page as it is now. JavaScript is on afterwards: a page that
    /// came without stays as it came, but axe itself needs it.
    pub async fn axe(&self, rules: Rules) -> Vec<Violation> {
        self.javascript(true).await;
        if self.js::<String>("typeof axe").await == "undefined" {
            self.js::<()>(&format!("{AXE};undefined")).await;
        }
        let rules = match rules {
            Rules::All => ALL,
            Rules::Colours => COLOURS,
        };
        self.js(&format!("{RUN}({rules})")).await
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let impact = self.impact.as_deref().unwrap_or("minor");
        write!(f, "{} ({impact}): {}", self.id, self.help)?;
        self.nodes.iter().try_for_each(|node| write!(f, "\n    {node}"))
    }
}
