//! Times. The server writes UTC, the browser turns it into the reader's own after hydration, so that both render
//! the same tree first.

use std::time::Duration;

use crate::reactive::{dynamic, effect, part};
use crate::view;
use domain::{Timestamp, time};
use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::{browser, t};

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// 14:05
    Clock,
    /// 14:05 today, the weekday this week, else the date.
    Row,
    /// A day, as separators name it.
    Day,
    /// A date.
    Date,
    /// Day and time.
    Full,
}

/// The reader's clock: `None` until the page is alive, then seconds, moving twice a minute.
#[derive(Clone, Copy)]
pub struct Clock(pub RwSignal<Option<i64>>);

impl Clock {
    pub fn provide() {
        let now = RwSignal::new(None);
        provide_context(Self(now));
        effect(move || {
            now.set(Some(browser::now()));
            let tick = move || {
                let _ = now.try_set(Some(browser::now()));
            };
            if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(30)) {
                on_cleanup(move || handle.clear());
            }
        });
    }

    /// `None` on the server, while hydrating, and where nobody provided a clock. The signal itself lives as long as
    /// the page, so a view that is on its way out may still read it.
    pub fn now() -> RwSignal<Option<i64>> {
        use_context::<Self>().map_or_else(|| RwSignal::new(None), |clock| clock.0)
    }
}

/// A point in time. The exact one is in its title.
#[component]
pub fn Time(at: Timestamp, shape: Shape) -> impl IntoView {
    // A part of the page that wakes after the clock has told the time would render other words than the server wrote, and
    // hydration keeps the server's. So each begins as the server did. Counted, because a view on its way out still reads.
    let now = ArcRwSignal::new(None);
    let clock = Clock::now();
    let (told, title, text) = (now.clone(), now.clone(), now);
    effect(move || told.set(clock.get()));
    view! {
        <time
            class="time"
            datetime=time::write(at)
            title=dynamic(move || written(at, Shape::Full, title.get()))
        >
            {part(move || written(at, shape, text.get()))}
        </time>
    }
}

/// `at` in words: in UTC while `now` is unknown, then as the reader's own clock and language have it.
pub fn written(at: Timestamp, shape: Shape, now: Option<i64>) -> String {
    match now {
        Some(now) => local(at, shape, now),
        None => utc(at, shape),
    }
}

/// Which day `at` falls on: of UTC while `now` is unknown, then of the reader.
pub fn day(at: Timestamp, now: Option<i64>) -> i64 {
    let offset = match now {
        Some(_) => offset(at),
        None => 0,
    };
    (at.as_second() + offset).div_euclid(86_400)
}

fn utc(at: Timestamp, shape: Shape) -> String {
    let iso = time::write(at);
    let date = iso.get(..10).unwrap_or_default();
    let time = iso.get(11..16).unwrap_or_default();
    match shape {
        Shape::Clock => time.to_owned(),
        Shape::Day | Shape::Row | Shape::Date => date.to_owned(),
        Shape::Full => format!("{date} {time} UTC"),
    }
}

/// Seconds that the reader's clock is ahead of UTC at `at`.
fn offset(at: Timestamp) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of less than a day")]
    let minutes = date(at).get_timezone_offset() as i64;
    -minutes * 60
}

fn date(at: Timestamp) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age are exact in a double")]
    let millis = at.as_millisecond() as f64;
    Date::new(&JsValue::from_f64(millis))
}

fn local(at: Timestamp, shape: Shape, now: i64) -> String {
    let today = Timestamp::from_second(now).unwrap_or(at);
    let ago = day(today, Some(now)) - day(at, Some(now));
    match shape {
        Shape::Clock => format(at, &[("hour", "numeric"), ("minute", "2-digit")]),
        Shape::Row if ago == 0 => format(at, &[("hour", "numeric"), ("minute", "2-digit")]),
        Shape::Row if (1..7).contains(&ago) => format(at, &[("weekday", "short")]),
        Shape::Row if ago < 300 => format(at, &[("day", "numeric"), ("month", "short")]),
        Shape::Row => format(at, &[("year", "numeric"), ("month", "short")]),
        Shape::Day if ago == 0 => t!(today).to_owned(),
        Shape::Day if ago == 1 => t!(yesterday).to_owned(),
        Shape::Day => format(at, &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")]),
        Shape::Date => format(at, &[("dateStyle", "medium")]),
        Shape::Full => format(at, &[("dateStyle", "medium"), ("timeStyle", "short")]),
    }
}

fn format(at: Timestamp, parts: &[(&str, &str)]) -> String {
    let options = Object::new();
    for (part, style) in parts {
        let _ = Reflect::set(&options, &JsValue::from_str(part), &JsValue::from_str(style));
    }
    let language = web_sys::window().and_then(|window| window.navigator().language());
    date(at).to_locale_string(language.as_deref().unwrap_or("en"), &options).into()
}

/// A length of time in two letters' worth of words: `5 h`, `40 min`.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..60 => t!(span_minutes, count = 1).to_string(),
        60..3600 => t!(span_minutes, count = seconds / 60).to_string(),
        3600..172_800 => t!(span_hours, count = seconds / 3600).to_string(),
        _ => t!(span_days, count = seconds / 86_400).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_writes_utc() {
        let at: Timestamp = "2026-11-03T14:05:59Z".parse().unwrap();
        assert_eq!(written(at, Shape::Clock, None), "14:05");
        assert_eq!(written(at, Shape::Row, None), "2026-11-03");
        assert_eq!(written(at, Shape::Full, None), "2026-11-03 14:05 UTC");
        assert_eq!(day(at, None), 20_760);
    }

    #[test]
    fn spans_are_short() {
        assert_eq!(span(59), "1 min");
        assert_eq!(span(3599), "59 min");
        assert_eq!(span(5 * 3600 + 59), "5 h");
    }
}
