//! Files on their way to the server, with progress (which `fetch` does not tell).

use domain::messages::MediaKind;
use domain::{AttachmentId, ConversationId};
use serde::Deserialize;
use ui::wire::json;
use ui::words::error_words;
use ui::{AppError, t};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{File, FileList, FormData, ProgressEvent, XmlHttpRequest};

use super::state::{Composer, Upload};
use crate::thread::size_words;

#[derive(Deserialize)]
struct Stored {
    id: AttachmentId,
}

/// Takes every file of a selection, a drop or a paste.
pub fn attach_all(composer: Composer, conversation: ConversationId, files: &FileList) {
    for at in 0..files.length() {
        if let Some(file) = files.get(at) {
            attach(composer, conversation, &file);
        }
    }
}

fn attach(composer: Composer, conversation: ConversationId, file: &File) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
    let size = file.size() as u64;
    let local = composer.attach(file.name(), size);
    let most = MediaKind::of_mime(&file.type_()).max_bytes();
    if size > most {
        composer.uploaded(local, Upload::Failed(t!(file_too_big, size = size_words(most)).to_string()));
        return;
    }
    if post(composer, conversation, local, file).is_none() {
        composer.uploaded(local, Upload::Failed(t!(error_transport).to_owned()));
    }
}

fn post(composer: Composer, conversation: ConversationId, local: u32, file: &File) -> Option<()> {
    let form = FormData::new().ok()?;
    form.append_with_blob_and_filename("file", file, &file.name()).ok()?;
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", &format!("/files?conversation={conversation}")).ok()?;
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
        let percent = (event.loaded() / event.total().max(1.0) * 100.0) as u32;
        composer.uploaded(local, Upload::Running(percent.min(100)));
    });
    request.upload().ok()?.set_onprogress(Some(progress.into_js_value().unchecked_ref()));
    let answered = request.clone();
    let done = Closure::once_into_js(move || composer.uploaded(local, answer(&answered)));
    request.set_onloadend(Some(done.unchecked_ref()));
    request.send_with_opt_form_data(Some(&form)).ok()
}

fn answer(request: &XmlHttpRequest) -> Upload {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    if request.status() == Ok(200)
        && let Ok(stored) = json::read::<Stored>(&text)
    {
        return Upload::Ready(stored.id);
    }
    Upload::Failed(match json::read::<AppError>(&text) {
        Ok(error) => error_words(&error.0),
        Err(_) => t!(error_transport).to_owned(),
    })
}
