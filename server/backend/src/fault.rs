//! What went wrong inside, and the one place where it becomes what a person may read.

use domain::{Error, ErrorRef, Refusal};

use crate::secret;

/// Result of everything in this crate.
pub type Outcome<T> = Result<T, Fault>;

/// An error with its internals. Never shown: [`Fault`] turns into [`Error`] and logs itself once.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Already in a person's words.
    #[error(transparent)]
    Plain(#[from] Error),
    #[error("database: {}", describe(.0))]
    Database(#[from] sqlx::Error),
    #[error("json: {0}")]
    Json(String),
    #[error("files: {0}")]
    Files(String),
    #[error("{0}")]
    Internal(String),
}

impl Fault {
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(what.into())
    }

    /// The violated constraint, if that is what happened.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.constraint(),
            _ => None,
        }
    }

    /// The transaction met another one and gave way (deadlock, serialisation). Nothing is wrong with what it did: the
    /// whole of it may be done again.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| code.starts_with("40")),
            _ => false,
        }
    }

    /// A text holds what PostgreSQL cannot store, which is the NUL: whoever sent it must leave it out.
    fn is_unstorable(&self) -> bool {
        match self {
            // As text, and within JSON.
            Self::Database(sqlx::Error::Database(error)) => matches!(error.code().as_deref(), Some("22021" | "22P05")),
            _ => false,
        }
    }

    /// The database could not be reached or is going away: the same call may work in a moment.
    pub fn is_connection(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                // Class 57 is operator intervention (shutdown), 08 connection trouble, 53 out of resources.
                error.code().is_some_and(|code| ["57", "08", "53"].iter().any(|class| code.starts_with(class)))
            }
            Self::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Protocol(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
                    | sqlx::Error::BeginFailed
            ),
            _ => false,
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Plain(Error::Refused(refusal))
    }
}

impl From<serde_json::Error> for Fault {
    /// Keeps category and place; serde's own words may quote the text.
    fn from(error: serde_json::Error) -> Self {
        Self::Json(format!("{:?} at line {} column {}", error.classify(), error.line(), error.column()))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Plain(error) => error,
            unstorable if unstorable.is_unstorable() => {
                Error::invalid("form", "There is a character in this text that cannot be stored. Type it again.")
            }
            hidden => {
                let reference = secret::reference();
                tracing::error!(reference, error = %hidden, "unexpected");
                Error::Unexpected(ErrorRef(reference))
            }
        }
    }
}

/// State and constraint only: PostgreSQL quotes values in its messages.
fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => format!(
            "SQLSTATE {} table {} constraint {}",
            error.code().unwrap_or_default(),
            error.table().unwrap_or("-"),
            error.constraint().unwrap_or("-")
        ),
        sqlx::Error::ColumnDecode { index, .. } => format!("cannot decode column {index}"),
        sqlx::Error::RowNotFound => "no row".to_owned(),
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::Io(error) => format!("connection: {}", error.kind()),
        _ => "the driver gave up".to_owned(),
    }
}
