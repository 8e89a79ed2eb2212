use std::io::Write as _;

use super::*;

fn read(arguments: &[&str], file: Option<&str>) -> Result<Cli, String> {
    let path = file.map(|text| {
        let path = std::env::temp_dir().join(format!(
            "parley-config-{:x}.toml",
            text.len() * 31 + arguments.len() + text.bytes().map(usize::from).sum::<usize>()
        ));
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path
    });
    let arguments = ["parley", "serve"].iter().chain(arguments).map(Into::into).collect();
    read_from(arguments, path).map_err(|problem| match problem {
        Problem::Arguments(error) => error.to_string(),
        Problem::Words(words) => words,
    })
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = "listen = \"127.0.0.1:4000\"\ndatabase_pool = 9\n";
    let settings = read(&["--listen", "127.0.0.1:5000"], Some(file)).unwrap().settings;
    assert_eq!(settings.listen.port(), 5000);
    assert_eq!(settings.database_pool, 9);
    assert_eq!(settings.whatsapp_version, "v26.0");
}

#[test]
fn a_bad_value_is_refused_by_the_name_of_its_key() {
    for (arguments, file, name) in [
        (&["--listen", "nowhere"][..], None, "--listen"),
        (&[][..], Some("listen = \"x\""), "--listen"),
        (&[][..], Some("lisen = \"x\""), "lisen"),
        (&[][..], Some("listen = [1]"), "listen"),
        (&["--database-pool", "1"][..], None, "--database-pool"),
        (&["--whatsapp-version", "26"][..], None, "PARLEY_WHATSAPP_VERSION"),
        (&["--public-url", "crm.example"][..], None, "PARLEY_PUBLIC_URL"),
        (&["--terms-url", "our terms"][..], None, "PARLEY_TERMS_URL"),
        (&["--terms-url", "https://crm.example/terms"][..], None, "PARLEY_TERMS_VERSION"),
        (&["--terms-version", "2026-11-01"][..], None, "PARLEY_TERMS_URL"),
        (&["--smtp-url", "mail.example", "--mail-from", "a@b.example"][..], None, "PARLEY_SMTP_URL must be smtps://"),
        (&["--smtp-url", "smtps://mail.example"][..], None, "PARLEY_MAIL_FROM must be set"),
        (&["--tls-cert", "a.pem"][..], None, "PARLEY_TLS_KEY must be set"),
        (&["--tls-key", "a.pem"][..], None, "PARLEY_TLS_CERT must be set"),
        (
            &["--tls-cert", "a.pem", "--tls-key", "b.pem", "--public-url", "http://crm.example"][..],
            None,
            "PARLEY_PUBLIC_URL must begin with https://",
        ),
        (&["--acme-domains", "crm.example,*.crm.example"][..], None, "“*.crm.example” is no name"),
        (&["--acme-domains", "192.0.2.7"][..], None, "“192.0.2.7” is no name"),
        (&[][..], Some("acme_domains = \" , \""), "must name at least one domain"),
        (
            &["--acme-domains", "crm.example", "--tls-cert", "a.pem", "--tls-key", "b.pem"][..],
            None,
            "PARLEY_ACME_DOMAINS cannot be set beside PARLEY_TLS_CERT",
        ),
        (&["--acme-contact", "a@crm.example"][..], None, "PARLEY_ACME_DOMAINS must be set with"),
        (&["--acme-domains", "crm.example", "--acme-contact", "me"][..], None, "PARLEY_ACME_CONTACT must be"),
        (
            &["--acme-domains", "crm.example", "--acme-directory", "http://ca.example"][..],
            None,
            "PARLEY_ACME_DIRECTORY must begin with https://",
        ),
        (
            &["--acme-domains", "crm.example", "--public-url", "http://crm.example"][..],
            None,
            "PARLEY_PUBLIC_URL must begin with https:// and name one",
        ),
        (
            &["--acme-domains", "crm.example", "--public-url", "https://other.example"][..],
            None,
            "PARLEY_PUBLIC_URL must begin with https:// and name one",
        ),
        (&["--http-listen", "127.0.0.1:80"][..], None, "PARLEY_PUBLIC_URL must begin with https://"),
        (&["--hsts", "forever"][..], None, "PARLEY_HSTS"),
        (&["--hsts", "max-age=1\nx"][..], None, "PARLEY_HSTS"),
        (&["--trusted-proxies", "10.0.0.1,proxy"][..], None, "--trusted-proxies"),
        (&[][..], Some("trusted_proxies = \"0.0.0.0/0\""), "--trusted-proxies"),
        (&["--mail-from", "Parley"][..], None, "PARLEY_MAIL_FROM must look like"),
    ] {
        let words = read(arguments, file).unwrap_err();
        assert!(words.contains(name), "{arguments:?} {file:?}: {words}");
    }
}

#[test]
fn browsers_are_bound_to_tls_where_there_is_tls() {
    let hsts = |arguments: &[&str]| {
        let header = read(arguments, None).unwrap().settings.hsts();
        header.map(|value| value.to_str().unwrap().to_owned())
    };
    let secure = ["--public-url", "https://crm.example"];
    assert_eq!(hsts(&secure).as_deref(), Some("max-age=31536000; includeSubDomains"));
    assert_eq!(hsts(&["--tls-cert", "a.pem", "--tls-key", "b.pem"]), hsts(&secure));
    assert_eq!(hsts(&[&secure[..], &["--hsts", "max-age=60"]].concat()).as_deref(), Some("max-age=60"));
    assert_eq!(hsts(&[&secure[..], &["--hsts", "off"]].concat()), None);
    assert_eq!(hsts(&["--public-url", "http://crm.example"]), None);
    assert_eq!(hsts(&[]), None);
}

#[test]
fn no_message_shows_a_secret() {
    let words = read(&["--database-url", "mysql://me:hunter2@x/y"], None).unwrap_err();
    assert!(words.contains("PARLEY_DATABASE_URL") && !words.contains("hunter2"), "{words}");
    let words = read(&[], Some("whatsapp_token = \"hunter2")).unwrap_err();
    assert!(words.contains("line 1") && !words.contains("hunter2"), "{words}");
    let words = read(&["--smtp-url", "smtps://me:hunter2@mail.example/x"], None).unwrap_err();
    assert!(words.contains("PARLEY_SMTP_URL") && !words.contains("hunter2"), "{words}");
    let mail = ["--smtp-url", "smtps://me:hunter2@mail.example", "--mail-from", "a@b.example"];
    for arguments in [&["--whatsapp-token", "hunter2"][..], &mail[..]] {
        let shown = format!("{:?}", read(arguments, None).unwrap());
        assert!(!shown.contains("hunter2"));
    }
}

/// `docs/configuration.md` is made from the same list as `--help`. `PARLEY_BLESS=1` writes it.
#[test]
fn the_documentation_names_every_key() {
    let mut text = String::from(
        "# Configuration\n\nFlags win over the environment, the environment over the file named by `PARLEY_CONFIG`, the file over defaults.\n\
         In the file a key is written with underscores (`listen = \"127.0.0.1:3000\"`). This page is made from `parley --help`.\n\n\
         | environment | file | default | what it is |\n|---|---|---|---|\n",
    );
    let command = Cli::command();
    for argument in command.get_arguments() {
        let Some(env) = argument.get_env().map(|env| env.to_string_lossy().into_owned()) else { continue };
        let default = argument
            .get_default_values()
            .iter()
            .map(|value| format!("`{}`", value.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ");
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("| `{env}` | `{}` | {default} | {help} |\n", argument.get_id()));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    if std::env::var_os("PARLEY_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "run with PARLEY_BLESS=1 and commit the page");
}
