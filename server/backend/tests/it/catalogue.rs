use std::collections::BTreeSet;

use crate::world;

/// Tables without a workspace's wall, each with its reason.
const OPEN: &[(&str, &str)] = &[
    ("_sqlx_migrations", "the migrations' own record"),
    ("account", "a person's, behind the wall of people"),
    ("account_link", "a person's, behind the wall of people"),
    ("api_key", "routing: looked up by a secret's hash before the workspace is known"),
    ("challenge", "routing: looked up by a secret's hash while somebody signs in"),
    ("channel_route", "routing: a number's id, no personal data"),
    ("connection_route", "routing: a random address, no personal data"),
    ("data_key", "wrapped keys; worthless without the master key"),
    ("device", "a person's, behind the wall of people"),
    ("email_change", "a person's, behind the wall of people"),
    ("external_login", "a person's, behind the wall of people"),
    ("invitation_route", "routing: looked up by a secret's hash before the workspace is known"),
    ("journal", "raw webhooks before their workspace is known; the worker's alone"),
    ("mail", "goes to people before they are in a workspace; requests only put in, the worker alone reads"),
    ("mail_bounce", "hashes of addresses that do not exist, whatever the workspace"),
    ("passkey", "a person's, behind the wall of people"),
    ("recovery_code", "a person's, behind the wall of people"),
    ("session", "routing: looked up by a secret's hash before the workspace is known"),
    ("session_origin", "a person's, behind the wall of people"),
    ("sign_up", "of people without an account: written blindly, read through take_sign_up only"),
];

async fn names(world: &testkit::World, sql: &'static str) -> BTreeSet<String> {
    sqlx::query_scalar::<_, String>(sql).fetch_all(&world.owner).await.unwrap().into_iter().collect()
}

#[tokio::test]
async fn every_tenant_table_is_behind_the_wall() {
    let world = world().await;
    let walled = names(&world, "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relrowsecurity and c.relforcerowsecurity
          and exists (select 1 from pg_policy p where p.polrelid = c.oid
            and pg_get_expr(p.polqual, p.polrelid) like '%(workspace_id = ( SELECT (current_setting(''parley.workspace''::text))::uuid AS current_setting))%')").await;
    let all = names(
        &world,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p')",
    )
    .await;
    let open: BTreeSet<String> = OPEN.iter().map(|(table, _)| (*table).to_owned()).collect();
    assert_eq!(all.difference(&walled).cloned().collect::<BTreeSet<_>>(), open);
}

#[tokio::test]
async fn every_person_s_table_is_behind_the_wall_of_people() {
    let world = world().await;
    let walled = names(
        &world,
        "select c.relname::text from pg_class c join pg_policy p on p.polrelid = c.oid
        where c.relrowsecurity and c.relforcerowsecurity and p.polname = 'person'
          and pg_get_expr(p.polqual, p.polrelid) like '%current_setting(''parley.account''::text))::uuid AS current_setting))'",
    )
    .await;
    let told: BTreeSet<String> =
        OPEN.iter().filter(|(_, why)| why.starts_with("a person's")).map(|(table, _)| (*table).to_owned()).collect();
    assert_eq!(walled, told);
}

#[tokio::test]
async fn keys_of_tenant_tables_begin_with_the_workspace() {
    let world = world().await;
    let wrong = names(
        &world,
        "select c.relname::text from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where c.relrowsecurity and c.relnamespace = 'public'::regnamespace and a.attname <> 'workspace_id'
          and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace')",
    )
    .await;
    assert!(wrong.is_empty(), "{wrong:?}");
    let crossing = names(
        &world,
        "select con.conname::text from pg_constraint con
        join pg_class f on f.oid = con.conrelid join pg_class t on t.oid = con.confrelid
        join pg_attribute a on a.attrelid = f.oid and a.attnum = con.conkey[1]
        where con.contype = 'f' and f.relrowsecurity and a.attname <> 'workspace_id'
          and exists (select 1 from pg_policy p where p.polrelid = t.oid and p.polname = 'workspace')",
    )
    .await;
    assert!(crossing.is_empty(), "{crossing:?}");
}

#[tokio::test]
async fn the_application_owns_nothing_and_bypasses_nothing() {
    let world = world().await;
    let owned = world.count("select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like 'parley_app' or r.rolname like 'parley_worker'").await;
    let powers = world
        .count(
            "select count(*) from pg_roles where rolname in ('parley_app', 'parley_worker')
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin)",
        )
        .await;
    assert_eq!((owned, powers), (0, 0));
    let user: String = sqlx::query_scalar("select current_user::text").fetch_one(world.core.db.app()).await.unwrap();
    assert_eq!(user, "parley_app");
    let reset: String = {
        let mut connection = world.core.db.app().acquire().await.unwrap();
        sqlx::raw_sql("reset role").execute(&mut *connection).await.unwrap();
        sqlx::query_scalar("select current_user::text").fetch_one(&mut *connection).await.unwrap()
    };
    assert_eq!(reset, "parley_app", "reset role leads back to the application's own role");
}

#[tokio::test]
async fn requests_cannot_read_the_journal_mails_or_who_signed_up() {
    let world = world().await;
    for table in ["journal", "mail", "sign_up"] {
        let outcome = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(world.core.db.app())
            .await;
        assert_eq!(outcome.unwrap_err().as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn every_column_is_in_the_register_of_personal_data_or_known_to_hold_none() {
    let world = world().await;
    let columns = names(
        &world,
        "select table_name || '.' || column_name from information_schema.columns
        where table_schema = 'public' and table_name <> '_sqlx_migrations'
          and data_type not in ('uuid', 'timestamp with time zone', 'bigint', 'integer', 'smallint', 'boolean')",
    )
    .await;
    let register: BTreeSet<String> =
        backend::personal::REGISTER.iter().map(|field| format!("{}.{}", field.table, field.column)).collect();
    let harmless: BTreeSet<String> = backend::personal::HARMLESS.iter().map(|column| (*column).to_owned()).collect();
    assert!(register.is_disjoint(&harmless));
    let known: BTreeSet<String> = register.union(&harmless).cloned().collect();
    assert_eq!(
        columns.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "columns that nobody has classified"
    );
    assert_eq!(known.difference(&columns).collect::<Vec<_>>(), Vec::<&String>::new(), "entries without a column");
}
