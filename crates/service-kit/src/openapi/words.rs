//! Doc comments as descriptions: without what only rustdoc understands.

use serde_json::Value;

/// Tidies every `summary` and `description` of a document.
pub(super) fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in &mut *members {
                match member {
                    Value::String(text) if name == "description" => *text = description(text),
                    Value::String(text) if name == "summary" => *text = summary(text),
                    _ => tidy(member),
                }
            }
            members.retain(|name, member| name != "description" || *member != "");
        }
        Value::Array(all) => all.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// The list of errors is in the responses. Lines are as long as their paragraph.
fn description(text: &str) -> String {
    let text = text.split("# Errors").next().unwrap_or_default();
    let paragraphs = text.split("\n\n").map(|paragraph| match paragraph.contains("\n* ") {
        true => paragraph.trim_end().to_owned(),
        false => paragraph.split_whitespace().collect::<Vec<_>>().join(" "),
    });
    without_links(&paragraphs.collect::<Vec<_>>().join("\n\n")).trim().to_owned()
}

/// Plain text, not Markdown.
fn summary(text: &str) -> String {
    without_links(text).replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[`Name`]` and `[words](crate::Name)` lead nowhere outside rustdoc.
fn without_links(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((inside, behind)) = after.split_once(']') else {
            plain.push('[');
            rest = after;
            continue;
        };
        let target = behind.strip_prefix('(').and_then(|behind| behind.split_once(')'));
        match target {
            Some((target, behind)) if target.contains("::") || !target.contains('/') => {
                plain.push_str(inside);
                rest = behind;
            }
            None if inside.starts_with('`') => {
                plain.push_str(inside);
                rest = behind;
            }
            _ => {
                plain.push('[');
                plain.push_str(inside);
                plain.push(']');
                rest = behind;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_rustdoc_understands_is_taken_out() {
        let mut document = json!({
            "summary": "One\nline of [`Token`].",
            "description": "A [list](crate::list) of\nlines, `[1]`.\n\nMore.\n\n# Errors\n\n404.",
            "properties": {"description": {"description": ""}},
        });
        tidy(&mut document);
        assert_eq!(
            document,
            json!({
                "summary": "One line of Token.",
                "description": "A list of lines, `[1]`.\n\nMore.",
                "properties": {"description": {}},
            })
        );
    }

    #[test]
    fn links_to_pages_stay() {
        let text = "see [there](https://example.com/a) and ] or [";
        assert_eq!(without_links(text), text);
    }
}
