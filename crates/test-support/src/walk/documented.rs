//! Whether an OpenAPI document has every route, and none that is not there.

use serde_json::Value;

use super::Route;

/// What is wrong: routes without an operation, but for those `left_out` by their address, and
/// operations without a route.
#[must_use]
pub fn faults<W>(routes: &[Route<W>], document: &Value, left_out: &[&str]) -> Vec<String> {
    let mut documented = operations(document);
    let mut faults = Vec::new();
    for route in routes.iter().filter(|route| !route.registered.is_empty()) {
        let path = route.path.split('?').next().unwrap_or_default();
        if left_out.contains(&path) {
            continue;
        }
        for (method, door) in [("get", &route.read), ("post", &route.write)] {
            let matching =
                |(of, template): &(String, String)| of == method && is_like(path, template);
            match (door, documented.iter().position(matching)) {
                (Some(_), None) => faults.push(format!("{method} {path} is not documented")),
                (Some(_), Some(found)) => drop(documented.swap_remove(found)),
                (None, _) => {}
            }
        }
    }
    let more = documented.iter().map(|(method, path)| format!("there is no {method} {path}"));
    faults.extend(more);
    faults
}

/// Method and path of each operation.
fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document.get("paths").and_then(Value::as_object);
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().into_iter().flat_map(|item| item.keys());
        methods.map(|method| (method.clone(), path.clone())).collect::<Vec<_>>()
    };
    paths.into_iter().flatten().flat_map(of).collect()
}

/// Whether an address is one of a path with parameters.
fn is_like(path: &str, template: &str) -> bool {
    let (path, template): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), template.split('/').collect());
    let same = |(part, wanted): (&&str, &&str)| part == wanted || wanted.starts_with('{');
    path.len() == template.len() && path.iter().zip(&template).all(same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Door;
    use super::*;

    const DOOR: Option<Door<()>> = Some(Door { who: (), let_in: &[200] });

    fn route(path: &'static str, read: Option<Door<()>>, write: Option<Door<()>>) -> Route<()> {
        Route { registered: path, path, read, write }
    }

    #[test]
    fn what_is_not_documented_is_named_and_what_is_not_there_too() {
        let document = json!({"paths": {
            "/a/{id}": {"get": {}},
            "/b": {"get": {}, "post": {}},
        }});
        let routes =
            [route("/a/7", DOOR, DOOR), route("/b?c=d", DOOR, None), route("/e", DOOR, None)];
        let found = faults(&routes, &document, &["/e"]);
        assert_eq!(found, ["post /a/7 is not documented", "there is no post /b"]);
        assert_eq!(faults(&routes, &document, &[]).len(), 3);
    }
}
