//! Which routes a service registers, by its source.

/// The functions that make a route, of the kit's module `resource`.
const MAKERS: [&str; 3] = ["get", "post", "get_post"];

/// Every route in the text of a table of routes, as in `get_post /admins`; where the path is a
/// constant, its name. In order, and with repetitions.
///
/// # Panics
///
/// Where a route is made in another way, which nobody here would see.
#[must_use]
pub fn registered_in(source: &str) -> Vec<String> {
    for other in ["web::resource", ".route(", "#[get", "#[post", "#[route", "web::redirect"] {
        assert!(!source.contains(other), "a route made with {other}");
    }
    let mut found = Vec::new();
    for (end, _) in source.match_indices('(') {
        let before = source.get(..end).unwrap_or_default();
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
        let Some(maker) = name.filter(|name| MAKERS.contains(name)) else { continue };
        // A method of something else.
        if before.strip_suffix(maker).is_some_and(|rest| rest.ends_with('.')) {
            continue;
        }
        let path = source.get(end + 1..).and_then(|rest| rest.split(',').next());
        let path = path.unwrap_or_default().trim().trim_matches('"');
        found.push(format!("{maker} {path}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_found_however_they_are_laid_out() {
        let source = r#"
            use kit::{get, get_post, post};
            config.service(get("/a", a::handle)).service(post("/b/{id}", b))
                .service(get_post(
                    "/c",
                    c::show,
                    c::set,
                ).wrap(from_fn(limit)))
                .service(resource::get(D_PATH, d));
            let none = headers.get(AUTHORIZATION);
        "#;
        assert_eq!(registered_in(source), ["get /a", "post /b/{id}", "get_post /c", "get D_PATH"]);
    }

    #[test]
    #[should_panic(expected = "a route made with")]
    fn a_route_made_in_another_way_is_not_passed_over() {
        let _ = registered_in(r#"config.route("/x", web::get().to(x))"#);
    }
}
