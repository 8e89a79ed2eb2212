//! `docs/asvs.md` has a line for every requirement of levels 1 and 2 of OWASP's verification standard, and whatever a
//! line names is there: tests by their names, documents by their headings.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which Clippy does not see as tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

const TABLE: &str = "docs/asvs.md";
const REQUIREMENTS: &str = "docs/asvs-requirements.txt";

/// Where the tests of a crate lie.
const CRATES: &[(&str, &str)] = &[
    ("app", "app"),
    ("domain", "app/domain"),
    ("ui", "app/ui"),
    ("inbox", "app/inbox"),
    ("settings", "app/settings"),
    ("server", "server"),
    ("backend", "server/backend"),
    ("channels", "server/channels"),
    ("sandbox", "server/sandbox"),
    ("sso", "server/sso"),
    ("xtask", "xtask"),
];

fn root() -> PathBuf {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&manifest).parent().unwrap().to_owned()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Number and level of each requirement.
fn requirements() -> BTreeMap<String, String> {
    let text = read(REQUIREMENTS).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).map(|(number, level)| (number.to_owned(), level.to_owned())).collect()
}

/// One line of the table: `| number | level | what | state | why |`.
struct Line<'a> {
    number: &'a str,
    level: &'a str,
    state: &'a str,
    why: &'a str,
}

fn lines(table: &str) -> Vec<Line<'_>> {
    let cells = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .filter_map(|cells| match cells.as_slice() {
            ["", number, level, _, state, why, ""] if number.starts_with(|c: char| c.is_ascii_digit()) => {
                Some(Line { number, level, state, why })
            }
            _ => None,
        })
        .collect()
}

/// What is wrong with a table.
fn complaints(table: &str) -> Vec<String> {
    let (wanted, lines) = (requirements(), lines(table));
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for line in &lines {
        match wanted.get(line.number) {
            None => complaints.push(format!("{} is no requirement of levels 1 and 2", line.number)),
            Some(level) if level != line.level => complaints.push(format!("{} is of level {level}", line.number)),
            Some(_) => {}
        }
        if !seen.insert(line.number) {
            complaints.push(format!("{} has two lines", line.number));
        }
        complaints.extend(wrong_reasons(line).into_iter().map(|what| format!("{}: {what}", line.number)));
    }
    complaints.extend(
        wanted.keys().filter(|number| !seen.contains(number.as_str())).map(|number| format!("{number} has no line")),
    );
    complaints
}

fn wrong_reasons(line: &Line<'_>) -> Vec<String> {
    let (tests, links) = (tests_of(line.why), links_of(line.why));
    let mut wrong: Vec<String> = tests.iter().filter_map(|test| missing_test(test).err()).collect();
    wrong.extend(links.iter().filter_map(|link| missing_heading(link).err()));
    let enough = match line.state {
        "shown" => !tests.is_empty(),
        "documented" => !links.is_empty(),
        "open" => line.why.contains("(open-points.md#"),
        "none" => line.why.len() > 4,
        other => {
            wrong.push(format!("“{other}” is none of shown, documented, open, none"));
            true
        }
    };
    if !enough {
        wrong.push(format!("“{}” does not say by what, where or why", line.state));
    }
    wrong
}

/// Names in backticks that begin with a crate or `end2end`.
fn tests_of(why: &str) -> Vec<&str> {
    let quoted = why.split('`').skip(1).step_by(2);
    let is_test = |text: &&str| {
        let first = text.split([' ', ':']).next().unwrap_or_default();
        text.contains(' ') && (first == "end2end" || CRATES.iter().any(|(name, _)| *name == first))
    };
    quoted.filter(is_test).collect()
}

/// Targets of links, from the folder of the table.
fn links_of(why: &str) -> Vec<&str> {
    why.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.starts_with("http")).collect()
}

fn missing_test(name: &str) -> Result<(), String> {
    let there = match name.split_once(' ') {
        Some(("end2end", rest)) => in_browser(rest),
        Some((binary, path)) => in_crate(binary, path),
        None => None,
    };
    there.filter(|there| *there).map(|_| ()).ok_or_else(|| format!("there is no test `{name}`"))
}

/// `17-accounts: the title`
fn in_browser(rest: &str) -> Option<bool> {
    let (file, title) = rest.split_once(": ")?;
    let text = read(&format!("end2end/tests/{file}.spec.ts"))?;
    Some(["'", "\"", "`"].iter().any(|quote| text.contains(&format!("test({quote}{title}{quote}"))))
}

/// `crate module::name` for a test beside the code, `crate::binary module::name` for one of an own binary.
fn in_crate(binary: &str, path: &str) -> Option<bool> {
    let (name, binary) = binary.split_once("::").map_or((binary, None), |(name, binary)| (name, Some(binary)));
    let folder = CRATES.iter().find(|(known, _)| *known == name)?.1;
    let (modules, test) = path.rsplit_once("::").unwrap_or(("", path));
    let modules = modules.replace("::", "/");
    let base = match binary {
        Some(binary) => format!("{folder}/tests/{binary}"),
        None => format!("{folder}/src"),
    };
    let file = if modules.is_empty() { base } else { format!("{base}/{modules}") };
    let tried = [
        format!("{file}.rs"),
        format!("{file}/mod.rs"),
        format!("{file}/main.rs"),
        format!("{file}/tests.rs"),
        format!("{file}/lib.rs"),
    ];
    Some(tried.iter().filter_map(|file| read(file)).any(|text| has_test(&text, test)))
}

/// Whether a function of this name is marked as a test.
fn has_test(text: &str, name: &str) -> bool {
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if line.contains("fn ") {
            if marked && line.contains(&format!("fn {name}(")) {
                return true;
            }
            marked = false;
        }
    }
    // Property tests are marked within their macro.
    text.contains("proptest!") && text.contains(&format!("fn {name}("))
}

fn missing_heading(link: &str) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = file.strip_prefix("../").map_or_else(|| format!("docs/{file}"), str::to_owned);
    let text = read(&path).ok_or_else(|| format!("there is no file {path}"))?;
    let headings: Vec<String> = text.lines().filter(|line| line.starts_with('#')).map(anchor_of).collect();
    let there = anchor.is_empty() || headings.iter().any(|heading| heading == anchor);
    if there { Ok(()) } else { Err(format!("{path} has no heading #{anchor}")) }
}

fn anchor_of(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_requirement_has_a_line_and_what_it_names_is_there() {
    let complaints = complaints(&read(TABLE).unwrap());
    assert!(complaints.is_empty(), "{TABLE}:\n  {}", complaints.join("\n  "));
}

#[test]
fn the_check_sees_what_is_missing_unknown_or_made_up() {
    let table = read(TABLE).unwrap();
    assert_eq!(requirements().len(), 253);
    let line = table.lines().find(|line| line.starts_with("| 6.3.1 |")).unwrap();
    let with = |new: &str| complaints(&table.replace(line, new));
    let row = |why: &str| format!("| 6.3.1 | 1 | x | shown | {why} |");
    for (broken, words) in [
        (String::new(), "6.3.1 has no line"),
        (format!("{line}\n{line}"), "6.3.1 has two lines"),
        (format!("{line}\n| 6.3.99 | 1 | x | none | because of that |"), "6.3.99 is no requirement"),
        (line.replace("| 1 |", "| 2 |"), "6.3.1 is of level 1"),
        (row("`backend::it accounts::nobody_wrote_this`"), "there is no test"),
        // A function, but no test.
        (row("`backend::it people::sign_in`"), "there is no test"),
        (row("`end2end 17-accounts: nobody wrote this`"), "there is no test"),
        (row("trust us"), "does not say"),
        ("| 6.3.1 | 1 | x | open | some day |".to_owned(), "does not say"),
        ("| 6.3.1 | 1 | x | documented | [here](security.md#no-such-heading) |".to_owned(), "no heading"),
        ("| 6.3.1 | 1 | x | fine | because of that |".to_owned(), "is none of"),
    ] {
        let complaints = with(&broken);
        assert!(complaints.iter().any(|complaint| complaint.contains(words)), "{broken}: {complaints:?}");
    }
}
