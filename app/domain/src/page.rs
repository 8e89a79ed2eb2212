//! Keyset pages. No offsets and no exact counts: both grow with the tenant.

use serde::{Deserialize, Serialize};

/// One page and where the next begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass as `after` to read on; absent on the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts `rows`, read with one row more than `limit`, into a page.
    pub fn cut(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }
}

/// An opaque position: the sort key of the last row, `<microseconds>.<uuid>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

impl Cursor {
    pub fn new(at: jiff::Timestamp, id: uuid::Uuid) -> Self {
        Self(format!("{}.{}", at.as_microsecond(), id.simple()))
    }

    /// The sort key, or `None` for text that no page ever gave out.
    pub fn parse(&self) -> Option<(jiff::Timestamp, uuid::Uuid)> {
        let (at, id) = self.0.split_once('.')?;
        // Nothing was sorted before 1970, and the database knows fewer years than we do.
        let at = at.parse().ok().filter(|at| *at >= 0)?;
        let at = jiff::Timestamp::from_microsecond(at).ok()?;
        Some((at, uuid::Uuid::parse_str(id).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let at = jiff::Timestamp::from_microsecond(1_790_000_100_123_456).unwrap();
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(Cursor::new(at, id).parse(), Some((at, id)));
    }

    #[test]
    fn foreign_text_is_no_cursor() {
        let nobody = "00000000000000000000000000000000";
        let positions = [format!("x.{nobody}"), format!("-377705023201000000.{nobody}")];
        for text in ["", ".", "12", "12.x", "99999999999999999999.0", &positions[0], &positions[1]] {
            assert_eq!(Cursor(text.into()).parse(), None, "{text}");
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let cursor = |n: &u8| Cursor(n.to_string());
        assert_eq!(Page::cut(vec![1, 2, 3], 2, cursor).next, Some(Cursor("2".into())));
        assert_eq!(Page::cut(vec![1, 2], 2, cursor).next, None);
    }
}
