//! Starter packs, samples, tags and canned replies.

use domain::canned::Draft;
use domain::conversations::{ConversationRow, ListQuery};
use domain::messages::Direction;
use domain::packs::{Part, Removal, Share, Trade, Why};
use domain::ports::{TemplateForm, Upload};
use domain::tags::Colour;
use domain::{Caller, ContactId, Error, Refusal, TagId};
use testkit::World;

use crate::{form, grace_writes, key, thread, world};

async fn installed(world: &World, trade: Trade) {
    world.ports.packs.install(&world.ours.caller, trade).await.unwrap();
}

async fn inbox(world: &World, caller: &Caller) -> Vec<ConversationRow> {
    let query = ListQuery { limit: Some(100), ..ListQuery::default() };
    world.ports.inbox.list(caller, query).await.unwrap().page.items
}

async fn samples(world: &World) -> Vec<ConversationRow> {
    inbox(world, &world.ours.caller).await.into_iter().filter(|row| row.sample).collect()
}

async fn tag(world: &World, name: &str) -> TagId {
    let tags = world.ports.tags.list(&world.ours.caller).await.unwrap();
    tags.into_iter().find(|row| row.tag.name == name).unwrap().tag.id
}

async fn remove(world: &World) -> Removal {
    let foretold =
        world.ports.packs.page(&world.ours.caller).await.unwrap().installed.map(|installed| installed.removal);
    let removal = world.ports.packs.remove(&world.ours.caller).await.unwrap();
    assert_eq!(foretold.unwrap_or_default(), removal, "what was foretold is what was done");
    assert_eq!(world.ports.packs.status(&world.ours.caller).await.unwrap(), None);
    removal
}

/// Rows of everything that packs make.
async fn everything(world: &World) -> i64 {
    world
        .count(
            "select (select count(*) from tag) + (select count(*) from canned_reply) + (select count(*) from pipeline)
            + (select count(*) from stage) + (select count(*) from contact) + (select count(*) from identity)
            + (select count(*) from conversation) + (select count(*) from message) + (select count(*) from contact_tag)
            + (select count(*) from starter_pack) + (select count(*) from channel where kind = 'sample')",
        )
        .await
}

fn kept(removal: &Removal) -> Vec<(Part, Option<Why>, i64)> {
    removal.stays.iter().map(|Share { part, why, count }| (*part, *why, *count)).collect()
}

#[tokio::test]
async fn a_pack_fills_an_empty_workspace_and_leaves_nothing_behind() {
    for trade in Trade::ALL {
        let world = world().await;
        let before = everything(&world).await;
        installed(&world, trade).await;
        let page = world.ports.packs.page(&world.ours.caller).await.unwrap();
        let card = page.packs.iter().find(|card| card.trade == trade).unwrap();
        let present = page.installed.unwrap();
        assert_eq!((present.trade, present.by.as_deref()), (trade, Some("Olive Owner")));
        assert_eq!(world.ports.packs.status(&world.ours.caller).await.unwrap(), Some(trade));
        assert_eq!(world.ports.tags.list(&world.ours.caller).await.unwrap().len(), card.tags.len());
        assert_eq!(world.ports.canned.list(&world.ours.agent).await.unwrap().len(), card.replies.len());
        assert_eq!(world.count("select count(*) from stage").await, i64::try_from(card.stages.len()).unwrap());
        let rows = samples(&world).await;
        assert_eq!(rows.len(), card.samples.len());
        for row in &rows {
            assert!(card.samples.contains(&row.title) && !row.tags.is_empty() && !row.last_line.is_empty());
            assert_eq!(thread(&world, row.id).await[0].direction, Direction::In);
        }
        let removal = remove(&world).await;
        assert!(removal.stays.is_empty());
        assert_eq!(
            removal.goes.iter().map(|share| share.part).collect::<Vec<_>>(),
            [Part::Pipeline, Part::Tag, Part::Reply, Part::Sample]
        );
        assert_eq!(everything(&world).await, before, "{trade:?}");
        let list = world.ports.inbox.list(&world.ours.caller, ListQuery::default()).await.unwrap();
        assert_eq!(list.counts.all, 0, "the counters know");
    }
}

#[tokio::test]
async fn twice_is_once_and_another_trade_has_to_wait() {
    let world = world().await;
    installed(&world, Trade::Shop).await;
    let before = everything(&world).await;
    installed(&world, Trade::Shop).await;
    assert_eq!(everything(&world).await, before);
    let other = world.ports.packs.install(&world.ours.caller, Trade::Clinic).await;
    assert!(matches!(other, Err(Error::Invalid(_))));
    remove(&world).await;
    assert_eq!(remove(&world).await, Removal::default(), "there is nothing left to remove");
    installed(&world, Trade::Clinic).await;
}

#[tokio::test]
async fn two_at_once_install_one() {
    let world = world().await;
    let install = || world.ports.packs.install(&world.ours.caller, Trade::General);
    let (one, two) = futures::join!(install(), install());
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert_eq!(world.count("select count(*) from starter_pack").await, 1);
    assert_eq!(samples(&world).await.len(), 5);
    let remove = || world.ports.packs.remove(&world.ours.caller);
    let (one, two) = futures::join!(remove(), remove());
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one == Removal::default() || two == Removal::default(), "one of them found nothing: {one:?} {two:?}");
    assert_eq!(world.count("select count(*) from audit_event where action = 'pack.removed'").await, 1);
}

#[tokio::test]
async fn what_somebody_touched_stays_with_its_reason() {
    let mut world = world().await;
    installed(&world, Trade::EstateAgency).await;
    let (ports, caller) = (world.ports.clone(), world.ours.caller.clone());
    grace_writes(&mut world, "m1", "Hello").await;
    let rows = inbox(&world, &caller).await;
    let grace = rows.iter().find(|row| row.title == "Grace").unwrap().contact;
    // A tag on somebody real, a tag that got another name, a reply with other words.
    ports.tags.put(&caller, grace, tag(&world, "Buyer").await).await.unwrap();
    ports.tags.save(&caller, Some(tag(&world, "Seller").await), "Vendor", Colour::Teal).await.unwrap();
    let reply =
        ports.canned.list(&caller).await.unwrap().into_iter().find(|reply| reply.shortcut == "viewing").unwrap();
    let draft = Draft::parse(&reply.shortcut, &reply.title, "Come on Saturday, {first_name}.").unwrap();
    ports.canned.save(&caller, Some(reply.id), draft).await.unwrap();
    // A sample that was named, and one that was noted on.
    let samples: Vec<_> = rows.iter().filter(|row| row.sample).collect();
    ports.contacts.rename(&caller, samples[0].contact, "My own Leila".into()).await.unwrap();
    ports.inbox.note(&caller, samples[1].id, "Try this".into(), key(1)).await.unwrap();
    // Reading, taking and resolving is trying things out.
    ports.inbox.mark_read(&caller, samples[2].id).await.unwrap();
    ports.inbox.assign(&caller, samples[2].id, Some(world.ours.agent_id)).await.unwrap();
    ports.inbox.resolve(&caller, samples[3].id).await.unwrap();

    let removal = remove(&world).await;
    let stayed = kept(&removal);
    assert!(stayed.contains(&(Part::Reply, Some(Why::Changed), 1)), "{stayed:?}");
    assert!(stayed.contains(&(Part::Sample, Some(Why::Changed), 2)), "{stayed:?}");
    assert!(stayed.contains(&(Part::Tag, Some(Why::Changed), 1)), "{stayed:?}");
    // The tag of the real person, and those of the samples that stay.
    assert!(stayed.iter().any(|(part, why, count)| (*part, *why) == (Part::Tag, Some(Why::Used)) && *count >= 1));
    let left = inbox(&world, &caller).await;
    let names: Vec<&str> = left.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(left.len(), 3, "{names:?}");
    assert!(names.contains(&"Grace") && names.contains(&"My own Leila"), "{names:?}");
    assert_eq!(left.iter().filter(|row| row.sample).count(), 2, "what stays is still a sample");
    assert_eq!(thread(&world, samples[1].id).await.last().unwrap().direction, Direction::Note);
    let text = Refusal::Sample;
    assert_eq!(ports.inbox.send(&caller, form(samples[1].id, 2, "Hi")).await.err(), Some(Error::Refused(text)));

    // Installing again undoes the removing: nothing is doubled, and what stayed is as it was left.
    installed(&world, Trade::EstateAgency).await;
    assert_eq!(samples_named(&world, "My own Leila").await, 1);
    assert_eq!(inbox(&world, &caller).await.iter().filter(|row| row.sample).count(), 5);
    let replies = ports.canned.list(&caller).await.unwrap();
    assert_eq!(replies.iter().filter(|reply| reply.shortcut == "viewing").count(), 1);
    assert!(replies.iter().any(|reply| reply.body == "Come on Saturday, {first_name}."));
    remove(&world).await;
    assert!(ports.canned.list(&caller).await.unwrap().iter().any(|reply| reply.shortcut == "viewing"));
}

async fn samples_named(world: &World, name: &str) -> usize {
    samples(world).await.iter().filter(|row| row.title == name).count()
}

#[tokio::test]
async fn what_a_workspace_has_already_is_neither_changed_nor_taken() {
    let world = world().await;
    let (ports, caller) = (&world.ports, &world.ours.caller);
    ports.tags.save(caller, None, "BUYER", Colour::Pink).await.unwrap();
    let own = Draft::parse("hello", "Mine", "Hi there").unwrap();
    ports.canned.save(caller, None, own).await.unwrap();
    installed(&world, Trade::EstateAgency).await;
    remove(&world).await;
    let tags = ports.tags.list(caller).await.unwrap();
    assert_eq!(
        tags.iter().map(|row| (row.tag.name.as_str(), row.tag.colour)).collect::<Vec<_>>(),
        [("BUYER", Colour::Pink)]
    );
    let replies = ports.canned.list(caller).await.unwrap();
    assert_eq!(replies.iter().map(|reply| reply.body.as_str()).collect::<Vec<_>>(), ["Hi there"]);
}

#[tokio::test]
async fn nothing_ever_leaves_for_a_sample() {
    let mut world = world().await;
    installed(&world, Trade::General).await;
    let (ports, caller) = (world.ports.clone(), world.ours.caller.clone());
    let refused = Some(Error::Refused(Refusal::Sample));
    for row in samples(&world).await {
        let open = ports.inbox.thread(&caller, row.id).await.unwrap().conversation;
        assert_eq!(open.blocked, Some(Refusal::Sample));
        assert!(open.contact.sample && open.contact.consents.is_empty());
        assert_eq!(ports.inbox.send(&caller, form(row.id, 1, "Hello")).await.err(), refused);
        assert!(ports.inbox.templates(&caller, row.id).await.unwrap().is_empty());
        let template = TemplateForm {
            conversation: row.id,
            client_key: key(2),
            name: "t".into(),
            language: "en".into(),
            parameters: vec![],
        };
        assert!(ports.inbox.send_template(&caller, template).await.is_err());
        for message in thread(&world, row.id).await {
            assert!(ports.inbox.react(&caller, message.id, Some("👍".into())).await.is_err());
        }
        ports.inbox.mark_read(&caller, row.id).await.unwrap();
    }
    world.send_due().await;
    assert_eq!(world.count("select count(*) from outbox").await, 0);
    assert_eq!(world.count("select count(*) from permit").await, 0);
    assert!(world.provider.sent().is_empty());
    assert!(ports.channels.report(&caller).await.unwrap().channels.iter().all(|channel| channel.name != "Samples"));
}

#[tokio::test]
async fn a_sample_whose_number_writes_after_all_is_answered_no_more_than_before() {
    let mut world = world().await;
    installed(&world, Trade::General).await;
    let sample = "441214960401";
    let body = testkit::Webhook::to("1001")
        .person("Laura", Some(sample), None)
        .message(testkit::message("x1", sample, world.second(), "I am real"))
        .body();
    world.receive(body).await;
    let caller = world.ours.caller.clone();
    let row = inbox(&world, &caller).await.into_iter().find(|row| row.last_line == "I am real").unwrap();
    let answer = world.ports.inbox.send(&caller, form(row.id, 1, "Are you?")).await;
    assert_eq!(answer.err(), Some(Error::Refused(Refusal::Sample)));
    let removal = remove(&world).await;
    assert!(kept(&removal).contains(&(Part::Sample, Some(Why::Changed), 1)), "what somebody wrote is not thrown away");
}

#[tokio::test]
async fn a_file_put_beside_a_sample_keeps_it() {
    let world = world().await;
    installed(&world, Trade::Shop).await;
    let row = samples(&world).await.remove(0);
    let upload = Upload { file_name: "f.txt".into(), mime: "text/plain".into(), bytes: b"x".to_vec() };
    world.ports.inbox.upload(&world.ours.caller, row.id, upload).await.unwrap();
    assert!(kept(&remove(&world).await).contains(&(Part::Sample, Some(Why::Changed), 1)));
}

#[tokio::test]
async fn samples_that_were_worked_on_go_on_a_word_of_their_own_and_leave_nothing() {
    let mut world = world().await;
    grace_writes(&mut world, "m1", "Hello").await;
    let before = everything(&world).await;
    installed(&world, Trade::General).await;
    let (ports, caller) = (world.ports.clone(), world.ours.caller.clone());
    let rows = samples(&world).await;
    ports.contacts.rename(&caller, rows[0].contact, "My own Leila".into()).await.unwrap();
    ports.inbox.note(&caller, rows[1].id, "Try this".into(), key(1)).await.unwrap();
    let upload = Upload { file_name: "f.txt".into(), mime: "text/plain".into(), bytes: b"x".to_vec() };
    let file = ports.inbox.upload(&caller, rows[2].id, upload).await.unwrap();
    assert_eq!(ports.packs.page(&caller).await.unwrap().left, 0, "they are still the pack's");
    assert_eq!(ports.packs.remove_samples(&caller).await, Ok(0));

    let tags: i64 = kept(&remove(&world).await).iter().filter(|kept| kept.0 == Part::Tag).map(|kept| kept.2).sum();
    assert_eq!((samples(&world).await.len(), ports.packs.page(&caller).await.unwrap().left), (3, 3));
    assert_eq!(ports.packs.remove_samples(&caller).await, Ok(3));
    assert_eq!(ports.packs.page(&caller).await.unwrap().left, 0);
    let left = inbox(&world, &caller).await;
    assert_eq!(left.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["Grace"], "who is real stays");
    assert_eq!(everything(&world).await, before + tags, "and the tags that they had");
    assert_eq!(world.count("select count(*) from attachment").await, 0);
    let path = backend::files::Files::key(world.ours.seeded.workspace, file);
    world.run_jobs().await;
    assert!(world.core.files.get(&path).await.is_err(), "the file too");
    assert_eq!(world.count("select count(*) from audit_event where action = 'samples.removed'").await, 1);
}

#[tokio::test]
async fn a_sample_that_turned_out_to_be_somebody_is_never_removed() {
    let mut world = world().await;
    installed(&world, Trade::General).await;
    let (ports, caller) = (world.ports.clone(), world.ours.caller.clone());
    let sample = "441214960401";
    let body = testkit::Webhook::to("1001")
        .person("Laura", Some(sample), None)
        .message(testkit::message("x1", sample, world.second(), "I am real"))
        .body();
    world.receive(body).await;
    let real = inbox(&world, &caller).await.into_iter().find(|row| row.last_line == "I am real").unwrap();
    let tried = samples(&world).await.into_iter().find(|row| row.contact != real.contact).unwrap();
    ports.inbox.note(&caller, tried.id, "Try this".into(), key(1)).await.unwrap();
    remove(&world).await;
    assert_eq!(ports.packs.page(&caller).await.unwrap().left, 1, "the one that was only tried");
    assert_eq!(ports.packs.remove_samples(&caller).await, Ok(1));
    let left = inbox(&world, &caller).await;
    assert!(left.iter().all(|row| row.contact == real.contact) && left.len() == 2, "with all that was said: {left:?}");
    assert_eq!(thread(&world, real.id).await.len(), 1);
    // Nor by asking for it directly.
    sqlx::query("select set_config('parley.workspace', $1, false), remove_samples($2, $3)")
        .bind(world.ours.seeded.workspace.0.to_string())
        .bind(world.ours.seeded.workspace.0)
        .bind(vec![real.contact.0])
        .execute(&world.owner)
        .await
        .unwrap();
    assert_eq!(inbox(&world, &caller).await.len(), 2);
}

#[tokio::test]
async fn tags_are_shown_on_people_and_in_the_list() {
    let mut world = world().await;
    grace_writes(&mut world, "m1", "Hello").await;
    let (ports, caller) = (world.ports.clone(), world.ours.caller.clone());
    for (name, colour) in [("Vip", Colour::Purple), ("Cold", Colour::Sky)] {
        ports.tags.save(&caller, None, name, colour).await.unwrap();
    }
    let taken = ports.tags.save(&caller, None, "VIP", Colour::Blue).await;
    assert!(matches!(taken, Err(Error::Invalid(_))), "names differ by more than case");
    let row = inbox(&world, &caller).await.remove(0);
    let vip = tag(&world, "Vip").await;
    ports.tags.put(&world.ours.agent, row.contact, vip).await.unwrap();
    ports.tags.put(&world.ours.agent, row.contact, vip).await.unwrap();
    let shown = inbox(&world, &caller).await.remove(0);
    assert_eq!(
        shown.tags.iter().map(|tag| (tag.name.as_str(), tag.colour)).collect::<Vec<_>>(),
        [("Vip", Colour::Purple)]
    );
    assert_eq!(shown.version, row.version + 1, "the screens look again, once");
    let panel = ports.contacts.get(&world.ours.agent, row.contact).await.unwrap();
    assert_eq!(panel.tags, shown.tags);
    assert_eq!(panel.more_tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["Cold"]);
    let search = ListQuery { search: "gr".into(), ..ListQuery::default() };
    assert_eq!(ports.inbox.list(&caller, search).await.unwrap().page.items[0].tags, shown.tags);
    ports.tags.take_off(&world.ours.agent, row.contact, vip).await.unwrap();
    assert!(inbox(&world, &caller).await[0].tags.is_empty());
    ports.tags.put(&caller, row.contact, vip).await.unwrap();
    ports.tags.delete(&caller, vip).await.unwrap();
    assert!(inbox(&world, &caller).await[0].tags.is_empty());
    assert_eq!(ports.tags.put(&caller, ContactId(vip.0), vip).await, Err(Error::NotFound));
}

#[tokio::test]
async fn who_sees_only_their_own_tags_only_those() {
    let mut world = world().await;
    grace_writes(&mut world, "m1", "Hello").await;
    let caller = world.ours.caller.clone();
    world.ports.tags.save(&caller, None, "Vip", Colour::Purple).await.unwrap();
    let (vip, grace) = (tag(&world, "Vip").await, inbox(&world, &caller).await[0].contact);
    let permissions = domain::Role::Agent.permissions().to_vec();
    let (workspace, adam) = (world.ours.seeded.workspace, world.ours.agent_id);
    let agent = Caller::member_with(workspace, adam, "Adam Agent", permissions, domain::Scope::Own);
    assert_eq!(world.ports.tags.put(&agent, grace, vip).await, Err(Error::NotFound));
    assert_eq!(world.count("select count(*) from contact_tag").await, 0);
}

#[tokio::test]
async fn shortcuts_are_unique_whatever_their_case() {
    let world = world().await;
    let draft = |shortcut| Draft::parse(shortcut, "Hello", "Hello {first_name}").unwrap();
    world.ports.canned.save(&world.ours.caller, None, draft("hi")).await.unwrap();
    let again = world.ports.canned.save(&world.ours.caller, None, draft("/HI")).await;
    assert!(matches!(again, Err(Error::Invalid(_))));
    let id = world.ports.canned.list(&world.ours.agent).await.unwrap()[0].id;
    world.ports.canned.delete(&world.ours.caller, id).await.unwrap();
    assert_eq!(world.ports.canned.delete(&world.ours.caller, id).await, Err(Error::NotFound));
}

#[tokio::test]
async fn the_owner_s_right_to_delete_reaches_samples_of_one_s_own_workspace_and_nothing_else() {
    let mut world = world().await;
    installed(&world, Trade::General).await;
    grace_writes(&mut world, "m1", "Hello").await;
    let (ours, theirs) = (world.ours.seeded.workspace, world.theirs.seeded.workspace);
    let people: Vec<uuid::Uuid> = sqlx::query_scalar("select id from contact").fetch_all(&world.owner).await.unwrap();
    let take = "select remove_samples($1, $2)";
    let mut tx = world.core.db.scoped(theirs).await.unwrap();
    let refused = sqlx::query(take).bind(ours.0).bind(&people).execute(&mut **tx).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    drop(tx);
    let mut tx = world.core.db.scoped(theirs).await.unwrap();
    sqlx::query(take).bind(theirs.0).bind(&people).execute(&mut **tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.count("select count(*) from contact where sample").await, 5);
    let mut tx = world.core.db.scoped(ours).await.unwrap();
    sqlx::query(take).bind(ours.0).bind(&people).execute(&mut **tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.count("select count(*) from contact").await, 1, "Grace is no sample");
    assert_eq!(world.count("select count(*) from message").await, 1);
}
