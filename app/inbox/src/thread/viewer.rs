//! Pictures in full: a dialog with zoom, next and previous.

use domain::AttachmentId;
use domain::messages::{Content, MediaKind, MediaState};
use leptos::prelude::*;
use ui::icon::{CHEVRON_LEFT, CHEVRON_RIGHT, DOWNLOAD, ZOOM_IN, ZOOM_OUT};
use ui::reactive::{click, dynamic};
use ui::view;
use ui::{Dialog, Icon, t};

use super::media::file_path;
use super::store::ThreadStore;

const ZOOMS: [&str; 4] = ["zoom-fit", "zoom-1", "zoom-2", "zoom-3"];

/// The picture that is looked at.
#[derive(Clone, Copy)]
pub struct Viewer {
    open: RwSignal<bool>,
    shown: RwSignal<Option<AttachmentId>>,
    zoom: RwSignal<usize>,
}

impl Viewer {
    pub fn provide() -> Self {
        let viewer = Self { open: RwSignal::new(false), shown: RwSignal::new(None), zoom: RwSignal::new(0) };
        provide_context(viewer);
        viewer
    }

    pub fn show(self, id: AttachmentId) {
        self.shown.set(Some(id));
        self.zoom.set(0);
        self.open.set(true);
    }

    fn step(self, thread: ThreadStore, step: isize) {
        let pictures = pictures(thread);
        let at = self.shown.get_untracked().and_then(|id| pictures.iter().position(|other| *other == id));
        if let Some(next) = at.and_then(|at| at.checked_add_signed(step)).and_then(|at| pictures.get(at)) {
            self.shown.set(Some(*next));
            self.zoom.set(0);
        }
    }

    fn zoom_by(self, step: isize) {
        self.zoom.update(|zoom| *zoom = zoom.saturating_add_signed(step).min(ZOOMS.len() - 1));
    }
}

fn pictures(thread: ThreadStore) -> Vec<AttachmentId> {
    thread.entries.with_untracked(|entries| {
        entries
            .iter()
            .filter_map(|entry| {
                entry.row.with_untracked(|row| match &row.content {
                    Content::Media(media) if media.kind == MediaKind::Image && media.state == MediaState::Ready => {
                        media.attachment
                    }
                    _ => None,
                })
            })
            .collect()
    })
}

/// The dialog of the viewer.
#[component]
pub fn ViewerDialog(viewer: Viewer, thread: ThreadStore) -> impl IntoView {
    let zoom = move || ZOOMS.get(viewer.zoom.get()).copied().unwrap_or_default();
    let source = move || viewer.shown.get().map(file_path).unwrap_or_default();
    let on_key = Callback::new(move |event: web_sys::KeyboardEvent| {
        // With these the keys are the browser's own: its zoom, its history.
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => viewer.step(thread, -1),
            "ArrowRight" => viewer.step(thread, 1),
            "+" | "=" => viewer.zoom_by(1),
            "-" => viewer.zoom_by(-1),
            _ => return,
        }
        event.prevent_default();
    });
    view! {
        <Dialog open=viewer.open title=t!(media) class="viewer" on_key=on_key>
            <div class="viewer-body">
                <div class=dynamic(move || format!("viewer-stage {}", zoom())) tabindex="0" autofocus=true>
                    <img src=source alt=t!(media) on:click=click(move |_| viewer.zoom_by(1)) />
                </div>
                <div class="viewer-tools">
                    <ViewerButton label=t!(previous) drawing=CHEVRON_LEFT act=move || viewer.step(thread, -1) />
                    <ViewerButton label=t!(zoom_out) drawing=ZOOM_OUT act=move || viewer.zoom_by(-1) />
                    <ViewerButton label=t!(zoom_in) drawing=ZOOM_IN act=move || viewer.zoom_by(1) />
                    <ViewerButton label=t!(next) drawing=CHEVRON_RIGHT act=move || viewer.step(thread, 1) />
                    <a
                        class="button button-quiet button-icon"
                        href=dynamic(move || format!("{}?download=1", source()))
                        download=""
                        aria-label=t!(download)
                    >
                        <Icon drawing=DOWNLOAD />
                    </a>
                </div>
            </div>
        </Dialog>
    }
}

#[component]
fn ViewerButton(
    label: &'static str,
    drawing: ui::icon::Drawing,
    act: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            aria-label=label
            title=label
            on:click=click(move |_| act())
        >
            <Icon drawing />
        </button>
    }
}
