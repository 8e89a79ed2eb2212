//! What nobody should learn or take by asking often: who has an account, memory, mailboxes, time.

use std::time::Instant;

use domain::accounts::Origin;
use domain::ports::SessionToken;
use domain::team::InviteForm;
use domain::{Error, Role, Scope};
use jiff::SignedDuration;
use testkit::World;

use crate::people::{OWNER, OWNERS_PASSWORD, ada, credentials, done, from, mailed_link, person, sign_in};
use crate::world;

/// How surely two ways differ in time: Wilcoxon's signed ranks of pairs measured in turn, as a number of standard
/// deviations. What else the machine does falls on both alike, and one slow measurement is one rank.
fn surely(mut differences: Vec<f64>) -> f64 {
    differences.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = differences.len() as f64;
    let ranks = differences.iter().zip(1..).filter(|(difference, _)| **difference > 0.0);
    let sum: f64 = ranks.map(|(_, rank)| f64::from(rank)).sum();
    (sum - n * (n + 1.0) / 4.0) / (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt()
}

/// Whether the two differ. Chance alone says so once in hundreds of millions: three rounds have to agree.
async fn differ(world: &World, pairs: u32, known: impl AsyncFn(u32), unknown: impl AsyncFn(u32)) -> Option<Vec<f64>> {
    let mut rounds = Vec::new();
    for round in 0..3 {
        let mut differences = Vec::new();
        for pair in 0..pairs {
            // Nobody has to wait for the guesses before.
            world.clock.advance(SignedDuration::from_mins(31));
            let n = round * pairs + pair;
            let time = async |first: bool| {
                let start = Instant::now();
                if first {
                    known(n).await
                } else {
                    unknown(n).await
                }
                start.elapsed().as_secs_f64()
            };
            // Whoever comes second may find something warm: they take turns.
            let (a, b) = if pair % 2 == 0 {
                let a = time(true).await;
                (a, time(false).await)
            } else {
                let b = time(false).await;
                (time(true).await, b)
            };
            differences.push(a - b);
        }
        rounds.push(surely(differences));
        let first = rounds[0].signum();
        if rounds.iter().any(|z| z.abs() < 3.0 || z.signum() != first) {
            return None;
        }
    }
    Some(rounds)
}

#[test]
fn ranks_tell_a_difference_from_noise() {
    let noise = |n: u32| f64::from((n * 7919) % 101) - 50.0;
    assert!(surely((0..40).map(noise).collect()).abs() < 3.0);
    assert!(surely((0..40).map(|n| noise(n) + 60.0).collect()) > 3.0);
}

#[tokio::test]
async fn signing_in_takes_as_long_for_an_unknown_address_as_for_a_known_one() {
    let world = world().await;
    let guess = async |email: &str, n: u32| {
        let answer =
            world.ports.accounts.sign_in(credentials(email, "a wrong guess"), &from(&format!("10.0.0.{n}"))).await;
        assert!(matches!(answer, Err(Error::Invalid(_))));
    };
    guess(OWNER, 250).await;
    let differ =
        differ(&world, 30, async |n| guess(OWNER, n).await, async |n| guess("nobody@ours.example", n).await).await;
    assert_eq!(differ, None, "standard deviations of three rounds");
}

#[tokio::test]
async fn asking_for_a_new_password_takes_as_long_for_an_unknown_address_as_for_a_known_one() {
    let world = world().await;
    let ask = async |email: &str, n: u32| {
        world.ports.accounts.forgot_password(email, &from(&format!("10.0.0.{n}"))).await.unwrap();
    };
    let differ = differ(&world, 20, async |n| ask(OWNER, n).await, async |n| ask("nobody@ours.example", n).await).await;
    assert_eq!(differ, None, "standard deviations of three rounds");
}

#[tokio::test]
async fn signing_up_takes_as_long_for_a_known_address_as_for_a_new_one() {
    let world = world().await;
    let ask = async |email: &str, n: u32| {
        world.ports.accounts.sign_up(ada(email), &from(&format!("10.0.0.{n}"))).await.unwrap();
    };
    let differ =
        differ(&world, 20, async |n| ask(OWNER, n).await, async |n| ask(&format!("new{n}@example.com"), n).await).await;
    assert_eq!(differ, None, "standard deviations of three rounds");
}

/// Threads of this process. Tokio starts one more for blocking work only when all it has are busy, and keeps them.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_flood_of_sign_ins_hashes_few_at_once_and_beside_everything_else() {
    let before = threads();
    let world = world().await;
    let mut flood = Vec::new();
    for n in 0..40 {
        let accounts = std::sync::Arc::clone(&world.ports.accounts);
        flood.push(tokio::spawn(async move {
            let who = format!("nobody-{n}@ours.example");
            accounts.sign_in(credentials(&who, "a wrong guess"), &from(&format!("10.0.1.{n}"))).await
        }));
    }
    for attempt in flood {
        assert!(matches!(attempt.await.unwrap(), Err(Error::Invalid(_))));
    }
    let hashing = threads() - before;
    // Four at once; one that has just finished may be followed by another thread before it is counted as idle.
    assert!((2..=12).contains(&hashing), "{hashing} threads beside the one that answers");
}

async fn stored_hash(world: &World) -> String {
    sqlx::query_scalar("select password_hash from account where email = $1")
        .bind(OWNER)
        .fetch_one(&world.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn passwords_are_hashed_as_owasp_asks_and_older_hashes_are_made_anew_at_sign_in() {
    let world = world().await;
    let stored = stored_hash(&world).await;
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "OWASP's minimum: 19 MiB, 2 passes, 1 lane: {stored}"
    );
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    assert_eq!(stored_hash(&world).await, stored, "one of today stays");
    // The same password with 9 MiB and 1 pass, as an older version might have stored it.
    let weak = {
        use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(9216, 1, 1, None).unwrap());
        weak.hash_password(OWNERS_PASSWORD.as_bytes()).unwrap().to_string()
    };
    sqlx::query("update account set password_hash = $2 where email = $1")
        .bind(OWNER)
        .bind(&weak)
        .execute(&world.owner)
        .await
        .unwrap();
    let wrong = world.ports.accounts.sign_in(credentials(OWNER, "a wrong guess"), &from("1.1.1.1")).await;
    assert!(wrong.is_err() && stored_hash(&world).await == weak, "a guess changes nothing");
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let renewed = stored_hash(&world).await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
}

#[tokio::test]
async fn a_password_counts_exactly_as_it_was_typed_whatever_it_is_made_of() {
    let world = world().await;
    let long = format!("{} äöü 漢字 🦦", "Otters sleep holding hands. ".repeat(8));
    for (n, password) in
        ["  spaces around it  ", "ONLYCAPITALSHERE xq", "7391 5820 4466 0153", long.trim()].iter().enumerate()
    {
        let email = format!("ada{n}@example.com");
        let form = domain::accounts::SignUpForm { password: (*password).to_owned(), ..ada(&email) };
        let origin = from(&format!("9.9.9.{n}"));
        world.ports.accounts.sign_up(form, &origin).await.unwrap();
        let link = mailed_link(&world, &email).await;
        done(world.ports.accounts.confirm_sign_up(&link, &origin).await.unwrap());
        let try_in =
            async |password: &str| world.ports.accounts.sign_in(credentials(&email, password), &origin).await.is_ok();
        assert!(try_in(password).await, "{password}");
        let cut: String = password.chars().take(password.chars().count() - 1).collect();
        for other in [password.to_lowercase(), password.to_uppercase(), password.trim().to_owned(), cut] {
            assert!(other == *password || !try_in(&other).await, "{password} is not {other}");
        }
        world.clock.advance(SignedDuration::from_hours(1));
    }
}

#[tokio::test]
async fn a_new_sign_in_takes_the_place_of_the_session_that_the_browser_brought() {
    let world = world().await;
    let accounts = &world.ports.accounts;
    let before = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let elsewhere = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let again = Origin { session: Some(before.clone()), ..from("1.1.1.1") };
    let after = done(accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &again).await.unwrap());
    assert_ne!(after.0, before.0);
    // 32 random bytes in base 64.
    assert_eq!((after.0.len(), before.0.len(), elsewhere.0.len()), (43, 43, 43));
    assert_eq!(accounts.person(&before).await.err(), Some(Error::Unauthenticated));
    assert!(accounts.person(&after).await.is_ok() && accounts.person(&elsewhere).await.is_ok());
    // A secret that somebody planted in the browser beforehand is worth nothing afterwards either.
    let planted = SessionToken("planted-by-somebody-else".into());
    let origin = Origin { session: Some(planted.clone()), ..from("1.1.1.1") };
    let fresh = done(accounts.sign_in(credentials(OWNER, OWNERS_PASSWORD), &origin).await.unwrap());
    assert_ne!(fresh.0, planted.0);
    assert_eq!(accounts.person(&planted).await.err(), Some(Error::Unauthenticated));
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_by_invitations_or_changes_of_address() {
    let world = world().await;
    let (team, profile) = (&world.ports.team, &world.ports.profile);
    let olive = person(&world, OWNER, OWNERS_PASSWORD).await;
    let invite = async || {
        let form = InviteForm { email: "mia@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
        team.invite(&world.ours.caller, form).await
    };
    let mut invited = 0;
    while invite().await.is_ok() {
        invited += 1;
        assert!(invited < 10);
    }
    assert!(matches!(invite().await, Err(Error::TooMany { .. })));
    let id = team.page(&world.ours.caller).await.unwrap().invitations[0].id;
    assert!(matches!(team.resend_invitation(&world.ours.caller, id).await, Err(Error::TooMany { .. })));
    assert!(
        matches!(profile.change_email(&olive, "mia@example.com").await, Err(Error::TooMany { .. })),
        "nor this way"
    );
    let other = InviteForm { email: "tom@example.com".into(), role: Role::Agent.into(), scope: Scope::All };
    team.invite(&world.ours.caller, other).await.unwrap();
    let mut changes = 0;
    while profile.change_email(&olive, &format!("new{changes}@example.com")).await.is_ok() {
        changes += 1;
        assert!(changes < 10);
    }
    assert!(changes >= 3);
}

#[tokio::test]
async fn recovery_codes_have_entropy_enough_for_a_plain_hash() {
    let world = world().await;
    let (_, _, codes) = crate::profile::with_app(&world).await;
    let letters: Vec<usize> = codes.iter().map(|code| code.replace('-', "").len()).collect();
    // 5 bits a letter, and 112 bits are asked for.
    assert!(letters.iter().all(|letters| letters * 5 >= 112), "{letters:?}");
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), codes.len());
    let dump: String = sqlx::query_scalar("select string_agg(r::text, '') from recovery_code r")
        .fetch_one(&world.owner)
        .await
        .unwrap();
    assert!(codes.iter().all(|code| !dump.contains(&code.replace('-', ""))));
}

/// The query by which a request's session is looked up, as it was prepared.
fn lookup() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    let texts = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let queries = texts.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap());
    let mut found = queries
        .filter_map(|query| query["query"].as_str().map(str::to_owned))
        .filter(|query| query.contains("from session s") && query.contains("token_hash = $1 and s.expires_at > $2"));
    let query = found.next().unwrap();
    assert!(found.next().is_none());
    query
}

/// Pages of the database that the look-up of a session touches.
async fn touched(world: &World, token: &SessionToken) -> i64 {
    let explain = sqlx::AssertSqlSafe(format!("explain (analyze, buffers, format json) {}", lookup()));
    let plan: serde_json::Value = sqlx::query_scalar(explain)
        .bind(backend::secret::hash(&token.0))
        .bind(jiff_sqlx::Timestamp::from(world.now()))
        .bind(jiff_sqlx::Timestamp::from(world.now() - SignedDuration::from_hours(1)))
        .fetch_one(&world.owner)
        .await
        .unwrap();
    let plan = &plan[0]["Plan"];
    assert_eq!(plan["Actual Rows"].as_f64(), Some(1.0), "{plan}");
    plan["Shared Hit Blocks"].as_i64().unwrap() + plan["Shared Read Blocks"].as_i64().unwrap()
}

#[tokio::test]
async fn ten_thousand_sessions_add_nothing_to_a_request() {
    let world = world().await;
    let token = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    let alone = touched(&world, &token).await;
    sqlx::query(
        "insert into session (token_hash, id, account_id, workspace_id, member_id, created_at, last_seen_at, proved_at, factors, expires_at)
         select sha256(n::text::bytea), gen_random_uuid(), account_id, workspace_id, member_id, created_at, last_seen_at, proved_at, factors, expires_at
         from session, generate_series(1, 10000) n",
    )
    .execute(&world.owner)
    .await
    .unwrap();
    sqlx::query(
        "insert into session_origin (session_id, account_id, device, network)
         select id, account_id, 'Firefox on Linux', 'IPv4' from session on conflict do nothing",
    )
    .execute(&world.owner)
    .await
    .unwrap();
    sqlx::query("analyze session, session_origin").execute(&world.owner).await.unwrap();
    let among = touched(&world, &token).await;
    assert!(among <= alone + 5, "the pages of two indexes' heights, not of a table: {alone} became {among}");
    assert!(world.ports.accounts.caller(&token).await.is_ok());
}

#[tokio::test]
async fn a_password_does_not_run_out() {
    let world = world().await;
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    world.clock.advance(SignedDuration::from_hours(24 * 800));
    sign_in(&world, OWNER, OWNERS_PASSWORD).await;
}

#[tokio::test]
async fn a_code_of_the_app_is_good_for_its_half_minute_and_the_ones_beside_it() {
    let world = world().await;
    let (_, setup, _) = crate::profile::with_app(&world).await;
    let code = async |seconds: i64| {
        let shown = crate::profile::code(&world, &setup);
        world.clock.advance(SignedDuration::from_secs(seconds));
        let waits = crate::profile::waiting(&world).await;
        let right = world.ports.accounts.second_factor(&waits, &shown, &from("1.1.1.1")).await.is_ok();
        world.clock.advance(SignedDuration::from_mins(31));
        right
    };
    assert!(code(0).await && code(30).await, "one step late, as phones are");
    assert!(!code(60).await && !code(90).await);
    // A sign-in waits ten minutes for it.
    let waits = crate::profile::waiting(&world).await;
    world.clock.advance(SignedDuration::from_mins(11));
    let shown = crate::profile::code(&world, &setup);
    let late = world.ports.accounts.second_factor(&waits, &shown, &from("1.1.1.1")).await;
    assert_eq!(late.err(), Some(Error::Unauthenticated));
}

#[tokio::test]
async fn other_processes_hear_a_bell_when_a_session_ends_and_not_when_none_does() {
    const BELL: &str = "parley_revocation";
    let world = world().await;
    let accounts = &world.ports.accounts;
    let mut bells = sqlx::postgres::PgListener::connect_with(&world.owner).await.unwrap();
    bells.listen(BELL).await.unwrap();
    let token = sign_in(&world, OWNER, OWNERS_PASSWORD).await;
    accounts.sign_out(&SessionToken("of nobody".into())).await.unwrap();
    sqlx::query("select pg_notify($1, 'so far')").bind(BELL).execute(&world.owner).await.unwrap();
    assert_eq!(bells.recv().await.unwrap().payload(), "so far", "nothing rang before");
    accounts.sign_out(&token).await.unwrap();
    assert_eq!(bells.recv().await.unwrap().payload(), "", "the end of a session");
}
