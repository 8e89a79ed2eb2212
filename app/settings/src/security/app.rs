//! The authenticator app and its recovery codes. Setting it up needs scripts: what it shows is a secret that is shown
//! once, and pages are kept by browsers.

use domain::accounts::{AppSetup, Factors};
use leptos::prelude::*;
use ui::browser;
use ui::icon::SHIELD_CHECK;
use ui::reactive::{busy, click, effect, part, submit};
use ui::wire::escape;
use ui::{
    ActionForm, Badge, FormError, FormErrors, Icon, Load, Read, Saved, Skeleton, TextField, Tone, refused, t, view,
};
use wasm_bindgen::JsCast;

use crate::api::security::{BeginApp, ConfirmApp, RemoveApp, RenewRecoveryCodes, read_factors};
use crate::copy::CopyButton;
use crate::proof::Proof;

/// What the section does.
#[derive(Clone, Copy)]
struct Acts {
    begin: ServerAction<BeginApp>,
    confirm: ServerAction<ConfirmApp>,
    remove: ServerAction<RemoveApp>,
    renew: ServerAction<RenewRecoveryCodes>,
    setup: RwSignal<Option<AppSetup>>,
    codes: RwSignal<Vec<String>>,
}

#[component]
pub fn AppSection() -> impl IntoView {
    let acts = Acts {
        begin: ServerAction::new(),
        confirm: ServerAction::new(),
        remove: ServerAction::new(),
        renew: ServerAction::new(),
        setup: RwSignal::new(None),
        codes: RwSignal::new(Vec::new()),
    };
    if let Some(proof) = use_context::<Proof>() {
        proof.watch(acts.begin);
        proof.watch(acts.confirm);
        proof.watch(acts.remove);
        proof.watch(acts.renew);
    }
    effect(move || {
        if let Some(Ok(setup)) = acts.begin.value().get() {
            acts.setup.set(Some(setup));
        }
    });
    effect(move || {
        if let Some(Ok(codes)) = acts.confirm.value().get() {
            acts.setup.set(None);
            acts.codes.set(codes);
        }
    });
    effect(move || {
        if let Some(Ok(codes)) = acts.renew.value().get() {
            acts.codes.set(codes);
        }
    });
    effect(move || {
        if matches!(acts.remove.value().get(), Some(Ok(()))) {
            acts.codes.set(Vec::new());
        }
    });
    let versions = move || (acts.confirm.version().get(), acts.remove.version().get(), acts.renew.version().get());
    let factors = Read::new(versions, |_| read_factors());
    view! {
        <section class="section">
            <h2>{t!(authenticator)}</h2>
            <p class="quiet">{t!(authenticator_text)}</p>
            <Load
                resource=factors
                skeleton=|| view! { <Skeleton rows=1 /> }
                children=move |factors| {
                    if factors.app { view! { <On factors acts /> } } else { view! { <Off acts /> } }
                }
            />
            {part(move || acts.setup.get().map(|setup| view! { <Setup setup acts /> }))}
            {part(move || {
                let codes = acts.codes.get();
                (!codes.is_empty()).then(|| view! { <Codes codes /> })
            })}
            <Saved action=acts.remove text=t!(authenticator_removed) />
        </section>
    }
}

#[component]
fn Off(acts: Acts) -> impl IntoView {
    let refused = refused(acts.begin);
    view! {
        <p class="without-scripts quiet">{t!(needs_scripts)}</p>
        {part(move || {
            acts.setup
                .with(Option::is_none)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button with-scripts"
                            aria-disabled=busy(acts.begin.pending())
                            on:click=click(move |_| {
                                acts.begin.dispatch(BeginApp {});
                            })
                        >
                            <Icon drawing=SHIELD_CHECK />
                            {t!(set_up_app)}
                        </button>
                    }
                })
        })}
        <FormError refused fields=&[] />
    }
}

/// The picture for the app, the same for typing, and a first code that shows that it worked.
#[component]
fn Setup(setup: AppSetup, acts: Acts) -> impl IntoView {
    let refused = refused(acts.confirm);
    // A picture of its own document, so that the page's policy need not allow its styles.
    let picture = format!("data:image/svg+xml,{}", escape(&setup.picture));
    let groups: Vec<String> =
        setup.secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let confirm = submit(move |event| {
        event.prevent_default();
        let field = browser::find("#code").and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        let code = field.map(|field| field.value()).unwrap_or_default();
        acts.confirm.dispatch(ConfirmApp { code });
    });
    view! {
        <div class="setup">
            <img class="qr" src=picture alt=t!(qr_alt) width="200" height="200" />
            <div class="stack">
                <p>{t!(scan_text)}</p>
                <p class="quiet">{t!(type_secret)}</p>
                <p class="secret" translate="no">
                    {groups.join(" ")}
                </p>
                <form on:submit=confirm>
                    <TextField
                        label=t!(first_code)
                        name="code"
                        refused
                        autocomplete="one-time-code"
                        mode="numeric"
                        required=true
                    />
                    <FormError refused fields=&["code"] />
                    <button
                        type="submit"
                        class="button button-primary"
                        aria-disabled=busy(acts.confirm.pending())
                    >
                        {t!(turn_on)}
                    </button>
                </form>
            </div>
        </div>
    }
}

#[component]
fn On(factors: Factors, acts: Acts) -> impl IntoView {
    let renew_refused = refused(acts.renew);
    let few = factors.recovery_codes < 3;
    let left = t!(recovery_left, count = factors.recovery_codes).to_string();
    view! {
        <p class="badges">
            <Badge text=t!(is_on) tone=Tone::Good />
            <Badge text=left tone=if few { Tone::Warn } else { Tone::Quiet } />
        </p>
        <div class="acts">
            <button
                type="button"
                class="button with-scripts"
                aria-disabled=busy(acts.renew.pending())
                on:click=click(move |_| {
                    acts.renew.dispatch(RenewRecoveryCodes {});
                })
            >
                {t!(renew_codes)}
            </button>
            <ActionForm action=acts.remove>
                <button type="submit" class="button button-bad" aria-disabled=busy(acts.remove.pending())>
                    {t!(remove_app)}
                </button>
            </ActionForm>
        </div>
        <FormError refused=renew_refused fields=&[] />
        <FormErrors action=acts.remove />
    }
}

/// Shown this once.
#[component]
fn Codes(codes: Vec<String>) -> impl IntoView {
    let text = codes.join("\n");
    let rows = codes.into_iter().map(|code| view! { <li>{code}</li> }).collect_view();
    view! {
        <div class="codes" role="status">
            <h3>{t!(recovery_codes)}</h3>
            <p>{t!(recovery_codes_text)}</p>
            <ul class="code-list" translate="no">
                {rows}
            </ul>
            <div class="acts">
                <CopyButton text />
                <button type="button" class="button" on:click=click(|_| browser::print())>
                    {t!(print)}
                </button>
            </div>
        </div>
    }
}
