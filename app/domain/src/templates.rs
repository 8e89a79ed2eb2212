//! Templates that Meta approved: the only messages that may leave outside the service window.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What Meta files a template under (contract 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateCategory {
    Marketing,
    Utility,
    Authentication,
}

/// A template that can be sent from the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow {
    pub name: String,
    pub language: String,
    pub category: TemplateCategory,
    /// The body with its `{{1}}` or `{{name}}` places.
    pub body: String,
    pub approved: bool,
}

impl TemplateRow {
    /// The places of the body, in order of first appearance, each once.
    pub fn places(&self) -> Vec<String> {
        let mut places: Vec<String> = Vec::new();
        let mut rest = self.body.as_str();
        while let Some((_, after)) = rest.split_once("{{") {
            let Some((place, tail)) = after.split_once("}}") else { break };
            let place = place.trim();
            if !place.is_empty() && !places.iter().any(|known| known == place) {
                places.push(place.to_owned());
            }
            rest = tail;
        }
        places
    }

    /// The text that the customer will read.
    pub fn render(&self, parameters: &[String]) -> Result<String> {
        let places = self.places();
        if places.len() != parameters.len() {
            return Err(Error::invalid(
                "parameters",
                format!("This template has {} places to fill; {} were given.", places.len(), parameters.len()),
            ));
        }
        let mut text = self.body.clone();
        for (place, value) in places.iter().zip(parameters) {
            if value.trim().is_empty() {
                return Err(Error::invalid("parameters", format!("Fill in “{place}”.")));
            }
            if value.contains(['\n', '\t', '\r']) || value.contains("     ") {
                return Err(Error::invalid(
                    "parameters",
                    format!("“{place}” must be one line (WhatsApp refuses line breaks here)."),
                ));
            }
            text = text.replace(&format!("{{{{{place}}}}}"), value);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(body: &str) -> TemplateRow {
        TemplateRow {
            name: "t".into(),
            language: "en".into(),
            category: TemplateCategory::Utility,
            body: body.into(),
            approved: true,
        }
    }

    #[test]
    fn places_are_found_once_each() {
        assert_eq!(template("Hi {{1}}, {{2}} at {{1}} {{").places(), ["1", "2"]);
        assert_eq!(template("Hi {{first_name}}").places(), ["first_name"]);
    }

    #[test]
    fn every_place_must_be_filled_with_one_line() {
        let t = template("Hi {{1}}, see you {{2}}.");
        assert_eq!(t.render(&["Ada".into(), "at 5".into()]).unwrap(), "Hi Ada, see you at 5.");
        assert!(t.render(&["Ada".into()]).is_err());
        assert!(t.render(&["Ada".into(), "a\nb".into()]).is_err());
        assert!(t.render(&["Ada".into(), " ".into()]).is_err());
    }
}
