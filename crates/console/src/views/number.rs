//! Numbers as people read them.

use std::borrow::Borrow;

/// A number with its thousands apart: `12,345`.
#[must_use]
pub fn grouped(number: impl Borrow<i64>) -> String {
    let number = *number.borrow();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One of two words, by a number.
#[must_use]
pub fn plural(count: impl Borrow<i64>, one: &'static str, many: &'static str) -> &'static str {
    if *count.borrow() == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let texts = [0, 7, 999, 1_000, 12_345, 1_234_567, -1_000].map(grouped);
        assert_eq!(texts, ["0", "7", "999", "1,000", "12,345", "1,234,567", "−1,000"]);
    }
}
