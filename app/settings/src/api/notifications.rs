//! What one hears of, and what there is to hear.

use domain::notifications::ChoicesPage;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::AppError;
use ui::wire::Lean;

#[cfg(feature = "ssr")]
use {
    domain::notifications::{Choices, Notice, QuietHours},
    ui::wire::{caller, redirect_plain},
};

#[cfg(feature = "ssr")]
const NOTIFICATIONS: &str = "/settings/notifications";

#[server(protocol = Lean)]
pub async fn read_choices() -> Result<ChoicesPage, AppError> {
    let (caller, backend) = caller().await?;
    Ok(backend.notifications.read(&caller).await?)
}

/// Checkboxes that are off are absent from their form.
#[server]
pub async fn save_choices(
    #[server(default)] in_app: Vec<String>,
    #[server(default)] by_mail: Vec<String>,
    mail_after: String,
    quiet_from: String,
    quiet_until: String,
    #[server(default)] sound: String,
    #[server(default)] desktop: String,
) -> Result<(), AppError> {
    let (caller, backend) = caller().await?;
    let notices = |words: Vec<String>| words.iter().filter_map(|word| Notice::parse(word)).collect();
    let choices = Choices {
        in_app: notices(in_app),
        by_mail: notices(by_mail),
        mail_after: mail_after.parse().unwrap_or_default(),
        quiet: QuietHours::parse(&quiet_from, &quiet_until)?,
        sound: sound == "true",
        desktop: desktop == "true",
    };
    backend.notifications.save(&caller, choices).await?;
    redirect_plain(NOTIFICATIONS);
    Ok(())
}

/// For `notices.js`, which tells of it: what happened, in words.
#[server]
pub async fn read_news() -> Result<NewsTold, AppError> {
    let (caller, backend) = caller().await?;
    let page = backend.notifications.news(&caller).await?;
    let news = page.news.into_iter().map(|news| Told {
        href: news.conversation.map_or_else(|| "/settings/channels".to_owned(), |id| format!("/inbox/{id}")),
        text: crate::words::news(news.notice, &news.title),
        key: news.key,
        ago: news.ago,
    });
    Ok(NewsTold { news: news.collect(), off: page.off, quiet: page.quiet, sound: page.sound, desktop: page.desktop })
}

/// What a browser tells of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewsTold {
    pub news: Vec<Told>,
    pub off: bool,
    pub quiet: bool,
    pub sound: bool,
    pub desktop: bool,
}

/// One happening in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    pub key: String,
    pub text: String,
    pub href: String,
    pub ago: i64,
}
