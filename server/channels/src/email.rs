//! Mail by SMTP submission (contract `email`, sections 1 and 6).

mod address;
mod client;
mod reply;
mod report;

pub use address::{Sender, Server};
pub use client::Smtp;
pub use report::read_report;
