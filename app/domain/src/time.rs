//! How times are written where the browser reads and writes them: RFC 3339 in UTC, the same text that [`Timestamp`]
//! itself writes.
//!
//! jiff's own reader knows zones, calendars and annotations. In the browser that is a seventh of the module and none
//! of it is ever met, so the types of the screens name these functions instead.

use jiff::Timestamp;

const DAY: i64 = 86_400;

/// `2026-11-03T14:05:00Z`, with as many digits of the second as there are.
pub fn write(at: Timestamp) -> String {
    let (second, nanosecond) = match (at.as_second(), at.subsec_nanosecond()) {
        (second, nanosecond) if nanosecond < 0 => (second - 1, nanosecond + 1_000_000_000),
        pair => pair,
    };
    let (year, month, day) = date(second.div_euclid(DAY));
    let clock = second.rem_euclid(DAY);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    if nanosecond != 0 {
        let digits = format!("{nanosecond:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text.push('Z');
    text
}

/// Reads what [`write`] writes, and an offset in place of `Z`.
pub fn read(text: &str) -> Option<Timestamp> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let sign = |at: usize| text.as_bytes().get(at).copied();
    if (sign(4), sign(7), sign(13), sign(16)) != (Some(b'-'), Some(b'-'), Some(b':'), Some(b':'))
        || !matches!(sign(10), Some(b'T' | b't' | b' '))
    {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(zone);
    let nanosecond = if fraction.is_empty() {
        0
    } else {
        let digits = fraction.strip_prefix('.').filter(|digits| (1..=9).contains(&digits.len()))?;
        format!("{digits:0<9}").parse::<i32>().ok()?
    };
    let days = days(year, month, day);
    if date(days) != (year, month, day) {
        return None;
    }
    Timestamp::new(days * DAY + hour * 3600 + minute * 60 + second - offset(zone)?, nanosecond).ok()
}

fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, zone) = if let Some(zone) = zone.strip_prefix('-') { (-1, zone) } else { (1, zone.strip_prefix('+')?) };
    let (hours, minutes) = zone.split_once(':')?;
    let part = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten().map(i64::from);
    Some(sign * (part(hours)? * 3600 + part(minutes)? * 60))
}

/// The proleptic Gregorian day count from 1970 (H. Hinnant, «chrono-compatible low-level date algorithms»).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// For `#[serde(with = "crate::time::text")]`.
pub mod text {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::write(*at))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::read(&text).ok_or_else(|| D::Error::custom("no time in RFC 3339"))
    }
}

/// For `#[serde(default, with = "crate::time::maybe")]`.
pub mod maybe {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(super::write).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        match Option::<String>::deserialize(deserializer)? {
            None => Ok(None),
            Some(text) => super::read(&text).map(Some).ok_or_else(|| D::Error::custom("no time in RFC 3339")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_text_that_jiff_writes(micros in -62_135_596_800_000_000i64..253_402_300_799_000_000) {
            let at = Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(write(at), at.to_string());
            prop_assert_eq!(read(&write(at)), Some(at));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = read(&text);
        }
    }

    #[test]
    fn offsets_are_understood_and_nonsense_is_not() {
        assert_eq!(read("2026-11-03T14:05:00+02:00"), read("2026-11-03T12:05:00Z"));
        for text in [
            "",
            "2026-11-03",
            "2026-13-03T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-11-03T24:00:00Z",
            "2026-11-03T14:05:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
