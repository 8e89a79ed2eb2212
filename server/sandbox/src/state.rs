//! Everything the sandbox remembers (section 8.2), behind one lock.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast};

use crate::app::{App, Subscription};
use crate::clock::Clock;
use crate::config::{Customer, Identity, Profile, SandboxConfig};
use crate::engine::{Attempt, Delivery, Timer, Unit};
use crate::faults::Faults;
use crate::ids::{Dice, Minter, bsuid, parent_bsuid};
use crate::ledger::Ledger;
use crate::settings::Settings;
use crate::setup::{Number, Setup};
use crate::smtp::Mails;
use crate::templates::Template;

/// How many entries the request and webhook logs keep.
const LOG_LENGTH: usize = 2000;

/// A person with a phone.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) customer: Customer,
    /// Counts number changes: each gives a new BSUID (section 5.6).
    pub(crate) epoch: u32,
    pub(crate) offline: bool,
    pub(crate) read_receipts: bool,
    /// The person blocked the business: messages stay at `sent`.
    pub(crate) blocked: bool,
    pub(crate) on_whatsapp: bool,
    pub(crate) marketing_stopped: bool,
    /// End of the service window of section 6.1.
    pub(crate) window_until_ms: i64,
    /// The chat is on screen until then.
    pub(crate) open_until_ms: i64,
    pub(crate) typing_until_ms: i64,
    /// Theoretical arrival time of the pair limit (section 6.5).
    pub(crate) pair_us: i64,
    /// Made by a load test: left out of the phone's list.
    pub(crate) background: bool,
    /// Blocked by the business through `block_users`.
    pub(crate) blocked_by_business: bool,
    pub(crate) chat: Vec<String>,
    /// Messages that wait for the phone to come online.
    pub(crate) waiting: Vec<String>,
}

impl Person {
    pub(crate) fn new(customer: Customer) -> Self {
        Self {
            customer,
            epoch: 0,
            offline: false,
            read_receipts: true,
            blocked: false,
            on_whatsapp: true,
            marketing_stopped: false,
            window_until_ms: 0,
            open_until_ms: 0,
            typing_until_ms: 0,
            pair_us: 0,
            background: false,
            blocked_by_business: false,
            chat: Vec::new(),
            waiting: Vec::new(),
        }
    }

    pub(crate) fn shows_phone(&self) -> bool {
        self.customer.identity != Identity::UsernameOnly
    }

    pub(crate) fn shows_username(&self) -> bool {
        matches!(self.customer.identity, Identity::UsernameAndPhone | Identity::UsernameOnly)
    }

    /// Country of the number; the prefix of a BSUID.
    pub(crate) fn country(&self) -> &'static str {
        const PREFIXES: &[(&str, &str)] = &[
            ("1", "US"),
            ("20", "EG"),
            ("27", "ZA"),
            ("31", "NL"),
            ("33", "FR"),
            ("34", "ES"),
            ("39", "IT"),
            ("44", "GB"),
            ("46", "SE"),
            ("49", "DE"),
            ("52", "MX"),
            ("54", "AR"),
            ("55", "BR"),
            ("61", "AU"),
            ("65", "SG"),
            ("7", "KZ"),
            ("81", "JP"),
            ("91", "IN"),
            ("971", "AE"),
            ("972", "IL"),
        ];
        PREFIXES.iter().find(|(prefix, _)| self.customer.phone.starts_with(prefix)).map_or("GB", |(_, country)| country)
    }

    pub(crate) fn user_id(&self, portfolio: &str) -> Option<String> {
        (self.customer.identity != Identity::Legacy)
            .then(|| bsuid(portfolio, self.country(), &self.customer.id, self.epoch))
    }

    pub(crate) fn parent_user_id(&self) -> Option<String> {
        (self.customer.identity == Identity::WithParent)
            .then(|| parent_bsuid(self.country(), &self.customer.id, self.epoch))
    }
}

/// A message on the phone, in either direction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) person: String,
    pub(crate) from_business: bool,
    pub(crate) kind: String,
    /// The object under the key equal to the type.
    pub(crate) content: Value,
    /// Template text with its variables filled in.
    pub(crate) rendered: Option<Value>,
    pub(crate) quote: Option<String>,
    pub(crate) biz: Option<String>,
    pub(crate) at_ms: i64,
    /// From the business: accepted, sent, delivered, read, played, failed. From the person: pending, sent, read.
    pub(crate) status: String,
    pub(crate) error: Option<u32>,
    pub(crate) reactions: BTreeMap<&'static str, String>,
    pub(crate) revoked: bool,
    /// Read on the phone while read receipts are off.
    pub(crate) seen: bool,
    pub(crate) edited: bool,
    /// Digits that the sender addressed, when it was a phone number.
    pub(crate) to_phone: Option<String>,
    /// Pricing category, lower case.
    pub(crate) category: String,
    /// Within the free allowance of service messages.
    pub(crate) allowance: bool,
}

/// An uploaded or received file.
#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub(crate) mime: String,
    pub(crate) filename: Option<String>,
    pub(crate) bytes: bytes::Bytes,
    pub(crate) sha256: Vec<u8>,
    /// When the id stops working (section 3.1).
    pub(crate) until_ms: i64,
}

/// All state.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) config: Arc<SandboxConfig>,
    pub(crate) app: Arc<App>,
    /// What `POST /control/businesses` made; what was set up then outlives a reset.
    pub(crate) further: bool,
    pub(crate) number: Number,
    pub(crate) clock: Clock,
    pub(crate) wake: Arc<Notify>,
    pub(crate) events: broadcast::Sender<String>,
    pub(crate) settings: Settings,
    pub(crate) minter: Minter,
    pub(crate) dice: Dice,
    pub(crate) faults: Faults,
    pub(crate) ledger: Ledger,
    /// In the order in which they were added.
    pub(crate) people: Vec<Person>,
    pub(crate) by_id: HashMap<String, usize>,
    /// Who had a BSUID when it was last looked up; checked before use, because BSUIDs change.
    known_user_ids: HashMap<String, String>,
    pub(crate) messages: HashMap<String, Message>,
    pub(crate) media: HashMap<String, Media>,
    pub(crate) templates: Vec<Template>,
    pub(crate) profile: Value,
    pub(crate) throughput_us: i64,
    pub(crate) service_sent: u32,
    pub(crate) graph_calls: u64,
    /// Messages of load tests so far; makes their texts unique.
    pub(crate) burst_count: u64,
    /// What a well-behaved client never does, counted (section 8.8).
    pub(crate) violations: BTreeMap<&'static str, u32>,
    /// Until when marketing to a person must rest after 131049.
    pub(crate) marketing_rest: HashMap<String, i64>,
    /// Sends held for quality assessment: template name and `wamid`.
    pub(crate) held: Vec<(String, String)>,
    /// Resumable uploads (section 3.4).
    pub(crate) uploads: HashMap<String, Vec<u8>>,
    pub(crate) requests: VecDeque<Value>,
    pub(crate) attempts: VecDeque<Attempt>,
    pub(crate) timers: BTreeMap<(i64, u64), Timer>,
    pub(crate) sequence: u64,
    pub(crate) batch: Vec<Unit>,
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    pub(crate) ready: VecDeque<u64>,
    pub(crate) in_flight: usize,
    /// Messages whose linked file is being fetched.
    pub(crate) fetching: usize,
    pub(crate) abandoned: u64,
    pub(crate) last_webhook_error: Option<String>,
    pub(crate) mails: Mails,
}

impl State {
    /// A further business comes with what it has set up.
    pub(crate) fn new(config: Arc<SandboxConfig>, app: Arc<App>, setup: Option<Setup>, ledger: Ledger) -> Self {
        let clock = Clock::default();
        let seed = seed_of(&config, &clock);
        let mut state = Self {
            wake: Arc::new(Notify::new()),
            events: broadcast::channel(256).0,
            settings: Settings::new(config.profile),
            minter: Minter::new(seed),
            dice: Dice::new(7),
            faults: Faults::new(11),
            ledger,
            people: Vec::new(),
            by_id: HashMap::new(),
            known_user_ids: HashMap::new(),
            messages: HashMap::new(),
            media: HashMap::new(),
            templates: templates_of(&config, setup.is_some()),
            profile: profile_of(&config, setup.is_some()),
            throughput_us: 0,
            service_sent: 0,
            graph_calls: 0,
            burst_count: 0,
            violations: BTreeMap::new(),
            marketing_rest: HashMap::new(),
            held: Vec::new(),
            uploads: HashMap::new(),
            requests: VecDeque::new(),
            attempts: VecDeque::new(),
            timers: BTreeMap::new(),
            sequence: 0,
            batch: Vec::new(),
            deliveries: BTreeMap::new(),
            ready: VecDeque::new(),
            in_flight: 0,
            fetching: 0,
            abandoned: 0,
            last_webhook_error: None,
            mails: Mails::default(),
            number: Number::verified(&config.display_phone_number),
            further: setup.is_some(),
            config,
            app,
            clock,
        };
        if let Some(setup) = setup {
            state.set_up(setup);
        }
        state.seed_people();
        state.open_windows_for_demo();
        for (customer, at_ms) in state.ledger.last_written.clone() {
            if let Some(person) = state.person_mut(&customer) {
                person.window_until_ms = at_ms + 86_400_000;
            }
        }
        state
    }

    fn seed_people(&mut self) {
        for customer in self.config.contacts.clone() {
            self.add_person(Person::new(customer));
        }
    }

    /// A demonstration's own history may say that people wrote a while ago; the phone knows nothing of it, so they may
    /// be answered from the start.
    fn open_windows_for_demo(&mut self) {
        if self.config.profile == Profile::Demo {
            let until = self.now_ms() + 86_400_000;
            for person in &mut self.people {
                person.window_until_ms = until;
            }
        }
    }

    /// Back to the beginning. Ids go on counting unless a seed is given, so that no id is used twice by accident.
    pub(crate) fn reset(&mut self, seed: Option<String>) {
        self.people.clear();
        self.by_id.clear();
        self.messages.clear();
        self.media.clear();
        self.templates = templates_of(&self.config, self.further);
        let setup = self.setup();
        self.settings = Settings::new(self.config.profile);
        if self.further {
            self.set_up(setup);
        } else {
            self.number = Number::verified(&self.config.display_phone_number);
            self.app.subscribe(Some(Subscription::of_all(&self.config.callback_url)));
        }
        self.faults.list.clear();
        self.ledger.clear();
        self.timers.clear();
        self.batch.clear();
        self.ready.clear();
        // Deliveries in flight report to an entry that is gone, which is ignored.
        self.deliveries.clear();
        self.requests.clear();
        self.attempts.clear();
        self.violations.clear();
        self.marketing_rest.clear();
        self.held.clear();
        self.uploads.clear();
        self.throughput_us = 0;
        self.service_sent = 0;
        self.abandoned = 0;
        self.last_webhook_error = None;
        self.mails.clear();
        if let Some(seed) = seed {
            self.minter = Minter::new(seed);
            self.dice = Dice::new(7);
            self.faults.reseed(11);
        }
        self.seed_people();
        self.tell("reset");
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Adds a person, or replaces nothing when the id is taken.
    pub(crate) fn add_person(&mut self, person: Person) -> bool {
        let id = person.customer.id.clone();
        if self.by_id.contains_key(&id) {
            return false;
        }
        self.by_id.insert(id, self.people.len());
        self.people.push(person);
        true
    }

    pub(crate) fn person(&self, id: &str) -> Option<&Person> {
        self.by_id.get(id).and_then(|index| self.people.get(*index))
    }

    pub(crate) fn person_mut(&mut self, id: &str) -> Option<&mut Person> {
        self.by_id.get(id).and_then(|index| self.people.get_mut(*index))
    }

    /// The person with this number.
    pub(crate) fn by_phone(&self, digits: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.customer.phone == digits)
    }

    /// The person with this BSUID or parent BSUID.
    pub(crate) fn by_user_id(&mut self, user_id: &str) -> Option<&Person> {
        let portfolio = self.config.waba_id.clone();
        let has = |person: &Person| {
            person.user_id(&portfolio).as_deref() == Some(user_id)
                || person.parent_user_id().as_deref() == Some(user_id)
        };
        let known = self.known_user_ids.get(user_id).and_then(|id| self.person(id)).filter(|person| has(person));
        let found = known.or_else(|| self.people.iter().find(|person| has(person)))?.customer.id.clone();
        self.known_user_ids.insert(user_id.to_owned(), found.clone());
        self.person(&found)
    }

    /// Tells the phone page which chat changed.
    pub(crate) fn tell(&self, what: &str) {
        // Nobody listening is the normal case in tests.
        let _ = self.events.send(what.to_owned());
    }

    /// Counts something that a well-behaved client never does.
    pub(crate) fn violation(&mut self, what: &'static str) {
        *self.violations.entry(what).or_default() += 1;
    }

    pub(crate) fn timer(&mut self, due_ms: i64, timer: Timer) {
        self.sequence += 1;
        self.timers.insert((due_ms, self.sequence), timer);
        self.wake.notify_one();
    }

    pub(crate) fn log_request(&mut self, entry: Value) {
        if self.requests.len() >= LOG_LENGTH {
            self.requests.pop_front();
        }
        self.requests.push_back(entry);
    }

    pub(crate) fn log_attempt(&mut self, entry: Attempt) {
        if self.attempts.len() >= LOG_LENGTH {
            self.attempts.pop_front();
        }
        self.attempts.push_back(entry);
    }

    /// Stores a file and gives its id.
    pub(crate) fn store_media(
        &mut self,
        mime: &str,
        filename: Option<String>,
        bytes: bytes::Bytes,
        days: i64,
    ) -> String {
        let id = self.minter.node("184");
        let sha256 = crate::crypto::sha256(&bytes);
        let until_ms = self.now_ms() + days * 86_400_000;
        self.media.insert(id.clone(), Media { mime: mime.to_owned(), filename, bytes, sha256, until_ms });
        id
    }

    /// A download address that works for five minutes (section 3.1).
    pub(crate) fn media_url(&self, id: &str) -> String {
        let expires = self.now_s() + 300;
        let base = self.config.public_url.trim_end_matches('/');
        format!("{base}/media/attachments?mid={id}&ext={expires}&hash={}", self.media_hash(id, expires))
    }

    pub(crate) fn media_hash(&self, id: &str, expires: i64) -> String {
        let tag =
            crate::crypto::hmac_sha256(self.config.app_secret.as_bytes(), format!("media/{id}/{expires}").as_bytes());
        crate::crypto::base64_url(&tag).chars().take(32).collect()
    }
}

fn templates_of(config: &SandboxConfig, further: bool) -> Vec<Template> {
    if further {
        crate::templates::seeded_for(&config.waba_id, &config.business_name)
    } else {
        crate::templates::seeded()
    }
}

/// What people see of the business (section 1.7).
fn profile_of(config: &SandboxConfig, further: bool) -> Value {
    if further {
        let about = format!("{} is on WhatsApp.", config.business_name);
        return json!({"messaging_product": "whatsapp", "about": about, "address": "", "description": "", "email": "",
            "websites": [], "vertical": "UNDEFINED"});
    }
    json!({
        "messaging_product": "whatsapp", "about": "Homes with a view, and people who pick up the phone.",
        "address": "4 Harbour Road", "description": "Independent estate agency for sales and lettings.",
        "email": "hello@elmharbour.example", "websites": ["https://elmharbour.example/"], "vertical": "PROF_SERVICES",
    })
}

/// In the demo profile ids must not repeat after a restart, because the system under demonstration remembers them.
fn seed_of(config: &SandboxConfig, clock: &Clock) -> String {
    match config.profile {
        Profile::Test => format!("{}/{}", config.waba_id, config.phone_number_id),
        Profile::Demo => format!("{}/{}/{}", config.waba_id, config.phone_number_id, clock.now_us()),
    }
}
