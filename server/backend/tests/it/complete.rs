//! The standing suites are complete: each method of each port is walked by both, or is excused here and says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Why methods have no line in a suite.
type Excuses = &'static [(&'static str, &'static [&'static str])];

const BEFORE_ANYBODY_IS_KNOWN: &[&str] = &[
    "accounts.api_caller",
    "accounts.ask_for_passkey",
    "accounts.caller",
    "accounts.confirm_sign_up",
    "accounts.forgot_password",
    "accounts.person",
    "accounts.reset_link_works",
    "accounts.reset_password",
    "accounts.second_factor",
    "accounts.sign_in",
    "accounts.sign_in_by_passkey",
    "accounts.sign_out",
    "accounts.sign_up",
    "profile.confirm_email_change",
    "profile.email_change",
    "profile.refuse_email_change",
    "sso.arrive",
    "sso.depart",
    "team.accept_as_new",
    "team.invitation",
];

/// Guarded by the wall around each person: `db.personal` is the only door to what they read and write.
const OF_ONES_OWN_ACCOUNT: &[&str] = &[
    "profile.add_passkey",
    "profile.begin_app",
    "profile.begin_passkey",
    "profile.change_email",
    "profile.change_password",
    "profile.confirm_app",
    "profile.end_other_sessions",
    "profile.end_session",
    "profile.factors",
    "profile.picture",
    "profile.prove",
    "profile.read",
    "profile.remove_app",
    "profile.remove_passkey",
    "profile.remove_picture",
    "profile.renew_recovery_codes",
    "profile.save",
    "profile.sessions",
    "profile.set_picture",
    "team.accept",
    "team.create_workspace",
    "team.fresh_business",
];

const WITHOUT_PERMISSION: Excuses = &[
    ("nobody is known yet, or this is how they become known", BEFORE_ANYBODY_IS_KNOWN),
    ("everybody's own account", OF_ONES_OWN_ACCOUNT),
    (
        "where somebody is a member is theirs to know and to choose",
        &["accounts.workspaces", "accounts.switch", "sso.depart_to"],
    ),
    (
        "every member's own place",
        &[
            "accounts.me",
            "accounts.seal",
            "accounts.set_enter_sends",
            "notifications.news",
            "notifications.read",
            "notifications.save",
            "team.leave",
        ],
    ),
    (
        "the owner's, and of whom they offer it to: a person and no permission",
        &["team.accept_ownership", "team.offer_ownership", "team.ownership_offer"],
    ),
];

const WITHOUT_WALL: Excuses = &[
    ("nobody is known yet, or this is how they become known", BEFORE_ANYBODY_IS_KNOWN),
    ("everybody's own account", OF_ONES_OWN_ACCOUNT),
    ("names nothing: the caller's own place alone", &["accounts.set_enter_sends", "team.leave"]),
];

#[test]
fn every_method_of_every_port_is_in_both_suites() {
    let methods = methods();
    assert!(methods.len() > 100, "only {} were found", methods.len());
    let complaints: Vec<String> = [
        ("permissions.rs", include_str!("permissions.rs"), WITHOUT_PERMISSION),
        ("walls.rs", include_str!("walls.rs"), WITHOUT_WALL),
    ]
    .into_iter()
    .flat_map(|(suite, text, excuses)| complaints(suite, text, excuses, &methods))
    .collect();
    assert!(complaints.is_empty(), "the standing suites:\n  {}", complaints.join("\n  "));
}

fn complaints(suite: &str, text: &str, excuses: Excuses, methods: &BTreeSet<String>) -> Vec<String> {
    let excused: BTreeMap<_, _> =
        excuses.iter().flat_map(|(why, methods)| methods.iter().map(move |method| (*method, *why))).collect();
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let missing = methods.iter().filter_map(|method| match (calls(&text, method), excused.get(method.as_str())) {
        (false, None) => Some(format!("{method} has no line in {suite}")),
        (true, Some(why)) => Some(format!("{method} has a line in {suite} and is excused: {why}")),
        _ => None,
    });
    let gone = excused.keys().filter(|method| !methods.contains(**method));
    missing.chain(gone.map(|method| format!("{method} is excused from {suite} and is no method"))).collect()
}

/// Whether a text without spaces calls `area.method(`, whatever the ports are called there.
fn calls(text: &str, method: &str) -> bool {
    let begins = |index: &usize| text[..*index].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(&format!("{method}(")).any(|(index, _)| begins(&index))
}

/// `area.method` of every port, by the name of its file.
fn methods() -> BTreeSet<String> {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/domain/src");
    let backend = fs::read_to_string(domain.join("ports.rs")).unwrap();
    let mut files: Vec<PathBuf> =
        fs::read_dir(domain.join("ports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut found = BTreeSet::new();
    for file in files {
        let area = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(backend.contains(&format!("pub {area}: Arc<dyn ")), "{area} is a field of Backend");
        let text = fs::read_to_string(&file).unwrap();
        let (_, port) = text.split_once("\npub trait ").unwrap_or_else(|| panic!("{area} has no trait"));
        let (port, _) = port.split_once("\n}").unwrap();
        let lines = port.lines().map(str::trim);
        let names = lines.filter_map(|line| line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")));
        found.extend(names.map(|name| format!("{area}.{}", name.split('(').next().unwrap_or_default())));
    }
    found
}
