use super::*;
use backend::outbound::InboundMessage;
use domain::messages::{Content, MediaKind, MediaState};
use domain::status::DeliveryStatus;

fn parse(field: &str, value: Value) -> Vec<Incoming> {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": field, "value": value }] }] });
    envelope(body.to_string().as_bytes()).unwrap()
}

fn one_message(mut message: Value) -> Incoming {
    let defaults =
        json!({ "from": "14155550111", "from_user_id": "US.22", "id": "wamid.1", "timestamp": "1790000100" });
    for (key, value) in defaults.as_object().unwrap() {
        message.as_object_mut().unwrap().entry(key).or_insert(value.clone());
    }
    let mut items = parse(
        "messages",
        json!({
            "metadata": { "phone_number_id": "106" },
            "contacts": [{ "profile": { "name": "Ada L.", "username": "@ada.l" }, "wa_id": "14155550111", "user_id": "US.22" }],
            "messages": [message],
        }),
    );
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn inbound(message: Value) -> InboundMessage {
    match one_message(message).item {
        Item::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_message_names_its_person_fully() {
    let message = inbound(json!({ "type": "text", "text": { "body": "Is it open?" }, "context": { "id": "wamid.0" } }));
    assert_eq!(message.content, Content::Text { body: "Is it open?".into() });
    assert_eq!(message.reply_to.as_deref(), Some("wamid.0"));
    assert_eq!(message.person.username.as_deref(), Some("ada.l"));
    assert_eq!(message.person.profile_name.as_deref(), Some("Ada L."));
}

#[test]
fn a_name_that_turns_the_text_around_it_does_not() {
    let named = |name: &str| {
        let items = parse(
            "messages",
            json!({ "metadata": { "phone_number_id": "106" }, "contacts": [{ "profile": { "name": name }, "wa_id": "4470" }],
                    "messages": [{ "from": "4470", "id": "w", "timestamp": 1790000100, "type": "text", "text": { "body": "Hi" } }] }),
        );
        match &items[0].item {
            Item::Message(message) => message.person.profile_name.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(named("Ada\u{202e}gpj.exe\u{2066} 👩\u{200d}🚀").as_deref(), Some("Adagpj.exe 👩\u{200d}🚀"));
    assert_eq!(named("\u{202e}\u{200b}"), None);
}

#[test]
fn a_sender_without_a_phone_number_is_an_ordinary_person() {
    let items = parse(
        "messages",
        json!({ "metadata": { "phone_number_id": "106" }, "contacts": [{ "profile": { "name": "Luca" }, "user_id": "IT.9" }],
                "messages": [{ "from_user_id": "IT.9", "id": "w", "timestamp": 1790000100, "type": "text", "text": { "body": "Ciao" } }] }),
    );
    match &items[0].item {
        Item::Message(message) => {
            assert_eq!(message.person.bsuid.as_deref(), Some("IT.9"));
            assert_eq!(message.person.phone, None);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_type_of_the_contract_becomes_content() {
    let reply = |title: &str, payload: &str| Content::Reply { title: title.into(), payload: Some(payload.into()) };
    let cases = [
        (json!({ "type": "button", "button": { "payload": "p", "text": "Yes" } }), reply("Yes", "p")),
        (
            json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": { "id": "r", "title": "Row" } } }),
            reply("Row", "r"),
        ),
        (
            json!({ "type": "interactive", "interactive": { "type": "nfm_reply", "nfm_reply": { "response_json": "{\"flow_token\":\"t\",\"rooms\":2}" } } }),
            Content::Form { fields: vec![("rooms".into(), "2".into())] },
        ),
        (
            json!({ "type": "location", "location": { "latitude": "51.5", "longitude": -0.1, "name": "Office" } }),
            Content::Location { latitude: 51.5, longitude: -0.1, name: Some("Office".into()), address: None },
        ),
        (
            json!({ "type": "order", "order": { "product_items": [{}, {}], "text": "two" } }),
            Content::Order { items: 2, text: Some("two".into()) },
        ),
        (json!({ "type": "hologram", "hologram": {} }), Content::Unsupported { what: "hologram".into() }),
        (
            json!({ "type": "unsupported", "errors": [{ "code": 131051 }], "unsupported": { "type": "poll" } }),
            Content::Unsupported { what: "poll".into() },
        ),
        (json!({ "type": "interactive" }), Content::Unsupported { what: "interactive".into() }),
        (json!({ "type": "text" }), Content::Unsupported { what: "text".into() }),
    ];
    for (message, expected) in cases {
        assert_eq!(inbound(message.clone()).content, expected, "{message}");
    }
}

#[test]
fn contact_cards_survive_missing_names() {
    let message = inbound(json!({ "type": "contacts", "contacts": [{ "phones": [{ "phone": "+1 415" }] }, {}] }));
    match message.content {
        Content::Contacts { cards } => {
            assert_eq!([cards[0].name.as_str(), cards[1].name.as_str()], ["+1 415", "Contact"])
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn media_waits_for_its_file_or_says_why_there_is_none() {
    let voice = inbound(
        json!({ "type": "audio", "audio": { "id": "18", "mime_type": "audio/ogg; codecs=opus", "voice": true } }),
    );
    assert!(
        matches!(&voice.content, Content::Media(m) if m.kind == MediaKind::Voice && m.state == MediaState::Waiting)
    );
    assert_eq!(voice.media.unwrap().media_id, "18");
    let lost = inbound(json!({ "type": "video", "errors": [{ "code": "131052" }] }));
    assert!(
        matches!(&lost.content, Content::Media(m) if matches!(&m.state, MediaState::Missing { reason } if reason.contains("too large")))
    );
}

#[test]
fn reactions_edits_and_deletions_name_their_target() {
    let reaction =
        one_message(json!({ "type": "reaction", "reaction": { "message_id": "wamid.0", "emoji": "" } })).item;
    assert!(matches!(reaction, Item::Reaction { emoji: None, ref target, .. } if target == "wamid.0"));
    let edit = one_message(
        json!({ "type": "edit", "edit": { "original_message_id": "wamid.0", "message": { "type": "text", "text": { "body": "b" } } } }),
    );
    assert!(matches!(edit.item, Item::Edit { content: Content::Text { ref body }, .. } if body == "b"));
    assert!(matches!(
        one_message(json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.0" } })).item,
        Item::Revoke { .. }
    ));
}

#[test]
fn a_changed_number_tells_old_and_new_whatever_its_spelling() {
    for system in [
        json!({ "type": "user_changed_number", "wa_id": "14155550199", "user_id": "US.33", "previous_user_id": "US.22" }),
        json!({ "type": "customer_changed_number", "new_wa_id": "14155550199", "user_id": "US.33", "customer": "14155550111" }),
    ] {
        match one_message(json!({ "type": "system", "system": system })).item {
            Item::Moved { old, new, .. } => {
                assert_eq!((old.bsuid.as_deref(), old.phone.as_deref()), (Some("US.22"), Some("14155550111")));
                assert_eq!((new.bsuid.as_deref(), new.phone.as_deref()), (Some("US.33"), Some("14155550199")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn statuses_carry_our_own_id_and_words_for_failures() {
    let id = "018f0000-0000-7000-8000-000000000001";
    let items = parse(
        "messages",
        json!({ "metadata": { "phone_number_id": "106" }, "statuses": [
            { "id": "w", "status": "failed", "timestamp": "1", "biz_opaque_callback_data": id, "errors": [{ "code": 131047 }] },
            { "id": "w", "status": "delivered", "timestamp": 2, "recipient_id": "1415", "recipient_user_id": "US.22" },
            { "id": "w", "status": "teleported", "timestamp": 2 },
            { "status": "sent", "timestamp": 2 } ] }),
    );
    match &items[0].item {
        Item::Status(news) => {
            assert_eq!(news.message.map(|id| id.to_string()).as_deref(), Some(id));
            assert!(news.failure.as_ref().unwrap().what.contains("24 hours"));
        }
        other => panic!("{other:?}"),
    }
    assert!(
        matches!(&items[1].item, Item::Status(news) if news.status == DeliveryStatus::Delivered && news.person.is_some())
    );
    assert!(matches!(&items[2].item, Item::Noted { .. }));
    assert!(matches!(&items[3].item, Item::Bad { kind: "status", .. }));
}

#[test]
fn one_bad_item_does_not_spoil_its_neighbours() {
    let items = parse(
        "messages",
        json!({ "metadata": { "phone_number_id": "106" }, "messages": [
            { "type": "text" }, 7, { "from": "1", "id": "w2", "timestamp": "1", "type": "text", "text": { "body": "a\u{0}b" } } ] }),
    );
    assert!(matches!(items[0].item, Item::Bad { .. }) && matches!(items[1].item, Item::Bad { .. }));
    assert!(matches!(&items[2].item, Item::Message(m) if m.content == Content::Text { body: "a\u{fffd}b".into() }));
}

#[test]
fn unknown_fields_are_noted_and_foreign_bodies_named() {
    assert!(matches!(&parse("flows", json!({ "event": "x" }))[0].item, Item::Noted { field } if field == "flows"));
    assert_eq!(envelope(b"\xff"), Err(ParseProblem("not UTF-8")));
    assert_eq!(envelope(b"{"), Err(ParseProblem("not JSON, or nested too deeply")));
    assert_eq!(envelope(b"{\"a\":1}"), Err(ParseProblem("JSON, but no webhook envelope")));
    let deep = format!("{{\"entry\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(envelope(deep.as_bytes()).is_err());
}
