//! What a member wants to hear of, how, and when not.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::ConversationId;

/// Something that a member may want to hear of. (Mentions in notes will be one when notes have them.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// A customer wrote in a conversation that is theirs.
    OwnMessage,
    /// A customer wrote in one that is nobody's.
    UnassignedMessage,
    /// A colleague gave them a conversation.
    Assigned,
    /// A message that they sent was not delivered.
    SendFailed,
    /// Something that came in on a channel could not be read.
    ChannelTrouble,
}

impl Notice {
    pub const ALL: [Self; 5] =
        [Self::OwnMessage, Self::UnassignedMessage, Self::Assigned, Self::SendFailed, Self::ChannelTrouble];

    /// The word stored in the database and sent by forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OwnMessage => "own_message",
            Self::UnassignedMessage => "unassigned_message",
            Self::Assigned => "assigned",
            Self::SendFailed => "send_failed",
            Self::ChannelTrouble => "channel_trouble",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == text)
    }

    /// Whether a mail tells of it: mails are for what waits, and what waits are messages.
    pub fn by_mail(self) -> bool {
        matches!(self, Self::OwnMessage | Self::UnassignedMessage)
    }
}

/// Minutes that a message may wait before a mail tells of it; also the time between two mails.
pub const MAIL_AFTER: [u16; 5] = [10, 30, 60, 240, 1440];

/// What one member chose in one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    pub in_app: Vec<Notice>,
    pub by_mail: Vec<Notice>,
    /// One of [`MAIL_AFTER`].
    pub mail_after: u16,
    pub quiet: Option<QuietHours>,
    pub sound: bool,
    /// Notifications of the desktop, where the browser was allowed to show them.
    pub desktop: bool,
}

impl Default for Choices {
    /// Heard of in the app: all. By mail: what is theirs and waits for an hour.
    fn default() -> Self {
        Self {
            in_app: Notice::ALL.to_vec(),
            by_mail: vec![Notice::OwnMessage],
            mail_after: 60,
            quiet: None,
            sound: false,
            desktop: false,
        }
    }
}

/// Hours of each day in which nothing makes a sound and no mail is sent, by the person's own clock. May span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Minutes of the day.
    pub from: u16,
    pub until: u16,
}

impl QuietHours {
    /// Reads two times as `<input type="time">` sends them; both empty for none.
    ///
    /// # Errors
    /// `Invalid` under `quiet` for one without the other, for what is no time, and for two that are the same.
    pub fn parse(from: &str, until: &str) -> Result<Option<Self>> {
        if from.trim().is_empty() && until.trim().is_empty() {
            return Ok(None);
        }
        let quiet = minutes(from).zip(minutes(until)).map(|(from, until)| Self { from, until });
        match quiet.filter(|quiet| quiet.from != quiet.until) {
            Some(quiet) => Ok(Some(quiet)),
            None => Err(Error::invalid("quiet", "Choose when the quiet hours begin and when they end.")),
        }
    }

    /// Whether it is quiet at this time of the day.
    pub fn at(self, time: Time) -> bool {
        let now = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        if self.from < self.until {
            (self.from..self.until).contains(&now)
        } else {
            now >= self.from || now < self.until
        }
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// A time of the day as `<input type="time">` has it.
pub fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The page on which one chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesPage {
    pub choices: Choices,
    /// The person's, by which quiet hours count.
    pub time_zone: String,
    pub email: String,
}

/// Something that has just happened and that the member wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The same for the same happening, so that a browser tells of each once.
    pub key: String,
    pub notice: Notice,
    /// Seconds since it happened.
    pub ago: i64,
    pub conversation: Option<ConversationId>,
    /// Whom it is about, as the inbox names them.
    pub title: String,
}

/// What happened in the last minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsPage {
    pub news: Vec<News>,
    /// Nothing is to be heard of: a browser need not ask again.
    pub off: bool,
    pub quiet: bool,
    pub sound: bool,
    pub desktop: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(hour: i8, minute: i8) -> Time {
        Time::new(hour, minute, 0, 0).unwrap()
    }

    #[test]
    fn quiet_hours_may_span_midnight() {
        let night = QuietHours::parse("22:00", "07:30").unwrap().unwrap();
        for (hour, minute, quiet) in [(21, 59, false), (22, 0, true), (0, 0, true), (7, 29, true), (7, 30, false)] {
            assert_eq!(night.at(time(hour, minute)), quiet, "{hour}:{minute}");
        }
        let noon = QuietHours::parse("12:00", "13:00:00").unwrap().unwrap();
        assert!(noon.at(time(12, 30)) && !noon.at(time(13, 0)) && !noon.at(time(11, 59)));
        assert_eq!((clock(noon.from), clock(65)), ("12:00".to_owned(), "01:05".to_owned()));
    }

    #[test]
    fn quiet_hours_are_two_different_times_or_none() {
        assert_eq!(QuietHours::parse("", " ").unwrap(), None);
        for (from, until) in
            [("22:00", ""), ("", "07:00"), ("08:00", "08:00"), ("24:00", "07:00"), ("x", "y"), ("22:ü", "1:00")]
        {
            assert!(QuietHours::parse(from, until).is_err(), "{from} {until}");
        }
    }

    #[test]
    fn words_survive_the_database() {
        for notice in Notice::ALL {
            assert_eq!(Notice::parse(notice.as_str()), Some(notice));
        }
    }
}
