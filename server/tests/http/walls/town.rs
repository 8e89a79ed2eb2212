//! Two workspaces on one running server, with something secret in every place of the first.

use std::collections::BTreeMap;

use backend::{Clock, Core, api_keys, ids, secret, seed};
use domain::api_keys::SCOPES;
use domain::{Role, WorkspaceId};
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::{Webhook, message};
use ui::wire::SESSION_COOKIE;
use uuid::Uuid;

use super::asking::Pass;
use crate::served::{SECRET, Served};

/// In every name and text of the workspace that must not be seen.
pub const OURS: &str = "canary-ours";
/// The same of its neighbour.
pub const THEIRS: &str = "canary-theirs";

/// A running server and who lives on it.
pub struct Town {
    pub served: Served,
    /// Sees all rows of all workspaces.
    pub owner: PgPool,
    pub core: Core,
    pub ours: House,
    /// Must never see anything of ours.
    pub theirs: House,
}

/// A workspace: its ids, and a session for every role.
pub struct House {
    pub workspace: WorkspaceId,
    pub mark: &'static str,
    number: &'static str,
    phone: &'static str,
    pub ids: Ids,
    /// Whose sessions come and go.
    passer: Uuid,
    cookies: BTreeMap<&'static str, String>,
}

/// One of everything that an address or a form can name.
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    pub conversation: Uuid,
    pub message: Uuid,
    pub contact: Uuid,
    pub colleague: Uuid,
    pub file: Uuid,
    pub quarantined: Uuid,
    pub spare: Uuid,
    pub session: Uuid,
    pub workspace: Uuid,
    pub invitation: Uuid,
    pub role: Uuid,
    pub team: Uuid,
    pub key: Uuid,
    pub connection: Uuid,
    pub tag: Uuid,
    pub reply: Uuid,
}

/// The roles that every workspace has.
pub fn roles() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| *role != Role::Custom)
}

impl Town {
    pub async fn new() -> Self {
        let served = Served::start().await;
        let (owner, core) = (served.database.owner().await, served.core());
        let ours = House::build(&served, &core, &owner, (OURS, "9110000000000001", "447700900111")).await;
        let theirs = House::build(&served, &core, &owner, (THEIRS, "9110000000000002", "447700900222")).await;
        Self { served, owner, core, ours, theirs }
    }

    /// A key of a workspace.
    pub async fn key(&self, house: &House, scopes: &[&str]) -> Pass {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Pass::Key(api_keys::create_for_operator(&self.core, house.workspace, "a program", &scopes).await.unwrap())
    }

    /// A key of a workspace that may do all that keys can.
    pub async fn master_key(&self, house: &House) -> Pass {
        let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
        self.key(house, &scopes).await
    }

    /// A new session of a member of a house whom nobody misses: for what ends or renews sessions.
    pub async fn passing(&self, house: &House) -> Pass {
        let secret = ids::fresh::<Uuid>().to_string();
        #[expect(clippy::disallowed_methods, reason = "signing in takes long, and this is done at every door")]
        let done = sqlx::query(
            "insert into session (token_hash, id, account_id, workspace_id, member_id, created_at, last_seen_at, proved_at, factors, expires_at)
             select $1, gen_random_uuid(), account_id, workspace_id, id, now(), now(), now(), 1, now() + interval '1 day' from member where id = $2",
        )
        .bind(secret::hash(&secret))
        .bind(house.passer)
        .execute(&self.owner)
        .await
        .unwrap();
        assert_eq!(done.rows_affected(), 1);
        Pass::Cookie(format!("{SESSION_COOKIE}={secret}"))
    }

    /// A session of a new member of ours.
    pub async fn newcomer(&self, name: &str, role: Role) -> String {
        let email = format!("{name}@newcomers.example");
        let who = (name, email.as_str(), seed::PASSWORD);
        seed::member(&self.core, &self.owner, self.ours.workspace, who, role).await.unwrap();
        self.served.sign_in(&email).await
    }

    /// Ends the membership of whoever has this session, as another process would, and waits until the server has heard of it.
    pub async fn leaves(&self, cookie: &str) {
        let before = self.served.place(cookie).await;
        self.execute(
            "update member set deactivated_at = now() where id = (select member_id from session where token_hash = $1)",
            stored(cookie),
        )
        .await;
        self.served.until("the server hears of it", async || self.served.place(cookie).await != before).await;
    }

    /// Changes the one row that a hashed secret finds.
    pub async fn execute(&self, sql: &'static str, value: impl AsRef<[u8]>) {
        #[expect(clippy::disallowed_methods, reason = "what no screen does yet")]
        let done = sqlx::query(sql).bind(value.as_ref()).execute(&self.owner).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{sql}");
    }

    /// What a workspace holds: of each of its tables the rows with the transaction that last wrote them.
    pub async fn holdings(&self, house: &House) -> BTreeMap<String, String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.table_name::text from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
             where c.table_schema = 'public' and c.column_name = 'workspace_id' and t.table_type = 'BASE TABLE'",
        )
        .fetch_all(&self.owner)
        .await
        .unwrap();
        assert!(tables.len() > 15, "the tenant tables are found: {tables:?}");
        let mut holdings = BTreeMap::new();
        for table in tables {
            let sql = format!(
                "select concat(count(*), ' rows ', md5(string_agg(concat(r.xmin, r::text), '|' order by r::text))) from {table} r
                 where workspace_id = $1"
            );
            let state = sqlx::query_scalar(AssertSqlSafe(sql)).bind(house.workspace.0).fetch_one(&self.owner).await;
            holdings.insert(table, state.unwrap());
        }
        holdings
    }

    /// Nothing went wrong inside: neither a panic nor an unexpected error was logged.
    pub fn assert_calm(&self) {
        let output = self.served.output();
        let errors: Vec<&str> = output.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.is_empty(), "the server logged errors:\n{}", errors.join("\n"));
    }
}

impl House {
    /// Everything in it carries its mark.
    async fn build(
        served: &Served,
        core: &Core,
        owner: &PgPool,
        (mark, number, phone): (&'static str, &'static str, &'static str),
    ) -> Self {
        let connected = seed::Number {
            phone_number_id: number.to_owned(),
            waba_id: format!("waba-{mark}"),
            display_number: format!("{mark} number"),
        };
        let address = |role: Role| format!("{}@{mark}.example", role.as_str());
        let (name, head, email) = (format!("{mark} workspace"), format!("{mark} owner"), address(Role::Owner));
        let first = (head.as_str(), email.as_str(), seed::PASSWORD);
        let seeded = seed::workspace(core, owner, &name, first, &connected).await.unwrap();
        let mut cookies = BTreeMap::new();
        for role in roles() {
            let (name, email) = (format!("{mark} {}", role.as_str()), address(role));
            if role != Role::Owner {
                let who = (name.as_str(), email.as_str(), seed::PASSWORD);
                seed::member(core, owner, seeded.workspace, who, role).await.unwrap();
            }
            cookies.insert(role.as_str(), served.sign_in(&email).await);
        }
        let nothing = Uuid::nil();
        let (spare, passer) = (format!("spare@{mark}.example"), format!("passer@{mark}.example"));
        let spare = (mark, spare.as_str(), seed::PASSWORD);
        let spare = seed::member(core, owner, seeded.workspace, spare, Role::Agent).await.unwrap();
        let passer = (mark, passer.as_str(), seed::PASSWORD);
        let passer = seed::member(core, owner, seeded.workspace, passer, Role::Agent).await.unwrap();
        let mut house = Self {
            workspace: seeded.workspace,
            mark,
            number,
            phone,
            ids: Ids {
                conversation: nothing,
                message: nothing,
                contact: nothing,
                colleague: seeded.owner.0,
                file: nothing,
                quarantined: nothing,
                spare: spare.0,
                session: nothing,
                workspace: seeded.workspace.0,
                invitation: nothing,
                role: nothing,
                team: nothing,
                key: nothing,
                connection: nothing,
                tag: nothing,
                reply: nothing,
            },
            passer: passer.0,
            cookies,
        };
        let scopes = ["contacts:read".to_owned()];
        for name in ["key", "spare"] {
            let name = format!("{mark} {name}");
            api_keys::create_for_operator(core, house.workspace, &name, &scopes).await.unwrap();
        }
        house.furnish(served, owner).await;
        house
    }

    /// A customer who wrote, a note, a file, a template, and something that could not be applied.
    async fn furnish(&mut self, served: &Served, owner: &PgPool) {
        self.customer_writes(served, "first").await;
        let broken = Webhook::to(self.number).message(serde_json::json!({ "type": "text", "id": self.mark })).body();
        assert_eq!(served.webhook(broken, SECRET).await.status(), 200);
        let find = async |sql: &'static str| -> Uuid {
            let id = || sqlx::query_scalar(sql).bind(self.workspace.0).fetch_optional(owner);
            served.until(sql, async || id().await.unwrap().map(|_: Uuid| ()).is_some()).await;
            id().await.unwrap().unwrap()
        };
        for (name, form) in [
            (
                "team/invite",
                vec![
                    ("email", format!("guest@{}.example", self.mark)),
                    ("role", "agent".into()),
                    ("scope", "all".into()),
                ],
            ),
            (
                "channels/connect",
                vec![
                    ("app_id", "5001".into()),
                    ("app_secret", format!("{}-app-secret", self.mark)),
                    ("token", format!("{}-token", self.mark)),
                    ("account_id", "4001".into()),
                ],
            ),
            (
                "team/save_role",
                vec![
                    ("role", String::new()),
                    ("name", format!("{} role", self.mark)),
                    ("permissions[]", "read_contacts".into()),
                ],
            ),
            ("team/save_team", vec![("team", String::new()), ("name", format!("{} team", self.mark))]),
            ("setup/save_tag", self.tag("tag")),
            ("setup/save_tag", self.tag("spare")),
            ("setup/save_canned", self.reply("reply")),
            ("setup/save_canned", self.reply("spare")),
        ] {
            self.set_up(served, name, form).await;
        }
        self.ids = Ids {
            session: find("select id from session where workspace_id = $1 limit 1").await,
            invitation: find("select id from invitation where workspace_id = $1").await,
            role: find("select id from role where workspace_id = $1").await,
            team: find("select id from team where workspace_id = $1").await,
            key: find("select id from api_key where workspace_id = $1 and name like '% spare'").await,
            connection: find("select id from connection where workspace_id = $1").await,
            tag: find("select id from tag where workspace_id = $1 and name like '%spare'").await,
            reply: find("select id from canned_reply where workspace_id = $1 and shortcut = 'spare'").await,
            message: find("select id from message where workspace_id = $1").await,
            conversation: find("select id from conversation where workspace_id = $1").await,
            contact: find("select id from contact where workspace_id = $1").await,
            quarantined: find("select id from quarantine where workspace_id = $1").await,
            ..self.ids
        };
        self.ids.file = self.upload(served).await;
        self.note(served).await;
        self.set_up(served, "setup/install_pack", vec![("trade", "shop".into())]).await;
        #[expect(clippy::disallowed_methods, reason = "templates come from the provider, who does not know this number")]
        sqlx::query(
            "insert into template (workspace_id, channel_id, name, language, category, body, status, fetched_at)
             select workspace_id, id, 'greeting', 'en', 'utility', $2, 'approved', now() from channel where workspace_id = $1",
        )
        .bind(self.workspace.0)
        .bind(format!("{} template", self.mark))
        .execute(owner)
        .await
        .unwrap();
    }

    /// Calls a server function of the settings as the owner; `name` begins with its module.
    async fn set_up(&self, served: &Served, name: &str, form: Vec<(&str, String)>) {
        let request = served.post(&format!("/api/settings/api/{name}")).header("cookie", self.cookie(Role::Owner));
        let answer = request.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
    }

    fn tag(&self, word: &str) -> Vec<(&'static str, String)> {
        vec![("tag", String::new()), ("name", format!("{} {word}", self.mark)), ("colour", "blue".into())]
    }

    fn reply(&self, word: &str) -> Vec<(&'static str, String)> {
        let text = format!("{} {word}", self.mark);
        vec![("reply", String::new()), ("shortcut", word.to_owned()), ("title", text.clone()), ("body", text)]
    }

    /// The session of this workspace's member with a role.
    pub fn session(&self, role: Role) -> Pass {
        Pass::Cookie(self.cookies[role.as_str()].clone())
    }

    pub fn cookie(&self, role: Role) -> &str {
        &self.cookies[role.as_str()]
    }

    pub async fn customer_writes(&self, served: &Served, id: &str) {
        let text = format!("{} text", self.mark);
        let now = Clock::system().now().as_second();
        let body = Webhook::to(self.number)
            .person(&format!("{} person", self.mark), Some(self.phone), None)
            .message(message(&format!("wamid.{}.{id}", self.mark), self.phone, now, &text))
            .body();
        assert_eq!(served.webhook(body, SECRET).await.status(), 200);
    }

    /// Changes the conversation, as its screens will be told.
    pub async fn note(&self, served: &Served) {
        let form = [
            ("conversation", self.ids.conversation.to_string()),
            ("client_key", ids::fresh::<Uuid>().to_string()),
            ("body", format!("{} note", self.mark)),
        ];
        let request = served.post("/api/inbox/api/add_note").header("cookie", self.cookie(Role::Owner)).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// A file that no message has yet.
    pub async fn upload(&self, served: &Served) -> Uuid {
        let part = Part::text(format!("{} file", self.mark)).file_name(format!("{}.txt", self.mark));
        let form = Form::new().part("file", part.mime_str("text/plain").unwrap());
        let request = served.post(&format!("/files?conversation={}", self.ids.conversation));
        let answer = request.header("cookie", self.cookie(Role::Owner)).multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
        answer.json::<serde_json::Value>().await.unwrap()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Whether a text holds anything of this workspace.
    pub fn shows_in(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        text.contains(self.mark) || digits.contains(self.phone)
    }
}

/// The secret of a session cookie, as the database holds it.
pub fn stored(cookie: &str) -> Vec<u8> {
    secret::hash(cookie.split_once('=').unwrap().1)
}
