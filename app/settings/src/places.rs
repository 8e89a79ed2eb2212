//! Countries, time zones and currencies, as forms offer them.

use leptos::prelude::*;
use ui::browser::{time_zone, time_zones};
use ui::fields::{Options, Refused, message};
use ui::reactive::{dynamic, effect, part};
use ui::{FieldError, TextField, t, view};

/// ISO 3166-1: two letters, a space, the name in English.
const COUNTRIES: &str = include_str!("countries.txt");
/// Those that most money is counted in; any other may be typed.
const CURRENCIES: &str = "AED AUD BDT BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR JPY KES KRW \
                          MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON SAR SEK SGD THB TRY TWD TZS UAH UGX USD VND ZAR";

pub fn countries() -> Options {
    let named = COUNTRIES.lines().filter_map(|line| line.split_once(' '));
    let rows = named.map(|(code, name)| (code.to_owned(), name.to_owned()));
    [(String::new(), t!(country_none).to_owned())].into_iter().chain(rows).collect()
}

/// A time zone: the list and, where none was chosen yet, the choice are the browser's.
#[component]
pub fn TimeZoneField(
    value: String,
    refused: Refused,
    /// What it is for.
    hint: &'static str,
) -> impl IntoView {
    let known = RwSignal::new(Vec::<String>::new());
    let unset = value == "UTC";
    let chosen = RwSignal::new(value.clone());
    effect(move || {
        known.set(time_zones());
        if let (true, Some(zone)) = (unset, time_zone()) {
            chosen.set(zone);
        }
    });
    view! {
        <div class="field">
            <label for="time_zone">{t!(time_zone)}</label>
            <input
                class="input"
                id="time_zone"
                name="time_zone"
                value=value
                prop:value=dynamic(move || chosen.get())
                list="time-zones"
                required=true
                autocomplete="off"
                aria-describedby="time_zone-hint"
                aria-invalid=dynamic(move || message(refused, "time_zone").map(|_| "true"))
            />
            <p class="hint" id="time_zone-hint">
                {hint}
            </p>
            <FieldError refused field="time_zone" />
            <datalist id="time-zones">
            {part(move || known.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view())}
            </datalist>
        </div>
    }
}

#[component]
pub fn CurrencyField(value: String, refused: Refused) -> impl IntoView {
    let known = CURRENCIES.split_whitespace().map(|code| view! { <option value=code></option> }).collect_view();
    view! {
        <TextField
            label=t!(currency)
            name="currency"
            refused
            value=value
            list="currencies"
            max="3"
            hint=t!(currency_hint)
            required=true
        />
        <datalist id="currencies">{known}</datalist>
    }
}
