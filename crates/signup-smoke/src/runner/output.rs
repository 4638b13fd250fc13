//! Finding an answer in what a runner prints. The Heroku CLI attaches one terminal stream, so
//! its banner, its spinner and the service's log lines stand between the lines that count.

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Picked<T> {
    /// One line, perhaps repeated.
    One(T),
    /// No line has the shape.
    None,
    /// Lines of the shape that say different things: none of them can be trusted.
    Several,
}

/// Takes the one line that `read` accepts. A carriage return ends a line too: that is how a
/// spinner writes over itself.
pub(super) fn pick<T: PartialEq>(output: &str, read: impl Fn(&str) -> Option<T>) -> Picked<T> {
    let plain = without_escapes(output);
    let mut answers = plain.split(['\n', '\r']).filter_map(|line| read(line.trim()));
    match answers.next() {
        None => Picked::None,
        Some(first) if answers.all(|other| other == first) => Picked::One(first),
        Some(_) => Picked::Several,
    }
}

/// Without the sequences that colour a terminal and move its cursor (ECMA-48, section 5.4).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if rest.next() == Some('[') {
            // Parameters, then one final byte.
            let _ = rest.find(|c| ('@'..='~').contains(c));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(line: &str) -> Option<u32> {
        line.parse().ok()
    }

    #[test]
    fn the_answer_is_found_between_banner_spinner_and_log_lines() {
        let output = "Running raptor-api on raxx-api-prod... starting\r\
                      Running raptor-api on raxx-api-prod... up, run.1234 (Basic)\r\n\
                      {\"level\":\"WARN\",\"message\":\"slow\"}\r\n\
                      \u{1b}[33m42\u{1b}[0m\r\n\
                      heroku: bye 7\r\n";
        assert_eq!(pick(output, number), Picked::One(42));
    }

    #[test]
    fn an_answer_may_be_repeated_but_not_contradicted() {
        assert_eq!(pick("42\n42\n", number), Picked::One(42));
        assert_eq!(pick("42\n43\n", number), Picked::Several);
    }

    #[test]
    fn without_a_line_of_the_shape_there_is_no_answer() {
        assert_eq!(pick("", number), Picked::None);
        assert_eq!(pick("the answer is 42\n4 2\n\u{1b}[", number), Picked::None);
    }
}
