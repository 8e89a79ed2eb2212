//! The standing suite over HTTP: every door of a running server, tried by everybody who should not pass.
//!
//! The doors are not listed by hand: the server names what it registered, and [`table`] must have a line for each.

pub mod asking;
mod forms;
pub mod live;
mod pictures;
mod places;
mod routes;
pub mod table;
pub mod town;
mod vouched;

use std::collections::BTreeSet;

use domain::api_keys::SCOPES;
use domain::page::Cursor;
use domain::{Error, Permission, Role, Timestamp};
use uuid::Uuid;

use crate::served::Served;
use asking::{Answer, Pass, ask, ordinary};
use routes::served_routes;
use table::{DOORS, Door, Field, Guard, OPERATORS, Place};
use town::{Town, roles, stored};

/// Method and path of each line.
fn named<'a>(doors: impl Iterator<Item = &'a Door>) -> BTreeSet<(String, String)> {
    doors.map(|door| (door.method.to_owned(), door.path.to_owned())).collect()
}

/// The doors of the public address that Parley itself answers.
fn doors() -> impl Iterator<Item = &'static Door> {
    DOORS.iter().filter(|door| door.guard != Guard::StandIn)
}

#[tokio::test]
async fn every_route_that_is_served_has_its_line_in_the_table() {
    let served = Served::start().await;
    assert_same(&served_routes(&served, "public"), &named(DOORS.iter()));
    assert_same(&served_routes(&served, "operators"), &named(OPERATORS.iter()));
    // What the code registers elsewhere is found in the log too, so the log is read rightly.
    let routes = served_routes(&served, "public");
    let mut known: Vec<(String, String)> =
        server_fn::axum::server_fn_paths().map(|(path, method)| (method.to_string(), path.to_owned())).collect();
    let description: serde_json::Value = served.get("/api/v1/openapi.json").send().await.unwrap().json().await.unwrap();
    for (path, operations) in description["paths"].as_object().unwrap() {
        known.extend(operations.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    }
    for page in leptos_axum::generate_route_list(app::App) {
        known.push(("GET".to_owned(), page.path().to_owned()));
    }
    assert!(known.len() > 35, "{}", known.len());
    for route in known {
        assert!(routes.contains(&route), "{route:?}");
    }
}

#[tokio::test]
async fn without_the_sandbox_its_doors_are_not_there() {
    let served = Served::run(&["serve"]).await;
    assert_same(&served_routes(&served, "public"), &named(doors()));
}

fn assert_same(served: &BTreeSet<(String, String)>, lines: &BTreeSet<(String, String)>) {
    let without: Vec<_> = served.difference(lines).collect();
    assert!(without.is_empty(), "served without a line in the table: {without:?}");
    let gone: Vec<_> = lines.difference(served).collect();
    assert!(gone.is_empty(), "in the table but not served: {gone:?}");
}

#[tokio::test]
async fn an_address_that_is_no_route_is_not_found() {
    let served = Served::start().await;
    let cookie = served.sign_in(backend::seed::EMAIL).await;
    let far = format!("/{}", "x".repeat(8_000));
    for path in ["/nowhere", "/%00", "/pkg/..%2f..%2fCargo.toml", "//etc/passwd", "/files", "/api/app/api/none", &far] {
        let answer = served.get(path).header("cookie", &cookie).send().await.unwrap();
        assert!(matches!(answer.status().as_u16(), 400 | 404 | 405 | 414), "{path}: {}", answer.status());
        assert!(!answer.text().await.unwrap().contains("[workspace]"), "{path}");
    }
}

#[tokio::test]
async fn who_has_no_valid_session_or_key_is_refused_at_every_door() {
    let town = Town::new().await;
    let empty_handed = town.holdings(&town.ours).await;
    let strangers = strangers(&town).await;
    let before = town.holdings(&town.ours).await;
    assert_ne!(before, empty_handed, "the holdings are really read");
    for door in doors() {
        for (who, pass) in &strangers {
            let answer = ask(&town.served, door, pass, |field| ordinary(field, &town.ours.ids)).await;
            let what = format!("{} {} as {who}: {answer:?}", door.method, door.path);
            assert!(!town.ours.shows_in(&answer.text), "{what}");
            match door.guard {
                Guard::Open => assert!(answer.status < 500, "{what}"),
                Guard::Page(..) => assert!(is_sent_to_sign_in(&answer), "{what}"),
                Guard::Signed => assert!(matches!(answer.status, 401 | 403), "{what}"),
                _ => assert_eq!(answer.status, 401, "{what}"),
            }
        }
    }
    let mut after = town.holdings(&town.ours).await;
    // Whoever brings a session, even a dead one, may end it.
    after.insert("session".to_owned(), before["session"].clone());
    assert_eq!(after, before, "nothing changed");
    town.assert_calm();
}

#[tokio::test]
async fn who_left_a_workspace_still_is_somebody_but_sees_nothing_of_it() {
    let town = Town::new().await;
    let left = town.newcomer("left", Role::Admin).await;
    town.leaves(&left).await;
    let pass = Pass::Cookie(left);
    for door in doors() {
        let answer = ask(&town.served, door, &pass, |field| ordinary(field, &town.ours.ids)).await;
        let what = format!("{} {} after leaving: {answer:?}", door.method, door.path);
        // On their own pages they are told the name of what is closed to them now, and nothing else.
        let own = matches!(door.guard, Guard::Page(None, _)) || door.path == "/api/app/api/who_is_here";
        let text = answer.text.replace(&format!("{} workspace", town.ours.mark), "");
        assert!(!town.ours.shows_in(if own { &text } else { &answer.text }), "{what}");
        match door.guard {
            Guard::Page(Some(_), _) => assert!(answer.status == 302 && answer.location == "/welcome", "{what}"),
            Guard::Page(None, _) => assert!(answer.is_good(), "{what}"),
            Guard::Member | Guard::Role(_) | Guard::Tried(_) | Guard::Owner => assert_eq!(answer.status, 404, "{what}"),
            // Some of these end the session.
            Guard::Person if answer.is_good() => {}
            Guard::Person => assert!(matches!(answer.status, 404 | 409 | 422), "{what}"),
            _ => {}
        }
        if matches!(door.guard, Guard::Open) && door.path.ends_with("sign_out") {
            break;
        }
    }
    town.assert_calm();
}

/// Everybody without a right to anything: no pass, a made-up one, one that has ended, or one for the other kind of door.
async fn strangers(town: &Town) -> Vec<(&'static str, Pass)> {
    let ended = town.newcomer("ended", Role::Admin).await;
    town.served.sign_out(&ended).await;
    let expired = town.newcomer("expired", Role::Admin).await;
    town.execute("update session set expires_at = now() - interval '1 second' where token_hash = $1", stored(&expired))
        .await;
    let revoked = town.master_key(&town.ours).await;
    let Pass::Key(secret) = &revoked else { unreachable!("a key") };
    town.execute("update api_key set revoked_at = now() where key_hash = $1", backend::secret::hash(secret)).await;
    let cookie = |text: &str| Pass::Cookie(text.to_owned());
    vec![
        ("nobody", Pass::Nothing),
        ("an empty cookie", cookie("parley_session=")),
        ("a forged cookie", cookie("parley_session=forged")),
        ("an overlong cookie", cookie(&format!("parley_session={}", "x".repeat(6_000)))),
        ("an ended session", Pass::Cookie(ended)),
        ("an expired session", Pass::Cookie(expired)),
        ("an empty key", Pass::Key(String::new())),
        ("a forged key", Pass::Key("parley_forged".to_owned())),
        ("a revoked key", revoked),
    ]
}

/// A page without content, or the way to one.
fn is_sent_to_sign_in(answer: &Answer) -> bool {
    answer.status == 302 && answer.location.starts_with("/sign-in")
}

#[tokio::test]
async fn a_session_opens_no_door_for_keys_and_a_key_no_door_for_sessions() {
    let town = Town::new().await;
    let (session, key) = (town.ours.session(Role::Owner), town.master_key(&town.ours).await);
    for door in doors() {
        let wrong = match door.guard {
            Guard::Key(_) => &session,
            Guard::Person | Guard::Member | Guard::Owner | Guard::Role(_) | Guard::Tried(_) | Guard::Page(..) => &key,
            _ => continue,
        };
        let answer = ask(&town.served, door, wrong, |field| ordinary(field, &town.ours.ids)).await;
        let refused = answer.status == 401 || is_sent_to_sign_in(&answer);
        assert!(refused && !town.ours.shows_in(&answer.text), "{} {}: {answer:?}", door.method, door.path);
    }
    town.assert_calm();
}

#[tokio::test]
async fn a_neighbour_with_our_ids_finds_nothing_and_changes_nothing() {
    let town = Town::new().await;
    let key = town.master_key(&town.theirs).await;
    let mut stream = live::Stream::open(&town.served, town.ours.cookie(Role::Owner), None).await;
    let before = town.holdings(&town.ours).await;
    for door in doors() {
        let pass = match door.guard {
            Guard::Key(_) => key.clone(),
            // One of these doors ends the session.
            Guard::Open => town.theirs.session(Role::ReadOnly),
            Guard::Person => town.passing(&town.theirs).await,
            _ => town.theirs.session(Role::Owner),
        };
        // All ids ours, then each alone among the neighbour's own.
        let all = ask(&town.served, door, &pass, |field| ordinary(field, &town.ours.ids)).await;
        check_neighbour(&town, door, "all", &all);
        for foreign in door.ids() {
            let pass = match door.guard {
                Guard::Person => town.passing(&town.theirs).await,
                _ => pass.clone(),
            };
            let fill = |field: &Field| {
                let ids = if field.1 == foreign.1 { &town.ours.ids } else { &town.theirs.ids };
                ordinary(field, ids)
            };
            let one = ask(&town.served, door, &pass, fill).await;
            check_neighbour(&town, door, foreign.1, &one);
        }
    }
    assert_eq!(town.holdings(&town.ours).await, before, "nothing of ours changed");
    town.ours.note(&town.served).await;
    assert_eq!(stream.next_topic().await, live::conversation(&town.ours), "nor were our screens told of anything");
    town.assert_calm();
}

fn check_neighbour(town: &Town, door: &Door, foreign: &str, answer: &Answer) {
    let what = format!("{} {} with our {foreign}: {answer:?}", door.method, door.path);
    assert!(!town.ours.shows_in(&answer.text), "{what}");
    match door.guard {
        Guard::Open => assert!(answer.status < 500, "{what}"),
        Guard::Signed => assert!(matches!(answer.status, 401 | 403), "{what}"),
        Guard::Page(..) => {
            assert!(answer.is_good() && town.theirs.shows_in(&answer.text), "{what}");
            assert_eq!(answer.says(Error::NotFound), door.ids().next().is_some(), "{what}");
        }
        _ if door.ids().next().is_some() => assert!(answer.is_refusal(), "{what}"),
        Guard::Person | Guard::Tried(_) => assert!(answer.status < 500 && answer.status != 403, "{what}"),
        _ => assert!(answer.is_good(), "{what}"),
    }
}

#[tokio::test]
async fn each_role_passes_where_the_table_says_and_nowhere_else() {
    let town = Town::new().await;
    for role in roles() {
        let mut ids = town.ours.ids;
        // A file belongs to one message, and every role sends one.
        ids.file = town.ours.upload(&town.served).await;
        for door in doors() {
            let fill = |field: &Field| ordinary(field, &ids);
            let needed = match door.guard {
                Guard::Tried(_) | Guard::Owner => {
                    let answer = ask(&town.served, door, &town.ours.session(role), fill).await;
                    check_tried(door, role, &answer);
                    continue;
                }
                Guard::Member => None,
                Guard::Role(permission) => Some(permission),
                Guard::Page(permission, shown) => {
                    check_page(&town, door, role, permission, shown).await;
                    continue;
                }
                _ => continue,
            };
            let answer = ask(&town.served, door, &town.ours.session(role), |field| ordinary(field, &ids)).await;
            let what = format!("{} {} as {role:?}: {answer:?}", door.method, door.path);
            check_permission(needed.is_none_or(|permission| role.allows(permission)), &answer, &what);
        }
    }
    town.assert_calm();
}

/// Whoever may, may still name something that is gone.
fn check_tried(door: &Door, role: Role, answer: &Answer) {
    let allowed = match door.guard {
        Guard::Tried(permission) => role.allows(permission),
        _ => role == Role::Owner,
    };
    let what = format!("{} {} as {role:?}: {answer:?}", door.method, door.path);
    assert_eq!(answer.status == 403, !allowed, "{what}");
    assert!(answer.is_good() || answer.is_refusal() || answer.status == 403, "{what}");
}

fn check_permission(allowed: bool, answer: &Answer, what: &str) {
    if allowed {
        assert!(answer.is_good(), "{what}");
    } else {
        assert_eq!(answer.status, 403, "{what}");
    }
}

async fn check_page(town: &Town, door: &Door, role: Role, needed: Option<Permission>, shown: &str) {
    let answer = ask(&town.served, door, &town.ours.session(role), |field| ordinary(field, &town.ours.ids)).await;
    let allowed = needed.is_none_or(|permission| role.allows(permission));
    let shows = answer.text.contains(&format!("{}{shown}", town.ours.mark));
    let refused = answer.says(Error::Forbidden);
    assert!(answer.is_good() && shows == allowed && refused != allowed, "{} as {role:?}: {answer:?}", door.path);
}

#[tokio::test]
async fn each_scope_passes_where_the_table_says_and_nowhere_else() {
    let town = Town::new().await;
    for (scope, permissions) in SCOPES.iter().copied().chain([("nothing", [].as_slice())]) {
        let scopes: &[&str] = if permissions.is_empty() { &[] } else { &[scope] };
        let key = town.key(&town.ours, scopes).await;
        for door in doors() {
            let Guard::Key(needed) = door.guard else { continue };
            let answer = ask(&town.served, door, &key, |field| ordinary(field, &town.ours.ids)).await;
            let what = format!("{} {} with {scope}: {answer:?}", door.method, door.path);
            check_permission(permissions.contains(&needed), &answer, &what);
        }
    }
    town.assert_calm();
}

#[tokio::test]
async fn ids_of_nothing_and_broken_ones_are_refused() {
    let town = Town::new().await;
    let key = town.master_key(&town.ours).await;
    let odd = [
        ("with a NUL", "\0".to_owned()),
        ("unknown", "018f0000-0000-7000-8000-000000000001".to_owned()),
        ("nil", Uuid::nil().to_string()),
        ("junk", "'; drop table message; -- ü%00🦀".to_owned()),
        ("before all time", Cursor::new(Timestamp::MIN, Uuid::nil()).0),
        ("overlong", "7".repeat(8_000)),
    ];
    for door in doors() {
        let pass = match door.guard {
            Guard::Key(_) => key.clone(),
            _ => town.ours.session(Role::Owner),
        };
        for wrong in door.fields.iter().filter(|field| field.0 != Place::Header) {
            for (kind, value) in &odd {
                let pass = match door.guard {
                    // Signing out is open, and ends what it comes with.
                    Guard::Person | Guard::Open => town.passing(&town.ours).await,
                    _ => pass.clone(),
                };
                let fill = |field: &Field| match field.1 == wrong.1 {
                    true => value.clone(),
                    false => ordinary(field, &town.ours.ids),
                };
                let answer = ask(&town.served, door, &pass, fill).await;
                let what = format!("{} {} with {} {kind}: {answer:?}", door.method, door.path, wrong.1);
                assert!(answer.status < 500, "{what}");
                if wrong.2.is_id() {
                    assert!(answer.is_refusal() || answer.says(Error::NotFound), "{what}");
                }
            }
        }
    }
    town.assert_calm();
}
