//! What a trade begins with: installing it, and taking away again what nobody made their own.

use domain::packs::{Installed, PackCard, PacksPage, Part, Removal, Share, Trade, Why};
use leptos::prelude::*;
use ui::icon::CHECK;
use ui::reactive::{busy, part};
use ui::{ActionForm, Chip, FormErrors, Load, Read, Saved, Shape, Skeleton, TagMark, Time, Tone, t, view};

use crate::api::setup::{InstallPack, RemovePack, RemoveSamples, read_packs};
use crate::lines::ActButton;
use crate::page::SettingsPage;

#[derive(Clone, Copy)]
struct Acts {
    install: ServerAction<InstallPack>,
    remove: ServerAction<RemovePack>,
    remove_samples: ServerAction<RemoveSamples>,
}

/// `/settings/starter-pack`
#[component]
pub fn StarterPackPage() -> impl IntoView {
    let acts = Acts { install: ServerAction::new(), remove: ServerAction::new(), remove_samples: ServerAction::new() };
    let changed =
        move || acts.install.version().get() + acts.remove.version().get() + acts.remove_samples.version().get();
    let packs = Read::new(changed, |_| read_packs());
    view! {
        <SettingsPage title=t!(starter_pack) text=t!(starter_pack_text)>
            <FormErrors action=acts.install />
            <FormErrors action=acts.remove />
            <FormErrors action=acts.remove_samples />
            <Kept acts />
            <Load
                resource=packs
                skeleton=|| view! { <Skeleton rows=6 /> }
                children=move |page| view! { <Cards page acts /> }
            />
            <Saved action=acts.install text=t!(pack_installed_now) />
            <Saved action=acts.remove text=t!(pack_removed) />
            <Saved action=acts.remove_samples text=t!(samples_removed) />
        </SettingsPage>
    }
}

/// What stayed of the pack that was just removed. It is said until the page is left: a toast goes too soon.
#[component]
fn Kept(acts: Acts) -> impl IntoView {
    view! {
        <div role="status">
            {part(move || {
                let removal = match acts.remove.value().get() {
                    Some(Ok(removal)) if !removal.stays.is_empty() => removal,
                    _ => return None,
                };
                Some(view! { <p class="notice">{t!(pack_kept)} " " {sentence(&removal.stays)}</p> })
            })}
        </div>
    }
}

#[component]
fn Cards(page: PacksPage, acts: Acts) -> impl IntoView {
    let left = (page.left > 0).then(|| view! { <Left count=page.left acts /> });
    let installed = page.installed;
    let cards = page
        .packs
        .into_iter()
        .map(|pack| {
            let other = installed.as_ref().is_some_and(|installed| installed.trade != pack.trade);
            let own = installed.clone().filter(|installed| installed.trade == pack.trade);
            view! { <Card pack installed=own other acts /> }
        })
        .collect_view();
    view! {
        {left}
        <div class="packs">{cards}</div>
    }
}

/// Samples that somebody worked on: whoever only tried things out has no use for them.
#[component]
fn Left(count: i64, acts: Acts) -> impl IntoView {
    let words = match count {
        1 => t!(samples_left_one).to_owned(),
        _ => t!(samples_left_many, count = count).to_string(),
    };
    view! {
        <section class="section" aria-label=t!(pack_samples)>
            <p>{words}</p>
            <details class="fold">
                <summary class="button">{t!(remove_samples)}</summary>
                <ActionForm action=acts.remove_samples>
                    <p>{t!(remove_samples_text)}</p>
                    <button
                        type="submit"
                        class="button button-bad"
                        aria-disabled=busy(acts.remove_samples.pending())
                    >
                        {t!(remove_samples_now)}
                    </button>
                </ActionForm>
            </details>
        </section>
    }
}

#[component]
fn Card(pack: PackCard, installed: Option<Installed>, other: bool, acts: Acts) -> impl IntoView {
    let (name, text) = words(pack.trade);
    let tags = pack.tags.into_iter().map(|(name, colour)| view! { <TagMark name colour /> }).collect_view();
    let foot = match (installed, other) {
        (Some(installed), _) => view! { <Remove installed acts /> },
        (None, true) => view! { <p class="quiet">{t!(pack_other)}</p> }.into_any(),
        (None, false) => view! { <Install trade=pack.trade acts /> },
    };
    view! {
        <section class="section pack" aria-label=name>
            <div>
                <h2>{name}</h2>
                <p class="quiet">{text}</p>
            </div>
            <dl class="pack-parts">
                <dt>{t!(pack_stages)}</dt>
                <dd>{pack.stages.join(" → ")}</dd>
                <dt>{t!(tags)}</dt>
                <dd class="badges">{tags}</dd>
                <dt>{t!(pack_replies)}</dt>
                <dd>{pack.replies.join(" · ")}</dd>
                <dt>{t!(pack_samples)}</dt>
                <dd>{pack.samples.join(" · ")}</dd>
            </dl>
            {foot}
        </section>
    }
}

#[component]
fn Install(trade: Trade, acts: Acts) -> impl IntoView {
    let label = t!(install_pack_of, trade = words(trade).0).to_string();
    view! {
        <ActionForm action=acts.install>
            <ActButton
                name="trade"
                value=trade.as_str()
                class="button button-primary"
                label
                text=t!(install_pack)
                pending=acts.install.pending()
            />
        </ActionForm>
    }
}

#[component]
fn Remove(installed: Installed, acts: Acts) -> impl IntoView {
    let label = t!(remove_pack_of, trade = words(installed.trade).0).to_string();
    let Removal { goes, stays } = installed.removal;
    let goes = if goes.is_empty() { t!(pack_none_goes).to_owned() } else { sentence(&goes) };
    view! {
        <div class="badges">
            <Chip icon=CHECK tone=Tone::Good text=t!(pack_installed) />
            <span class="quiet">
                {installed.by.map(|name| t!(pack_by, name = name).to_string())} " "
                <Time at=installed.at shape=Shape::Full />
            </span>
        </div>
        <details class="fold">
            <summary class="button" aria-label=label>
                {t!(remove_pack)}
            </summary>
            <ActionForm action=acts.remove>
                <p>
                    <strong>{t!(pack_goes)}</strong>
                    " "
                    {goes}
                </p>
                {(!stays.is_empty())
                    .then(|| {
                        view! {
                            <p>
                                <strong>{t!(pack_stays)}</strong>
                                " "
                                {sentence(&stays)}
                            </p>
                        }
                    })}
                <p class="quiet">{t!(pack_undo)}</p>
                <button
                    type="submit"
                    class="button button-bad"
                    aria-disabled=busy(acts.remove.pending())
                >
                    {t!(remove_pack_now)}
                </button>
            </ActionForm>
        </details>
    }
}

fn words(trade: Trade) -> (&'static str, &'static str) {
    match trade {
        Trade::EstateAgency => (t!(trade_estate_agency), t!(trade_estate_agency_text)),
        Trade::Clinic => (t!(trade_clinic), t!(trade_clinic_text)),
        Trade::Shop => (t!(trade_shop), t!(trade_shop_text)),
        Trade::General => (t!(trade_general), t!(trade_general_text)),
    }
}

/// «2 tags in use, 1 canned reply that somebody changed»
fn sentence(shares: &[Share]) -> String {
    shares.iter().map(share_words).collect::<Vec<_>>().join(", ")
}

fn share_words(share: &Share) -> String {
    let count = share.count;
    let what = match (share.part, count) {
        (Part::Pipeline, 1) => t!(part_pipeline_one).to_owned(),
        (Part::Pipeline, _) => t!(part_pipeline_many, count = count).to_string(),
        (Part::Tag, 1) => t!(part_tag_one).to_owned(),
        (Part::Tag, _) => t!(part_tag_many, count = count).to_string(),
        (Part::Reply, 1) => t!(part_reply_one).to_owned(),
        (Part::Reply, _) => t!(part_reply_many, count = count).to_string(),
        (Part::Sample, 1) => t!(part_sample_one).to_owned(),
        (Part::Sample, _) => t!(part_sample_many, count = count).to_string(),
    };
    let why = match (share.part, share.why) {
        (_, None) => return what,
        (_, Some(Why::Used)) => t!(why_used),
        (Part::Sample, Some(Why::Changed)) => t!(why_changed_sample),
        (_, Some(Why::Changed)) => t!(why_changed),
    };
    format!("{what} {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_stays_and_why() {
        let share = |part, count, why| Share { part, count, why };
        let stays = [share(Part::Tag, 2, Some(Why::Used)), share(Part::Reply, 1, Some(Why::Changed))];
        assert_eq!(sentence(&stays), "2 tags in use, 1 canned reply that somebody changed");
        assert_eq!(sentence(&[share(Part::Pipeline, 1, None)]), "the pipeline with its stages");
    }
}
