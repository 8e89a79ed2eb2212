use backend::mail::{self, Kind, Language, Link, Outgoing};
use backend::outbound::{Fate, MailProblem, MailReport};
use domain::team::InviteForm;
use domain::{Role, Scope};
use jiff::SignedDuration;
use sqlx::PgPool;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, PASSWORD, from, mailed_link, person};
use crate::world;

const ADA: &str = "ada@parley.example";
const SECRET: &str = "https://crm.example/reset/secret-in-a-link";

fn reset(world: &World) -> Outgoing {
    let until = world.now() + SignedDuration::from_hours(1);
    let link = Link { url: SECRET.to_owned(), until };
    Outgoing {
        to: ADA.to_owned(),
        language: Language::English,
        kind: Kind::ResetPassword { name: "Ada".to_owned(), link },
    }
}

async fn queue(world: &World, pool: &PgPool, mail: &Outgoing) {
    let mut tx = pool.begin().await.unwrap();
    mail::queue(&world.core, &mut tx, mail).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waiting jobs are due now.
async fn run_jobs_again(world: &World) {
    sqlx::raw_sql("update graphile_worker._private_jobs set run_at = now()").execute(&world.owner).await.unwrap();
    world.run_jobs().await;
}

async fn is_bounced(world: &World, address: &str) -> bool {
    let mut connection = world.core.db.app().acquire().await.unwrap();
    mail::is_bounced(&mut connection, address).await.unwrap()
}

async fn row(world: &World) -> (String, Option<Vec<u8>>, i32, Option<String>) {
    sqlx::query_as("select state, data, attempts, failure from mail").fetch_one(&world.owner).await.unwrap()
}

fn temporary() -> MailProblem {
    MailProblem::Temporary { what: "not now", code: Some("451 4.3.0".to_owned()) }
}

#[tokio::test]
async fn what_is_rolled_back_sends_nothing() {
    let world = world().await;
    let mut tx = world.core.db.app().begin().await.unwrap();
    mail::queue(&world.core, &mut tx, &reset(&world)).await.unwrap();
    tx.rollback().await.unwrap();
    world.run_jobs().await;
    assert!(world.postbox.tried().is_empty());
    assert_eq!(world.count("select count(*) from mail").await, 0);
}

#[tokio::test]
async fn either_role_queues_and_what_is_sent_is_forgotten() {
    let world = world().await;
    for pool in [world.core.db.app(), world.core.db.worker()] {
        queue(&world, pool, &reset(&world)).await;
    }
    assert_eq!(world.count("select count(*) from mail where data is not null and state = 'queued'").await, 2);
    world.run_jobs().await;
    assert_eq!((world.postbox.taken().len(), world.postbox.link_to(ADA)), (2, SECRET.to_owned()));
    let mail = world.postbox.last_to(ADA);
    assert!(mail.html.contains(SECRET) && mail.subject == "Choose a new password" && mail.at == world.now());
    let done = "select count(*) from mail where data is null and state = 'sent' and sent_at is not null
        and message_id = '<' || id || '@parley.example>'";
    assert_eq!(world.count(done).await, 2);
    world.run_jobs().await;
    assert_eq!(world.postbox.tried().len(), 2, "each once");
}

#[tokio::test]
async fn the_queue_of_jobs_knows_no_address_and_no_link() {
    let world = world().await;
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.postbox.answer([Err(temporary())]);
    world.run_jobs().await;
    let leaks = "select count(*) from graphile_worker._private_jobs j
        where row_to_json(j)::text ~ 'secret-in-a-link|ada@|crm\\.example'";
    assert_eq!(world.count("select count(*) from graphile_worker._private_jobs").await, 1);
    assert_eq!(world.count(leaks).await, 0);
}

#[tokio::test]
async fn a_mail_is_tried_again_under_the_same_id_after_a_refusal_for_now_or_doubt() {
    let world = world().await;
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.postbox.answer([Err(temporary()), Err(MailProblem::Unknown { what: "silence" })]);
    world.run_jobs().await;
    world.run_jobs().await;
    assert_eq!(world.postbox.tried().len(), 1, "not at once");
    run_jobs_again(&world).await;
    let (state, data, attempts, _) = row(&world).await;
    assert_eq!((state.as_str(), data.is_some(), attempts), ("queued", true, 2));
    run_jobs_again(&world).await;
    let ids: Vec<String> = world.postbox.tried().iter().map(|mail| mail.message_id.clone()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(row(&world).await.0, "sent");
    assert!(!is_bounced(&world, ADA).await);
}

#[tokio::test]
async fn a_refusal_for_good_is_not_tried_again_and_marks_an_address_that_does_not_exist() {
    let world = world().await;
    let gone =
        |no_such_address| MailProblem::Permanent { what: "no", code: Some("550 5.1.1".to_owned()), no_such_address };
    world.postbox.answer([Err(gone(false)), Err(gone(true))]);
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.run_jobs().await;
    assert!(!is_bounced(&world, ADA).await, "a policy says nothing about the address");
    let (state, data, attempts, failure) = row(&world).await;
    assert_eq!((state.as_str(), data, attempts, failure.as_deref()), ("failed", None, 1, Some("no (550 5.1.1)")));
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.run_jobs().await;
    assert_eq!(world.count("select count(*) from graphile_worker._private_jobs").await, 0);
    assert!(is_bounced(&world, " Ada@Parley.example").await && !is_bounced(&world, "bob@parley.example").await);
    // Mails to it are tried all the same; one that is taken clears the mark.
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.run_jobs().await;
    assert_eq!(world.postbox.taken().len(), 1);
    assert!(!is_bounced(&world, ADA).await);
}

#[tokio::test]
async fn a_mail_whose_link_is_dead_is_not_sent() {
    let world = world().await;
    queue(&world, world.core.db.app(), &reset(&world)).await;
    world.clock.advance(SignedDuration::from_hours(1));
    world.run_jobs().await;
    let (state, data, ..) = row(&world).await;
    assert_eq!((state.as_str(), data), ("expired", None));
    assert!(world.postbox.tried().is_empty());
}

#[tokio::test]
async fn after_the_last_try_a_mail_is_given_up() {
    let world = world().await;
    queue(&world, world.core.db.app(), &reset(&world)).await;
    sqlx::raw_sql("update mail set attempts = 11").execute(&world.owner).await.unwrap();
    world.postbox.answer([Err(temporary())]);
    world.run_jobs().await;
    let (state, data, attempts, failure) = row(&world).await;
    assert_eq!((state.as_str(), data, attempts, failure.as_deref()), ("failed", None, 12, Some("not now (451 4.3.0)")));
    assert_eq!(world.count("select count(*) from graphile_worker._private_jobs").await, 0);
}

#[tokio::test]
async fn cleaning_empties_what_waits_too_long_and_deletes_what_is_old() {
    let world = world().await;
    for _ in 0..3 {
        queue(&world, world.core.db.app(), &reset(&world)).await;
    }
    // Their jobs are lost; one mail has a dead link, one never had a link and is old, one is to be kept.
    let spoil = "delete from graphile_worker._private_jobs;
        update mail set created_at = '2026-11-22T11:00:00Z';
        update mail set expires_at = '2026-11-22T12:00:00Z' where id = (select min(id::text)::uuid from mail);
        update mail set expires_at = null, created_at = '2026-11-15T11:00:00Z' where id = (select max(id::text)::uuid from mail);
        select graphile_worker.add_job('cleanup', '{}')";
    sqlx::raw_sql(spoil).execute(&world.owner).await.unwrap();
    world.run_jobs().await;
    assert_eq!(world.count("select count(*) from mail where state = 'expired' and data is null").await, 2);
    assert_eq!(world.count("select count(*) from mail where state = 'queued'").await, 1);
    world.clock.advance(SignedDuration::from_hours(29 * 24));
    sqlx::raw_sql("select graphile_worker.add_job('cleanup', '{}')").execute(&world.owner).await.unwrap();
    world.run_jobs().await;
    assert_eq!(world.count("select count(*) from mail").await, 2);
}

#[tokio::test]
async fn requests_put_in_and_neither_read_nor_mark_as_sent() {
    let world = world().await;
    let forged =
        "insert into mail (id, to_address, kind, language, state) values (gen_random_uuid(), 'a', 'b', 'en', 'sent')";
    for sql in ["select to_address from mail", "update mail set state = 'sent'", "delete from mail", forged] {
        let outcome = sqlx::raw_sql(sql).execute(world.core.db.app()).await;
        assert_eq!(outcome.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
    }
}

#[tokio::test]
async fn an_address_of_two_lines_is_not_even_queued() {
    let world = world().await;
    let mut tx = world.core.db.app().begin().await.unwrap();
    let mail = Outgoing { to: "ada@parley.example\r\nBcc: eve@parley.example".to_owned(), ..reset(&world) };
    assert!(mail::queue(&world.core, &mut tx, &mail).await.is_err());
}

async fn came_back(world: &World, message_id: &str, no_such_address: bool) -> bool {
    let fate = Fate::CameBack { code: Some("550 5.1.1".to_owned()), no_such_address };
    mail::report(&world.core, &MailReport { message_id: message_id.to_owned(), fate }).await.unwrap()
}

fn id_of(mail: &backend::outbound::Mail) -> String {
    mail.message_id.trim_matches(['<', '>']).to_owned()
}

#[tokio::test]
async fn a_mail_that_comes_back_later_marks_its_address_until_somebody_there_follows_a_link() {
    let world = world().await;
    let notice = |to: &str| Outgoing {
        to: to.to_owned(),
        language: Language::English,
        kind: Kind::AlreadyRegistered { sign_in: "https://crm.example/sign-in".to_owned() },
    };
    queue(&world, world.core.db.app(), &notice(OWNER)).await;
    world.run_jobs().await;
    let sent = id_of(&world.postbox.last_to(OWNER));
    assert!(came_back(&world, &sent, false).await);
    assert!(!is_bounced(&world, OWNER).await, "a full mailbox says nothing about the address");
    for foreign in ["", "nonsense", "1@parley.example", &sent.replace("parley", "other")] {
        assert!(!came_back(&world, foreign, true).await, "{foreign}: a mail of ours has to be named");
    }
    assert!(!is_bounced(&world, OWNER).await);
    for _ in 0..2 {
        assert!(came_back(&world, &sent, true).await, "a report that is repeated changes nothing more");
    }
    assert!(is_bounced(&world, OWNER).await);
    let (state, _, _, failure) = row(&world).await;
    assert_eq!((state.as_str(), failure.as_deref()), ("failed", Some("it came back (550 5.1.1)")));
    let person = person(&world, OWNER, OWNERS_PASSWORD).await;
    assert!(world.ports.profile.read(&person).await.unwrap().comes_back);

    // No more notices; but what proves the address is sent, and that it is taken says nothing.
    queue(&world, world.core.db.app(), &notice(OWNER)).await;
    world.ports.accounts.forgot_password(OWNER, &from("1.1.1.1")).await.unwrap();
    let link = mailed_link(&world, OWNER).await;
    let kinds = "select count(*) from mail where state = 'failed' and failure = 'mails to its address come back'
        and kind = 'already_registered'";
    assert_eq!(world.count(kinds).await, 1);
    assert!(is_bounced(&world, OWNER).await);
    world.ports.accounts.reset_password(&link, PASSWORD, &from("1.1.1.1")).await.unwrap();
    assert!(!is_bounced(&world, OWNER).await);
}

#[tokio::test]
async fn an_invitation_shows_that_its_mail_came_back_and_delivery_takes_the_mark_away() {
    let world = world().await;
    let invite = InviteForm { email: ADA.to_owned(), role: Role::Agent.into(), scope: Scope::All };
    world.ports.team.invite(&world.ours.caller, invite).await.unwrap();
    world.run_jobs().await;
    let sent = id_of(&world.postbox.last_to(ADA));
    let shown = async || world.ports.team.page(&world.ours.caller).await.unwrap().invitations[0].comes_back;
    assert!(!shown().await);
    assert!(came_back(&world, &sent, true).await);
    assert!(shown().await);
    assert!(
        mail::report(&world.core, &MailReport { message_id: sent, fate: Fate::Delivered }).await.unwrap()
            && !shown().await
    );
}
