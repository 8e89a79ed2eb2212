//! Forms as a browser posts them by itself: they too act for the page that they are on, and for no other.

use domain::{Error, Role};
use reqwest::header::{ACCEPT, COOKIE, LOCATION, REFERER};
use reqwest::{RequestBuilder, Response};
use ui::AppError;

use super::asking::{Pass, ask, ordinary};
use super::table::{Door, Guard};
use super::town::Town;
use super::{doors, town::House};
use crate::safety::set;
use crate::served::Served;

/// The forms of a page that a browser would post, each with what is in it.
fn posted_forms(page: &str) -> Vec<&str> {
    let forms = page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    forms.filter(|form| form.split('>').next().unwrap().contains("method=\"post\"")).collect()
}

/// What a page says that it was made for.
fn made_for(page: &str) -> &str {
    let (_, rest) = page.split_once("<html").unwrap_or_default();
    let (_, rest) = rest.split('>').next().unwrap().split_once("data-place=\"").unwrap_or_default();
    rest.split('"').next().unwrap()
}

async fn check_forms(town: &Town, door: &Door, pass: &Pass, house: &House) -> usize {
    let answer = ask(&town.served, door, pass, |field| ordinary(field, &house.ids)).await;
    let forms = posted_forms(&answer.text);
    let made_for = made_for(&answer.text);
    let shown_to_somebody = matches!((door.guard, pass), (Guard::Page(..), Pass::Cookie(_))) && answer.is_good();
    assert!(!shown_to_somebody || !made_for.is_empty(), "{} does not say whose it is", door.path);
    for form in &forms {
        let held = match made_for {
            "" => "name=\"place\"".to_owned(),
            place => format!("<input type=\"hidden\" name=\"place\" value=\"{place}\">"),
        };
        assert!(form.contains(&held), "{} has a form that does not say whose it is: <form{form}", door.path);
    }
    forms.len()
}

#[tokio::test]
async fn every_form_of_every_page_says_whose_it_is() {
    let town = Town::new().await;
    let alone = town.newcomer("alone", Role::Agent).await;
    let left = town.served.post("/api/settings/api/team/leave").header(COOKIE, &alone).form(&[("sure", "true")]);
    assert_eq!(left.send().await.unwrap().status(), 200);
    let mut forms = 0;
    for door in doors().filter(|door| door.method == "GET" && matches!(door.guard, Guard::Page(..) | Guard::Open)) {
        for pass in
            [Pass::Nothing, Pass::Cookie(alone.clone()), town.ours.session(Role::Owner), town.ours.session(Role::Agent)]
        {
            forms += check_forms(&town, door, &pass, &town.ours).await;
        }
    }
    assert!(forms > 150, "they are found: {forms}");
    town.assert_calm();
}

/// A form that is posted without a script, on a page of the settings.
fn post(served: &Served, path: &str, cookie: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let page = format!("{}/settings/profile?tab=1", served.base);
    served.post(path).header(ACCEPT, "text/html").header(REFERER, page).header(COOKIE, cookie).form(fields)
}

fn leads_to(answer: &Response) -> String {
    answer.headers().get(LOCATION).map(|location| location.to_str().unwrap()).unwrap_or_default().to_owned()
}

/// Whether they are led back to where they are now, and told once that they went elsewhere.
async fn check_told(served: &Served, cookie: &str, answer: Response, what: &str) {
    let back = leads_to(&answer);
    assert!(answer.status() == 303 && back.starts_with("/settings/profile?tab=1&__path="), "{what}: {back}");
    let told = set(&answer, "parley_refused").expect("the browser that is told");
    let page = served.get(&back).header(COOKIE, format!("{cookie}; parley_refused={told}")).send().await.unwrap();
    assert_eq!(page.status(), 200, "{what}");
    let words = AppError(Error::Moved).to_string();
    assert_eq!(page.text().await.unwrap().matches(&words).count(), 1, "{what}");
}

const SAVE_TAG: &str = "/api/settings/api/setup/save_tag";

fn tag<'a>(name: &'a str, place: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
    let tag = [("tag", ""), ("name", name), ("colour", "blue")];
    tag.into_iter().chain(place.map(|place| ("place", place))).collect()
}

#[tokio::test]
async fn a_form_of_a_page_of_another_place_changes_nothing_and_says_so() {
    let town = Town::new().await;
    let served = &town.served;
    let first = town.newcomer("torn", Role::Admin).await;
    let stale = served.place(&first).await;
    let made = served.post("/api/settings/api/business/create_workspace").header(COOKIE, &first);
    let details = [("name", "Second"), ("time_zone", "UTC"), ("currency", "EUR")];
    let empty = ["industry", "address", "phone", "country"].map(|name| (name, ""));
    let made = made.form(&details.into_iter().chain(empty).collect::<Vec<_>>()).send().await.unwrap();
    let cookie = format!("parley_session={}", set(&made, "parley_session").expect("another session"));
    let here = served.place(&cookie).await;
    let others = served.place(town.ours.cookie(Role::Agent)).await;

    let long = format!("{stale}{}", "x".repeat(1_000));
    for page in [Some(stale.as_str()), Some(&others), Some(&long), Some("nonsense"), Some(""), None] {
        let fields = tag("Misplaced", page);
        let answer = post(served, SAVE_TAG, &cookie, &fields).send().await.unwrap();
        check_told(served, &cookie, answer, &format!("{page:?}")).await;
        let mut leave = vec![("sure", "true")];
        leave.extend(page.map(|place| ("place", place)));
        let answer = post(served, "/api/settings/api/team/leave", &cookie, &leave).send().await.unwrap();
        check_told(served, &cookie, answer, &format!("leaving, {page:?}")).await;
    }
    // Nor does a script's call that has the field go through.
    let call = served.post(SAVE_TAG).header(COOKIE, &cookie).form(&tag("Misplaced", Some(&stale)));
    assert_eq!(call.send().await.unwrap().json::<Error>().await.unwrap(), Error::Moved);
    assert_eq!(served.count("select count(*) from tag where name = 'Misplaced'").await, 0);
    assert_eq!(
        served.count("select count(*) from member where email like 'torn@%' and deactivated_at is null").await,
        2,
        "neither workspace was left"
    );

    let answer = post(served, SAVE_TAG, &cookie, &tag("Placed", Some(&here))).send().await.unwrap();
    assert!(answer.status().is_redirection() && !leads_to(&answer).contains("__err"), "{}", leads_to(&answer));
    assert_eq!(served.count("select count(*) from tag where name = 'Placed'").await, 1);
    town.assert_calm();
}

#[tokio::test]
async fn what_changes_the_place_itself_works_from_any_page() {
    let town = Town::new().await;
    let served = &town.served;
    let cookie = town.newcomer("going", Role::Agent).await;
    let theirs = town.theirs.workspace.to_string();
    let answer = post(served, "/sso/start", &cookie, &[("workspace", &theirs)]).send().await.unwrap();
    assert_eq!(answer.status(), 404, "asked, and found that they do not belong there");
    let forgot = post(served, "/api/app/api/forgot_password", &cookie, &[("email", "nobody@nowhere.example")]);
    assert!(!leads_to(&forgot.send().await.unwrap()).contains("__err"));
    let answer = post(served, "/api/app/api/sign_out", &cookie, &[("place", "nonsense")]).send().await.unwrap();
    assert_eq!(leads_to(&answer), "/sign-in");
    assert_eq!(served.place(&cookie).await, "");
    town.assert_calm();
}

#[tokio::test]
async fn a_form_is_read_for_its_place_as_far_as_forms_are_long() {
    let town = Town::new().await;
    let served = &town.served;
    let cookie = town.newcomer("long", Role::Admin).await;
    let here = served.place(&cookie).await;
    let fields = |length: usize| vec![("place".to_owned(), here.clone()), ("name".to_owned(), "x".repeat(length))];
    let asked = async |length: usize| {
        let request = served.post(SAVE_TAG).header(COOKIE, &cookie).form(&fields(length));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(asked(200 * 1024).await, 422, "read and found wrong");
    let answer = served.post(SAVE_TAG).header(COOKIE, &cookie).form(&fields(300 * 1024)).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("longer than any form"), "not read to its end");
    town.assert_calm();
}
