//! «Please confirm that it is you»: a dangerous act asks for the password when the last proof is old, and is then
//! repeated.

use domain::Error;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;
use server_fn::error::ServerFnUrlError;
use ui::fields::ProofPrompt;
use ui::reactive::{busy, effect, part};
use ui::{ActionForm, AppError, Dialog, FormError, PlaceField, refused, t, view};

use crate::api::security;
use crate::profile::vouched_by;

/// What waits for a proof on this page.
#[derive(Clone, Copy)]
pub struct Proof {
    wanted: RwSignal<bool>,
    again: StoredValue<Option<Callback<()>>>,
}

impl Proof {
    pub fn provide() -> Self {
        let proof = Self { wanted: RwSignal::new(false), again: StoredValue::new(None) };
        provide_context(proof);
        provide_context(ProofPrompt(proof.wanted));
        proof
    }

    /// Asks for a proof when this action is refused for want of one, and then repeats it.
    pub fn watch<S>(self, action: ServerAction<S>)
    where
        S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
        S::Error: Send + Sync + 'static,
    {
        let last = StoredValue::new(None::<S>);
        let (input, value) = (action.input(), action.value());
        effect(move || {
            if let Some(input) = input.get() {
                last.set_value(Some(input));
            }
        });
        effect(move || {
            if matches!(value.get(), Some(Err(AppError(Error::ProofNeeded)))) {
                self.again.set_value(Some(Callback::new(move |()| {
                    if let Some(input) = last.get_value() {
                        action.dispatch(input);
                    }
                })));
                self.wanted.set(true);
            }
        });
    }
}

/// The prompt: a dialog, or without scripts a form on the page that came back with the refusal.
#[component]
pub fn Prove(page: &'static str) -> impl IntoView {
    let proof = use_context::<Proof>().unwrap_or_else(Proof::provide);
    let action = ServerAction::<security::Prove>::new();
    let value = action.value();
    effect(move || {
        if matches!(value.get(), Some(Ok(()))) {
            proof.wanted.set(false);
            if let Some(again) = proof.again.try_update_value(Option::take).flatten() {
                again.run(());
            }
        }
    });
    let query = use_query_map();
    let came_back = move || {
        query.with(|query| {
            let error = query.get("__err")?;
            let AppError(error) = ServerFnUrlError::<AppError>::decode_err(&error);
            (error == Error::ProofNeeded || query.get("__path").as_deref() == Some(security::Prove::PATH)).then_some(())
        })
    };
    view! {
        {part(move || {
            came_back()
                .map(|()| {
                    view! {
                        <section class="section without-scripts">
                            <h2>{t!(prove_title)}</h2>
                            <ProveForm action page />
                        </section>
                    }
                })
        })}
        <Dialog open=proof.wanted title=t!(prove_title)>
            <ProveForm action page />
        </Dialog>
    }
}

#[component]
fn ProveForm(action: ServerAction<security::Prove>, page: &'static str) -> impl IntoView {
    let refused = refused(action);
    if let Some(workspace) = vouched_by() {
        return view! {
            <p>{t!(prove_vouched)}</p>
            // A plain post: the browser leaves for another site.
            <form method="post" action="/sso/start">
                <PlaceField />
                <input type="hidden" name="workspace" value=workspace.to_string() />
                <input type="hidden" name="next" value=page />
                <button type="submit" class="button button-primary">
                    {t!(sign_in_again)}
                </button>
            </form>
        };
    }
    view! {
        <ActionForm action>
            <p class="quiet">{t!(prove_text)}</p>
            <input type="hidden" name="page" value=page />
            <label class="field">
                <span>{t!(your_password)}</span>
                <input
                    class="input"
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    required=true
                    autofocus=true
                />
            </label>
            <FormError refused fields=&[] />
            <button type="submit" class="button button-primary" aria-disabled=busy(action.pending())>
                {t!(confirm)}
            </button>
        </ActionForm>
    }
}
