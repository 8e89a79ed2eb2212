//! What people and businesses have in common and forms ask for: a time zone, a currency, a phone number.

use domain::accounts::optional_line;
use domain::{Error, Result};

/// The currencies of ISO 4217 in which prices are written, without funds, metals and test codes; after each the countries
/// (ISO 3166-1) where most is paid in it.
const CURRENCIES: &str = include_str!("currencies.txt");

/// A name of the IANA time-zone database, as it is written there.
pub(crate) fn time_zone(name: &str, field: &str) -> Result<String> {
    let wrong = || Error::invalid(field, "Choose a time zone of the list, like Europe/Lisbon.");
    let zone = jiff::tz::TimeZone::get(name.trim()).map_err(|_| wrong())?;
    zone.iana_name().map(str::to_owned).ok_or_else(wrong)
}

/// The code of a currency, in whichever case it was typed.
pub(crate) fn currency(code: &str, field: &str) -> Result<String> {
    let code = code.trim().to_ascii_uppercase();
    let known = code.len() == 3 && CURRENCIES.lines().any(|line| line.starts_with(&code));
    known.then_some(code).ok_or_else(|| Error::invalid(field, "Write the three letters of a currency, like EUR."))
}

/// What most is paid in there.
pub(crate) fn currency_in(country: &str) -> Option<&'static str> {
    CURRENCIES.lines().find_map(|line| {
        let mut words = line.split(' ');
        let currency = words.next()?;
        words.any(|word| word == country).then_some(currency)
    })
}

/// What could be dialled, as it was written. Numbers within a country and extensions differ too much to ask for more.
pub(crate) fn phone(text: &str, field: &str) -> Result<Option<String>> {
    let Some(phone) = optional_line(text, field, 40)? else { return Ok(None) };
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    if digits < 4 || !phone.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c)) {
        return Err(Error::invalid(field, "Write a phone number, like +44 20 7946 0018."));
    }
    Ok(Some(phone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_those_that_there_are_in_any_case() {
        for (typed, kept) in [("EUR", "EUR"), ("eur", "EUR"), (" Gbp ", "GBP"), ("xcg", "XCG"), ("VED", "VED")] {
            assert_eq!(currency(typed, "currency").unwrap(), kept);
        }
        for wrong in ["", "EU", "euro", "XXQ", "ZZZ", "XXX", "XTS", "XAU", "HRK", "\nEU", "R A", "€€€"] {
            assert!(currency(wrong, "currency").is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_country_of_the_list_has_one_currency() {
        let countries = include_str!("../../../../app/settings/src/countries.txt").lines();
        let without = countries.map(|line| line.split(' ').next().unwrap()).filter(|code| currency_in(code).is_none());
        assert_eq!(without.collect::<Vec<_>>(), ["AQ"], "nobody is paid in Antarctica's own");
        let (mut countries, mut codes): (Vec<&str>, Vec<&str>) = Default::default();
        for line in CURRENCIES.lines() {
            let (code, paid_in) = line.split_once(' ').unwrap_or((line, ""));
            codes.push(code);
            countries.extend(paid_in.split_whitespace());
        }
        for mut list in [countries, codes] {
            let all = list.len();
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), all);
        }
        assert_eq!((currency_in("DE"), currency_in("GB"), currency_in("")), (Some("EUR"), Some("GBP"), None));
    }

    #[test]
    fn a_phone_number_is_one() {
        for fine in ["+44 20 7946 0018", "(030) 12-34.5/6", "0800 1234", "1234"] {
            assert_eq!(phone(fine, "phone").unwrap().as_deref(), Some(fine));
        }
        assert_eq!(phone(" ", "phone").unwrap(), None);
        for wrong in ["call me maybe", "123", "+49 30 x12345", "+-()/.", "12345\n6"] {
            assert!(phone(wrong, "phone").is_err(), "{wrong}");
        }
    }

    #[test]
    fn time_zones_are_written_as_the_database_has_them() {
        for (typed, kept) in [("Europe/Lisbon", "Europe/Lisbon"), (" europe/lisbon ", "Europe/Lisbon"), ("UTC", "UTC")]
        {
            assert_eq!(time_zone(typed, "time_zone").unwrap(), kept);
        }
        for wrong in ["", "Mars/Base", "London"] {
            assert!(time_zone(wrong, "time_zone").is_err(), "{wrong}");
        }
    }
}
