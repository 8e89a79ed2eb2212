//! Reads of the server. A resource is a lot of code, which would be compiled anew for each type that is asked and read;
//! here all of them take an [`Asked`] and hold an [`Answer`], and only what goes in and comes out knows the types.

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::AppError;
use super::json::{self, Unreadable};
use super::lean::unreadable;

type Told<T> = Result<T, AppError>;

/// A resource: read while the page is rendered, and again whenever its source changes.
pub struct Read<T> {
    resource: Resource<Answer, Written>,
    what: PhantomData<fn() -> T>,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<T> {}

impl<T> Read<T>
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    pub fn new<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        ask: impl Fn(S) -> F + Send + Sync + 'static,
    ) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Told<T>> + Send + 'static,
    {
        Self::with(source, ask, false)
    }

    /// Nothing of the page is sent before this has been read.
    pub fn blocking<F>(ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Told<T>> + Send + 'static,
    {
        Self::with(|| (), move |()| ask(), true)
    }

    fn with<S, F>(
        source: impl Fn() -> S + Send + Sync + 'static,
        ask: impl Fn(S) -> F + Send + Sync + 'static,
        blocking: bool,
    ) -> Self
    where
        S: Clone + PartialEq + Send + Sync + 'static,
        F: Future<Output = Told<T>> + Send + 'static,
    {
        let source: Box<dyn Fn() -> Asked + Send + Sync> = Box::new(move || Asked(Arc::new(source())));
        let ask: Box<dyn Fn(Asked) -> Answering + Send + Sync> = Box::new(move |asked| match asked.open::<S>() {
            Some(source) => {
                let told = ask(source);
                Box::pin(async move { Answer::Held(Arc::new(told.await)) })
            }
            None => Box::pin(async { Answer::Held(Arc::new(Told::<T>::Err(unreadable(Unreadable)))) }),
        });
        Self { resource: Resource::new_with_options(source, ask, blocking), what: PhantomData }
    }

    /// What was read, once it was.
    pub fn get(self) -> Option<Told<T>> {
        self.resource.get().map(Answer::open)
    }

    /// Waits for what is read.
    pub async fn wait(self) -> Told<T> {
        self.resource.await.open()
    }

    pub fn refetch(self) {
        self.resource.refetch();
    }
}

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What a resource was asked, of whatever type.
#[derive(Clone)]
struct Asked(Arc<dyn Question>);

impl Asked {
    fn open<S: Clone + 'static>(&self) -> Option<S> {
        self.0.any().downcast_ref::<S>().cloned()
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(other.0.any())
    }
}

trait Question: Any + Send + Sync {
    fn any(&self) -> &dyn Any;
    fn same(&self, other: &dyn Any) -> bool;
}

impl<S: PartialEq + Send + Sync + 'static> Question for S {
    fn any(&self) -> &dyn Any {
        self
    }

    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<S>() == Some(self)
    }
}

/// What was read: as it came from the server function, or as the page holds it.
#[derive(Clone)]
enum Answer {
    Held(Arc<dyn Held>),
    Written(Arc<str>),
}

impl Answer {
    fn open<T: Clone + DeserializeOwned + 'static>(self) -> Told<T> {
        match self {
            Self::Held(held) => {
                held.any().downcast_ref::<Told<T>>().cloned().unwrap_or_else(|| Err(unreadable(Unreadable)))
            }
            Self::Written(text) => json::read(&text).unwrap_or_else(|error| Err(unreadable(error))),
        }
    }
}

trait Held: Any + Send + Sync {
    fn any(&self) -> &dyn Any;

    /// Only the server writes pages.
    #[cfg(feature = "ssr")]
    fn write(&self) -> Result<String, serde_json::Error>;
}

impl<T: Serialize + Send + Sync + 'static> Held for Told<T> {
    fn any(&self) -> &dyn Any {
        self
    }

    #[cfg(feature = "ssr")]
    fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// How an answer travels in the page.
struct Written;

impl Encoder<Answer> for Written {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(answer: &Answer) -> Result<String, serde_json::Error> {
        match answer {
            #[cfg(feature = "ssr")]
            Answer::Held(held) => held.write(),
            #[cfg(not(feature = "ssr"))]
            Answer::Held(_) => Ok(String::new()),
            Answer::Written(text) => Ok(text.to_string()),
        }
    }
}

impl Decoder<Answer> for Written {
    type Error = Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<Answer, Unreadable> {
        Ok(Answer::Written(text.into()))
    }
}
