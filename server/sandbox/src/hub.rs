//! All businesses of the sandbox. One is always there, with the ids and secrets of the configuration; further ones are
//! made while it runs and come back after a restart.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::Inner;
use crate::app::{App, OPERATOR_APP_ID, Subscription};
use crate::config::SandboxConfig;
use crate::crypto::same;
use crate::records::{self, OwnApp, Record};
use crate::setup::Setup;
use crate::signup::Code;

/// So many further businesses may there be.
pub(crate) const MOST: usize = 200;

/// Who makes a call, as its token tells.
#[derive(Clone)]
pub(crate) struct Caller {
    /// Whose token it is; of an app's token the business that owns the app.
    pub(crate) business: Arc<Inner>,
    pub(crate) by_app: bool,
}

/// What a further business begins with.
pub(crate) struct Newcomer {
    pub(crate) name: String,
    pub(crate) key: Option<String>,
    /// With an app of its own, or in the operator's as Embedded Signup does it.
    pub(crate) own_app: bool,
    /// Digits; the next free ones when none are named.
    pub(crate) number: Option<String>,
    /// What is set up from the start, around the number.
    pub(crate) setup: fn(&str) -> Setup,
}

/// See the module.
pub(crate) struct Hub {
    pub(crate) main: Arc<Inner>,
    further: RwLock<Vec<Arc<Inner>>>,
    file: Option<PathBuf>,
    /// Held while a business is made, so that no two get one number or key.
    making: Mutex<()>,
    /// Codes of Embedded Signup that nobody has exchanged.
    codes: Mutex<Vec<Code>>,
    /// The file's content, so that only changes are written.
    written: Mutex<String>,
}

impl Hub {
    /// Starts the businesses of the file, if there is one, beside the main one.
    pub(crate) fn start(main: Arc<Inner>) -> io::Result<Self> {
        let file = main.config.businesses.clone();
        let records = file.as_deref().map(records::read).transpose()?.unwrap_or_default();
        let written = Mutex::new(records::text(&records));
        let hub =
            Self { main, further: RwLock::default(), file, making: Mutex::default(), codes: Mutex::default(), written };
        for record in records {
            hub.begin(record);
        }
        Ok(hub)
    }

    /// The app of a business that has none of its own, and of the main one.
    pub(crate) fn operator_app(config: &SandboxConfig) -> App {
        let subscription = Some(Subscription::of_all(&config.callback_url));
        App::new(OPERATOR_APP_ID, "Sandbox app", &config.app_secret, subscription)
    }

    fn begin(&self, record: Record) -> Arc<Inner> {
        let app = match &record.app {
            None => Arc::clone(&self.main.app),
            Some(own) => {
                let name = format!("{} app", record.name);
                Arc::new(App::new(&own.id, &name, &own.secret, own.subscription.clone()))
            }
        };
        let config = SandboxConfig {
            app_secret: app.secret.clone(),
            token: record.token,
            phone_number_id: record.phone_number_id,
            waba_id: record.waba_id,
            display_phone_number: record.setup.number.display.clone().unwrap_or_default(),
            business_name: record.name,
            callback_url: String::new(),
            verify_token: String::new(),
            ledger: None,
            smtp: None,
            businesses: None,
            // Those of a further business are made up.
            show_secrets: true,
            ..SandboxConfig::clone(&self.main.config)
        };
        let inner = Arc::new(Inner::further(&self.main, record.key, config, app, record.setup));
        tokio::spawn(crate::engine::run(Arc::clone(&inner)));
        self.further.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&inner));
        inner
    }

    /// Makes a business, or says why not.
    pub(crate) fn add(&self, newcomer: Newcomer) -> Result<Arc<Inner>, String> {
        let name = newcomer.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err("a name of 1 to 100 characters is needed".to_owned());
        }
        let key = newcomer.key.map_or_else(records::random_key, Ok)?;
        let good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if key.is_empty() || key.len() > 40 || !key.chars().all(good) {
            return Err("a key has 1 to 40 of a-z, 0-9 and -".to_owned());
        }
        let _alone = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if self.by_key(&key).is_some() {
            return Err(format!("there is a business {key} already"));
        }
        if self.further().len() >= MOST {
            return Err(format!("there are {MOST} businesses already; delete some"));
        }
        let free = self.free_numbers();
        let number = newcomer.number.or_else(|| free.first().cloned()).filter(|number| free.contains(number));
        let number = number.ok_or("this number is taken or not one of the sandbox's")?;
        let app = newcomer.own_app.then(|| OwnApp::new(&key)).transpose()?;
        let inner = self.begin(Record::new(key, name, app, (newcomer.setup)(&number))?);
        self.save();
        Ok(inner)
    }

    /// Ends a business for good; false when there is none of this key.
    pub(crate) fn remove(&self, key: &str) -> bool {
        let mut further = self.further.write().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = further.iter().position(|one| one.key.as_deref() == Some(key)) else { return false };
        let gone = further.remove(place);
        drop(further);
        gone.stop.send_replace(true);
        self.save();
        true
    }

    pub(crate) fn codes(&self) -> MutexGuard<'_, Vec<Code>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn further(&self) -> Vec<Arc<Inner>> {
        self.further.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The main one and the further ones.
    pub(crate) fn all(&self) -> Vec<Arc<Inner>> {
        std::iter::once(Arc::clone(&self.main)).chain(self.further()).collect()
    }

    pub(crate) fn by_key(&self, key: &str) -> Option<Arc<Inner>> {
        self.further().into_iter().find(|one| one.key.as_deref() == Some(key))
    }

    pub(crate) fn by_token(&self, token: &str) -> Option<Arc<Inner>> {
        self.all().into_iter().find(|one| same(token, &one.config.token))
    }

    /// The business that owns an app.
    pub(crate) fn by_app(&self, app_id: &str) -> Option<Arc<Inner>> {
        self.all().into_iter().find(|one| one.owns_app() && one.app.id == app_id)
    }

    /// Who holds a token.
    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        let business = self.by_token(token).map(|business| Caller { business, by_app: false });
        business.or_else(|| {
            let business = self.all().into_iter().find(|one| one.owns_app() && one.app.has_token(token))?;
            Some(Caller { business, by_app: true })
        })
    }

    /// The numbers that nobody has. Ofcom keeps 01632 960000 to 960999 for fiction.
    pub(crate) fn free_numbers(&self) -> Vec<String> {
        let taken: Vec<String> = self.all().iter().map(|one| one.with(|state| state.display().to_owned())).collect();
        (200..1000).map(|last| format!("441632960{last}")).filter(|number| !taken.contains(number)).collect()
    }

    /// Writes the file when something that it keeps has changed.
    pub(crate) fn save(&self) {
        let Some(file) = &self.file else { return };
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let records: Vec<Record> = self.further().iter().map(|one| Record::of(one)).collect();
        let text = records::text(&records);
        if text == *written {
            return;
        }
        match records::write(file, &text) {
            Ok(()) => *written = text,
            Err(error) => tracing::error!(%error, "the sandbox's businesses could not be written"),
        }
    }
}
