//! People's pictures: what is left of a file, and who sees it.

use domain::Role;
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Response};

use super::live::Stream;
use super::town::{Town, stored};
use crate::served::Served;

/// Says where it was taken and by which camera.
const PHOTOGRAPH: &[u8] = include_bytes!("files/photograph.jpg");

/// A script's, which does not say from which page.
fn upload(served: &Served, cookie: &str, file: &[u8]) -> RequestBuilder {
    upload_of(served, cookie, file, None)
}

/// The form, as a browser posts it by itself.
async fn post(served: &Served, cookie: &str, file: &[u8]) -> Response {
    let place = served.place(cookie).await;
    upload_of(served, cookie, file, Some(&place)).header(ACCEPT, "text/html").send().await.unwrap()
}

fn upload_of(served: &Served, cookie: &str, file: &[u8], place: Option<&str>) -> RequestBuilder {
    let part = Part::bytes(file.to_vec()).file_name("me.jpg");
    let form = place.into_iter().fold(Form::new(), |form, place| form.text("place", place.to_owned()));
    served.post("/picture").header(COOKIE, cookie).multipart(form.part("picture", part))
}

async fn show(served: &Served, cookie: &str, path: &str) -> Response {
    served.get(path).header(COOKIE, cookie).send().await.unwrap()
}

/// The address of the picture on somebody's own page.
async fn address(served: &Served, cookie: &str) -> Option<String> {
    let page = show(served, cookie, "/settings/profile").await.text().await.unwrap();
    let (_, rest) = page.split_once("src=\"/pictures/")?;
    Some(format!("/pictures/{}", rest.split('"').next().unwrap()))
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

#[tokio::test]
async fn a_picture_comes_up_as_a_plain_form_and_is_seen_by_colleagues_only() {
    let town = Town::new().await;
    let (served, own) = (&town.served, town.ours.cookie(Role::Agent));
    assert_eq!(address(served, own).await, None);
    let answer = post(served, own, PHOTOGRAPH).await;
    assert_eq!((answer.status().as_u16(), answer.headers()[LOCATION].to_str().unwrap()), (303, "/settings/profile"));
    let path = address(served, own).await.expect("the page shows it");

    let picture = show(served, town.ours.cookie(Role::ReadOnly), &path).await;
    assert_eq!(picture.status(), 200);
    let header = |name| picture.headers().get(name).map(|value: &reqwest::header::HeaderValue| value.to_str().unwrap());
    assert_eq!(header(CONTENT_TYPE), Some("image/jpeg"));
    assert_eq!(header(X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
    assert_eq!(header(CACHE_CONTROL), Some("private, max-age=31536000, immutable"));
    let kept = picture.bytes().await.unwrap();
    for canary in ["canary-place", "canary-camera", "Exif"] {
        assert!(holds(PHOTOGRAPH, canary) && !holds(&kept, canary), "{canary}");
    }

    assert_eq!(show(served, town.theirs.cookie(Role::Owner), &path).await.status(), 404, "of another workspace");
    assert_eq!(served.get(&path).send().await.unwrap().status(), 401, "of nobody");
    for odd in ["/pictures/x/64", "/pictures/..%2f..%2fmaster.key/64", &format!("{path}0"), "/pictures/x/0"] {
        assert_eq!(show(served, own, odd).await.status(), 404, "{odd}");
    }

    let remove = served.post("/api/settings/api/person/remove_picture").header(COOKIE, own).form(&[("", "")]);
    assert_eq!(remove.send().await.unwrap().status(), 200);
    assert_eq!((address(served, own).await, show(served, own, &path).await.status().as_u16()), (None, 404));
    town.assert_calm();
}

#[tokio::test]
async fn what_is_no_picture_is_told_at_its_form() {
    let town = Town::new().await;
    let (served, own) = (&town.served, town.ours.cookie(Role::Agent));
    let answer = post(served, own, b"no picture").await;
    assert_eq!(answer.status(), 303);
    let back = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    assert!(back.starts_with("/settings/profile?"), "{back}");
    let told = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = show(served, &format!("{own}; {told}"), &back).await.text().await.unwrap();
    assert!(page.contains("Choose a PNG, JPEG or WebP file."), "in words");
    assert_eq!(upload(served, own, b"no picture").send().await.unwrap().status(), 422);
    let large = vec![0; 5 * 1024 * 1024 + 1];
    let answer = upload(served, own, &large).send().await.unwrap();
    assert!(answer.status() == 422 && answer.text().await.unwrap().contains("5 MB"));
    let foreign = upload(served, own, PHOTOGRAPH).header(ORIGIN, "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403, "another site's page cannot give anybody a picture");
    assert_eq!(address(served, own).await, None);
    town.assert_calm();
}

#[tokio::test]
async fn a_picture_of_a_page_of_somebody_else_is_not_taken() {
    let town = Town::new().await;
    let (served, own) = (&town.served, town.ours.cookie(Role::Agent));
    let colleague = served.place(town.ours.cookie(Role::Admin)).await;
    for page in [Some(colleague.as_str()), Some(""), None] {
        let answer = upload_of(served, own, PHOTOGRAPH, page).header(ACCEPT, "text/html").send().await.unwrap();
        let back = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        let told = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let shown = show(served, &format!("{own}; {told}"), &back).await.text().await.unwrap();
        assert!(shown.contains("In another tab you went to another workspace"), "{page:?}: {back}");
    }
    assert_eq!(upload_of(served, own, PHOTOGRAPH, Some(&colleague)).send().await.unwrap().status(), 409);
    let said = upload(served, own, PHOTOGRAPH).header("x-parley-place", &colleague).send().await.unwrap();
    assert_eq!(said.status(), 409, "by the header");
    assert_eq!(address(served, own).await, None);
    let call = served.post("/api/settings/api/person/remove_picture").header(COOKIE, own).header(ACCEPT, "text/html");
    let call = call.multipart(Form::new().text("place", colleague)).send().await.unwrap();
    assert!(call.headers()[LOCATION].to_str().unwrap().contains("__err"), "nothing else is taken with files in it");
    let own_page = served.place(own).await;
    assert_eq!(upload_of(served, own, PHOTOGRAPH, Some(&own_page)).send().await.unwrap().status(), 200);
    town.assert_calm();
}

#[tokio::test]
async fn a_stream_ends_when_its_session_goes_on_elsewhere() {
    let town = Town::new().await;
    let moving = town.newcomer("moving", Role::Admin).await;
    #[expect(clippy::disallowed_methods, reason = "an invitation would take two more people")]
    let joined = sqlx::query(
        "insert into member (workspace_id, id, account_id, name, email, role)
         select $1, gen_random_uuid(), account_id, 'Moving', 'moving@newcomers.example', 'read_only'
         from session where token_hash = $2",
    )
    .bind(town.theirs.workspace.0)
    .bind(stored(&moving))
    .execute(&town.owner)
    .await
    .unwrap();
    assert_eq!(joined.rows_affected(), 1);
    let mut stream = Stream::open(&town.served, &moving, None).await;
    let member: uuid::Uuid = sqlx::query_scalar("select member_id from session where token_hash = $1")
        .bind(stored(&moving))
        .fetch_one(&town.owner)
        .await
        .unwrap();
    let form = [("member", member.to_string()), ("heir", String::new())];
    let owner = town.ours.cookie(Role::Owner);
    let deactivate = town.served.post("/api/settings/api/team/deactivate").header(COOKIE, owner).form(&form);
    assert_eq!(deactivate.send().await.unwrap().status(), 200);
    while stream.next().await.is_some() {}
    let page = show(&town.served, &moving, "/inbox").await.text().await.unwrap();
    assert!(town.theirs.shows_in(&page) && !town.ours.shows_in(&page), "it is of the other workspace");
    town.assert_calm();
}
