//! What one hears of in this workspace, how, and when not.

use domain::notifications::{ChoicesPage, MAIL_AFTER, Notice, clock};
use leptos::prelude::*;
use ui::fields::Options;
use ui::reactive::busy;
use ui::{ActionForm, FormError, Load, Read, Saved, SelectField, Skeleton, refused, t, view};

use crate::api::notifications::{SaveChoices, read_choices};
use crate::page::SettingsPage;
use crate::words;

/// `/settings/notifications`
#[component]
pub fn NotificationsPage() -> impl IntoView {
    let save = ServerAction::<SaveChoices>::new();
    let choices = Read::new(|| (), |()| read_choices());
    view! {
        <SettingsPage title=t!(notifications) text=t!(notifications_text)>
            <Load
                resource=choices
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |page| view! { <Choosing page save /> }
            />
            <Saved action=save text=t!(saved) />
        </SettingsPage>
    }
}

#[component]
fn Choosing(page: ChoicesPage, save: ServerAction<SaveChoices>) -> impl IntoView {
    let refused = refused(save);
    let rows = Notice::ALL.into_iter().map(|notice| view! { <Row notice page=page.clone() /> }).collect_view();
    view! {
        <ActionForm action=save>
            <section class="section">
                <table class="choices-table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(notice_what)}</th>
                            <th scope="col">{t!(notice_in_app)}</th>
                            <th scope="col">{t!(notice_by_mail)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
            <InApp page=page.clone() />
            <ByMail page=page.clone() />
            <Quiet page />
            <FormError refused fields=&[] />
            <p class="acts">
                <button type="submit" class="button button-primary" aria-disabled=busy(save.pending())>
                    {t!(save_choices)}
                </button>
            </p>
        </ActionForm>
    }
}

#[component]
fn Row(notice: Notice, page: ChoicesPage) -> impl IntoView {
    let what = words::notice(notice);
    let by_mail = if notice.by_mail() {
        let label = t!(notice_by_mail_of, what = what).to_string();
        let on = page.choices.by_mail.contains(&notice);
        view! { <Tick name="by_mail[]" value=notice.as_str() label on /> }
    } else {
        view! {
            <span aria-hidden="true">"–"</span>
            <span class="visually-hidden">{t!(notice_never)}</span>
        }
    };
    let label = t!(notice_in_app_of, what = what).to_string();
    let on = page.choices.in_app.contains(&notice);
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>
                <Tick name="in_app[]" value=notice.as_str() label on />
            </td>
            <td>{by_mail}</td>
        </tr>
    }
}

/// A box whose words are those of its row and column.
#[component]
fn Tick(name: &'static str, value: &'static str, label: String, on: bool) -> impl IntoView {
    view! {
        <label class="pick">
            <input type="checkbox" name=name value=value aria-label=label checked=on />
        </label>
    }
}

/// `notices.js` asks the browser, and says when it was refused.
#[component]
fn InApp(page: ChoicesPage) -> impl IntoView {
    view! {
        <section class="section">
            <h2>{t!(in_app_title)}</h2>
            <p class="quiet">{t!(in_app_text)}</p>
            <label class="check">
                <input type="checkbox" name="sound" value="true" checked=page.choices.sound />
                <span>{t!(sound)}</span>
            </label>
            <label class="check">
                <input type="checkbox" name="desktop" value="true" checked=page.choices.desktop />
                <span>{t!(desktop)}</span>
            </label>
            <p hidden data-notices="ask">
                <button type="button" class="button">
                    {t!(desktop_allow)}
                </button>
            </p>
            <p class="notice" role="status" hidden data-notices="denied">
                {t!(desktop_denied)}
            </p>
        </section>
    }
}

#[component]
fn ByMail(page: ChoicesPage) -> impl IntoView {
    let spans: Options =
        MAIL_AFTER.into_iter().map(|minutes| (minutes.to_string(), words::span(minutes).to_owned())).collect();
    view! {
        <section class="section">
            <h2>{t!(by_mail_title)}</h2>
            <p class="quiet">{t!(by_mail_text, email = page.email.clone()).to_string()}</p>
            <SelectField
                label=t!(mail_after)
                name="mail_after"
                options=spans
                chosen=page.choices.mail_after.to_string()
            />
        </section>
    }
}

#[component]
fn Quiet(page: ChoicesPage) -> impl IntoView {
    let (from, until) = page.choices.quiet.map(|quiet| (clock(quiet.from), clock(quiet.until))).unwrap_or_default();
    view! {
        <section class="section">
            <h2>{t!(quiet_hours)}</h2>
            <p class="quiet">{t!(quiet_text, zone = page.time_zone.clone()).to_string()}</p>
            <div class="field-row">
                <Hour label=t!(quiet_from) name="quiet_from" value=from />
                <Hour label=t!(quiet_until) name="quiet_until" value=until />
            </div>
        </section>
    }
}

#[component]
fn Hour(label: &'static str, name: &'static str, value: String) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <input class="input" type="time" name=name value=value />
        </label>
    }
}
