//! The rules of the house: who may import whom, one name for folder and crate, one place for versions, no paths of
//! somebody's machine, no file too long to read.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, which Clippy does not see as tests"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const AREAS: &[&str] = &["inbox", "settings"];
const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "futures-executor"];

/// One line of the table "crate, may import (ours), never" in `ARCHITECTURE.md`.
struct Rule {
    package: &'static str,
    /// Ours. Development dependencies are exempt, but for `domain`.
    may_import: &'static [&'static str],
    /// From elsewhere, development dependencies included.
    never: &'static [&'static [&'static str]],
}

const RULES: &[Rule] = &[
    Rule { package: "domain", may_import: &[], never: &[RUNTIMES, &["leptos", "sqlx", "regex", "reqwest", "axum"]] },
    Rule { package: "ui", may_import: &["domain"], never: &[&["sqlx", "reqwest"]] },
    Rule { package: "inbox", may_import: &["ui", "domain"], never: &[&["sqlx", "reqwest"]] },
    Rule { package: "settings", may_import: &["ui", "domain"], never: &[&["sqlx", "reqwest"]] },
    Rule { package: "app", may_import: &["inbox", "settings", "ui", "domain"], never: &[&["sqlx", "reqwest"]] },
    Rule { package: "frontend", may_import: &["app"], never: &[&["sqlx", "reqwest"]] },
    Rule {
        package: "backend",
        may_import: &["domain"],
        never: &[&["leptos", "leptos_axum", "leptos_router", "leptos_meta", "axum", "reqwest"]],
    },
    Rule {
        package: "channels",
        may_import: &["domain", "backend"],
        never: &[&["sqlx", "leptos", "leptos_axum", "leptos_router", "leptos_meta"]],
    },
    Rule {
        package: "sso",
        may_import: &["domain", "backend"],
        never: &[&["sqlx", "leptos", "leptos_axum", "leptos_router", "leptos_meta"]],
    },
    Rule { package: "sandbox", may_import: &[], never: &[] },
    Rule { package: "testkit", may_import: &["backend", "channels", "domain", "sandbox"], never: &[&["leptos"]] },
    Rule {
        package: "server",
        may_import: &["app", "inbox", "settings", "ui", "domain", "backend", "channels", "sandbox", "sso"],
        never: &[],
    },
    Rule { package: "xtask", may_import: &[], never: &[] },
];

/// Longer files are two subjects.
const LINES: usize = 700;

fn root() -> PathBuf {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&manifest).parent().unwrap().to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The members of the workspace.
fn packages() -> Vec<Value> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let text = output(&cargo, &["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&text).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

/// Files that git knows or would take, with their content if it is text.
fn files() -> Vec<(String, String)> {
    // A clone that belongs to somebody else is refused otherwise, as where CI runs as root.
    let listing = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = output("git", &listing);
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    paths.filter_map(|path| Some((path.to_owned(), fs::read_to_string(root().join(path)).ok()?))).collect()
}

fn no_complaints(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n  {}", complaints.join("\n  "));
}

#[test]
fn every_crate_imports_what_the_table_allows() {
    let packages = packages();
    let ours: BTreeSet<_> = packages.iter().map(name).collect();
    let rules: BTreeMap<_, _> = RULES.iter().map(|rule| (rule.package, rule)).collect();
    let mut complaints = Vec::new();
    for package in &packages {
        let Some(rule) = rules.get(name(package)) else {
            complaints.push(format!("{} has no line in the table: add one here and in ARCHITECTURE.md", name(package)));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            complaints.extend(complain(rule, dependency, &ours));
        }
    }
    let gone = rules.keys().filter(|package| !ours.contains(**package));
    complaints.extend(gone.map(|package| format!("{package} has a line in the table but is no member")));
    no_complaints("the import table (ARCHITECTURE.md) is broken", &complaints);
}

fn complain(rule: &Rule, dependency: &Value, ours: &BTreeSet<&str>) -> Option<String> {
    let (package, imported) = (rule.package, name(dependency));
    if rule.never.iter().any(|names| names.contains(&imported)) {
        return Some(format!("{package} must never import {imported}"));
    }
    let exempt = dependency["kind"] == "dev" && package != "domain";
    let allowed = exempt || !ours.contains(imported) || rule.may_import.contains(&imported);
    (!allowed).then(|| format!("{package} imports {imported}, but may import only {:?}", rule.may_import))
}

#[test]
fn areas_do_not_know_each_other() {
    for rule in RULES.iter().filter(|rule| AREAS.contains(&rule.package)) {
        assert!(!rule.may_import.iter().any(|imported| AREAS.contains(imported)), "{}", rule.package);
    }
}

#[test]
fn a_folder_has_the_name_of_its_crate() {
    let mut complaints = Vec::new();
    for package in packages() {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let folder = manifest.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        if folder != name(&package) {
            complaints.push(format!("the crate {} is in a folder named {folder}", name(&package)));
        }
    }
    no_complaints("folder and crate have one name", &complaints);
}

#[test]
fn versions_are_named_once_at_the_root() {
    let mut complaints = Vec::new();
    for package in packages() {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let mut table = "";
        for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(header) = line.strip_prefix('[') {
                table = header.trim_end_matches(']');
                // `[dependencies.serde]` would escape the test of single lines.
                if table.contains("dependencies.") {
                    complaints.push(format!("{}: write [{table}] as one line of its table", name(&package)));
                }
            } else if table.ends_with("dependencies") && !inherits(line) {
                complaints.push(format!("{}: `{line}` does not inherit from the workspace", name(&package)));
            }
        }
    }
    no_complaints("every version is named once, in the root manifest", &complaints);
}

/// `serde.workspace = true`, or `serde = { workspace = true, … }`.
fn inherits(line: &str) -> bool {
    let line: String = line.chars().filter(|character| !character.is_whitespace()).collect();
    let open = !line.contains('=') || line.starts_with(['"', ']', '}']);
    open || line.contains(".workspace=true") || line.contains("workspace=true") && !line.contains("version=")
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    let exempt = |path: &str| path == "xtask/tests/house.rs" || path.starts_with(".ci/");
    let mut complaints = Vec::new();
    for (path, text) in files().into_iter().filter(|(path, _)| !exempt(path)) {
        for (number, line) in text.lines().enumerate() {
            complaints.extend(machine_path(line).map(|found| format!("{path}:{}: {found}", number + 1)));
        }
    }
    no_complaints("paths of one machine mean nothing on another", &complaints);
}

/// The path of one machine in this line.
fn machine_path(line: &str) -> Option<&'static str> {
    let fixed = ["/root/", "/tmp/target", "/work/main", "/work/shared"]
        .into_iter()
        .find(|path| begins(line, path).next().is_some());
    let user = ["/home/", "/Users/", "C:\\Users\\"].into_iter().find(|home| {
        // `/home/$USER` and `/home/<you>` name nobody; a route may be called `/home/`.
        begins(line, home).any(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_'))
    });
    fixed.or(user)
}

/// What follows each absolute path that begins so: `app/root/` and `https://host/home/x` are none.
fn begins<'a>(line: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(path).filter_map(move |(index, _)| {
        let before = line[..index].chars().next_back();
        let inside = before.is_some_and(|before| before.is_alphanumeric() || "_-./}~".contains(before));
        (!inside).then(|| &line[index + path.len()..])
    })
}

#[test]
fn machine_paths_are_told_from_others() {
    for line in ["cp /root/x y", "see /home/anna/x", "\"/tmp/target-a\"", "/Users/b/c"] {
        assert!(machine_path(line).is_some(), "{line}");
    }
    for line in ["app/root/x", "https://a.example/home/b", "/home/<you>/x", "/home/$USER/x", "/rooted/"] {
        assert!(machine_path(line).is_none(), "{line}");
    }
}

#[test]
fn no_rust_file_is_too_long_to_read() {
    let rust = files().into_iter().filter(|(path, _)| path.ends_with(".rs"));
    let long = rust.filter(|(_, text)| text.lines().count() > LINES);
    let complaints: Vec<_> = long.map(|(path, text)| format!("{path} has {} lines", text.lines().count())).collect();
    no_complaints("a Rust file has at most 700 lines: split it by subject", &complaints);
}

/// The forms of the screens: by the piece that has the field, or with the field as the first thing in them.
#[test]
fn every_form_that_posts_says_whose_page_it_is_on() {
    let mut complaints = Vec::new();
    let mut forms = 0;
    for (path, text) in files() {
        if !(path.starts_with("app/") && path.ends_with(".rs")) || path == "app/ui/src/form.rs" {
            continue;
        }
        if text.contains("<ActionForm") {
            let ours = text.split("use ui::{").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
            if !ours.contains("ActionForm") {
                complaints.push(format!("{path}: use ui::ActionForm, not the framework's"));
            }
        }
        for form in posting_forms(&text) {
            forms += 1;
            if !form.starts_with("<PlaceField />") {
                complaints
                    .push(format!("{path}: <PlaceField /> comes first in a form; here does: {}", form.trim_end()));
            }
        }
    }
    assert!(forms > 15, "they are found: {forms}");
    no_complaints("a form that posts says whose page it is on, for all tabs share one session", &complaints);
}

/// What each `<form method="post">` of a view begins with.
fn posting_forms(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("<form").filter_map(|(start, _)| {
        let (before, rest) = text.split_at(start);
        let indent = before.len() - before.trim_end_matches(' ').len();
        let (first, _) = rest.split_once('\n')?;
        // The formatter puts the end of a tag of several lines below its beginning.
        let end = if first.ends_with('>') { "\n".to_owned() } else { format!("\n{}>\n", " ".repeat(indent)) };
        let (tag, inside) = rest.split_once(&end)?;
        tag.contains("method=\"post\"").then(|| inside.trim_start().split('\n').next().unwrap_or_default())
    })
}
