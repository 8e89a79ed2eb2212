//! What keeps whole classes of flaws out, looked for in the sources.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which Clippy does not see as tests")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&manifest).parent().unwrap().to_owned()
}

/// Files below a folder with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let (mut found, mut left) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
                left.push(path);
            } else if endings.contains(&ending) {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// Lines of our own sources that hold one of these words, but for the files named.
fn lines_with(folders: &[&str], words: &[&str], but: &[&str]) -> Vec<String> {
    let files = folders.iter().flat_map(|folder| files(folder, &["rs", "js"]));
    let files = files.filter(|(path, _)| !but.iter().any(|but| path.ends_with(but)));
    let lines = files.flat_map(|(path, text)| {
        let lines = text.lines().filter(|line| words.iter().any(|word| line.contains(word)));
        lines.map(|line| format!("{}: {}", path.display(), line.trim())).collect::<Vec<_>>()
    });
    lines.collect()
}

#[test]
fn memory_and_numbers_are_safe_in_every_crate() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"deny\""));
    let release = manifest.split("[profile.release]").nth(1).unwrap().split("\n[").next().unwrap();
    assert!(release.contains("overflow-checks = true"), "what does not fit is an error");
    for folder in ["app", "frontend", "server", "xtask"] {
        for (path, text) in files(folder, &["toml"]).into_iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
            assert!(text.contains("[lints]\nworkspace = true"), "{}", path.display());
        }
    }
    let allowed = lines_with(&["app", "frontend", "server"], &["allow(unsafe_code", "expect(unsafe_code"], &[]);
    assert!(allowed.is_empty(), "{allowed:#?}");
}

#[test]
fn screens_insert_no_markup_and_run_no_text() {
    let words = [
        "inner_html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "document.write",
        "eval(",
        "new Function",
        "setTimeout(\"",
        "js_sys::eval",
        "postMessage",
        "post_message",
    ];
    // Drawings of our own, chosen by name.
    let found = lines_with(&["app", "frontend", "public"], &words, &["ui/src/icon.rs"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn randomness_is_the_systems() {
    let words = ["rand::", "thread_rng", "fastrand", "SmallRng", "StdRng", "Math.random", "js_sys::Math"];
    let found = lines_with(
        &["app", "frontend", "public", "server/src", "server/backend/src", "server/channels/src"],
        &words,
        &[],
    );
    assert!(found.is_empty(), "{found:#?}");
}
