//! Countries, time zones and currencies, as forms offer them.

use leptos::prelude::*;
use ui::browser::{find, time_zone, time_zones};
use ui::fields::{Options, Refused};
use ui::reactive::{effect, part};
use ui::{TextField, t, view};
use wasm_bindgen::JsCast;

/// ISO 3166-1: two letters, a space, the name in English.
const COUNTRIES: &str = include_str!("countries.txt");
/// Those that most money is counted in; any other may be typed.
const CURRENCIES: &str = "AED AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR JPY KES KRW \
                          MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON SAR SEK SGD THB TRY TWD TZS UAH UGX USD VND ZAR";

pub fn countries() -> Options {
    let named = COUNTRIES.lines().filter_map(|line| line.split_once(' '));
    let rows = named.map(|(code, name)| (code.to_owned(), name.to_owned()));
    [(String::new(), t!(country_none).to_owned())].into_iter().chain(rows).collect()
}

/// A time zone: the list and, where none was chosen yet, the choice are the browser's.
#[component]
pub fn TimeZoneField(value: String, refused: Refused) -> impl IntoView {
    let known = RwSignal::new(Vec::<String>::new());
    let unset = value == "UTC";
    effect(move || {
        known.set(time_zones());
        let field = find("#time_zone").and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let (true, Some(field), Some(zone)) = (unset, field, time_zone()) {
            field.set_value(&zone);
        }
    });
    view! {
        <TextField
            label=t!(time_zone)
            name="time_zone"
            refused
            value=value
            list="time-zones"
            hint=t!(time_zone_hint)
            required=true
        />
        <datalist id="time-zones">
            {part(move || known.get().into_iter().map(|zone| view! { <option value=zone></option> }).collect_view())}
        </datalist>
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
