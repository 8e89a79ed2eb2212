//! One's picture. Plain posts: the picture is all over the page, so the page comes anew.

use leptos::prelude::*;
use server_fn::ServerFn;
use ui::wire::PostedError;
use ui::{Avatar, PlaceField, t, view};

use crate::api::person::RemovePicture;

/// Where the server takes pictures; a route of its own, as server functions take no files.
const UPLOAD: &str = "/picture";

#[component]
pub fn PictureSection(name: String, #[prop(optional_no_strip)] picture: Option<String>) -> impl IntoView {
    let some = picture.is_some();
    view! {
        <section class="section" id="picture">
            <h2>{t!(picture)}</h2>
            <div class="picture-line">
                <Avatar name picture />
                <p class="quiet">{t!(picture_text)}</p>
            </div>
            <form method="post" action=UPLOAD enctype="multipart/form-data">
                <PlaceField />
                <label class="field">
                    <span>{t!(picture_file)}</span>
                    <input
                        class="input"
                        type="file"
                        name="picture"
                        accept="image/png,image/jpeg,image/webp"
                        required=true
                    />
                </label>
                <button type="submit" class="button">
                    {t!(picture_upload)}
                </button>
            </form>
            <PostedError path=UPLOAD />
            {some
                .then(|| {
                    view! {
                        <form method="post" action=RemovePicture::url()>
                            <PlaceField />
                            <button type="submit" class="button">
                                {t!(picture_remove)}
                            </button>
                        </form>
                    }
                })}
        </section>
    }
}
