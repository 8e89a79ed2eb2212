use backend::outbound::MediaProblem;
use bytes::Bytes;
use domain::Error;
use domain::messages::{Content, MediaKind, MediaState, SendForm};
use domain::ports::Upload;
use serde_json::json;
use testkit::{Webhook, World};

use crate::{GRACE, form, grace_writes, thread, world};

/// The beginning of one.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

async fn photo_arrives(world: &mut World) {
    let photo = json!({ "from": GRACE, "id": "w1", "timestamp": world.second(), "type": "image",
        "image": { "id": "media1", "mime_type": "image/png", "caption": "The view" } });
    world.receive(Webhook::to("1001").message(photo).body()).await;
}

async fn state(world: &World) -> MediaState {
    match &thread(world, world.only_conversation().await).await[0].content {
        Content::Media(media) => media.state.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_photo_is_shown_at_once_and_its_file_follows() {
    let mut world = world().await;
    photo_arrives(&mut world).await;
    assert_eq!(state(&world).await, MediaState::Waiting);
    world.provider.put_media("media1", Ok(Bytes::from_static(PNG)));
    world.run_jobs().await;
    assert_eq!(state(&world).await, MediaState::Ready);
    let rows = thread(&world, world.only_conversation().await).await;
    let Content::Media(media) = &rows[0].content else { panic!() };
    let file = world.ports.inbox.download(&world.ours.caller, media.attachment.unwrap()).await.unwrap();
    assert_eq!((file.bytes.as_slice(), file.mime.as_str(), media.size), (PNG, "image/png", Some(16)));
    assert!(file.genuine);
}

#[tokio::test]
async fn a_customers_file_of_another_kind_is_kept_and_known_for_it() {
    let mut world = world().await;
    photo_arrives(&mut world).await;
    let page = b"<script>alert(1)</script>";
    world.provider.put_media("media1", Ok(Bytes::from_static(page)));
    world.run_jobs().await;
    let rows = thread(&world, world.only_conversation().await).await;
    let Content::Media(media) = &rows[0].content else { panic!() };
    assert_eq!((&media.state, media.size), (&MediaState::SaveOnly, Some(25)), "the thread offers it to be saved");
    let file = world.ports.inbox.download(&world.ours.caller, media.attachment.unwrap()).await.unwrap();
    assert_eq!((file.bytes.as_slice(), file.genuine), (&page[..], false));
}

#[tokio::test]
async fn nothing_is_shown_as_what_it_is_not_whatever_its_message_says() {
    let mut world = world().await;
    // As which kind it comes, and what the sender's app says that it is.
    for (n, (kind, mime)) in [
        ("image", "text/html"),
        ("video", "video/mp4"),
        ("audio", "audio/ogg"),
        ("sticker", "image/webp"),
        ("document", "application/pdf"),
    ]
    .into_iter()
    .enumerate()
    {
        let media = format!("media{n}");
        let message = json!({ "from": GRACE, "id": format!("w{n}"), "timestamp": world.second(), "type": kind,
            kind: { "id": media, "mime_type": mime } });
        world.receive(Webhook::to("1001").message(message).body()).await;
        world.provider.put_media(&media, Ok(Bytes::from_static(b"<script>alert(1)</script>")));
        world.run_jobs().await;
        let rows = thread(&world, world.only_conversation().await).await;
        let Some(Content::Media(shown)) = rows.last().map(|row| &row.content) else { panic!() };
        let state = if kind == "document" { MediaState::Ready } else { MediaState::SaveOnly };
        assert_eq!((shown.kind == MediaKind::Document, &shown.state), (kind == "document", &state), "{kind} of {mime}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_is_told_in_words_and_one_that_may_come_is_tried_again() {
    let mut world = world().await;
    photo_arrives(&mut world).await;
    world.run_jobs().await;
    assert_eq!(state(&world).await, MediaState::Waiting);
    assert_eq!(world.count("select count(*) from graphile_worker._private_jobs where attempts = 1").await, 1);
    world.provider.put_media("media1", Err(MediaProblem::Gone("WhatsApp no longer has this file.".into())));
    sqlx::raw_sql("update graphile_worker._private_jobs set run_at = now()").execute(&world.owner).await.unwrap();
    world.run_jobs().await;
    assert_eq!(state(&world).await, MediaState::Missing { reason: "WhatsApp no longer has this file.".into() });
}

#[tokio::test]
async fn an_attached_file_goes_out_once() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Send me the plan").await;
    let id = world.only_conversation().await;
    let upload = Upload { file_name: "../plan.pdf".into(), mime: "application/pdf".into(), bytes: b"%PDF".to_vec() };
    let attachment = world.ports.inbox.upload(&world.ours.caller, id, upload).await.unwrap();
    let with_file = SendForm { attachment: Some(attachment), ..form(id, 1, "Here it is") };
    let row = world.ports.inbox.send(&world.ours.caller, with_file).await.unwrap();
    assert!(
        matches!(&row.content, Content::Media(media) if media.kind == MediaKind::Document && media.file_name.as_deref() == Some("plan.pdf"))
    );
    world.send_due().await;
    assert_eq!(world.provider.sent()[0].file().unwrap().as_ref(), b"%PDF");
}

#[tokio::test]
async fn files_that_whatsapp_would_refuse_are_refused_here() {
    let mut world = world().await;
    grace_writes(&mut world, "w1", "Hello").await;
    let id = world.only_conversation().await;
    let large = [PNG, &vec![0; 5 * 1024 * 1024][..]].concat();
    let cases = [
        ("image/png", large, "WhatsApp takes a photo of at most 5 MB."),
        ("text/plain", vec![], "This file is empty."),
        ("image/jpeg", PNG.to_vec(), "is not what its name promises"),
        ("application/pdf", b"<script>alert(1)</script>".to_vec(), "is not what its name promises"),
        ("audio/ogg; codecs=opus", b"MZ\x90\0".to_vec(), "is not what its name promises"),
    ];
    for (mime, bytes, why) in cases {
        let upload = Upload { file_name: "f".into(), mime: mime.into(), bytes };
        let refused = world.ports.inbox.upload(&world.ours.caller, id, upload).await;
        let Err(Error::Invalid(fields)) = refused else { panic!("{mime}") };
        assert!(fields.get("file").unwrap().contains(why), "{mime}: {fields:?}");
    }
    assert_eq!(world.count("select count(*) from attachment").await, 0, "nothing of it is kept");
}
