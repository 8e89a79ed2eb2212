//! What a running server really answers to: read from its log, where it names every route that it registered.

use std::collections::{BTreeMap, BTreeSet};

use crate::served::Served;

/// Method and path of every route of a listener.
pub fn served_routes(served: &Served, listener: &str) -> BTreeSet<(String, String)> {
    let output = served.output();
    let line = output
        .lines()
        .find(|line| line.contains("path_router") && line.contains(&format!("\"{listener}\"")))
        .unwrap_or_else(|| panic!("the log names the routes of the listener {listener}"));
    // The router itself, not the one that only holds its fallback.
    let (own, _) = line.split_once("fallback_router").expect("axum's form of a router");
    let (endpoints, paths) = own.split_once("node: Node").expect("axum's form of a router");
    let methods = methods(endpoints);
    let mut routes = BTreeSet::new();
    for (id, path) in numbered(paths) {
        let path = path.split('"').nth(1).expect("a path in quotes");
        let methods = methods.get(&id).expect("every path has an endpoint");
        routes.extend(methods.iter().map(|method| (method.clone(), path.to_owned())));
    }
    routes
}

/// The methods of each endpoint; `ANY` for what takes all of them.
fn methods(endpoints: &str) -> BTreeMap<u32, Vec<String>> {
    let of = |text: &str| -> Vec<String> {
        let Some((_, allowed)) = text.rsplit_once("allow_header: Bytes(b\"") else { return vec!["ANY".to_owned()] };
        let allowed = allowed.split('"').next().unwrap_or_default();
        // Whoever answers GET answers HEAD.
        allowed.split(',').filter(|method| *method != "HEAD").map(str::to_owned).collect()
    };
    numbered(endpoints).map(|(id, text)| (id, of(text))).collect()
}

/// The entries of a map by route id, each with the text up to the next.
fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let entries = text.split("RouteId(").skip(1);
    entries.map(|entry| {
        let (id, rest) = entry.split_once(')').expect("an id ends");
        (id.parse().expect("an id is a number"), rest)
    })
}
