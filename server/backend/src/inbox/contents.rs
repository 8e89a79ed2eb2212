//! Whether a file is what its sender says it is, by its first bytes. What may be shown in place must be.

use domain::messages::MediaKind;
use infer::MatcherType;

/// Whether a thread can show a file as the kind of its message. A document is only ever saved, whatever it is.
pub(crate) fn shows(kind: MediaKind, mime: &str, bytes: &[u8]) -> bool {
    let declared = declared(mime);
    let shown = match kind {
        MediaKind::Document => return true,
        MediaKind::Image | MediaKind::Sticker => is_picture(&declared),
        MediaKind::Video | MediaKind::Audio | MediaKind::Voice => is_played(&declared),
    };
    shown && fit(mime, bytes)
}

/// Whether contents fit the kind that they were declared as. Kinds that are never shown, only saved, fit anything; so does
/// plain text, which has no signature and which browsers are told to take for nothing else.
pub(super) fn fit(mime: &str, bytes: &[u8]) -> bool {
    match declared(mime).as_str() {
        kind if is_picture(kind) || kind == "application/pdf" => {
            infer::get(bytes).is_some_and(|found| found.mime_type() == kind)
        }
        kind if is_played(kind) => plays(bytes),
        _ => true,
    }
}

fn declared(mime: &str) -> String {
    mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn is_picture(kind: &str) -> bool {
    matches!(kind, "image/jpeg" | "image/png" | "image/webp" | "image/gif")
}

fn is_played(kind: &str) -> bool {
    kind.starts_with("audio/") || kind.starts_with("video/")
}

/// Sound and pictures share their containers: one signature is either.
fn plays(bytes: &[u8]) -> bool {
    let known = infer::get(bytes).map(|found| found.matcher_type());
    matches!(known, Some(MatcherType::Audio | MatcherType::Video)) || is_base_media(bytes) || is_matroska(bytes)
}

/// ISO 14496-12, of any brand: MP4 and 3GPP.
fn is_base_media(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

/// What browsers record, however short.
fn is_matroska(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"<!doctype html><script>alert(1)</script>";

    /// The beginnings of what WhatsApp takes (contract 3.2), by the kind that they are sent as.
    const BEGINNINGS: &[(&str, &[u8])] = &[
        ("image/jpeg", &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F']),
        ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("image/gif", b"GIF89a\x01\0\x01\0"),
        ("application/pdf", b"%PDF-1.7\n"),
        ("audio/ogg", b"OggS\0\x02\0\0\0\0\0\0"),
        ("audio/mpeg", b"ID3\x04\0\0\0\0\0\0"),
        ("audio/mpeg", &[0xff, 0xfb, 0x90, 0x64]),
        ("audio/aac", &[0xff, 0xf1, 0x50, 0x80]),
        ("audio/amr", b"#!AMR\n\x3c\0\0\0\0\0"),
        ("audio/mp4", b"\0\0\0\x1cftypM4A \0\0\0\0"),
        ("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0"),
        ("video/3gpp", b"\0\0\0\x14ftyp3gp4\0\0\0\0"),
        ("video/webm", &[0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86]),
    ];

    #[test]
    fn what_whatsapp_takes_is_known_by_its_beginning() {
        for (mime, bytes) in BEGINNINGS {
            assert!(fit(mime, bytes), "{mime}");
            assert!(fit(&format!("{}; codecs=opus", mime.to_uppercase()), bytes), "{mime} with a parameter");
        }
    }

    #[test]
    fn nothing_else_passes_for_it() {
        for (mime, bytes) in BEGINNINGS {
            let short = bytes.get(..1).unwrap_or_default();
            for other in [PAGE, b"MZ\x90\0\x03\0\0\0", b"PK\x03\x04\x14\0\0\0", b"plain words", short, b""] {
                assert!(!fit(mime, other), "{mime}: {other:?}");
            }
            let picture = !mime.starts_with("audio/") && !mime.starts_with("video/");
            let others = BEGINNINGS.iter().filter(|(other, _)| other != mime);
            for (other, bytes) in
                others.filter(|(other, _)| picture || !other.contains("audio/") && !other.contains("video/"))
            {
                assert!(!fit(mime, bytes), "{other} as {mime}");
            }
        }
    }

    #[test]
    fn a_thread_shows_what_is_of_its_messages_kind() {
        use MediaKind::{Audio, Document, Image, Sticker, Video, Voice};
        let known = |mime: &str| BEGINNINGS.iter().find(|(known, _)| *known == mime).unwrap().1;
        for (kind, mime) in [(Image, "image/jpeg"), (Sticker, "image/webp"), (Video, "video/mp4"), (Voice, "audio/ogg")]
        {
            assert!(shows(kind, mime, known(mime)), "{kind:?} {mime}");
            assert!(!shows(kind, mime, PAGE), "{kind:?} with other contents");
        }
        for (kind, mime) in [(Image, "text/html"), (Image, "image/svg+xml"), (Sticker, ""), (Video, "text/html")] {
            assert!(!shows(kind, mime, PAGE), "{kind:?} of {mime}: never a kind that is shown");
        }
        assert!(!shows(Image, "video/mp4", known("video/mp4")) && !shows(Audio, "image/png", known("image/png")));
        assert!(shows(Document, "image/png", PAGE), "documents are saved as they are");
    }

    #[test]
    fn what_is_only_saved_fits_anything() {
        for mime in ["text/html", "image/svg+xml", "application/zip", "text/plain", ""] {
            assert!(fit(mime, PAGE), "{mime}");
        }
    }
}
