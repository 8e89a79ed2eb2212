//! Whether what is said to PostgreSQL could be read on the way.

use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// What to do about a line to another machine that does without TLS where the other side wants it so. Names no host and
/// no password.
pub fn in_clear(options: &PgConnectOptions) -> Option<&'static str> {
    let insists = matches!(options.get_ssl_mode(), PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    let here = options.get_socket().is_some() || is_this_machine(options.get_host());
    (!insists && !here).then_some(
        "PARLEY_DATABASE_URL leads to another machine and does not insist on TLS: the password and all data may go there \
         in clear. Add sslmode=verify-full with sslrootcert, or at least sslmode=require. Where nobody else is on the way, \
         as in a network of containers, set PARLEY_DATABASE_PLAINTEXT=allowed",
    )
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || host.starts_with('/')
        || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_to_another_machine_insists_on_tls() {
        for (url, clear) in [
            ("postgres://me:hunter2@db.example/parley", true),
            ("postgres://me:hunter2@db.example/parley?sslmode=prefer", true),
            ("postgres://me:hunter2@db.example/parley?sslmode=allow", true),
            ("postgres://me:hunter2@db.example/parley?sslmode=disable", true),
            ("postgres://me:hunter2@10.0.0.7/parley", true),
            ("postgres://me:hunter2@[2001:db8::7]/parley", true),
            ("postgres://me:hunter2@localhost.example/parley", true),
            ("postgres:///parley?host=db.example", true),
            ("postgres://me:hunter2@db.example/parley?sslmode=require", false),
            ("postgres://me:hunter2@db.example/parley?sslmode=verify-ca", false),
            ("postgres://me:hunter2@db.example/parley?sslmode=verify-full", false),
            ("postgres://me:hunter2@localhost/parley", false),
            ("postgres://me:hunter2@127.0.0.1:5433/parley?sslmode=disable", false),
            ("postgres://me:hunter2@[::1]/parley", false),
            ("postgres:///parley?host=/var/run/postgresql", false),
            ("postgres://me@%2Fvar%2Frun%2Fpostgresql/parley", false),
        ] {
            let words = in_clear(&url.parse().unwrap());
            assert_eq!(words.is_some(), clear, "{url}");
            let words = words.unwrap_or_default();
            assert!(!words.contains("hunter2") && !words.contains("example"), "{words}");
        }
    }
}
