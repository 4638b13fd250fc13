//! `deploy/Dockerfile`, read.

use super::files::read;

/// One `FROM` and what stands below it.
#[derive(Debug)]
pub struct Stage {
    pub name: String,
    /// Another stage, or an image.
    pub from: String,
    /// Keyword and rest of each line.
    pub instructions: Vec<(String, String)>,
}

impl Stage {
    /// What follows each instruction of that name.
    pub fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.instructions.iter().filter(move |(found, _)| found == keyword);
        named.map(|(_, rest)| rest.as_str())
    }

    /// The command of the last instruction of that name, from its JSON form.
    pub fn command(&self, keyword: &str) -> Option<Vec<String>> {
        let rest = self.all(keyword).last()?;
        let json = rest.get(rest.find('[')?..)?;
        Some(serde_json::from_str(json).unwrap())
    }
}

/// All stages, in order.
pub fn stages() -> Vec<Stage> {
    let text = read("deploy/Dockerfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let mut stages: Vec<Stage> = Vec::new();
    for line in lines.join("\n").replace("\\\n", " ").lines().filter(|line| !line.is_empty()) {
        let (keyword, rest) = line.split_once(' ').unwrap();
        let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
        if keyword == "FROM" {
            let (from, name) = rest.split_once(" AS ").unwrap_or((&rest, ""));
            let (name, from) = (name.to_owned(), from.to_owned());
            stages.push(Stage { name, from, instructions: Vec::new() });
        } else {
            let stage = stages.last_mut().unwrap();
            stage.instructions.push((keyword.to_owned(), rest));
        }
    }
    stages
}
