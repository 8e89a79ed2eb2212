//! Who came through a workspace's provider of single sign-on, and wants on to another workspace.

use reqwest::header::{ACCEPT, COOKIE, LOCATION};

use super::asking::Pass;
use super::town::{Town, stored};

#[tokio::test]
async fn who_came_through_a_provider_is_told_what_another_workspace_needs() {
    let town = Town::new().await;
    let served = &town.served;
    let Pass::Cookie(cookie) = town.passing(&town.ours).await else { unreachable!("a session") };
    town.execute("update session set vouched_by = workspace_id where token_hash = $1", stored(&cookie)).await;
    let form = [("workspace", town.theirs.workspace.to_string()), ("next", "/inbox".to_owned())];
    let answer = served.post("/sso/start").header(ACCEPT, "text/html").header(COOKIE, &cookie).form(&form);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let shown = answer.headers()[LOCATION].to_str().unwrap();
    let page = served.get(shown).header(COOKIE, &cookie).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("You signed in through another organisation."), "{shown}");
    assert!(!page.contains("You are not in this workspace yet."), "which nobody has looked for");
    assert!(page.contains("name=\"email\"") && page.contains("href=\"/sign-in\""), "and there is what they need");
    town.assert_calm();
}
