//! Pages that have grown stale: all tabs share one session, and it may go elsewhere in one of them.

use std::time::Duration;

use domain::{Error, Role};
use reqwest::header::COOKIE;
use reqwest::{RequestBuilder, Response};

use super::live::Stream;
use super::town::{Town, stored};
use crate::safety::set;
use crate::served::Served;

const PLACE: &str = "x-parley-place";

fn save(served: &Served, cookie: &str, bio: &str) -> RequestBuilder {
    let empty = ["phone", "job_title"].map(|name| (name, ""));
    let chosen = [("time_zone", "UTC"), ("currency", "EUR"), ("language", "en"), ("name", "Stale"), ("bio", bio)];
    let form: Vec<_> = empty.into_iter().chain(chosen).collect();
    served.post("/api/settings/api/person/save_profile").header(COOKIE, cookie).form(&form)
}

fn told(answer: &Response) -> Option<String> {
    answer.headers().get(PLACE).map(|place| place.to_str().unwrap().to_owned())
}

/// Person, workspace, and what they may do.
fn parts(place: &str) -> [&str; 3] {
    place.split('.').collect::<Vec<_>>().try_into().unwrap()
}

#[tokio::test]
async fn what_a_page_of_another_place_sends_is_refused() {
    let town = Town::new().await;
    let served = &town.served;
    let (here, other) = (town.newcomer("here", Role::Admin).await, town.newcomer("other", Role::Admin).await);
    let (own, colleague) = (served.place(&here).await, served.place(&other).await);
    let elsewhere = served.place(town.theirs.cookie(Role::Owner)).await;
    assert_eq!(parts(&own)[1], parts(&colleague)[1], "one workspace");
    assert_eq!(parts(&own)[2], parts(&colleague)[2], "one role");
    assert_ne!(parts(&own)[0], parts(&colleague)[0]);
    assert_ne!(parts(&own)[1], parts(&elsewhere)[1]);
    let page = served.get("/settings/profile").header(COOKIE, &here).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!("data-place=\"{own}\"")), "the page carries it");

    let mixed = format!("{}.{}.{}", parts(&own)[0], parts(&elsewhere)[1], parts(&own)[2]);
    for stale in [colleague.as_str(), &elsewhere, &mixed, "", "nonsense", "\u{e4}"] {
        let answer = save(served, &here, "stale").header(PLACE, stale.as_bytes()).send().await.unwrap();
        assert_eq!(answer.status(), 409, "{stale}");
        assert_eq!(answer.json::<Error>().await.unwrap(), Error::Moved, "{stale}");
    }
    assert_eq!(served.count("select count(*) from account where bio = 'stale'").await, 0, "nothing was saved");
    // With less power than it shows, it still is a page of theirs; each use case asks for that.
    let weaker = format!("{}.{}.{}", parts(&own)[0], parts(&own)[1], "none");
    for fitting in [&own, &weaker] {
        assert_eq!(save(served, &here, "fresh").header(PLACE, fitting).send().await.unwrap().status(), 200);
    }
    // Programs say nothing; they are told.
    let answer = save(served, &here, "plain").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), told(&answer)), (200, Some(own.clone())));
    // Signing out is possible from whatever page.
    let out = served.post("/api/app/api/sign_out").header(COOKIE, &here).header(PLACE, elsewhere).form(&[("", "")]);
    assert_eq!(out.send().await.unwrap().status(), 200);
    assert_eq!(served.place(&here).await, "", "and then there is none");
    town.assert_calm();
}

#[tokio::test]
async fn the_page_that_goes_elsewhere_itself_goes_along() {
    let town = Town::new().await;
    let served = &town.served;
    let moving = town.newcomer("moving", Role::Admin).await;
    let before = served.place(&moving).await;
    let business = [("name", "Second"), ("industry", ""), ("address", ""), ("phone", ""), ("country", "")];
    let form: Vec<_> = business.into_iter().chain([("time_zone", "UTC"), ("currency", "EUR")]).collect();
    let made =
        served.post("/api/settings/api/business/create_workspace").header(COOKIE, &moving).header(PLACE, &before);
    let made = made.form(&form).send().await.unwrap();
    let moved = format!("parley_session={}", set(&made, "parley_session").expect("another session"));
    let after = served.place(&moved).await;
    assert_eq!(told(&made), Some(after.clone()));
    assert_eq!(parts(&before)[0], parts(&after)[0]);
    assert_ne!(parts(&before)[1], parts(&after)[1]);
    assert_eq!(save(served, &moved, "").header(PLACE, after).send().await.unwrap().status(), 200);
    assert_eq!(save(served, &moved, "").header(PLACE, before).send().await.unwrap().status(), 409, "the other tab");
    town.assert_calm();
}

#[tokio::test]
async fn a_stream_ends_when_its_member_may_do_less_or_sees_less() {
    let town = Town::new().await;
    let less: [(&str, &'static str); 2] = [
        (
            "weaker",
            "update member set role = 'read_only' where id = (select member_id from session where token_hash = $1)",
        ),
        (
            "narrower",
            "update member set scope = 'own' where id = (select member_id from session where token_hash = $1)",
        ),
    ];
    for (who, what) in less {
        let cookie = town.newcomer(who, Role::Agent).await;
        let before = town.served.place(&cookie).await;
        let mut stream = Stream::open(&town.served, &cookie, None).await;
        town.execute(what, stored(&cookie)).await;
        let end = tokio::time::timeout(Duration::from_secs(1), stream.next()).await;
        assert!(end.unwrap_or_else(|_| panic!("{who}: a second is over")).is_none(), "{who}");
        let after = town.served.place(&cookie).await;
        assert_eq!(parts(&before)[..2], parts(&after)[..2], "{who}");
        assert_ne!(before, after, "{who}: the page finds that it is outdated");
    }
    town.assert_calm();
}

#[tokio::test]
async fn who_is_let_go_is_told_and_who_is_taken_back_is_in_again() {
    let town = Town::new().await;
    let served = &town.served;
    let cookie = town.newcomer("gone", Role::Agent).await;
    let owner = town.ours.cookie(Role::Owner);
    let member: uuid::Uuid = sqlx::query_scalar("select member_id from session where token_hash = $1")
        .bind(stored(&cookie))
        .fetch_one(&town.owner)
        .await
        .unwrap();
    let form = [("member", member.to_string()), ("heir", String::new())];
    let deactivate = served.post("/api/settings/api/team/deactivate").header(COOKIE, owner).form(&form);
    assert_eq!(deactivate.send().await.unwrap().status(), 200);
    let page = served.get("/inbox").header(COOKIE, &cookie).send().await.unwrap();
    assert_eq!(page.headers()["location"], "/welcome");
    let page = served.get("/welcome").header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
    let told = format!("Your access to {} workspace has ended.", town.ours.mark);
    assert!(page.contains(&told), "{page}");

    let reactivate = served.post("/api/settings/api/team/reactivate").header(COOKIE, owner).form(&form[..1]);
    assert_eq!(reactivate.send().await.unwrap().status(), 200);
    let back = async || served.get("/inbox").header(COOKIE, &cookie).send().await.unwrap().status() == 200;
    served.until("they are in again without signing in", back).await;
    let page = served.get("/welcome").header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("has ended"), "nor is it said any more");
    // Where they stand is written down, so that it can be ended there.
    let standing =
        "select count(*) from session s join member m on m.id = s.member_id where m.email = 'gone@newcomers.example'";
    assert_eq!(served.count(standing).await, 1);
    town.assert_calm();
}
