//! What an entry says, by kind.

use domain::messages::{ContactCard, Content};
use leptos::prelude::*;
use ui::icon::{CONTACT, Drawing, FILE_TEXT, MAP_PIN, MESSAGE_SQUARE_TEXT, REPLY};
use ui::view;
use ui::{Icon, t};

use super::media::media_view;

/// The inside of a bubble.
pub fn content_view(content: &Content) -> AnyView {
    match content {
        Content::Text { body } => text(body.clone()),
        Content::Media(media) => media_view(media),
        Content::Location { latitude, longitude, name, address } => {
            location(*latitude, *longitude, name.clone(), address.clone())
        }
        Content::Contacts { cards } => cards.iter().map(card).collect_view().into_any(),
        Content::Reply { title, .. } => labelled(REPLY, t!(kind_reply), title.clone()),
        Content::Form { fields } => form(fields),
        Content::Order { items, text } => labelled(FILE_TEXT, t!(kind_order), order_words(*items, text.as_deref())),
        Content::Template { body, .. } => labelled(MESSAGE_SQUARE_TEXT, t!(kind_template), body.clone()),
        Content::Interactive { body, options } => {
            let options = options.iter().map(|option| view! { <li>{option.title.clone()}</li> }).collect_view();
            view! {
                <p class="text">{body.clone()}</p>
                <ul class="options">{options}</ul>
            }
            .into_any()
        }
        Content::Event { text } => view! { <p class="text text-event">{text.clone()}</p> }.into_any(),
        Content::Unsupported { what } => {
            view! { <p class="text text-event">{t!(unsupported, what = what.clone()).to_string()}</p> }.into_any()
        }
    }
}

fn text(body: String) -> AnyView {
    // A few emoji alone are read as a gesture, so they are shown as one.
    let gesture = body.chars().count() <= 6 && body.chars().all(|c| u32::from(c) >= 0x2190);
    view! { <p class=if gesture { "text text-big" } else { "text" }>{body}</p> }.into_any()
}

fn labelled(icon: Drawing, label: &'static str, body: String) -> AnyView {
    view! {
        <p class="content-kind">
            <Icon drawing=icon />
            {label}
        </p>
        <p class="text">{body}</p>
    }
    .into_any()
}

fn location(latitude: f64, longitude: f64, name: Option<String>, address: Option<String>) -> AnyView {
    let (latitude, longitude) = (degrees(latitude), degrees(longitude));
    let map = format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}");
    let title = name.unwrap_or_else(|| t!(kind_location).to_owned());
    let place = address.unwrap_or_else(|| format!("{latitude}, {longitude}"));
    view! {
        <a class="file-card" href=map target="_blank" rel="noopener noreferrer">
            <Icon drawing=MAP_PIN />
            <span class="file-card-text">
                <span class="file-card-name">{title}</span>
                <span class="file-card-size">{place}</span>
            </span>
        </a>
    }
    .into_any()
}

/// To a metre. Written by whole numbers: writing any float exactly takes the browser 15 kB of code.
fn degrees(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "at most 180 times 100,000")]
    let scaled = (value * 100_000.0).round() as i64;
    let sign = if scaled < 0 { "-" } else { "" };
    let scaled = scaled.abs();
    format!("{sign}{}.{:05}", scaled / 100_000, scaled % 100_000)
}

fn card(card: &ContactCard) -> AnyView {
    let ways = card.phones.iter().chain(&card.emails).cloned().collect::<Vec<_>>().join(" · ");
    view! {
        <p class="file-card">
            <Icon drawing=CONTACT />
            <span class="file-card-text">
                <span class="file-card-name">{card.name.clone()}</span>
                <span class="file-card-size">{ways}</span>
            </span>
        </p>
    }
    .into_any()
}

fn form(fields: &[(String, String)]) -> AnyView {
    let fields = fields
        .iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name.clone()}</dt>
                    <dd>{value.clone()}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <p class="content-kind">
            <Icon drawing=FILE_TEXT />
            {t!(kind_form)}
        </p>
        <dl class="fields">{fields}</dl>
    }
    .into_any()
}

fn order_words(items: u32, text: Option<&str>) -> String {
    let items = t!(order_items, count = items).to_string();
    match text {
        Some(text) => format!("{items}\n{text}"),
        None => items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_written_to_a_metre() {
        assert_eq!(degrees(52.5), "52.50000");
        assert_eq!(degrees(-0.127_581), "-0.12758");
    }
}
