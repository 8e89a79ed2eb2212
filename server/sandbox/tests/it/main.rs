//! The sandbox over real HTTP and SMTP.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]

mod businesses;
mod cloud_api;
mod common;
mod mail;
mod signup;
