//! The workspace, offered to whoever reads this. It stands here and not with the team, which not everybody may open.

use domain::team::OwnershipOffer;
use leptos::prelude::*;
use ui::reactive::busy;
use ui::{ActionForm, FormErrors, Load, Read, t, view};

use crate::api::team::{AcceptOwnership, read_ownership_offer};
use crate::fold::after;
use crate::proof::Proof;

#[component]
pub fn OfferSection(proof: Proof) -> impl IntoView {
    let accept = ServerAction::<AcceptOwnership>::new();
    proof.watch(accept);
    // With a memory of its own: what one may do is another thing afterwards.
    after(accept, |()| ui::browser::leave("/settings/team"));
    let offer = Read::new(|| (), |()| read_ownership_offer());
    view! {
        <Load
            resource=offer
            skeleton=|| ()
            children=move |offer| offer.map(|offer| view! { <Offered offer accept /> }).into_any()
        />
    }
}

#[component]
fn Offered(offer: OwnershipOffer, accept: ServerAction<AcceptOwnership>) -> impl IntoView {
    let title = t!(offered_to_you_title, workspace = offer.workspace.clone()).to_string();
    let text = t!(offered_to_you, owner = offer.owner, workspace = offer.workspace).to_string();
    view! {
        <section class="section">
            <h2>{title}</h2>
            <p>{text}</p>
            <ActionForm action=accept>
                <FormErrors action=accept />
                <button
                    type="submit"
                    class="button button-primary"
                    aria-disabled=busy(accept.pending())
                >
                    {t!(accept_ownership)}
                </button>
            </ActionForm>
        </section>
    }
}
