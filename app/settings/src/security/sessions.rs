//! Where one is signed in.

use domain::accounts::SessionRow;
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{ActionForm, Badge, FormErrors, Load, Read, Saved, Shape, Skeleton, Time, Tone, t, view};

use crate::api::security::{EndOtherSessions, EndSession, read_sessions};
use crate::lines::ActButton;
use crate::proof::Proof;

#[component]
pub fn SessionsSection() -> impl IntoView {
    let end = ServerAction::<EndSession>::new();
    let end_others = ServerAction::<EndOtherSessions>::new();
    if let Some(proof) = use_context::<Proof>() {
        proof.watch(end);
        proof.watch(end_others);
    }
    let sessions = Read::new(move || (end.version().get(), end_others.version().get()), |_| read_sessions());
    let show = move |sessions: Vec<SessionRow>| {
        let several = sessions.len() > 1;
        let rows = sessions.into_iter().map(|row| view! { <Row row end /> }).collect_view();
        view! {
            <ul class="lines">{rows}</ul>
            {several.then(|| view! { <EndOthers action=end_others /> })}
        }
    };
    view! {
        <section class="section">
            <h2>{t!(sessions)}</h2>
            <p class="quiet">{t!(sessions_text)}</p>
            <FormErrors action=end />
            <Load
                resource=sessions
                skeleton=|| view! { <Skeleton rows=2 /> }
                children=show
            />
            <Saved action=end text=t!(session_ended) />
            <Saved action=end_others text=t!(sessions_ended) />
        </section>
    }
}

#[component]
fn Row(row: SessionRow, end: ServerAction<EndSession>) -> impl IntoView {
    let label = t!(end_session_of, device = row.device.clone()).to_string();
    view! {
        <li class="line">
            <div>
                <p class="badges">
                    <strong>{row.device}</strong>
                    {row.this.then(|| view! { <Badge text=t!(this_session) tone=Tone::Accent /> })}
                </p>
                <p class="quiet">
                    {row.network} " · " {t!(last_used)} " " <Time at=row.last_seen_at shape=Shape::Full />
                </p>
            </div>
            {(!row.this)
                .then(|| {
                    view! {
                        <ActionForm action=end>
                            <ActButton
                                name="session"
                                value=row.id.to_string()
                                label
                                text=t!(sign_out)
                                pending=end.pending()
                            />
                        </ActionForm>
                    }
                })}
        </li>
    }
}

#[component]
fn EndOthers(action: ServerAction<EndOtherSessions>) -> impl IntoView {
    view! {
        <ActionForm action>
            <button type="submit" class="button" aria-disabled=busy(action.pending())>
                {t!(end_others)}
            </button>
        </ActionForm>
        <FormErrors action />
    }
}
