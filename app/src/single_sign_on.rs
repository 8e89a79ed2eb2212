//! The way in through one's organisation. The form is a plain one, because the browser leaves for another site.

use domain::sso::SsoProblem;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::reactive::{dynamic, part};
use ui::{PlaceField, TextField, t, view};

use crate::alone::Alone;

/// `/sign-in/sso`
#[component]
pub fn SingleSignOnPage() -> impl IntoView {
    let query = use_query_map();
    let next = dynamic(move || query.with(|query| query.get("next").unwrap_or_default()));
    let problem = move || query.with(|query| query.get("problem").as_deref().and_then(SsoProblem::parse));
    view! {
        <Alone title=t!(sso_sign_in_title)>
            <p class="quiet">{t!(sso_sign_in_text)}</p>
            {part(move || {
                problem()
                    .map(|problem| {
                        view! {
                            <p class="form-error" role="alert">
                                {words(problem)}
                            </p>
                        }
                    })
            })}
            <form method="post" action="/sso/start">
                <PlaceField />
                <input type="hidden" name="next" value=next />
                <TextField
                    label=t!(work_email)
                    name="email"
                    refused=ui::fields::accepted()
                    kind="email"
                    autocomplete="username"
                    required=true
                    autofocus=true
                />
                <button type="submit" class="button button-primary">
                    {t!(go_on)}
                </button>
            </form>
            <p class="ways">
                <a class="link" href="/sign-in">
                    {t!(sso_other_ways)}
                </a>
            </p>
        </Alone>
    }
}

/// What to do about it.
fn words(problem: SsoProblem) -> &'static str {
    match problem {
        SsoProblem::NoProvider => t!(sso_problem_no_provider),
        SsoProblem::Expired => t!(sso_problem_expired),
        SsoProblem::Unreachable => t!(sso_problem_unreachable),
        SsoProblem::Declined => t!(sso_problem_declined),
        SsoProblem::NotProved => t!(sso_problem_not_proved),
        SsoProblem::Address => t!(sso_problem_address),
        SsoProblem::NoMember => t!(sso_problem_no_member),
        SsoProblem::Deactivated => t!(sso_problem_deactivated),
        SsoProblem::Owner => t!(sso_problem_owner),
        SsoProblem::Taken => t!(sso_problem_taken),
        SsoProblem::Factors => t!(sso_problem_factors),
        SsoProblem::NotAnew => t!(sso_problem_not_anew),
        SsoProblem::OwnSignIn => t!(sso_problem_own_sign_in),
        SsoProblem::TooMany => t!(sso_problem_too_many),
    }
}
