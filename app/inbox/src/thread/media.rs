//! Files in messages: pictures and videos in their final size, voice notes, cards for documents, and words for
//! what is not here.

use domain::AttachmentId;
use domain::messages::{Media, MediaKind, MediaState};
use leptos::prelude::*;
use ui::icon::{CLOCK, DOWNLOAD, Drawing, FILE_TEXT, IMAGE, MIC, TRIANGLE_ALERT, VIDEO};
use ui::reactive::click;
use ui::view;
use ui::{Icon, t};

use super::viewer::Viewer;

/// Where a file is read.
pub fn file_path(id: AttachmentId) -> String {
    format!("/files/{id}")
}

/// A file as the thread shows it.
pub fn media_view(media: &Media) -> AnyView {
    let body = match (&media.state, media.attachment) {
        (MediaState::Missing { reason }, _) => absent(media, TRIANGLE_ALERT, reason.clone()),
        (MediaState::Waiting, _) | (_, None) => absent(media, CLOCK, t!(media_waiting).to_owned()),
        (MediaState::SaveOnly, Some(id)) => card(media, id, why_saved(media.kind)),
        (MediaState::Ready, Some(id)) => present(media, id),
    };
    let caption = media.caption.clone().map(|caption| view! { <p class="text">{caption}</p> });
    view! {
        {body}
        {caption}
    }
    .into_any()
}

fn present(media: &Media, id: AttachmentId) -> AnyView {
    match media.kind {
        MediaKind::Image | MediaKind::Sticker => picture(media, id),
        MediaKind::Video => view! {
            <video
                class="media"
                controls=true
                preload="metadata"
                src=file_path(id)
                width=media.width
                height=media.height
                aria-label=media.kind.word()
            ></video>
        }
        .into_any(),
        MediaKind::Audio | MediaKind::Voice => view! {
            <audio class="voice" controls=true preload="metadata" src=file_path(id) aria-label=media.kind.word()></audio>
        }
        .into_any(),
        MediaKind::Document => card(media, id, None),
    }
}

fn picture(media: &Media, id: AttachmentId) -> AnyView {
    let alt = media.caption.clone().unwrap_or_else(|| media.kind.word().to_owned());
    let class = if media.kind == MediaKind::Sticker { "media media-sticker" } else { "media" };
    let viewer = use_context::<Viewer>();
    view! {
        <a
            class="media-link"
            href=file_path(id)
            target="_blank"
            data-viewer=id.to_string()
            aria-label=t!(open_media)
            on:click=click(move |event| {
                if let Some(viewer) = viewer {
                    event.prevent_default();
                    viewer.show(id);
                }
            })
        >
            <img class=class src=file_path(id) alt=alt width=media.width height=media.height loading="lazy" />
        </a>
    }
    .into_any()
}

/// A file to save, with a word of why it is not shown if that may surprise.
fn card(media: &Media, id: AttachmentId, why: Option<&'static str>) -> AnyView {
    let name = media.file_name.clone().unwrap_or_else(|| media.kind.word().to_owned());
    let size = media.size.map(size_words);
    view! {
        <a class="file-card" href=format!("{}?download=1", file_path(id)) download="">
            <Icon drawing=FILE_TEXT />
            <span class="file-card-text">
                <span class="file-card-name">{name}</span>
                <span class="file-card-size">{size}</span>
                {why.map(|why| view! { <span class="file-card-why">{why}</span> })}
            </span>
            <Icon drawing=DOWNLOAD />
        </a>
    }
    .into_any()
}

/// Why a file that came as this kind is not shown as it.
fn why_saved(kind: MediaKind) -> Option<&'static str> {
    match kind {
        MediaKind::Image => Some(t!(media_no_picture)),
        MediaKind::Sticker => Some(t!(media_no_sticker)),
        MediaKind::Video => Some(t!(media_no_video)),
        MediaKind::Audio | MediaKind::Voice => Some(t!(media_no_sound)),
        MediaKind::Document => None,
    }
}

fn absent(media: &Media, sign: Drawing, words: String) -> AnyView {
    let kind = match media.kind {
        MediaKind::Image | MediaKind::Sticker => IMAGE,
        MediaKind::Video => VIDEO,
        MediaKind::Audio | MediaKind::Voice => MIC,
        MediaKind::Document => FILE_TEXT,
    };
    let name = media.file_name.clone().unwrap_or_else(|| media.kind.word().to_owned());
    view! {
        <p class="file-card file-absent">
            <Icon drawing=kind />
            <span class="file-card-text">
                <span class="file-card-name">{name}</span>
                <span class="file-card-size">
                    <Icon drawing=sign />
                    {words}
                </span>
            </span>
        </p>
    }
    .into_any()
}

/// A size as people read it.
pub fn size_words(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    if bytes < KB {
        format!("{bytes} B")
    } else if bytes < MB {
        format!("{} kB", bytes / KB)
    } else {
        format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        assert_eq!(size_words(900), "900 B");
        assert_eq!(size_words(34_000), "33 kB");
        assert_eq!(size_words(5 * 1024 * 1024 + 400_000), "5.3 MB");
    }
}
