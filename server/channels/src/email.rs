//! Mail by SMTP submission (contract `email`, sections 1 and 6).

mod address;
mod client;
mod reply;

pub use address::{Sender, Server};
pub use client::Smtp;
