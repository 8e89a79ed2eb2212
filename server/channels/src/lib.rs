//! Adapters to the outside: wire types, clients, signatures, parsing. One module a provider.

pub mod email;
pub mod whatsapp;
