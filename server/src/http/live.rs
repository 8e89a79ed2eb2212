//! `/live`: server-sent events that say which conversation changed, never what it says.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use backend::Core;
use backend::live::LiveEvent;
use domain::live::Topic;
use domain::ports::{Backend, SessionToken};
use domain::{Error, WorkspaceId};
use futures::stream::{self, Stream, StreamExt as _};
use http::HeaderMap;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::Site;
use super::guard::{self, ErrorJson};
use super::place::Place;

/// How often a stream looks whether its session still stands, should a bell not have been heard.
const RECHECK: Duration = Duration::from_secs(15);

/// Streams a workspace's changes to a signed-in member, from where the browser left off.
pub async fn stream(
    State(core): State<Core>,
    State(backend): State<Backend>,
    State(site): State<Site>,
    State(stop): State<CancellationToken>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = guard::session(&headers, &site) else { return ErrorJson(Error::Unauthenticated).into_response() };
    let found = tokio::try_join!(backend.accounts.caller(&token), backend.accounts.person(&token));
    let (caller, person) = match found {
        Ok(found) => found,
        Err(error) => return ErrorJson(error).into_response(),
    };
    if let Err(error) = caller.require(domain::Permission::ReadConversations) {
        return ErrorJson(error).into_response();
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let events = events(core.clone(), caller.workspace, last);
    let ended = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = outdated(core, backend, token, Place::of(&person)) => {}
        }
    };
    let events = events.take_until(ended).map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    // Proxies must not hold events back.
    response.headers_mut().insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    response
}

/// Ends when the page of this stream is no longer what its member would be shown: the session is over, stands elsewhere, or may
/// do more or less than it could. The page asks why ([`super::place::read`]). Whoever changes it rings, in this process or another.
async fn outdated(core: Core, backend: Backend, token: SessionToken, place: Place) {
    let mut revocations = core.revocations();
    loop {
        tokio::select! {
            _ = revocations.changed() => {}
            () = tokio::time::sleep(RECHECK) => {}
        }
        match backend.accounts.person(&token).await {
            Ok(person) if Place::of(&person) == place => {}
            // The database may be away for a moment: that is no reason.
            Err(Error::Unexpected(_)) => {}
            _ => return,
        }
    }
}

/// A greeting that carries the position, what was missed, then what comes. Who lags too far behind refetches.
fn events(core: Core, workspace: WorkspaceId, last: Option<&str>) -> impl Stream<Item = Event> + use<> {
    let subscription = core.live.subscribe(workspace, last);
    let hello = Event::default().event("hello").id(core.live.id(subscription.position)).data("{}");
    let missed: Vec<Event> = subscription.missed.iter().map(|event| encode(&core, event)).collect();
    let coming =
        stream::unfold((core, subscription.receiver, workspace), |(core, mut receiver, workspace)| async move {
            match receiver.recv().await {
                Ok(event) => Some((encode(&core, &event), (core, receiver, workspace))),
                Err(RecvError::Lagged(_)) => {
                    let again = core.live.subscribe(workspace, None);
                    let reset = LiveEvent { seq: again.position, topic: Topic::Reset, version: 0 };
                    Some((encode(&core, &reset), (core, again.receiver, workspace)))
                }
                Err(RecvError::Closed) => None,
            }
        });
    stream::iter(missed).chain(stream::iter([hello])).chain(coming)
}

fn encode(core: &Core, event: &LiveEvent) -> Event {
    let mut data = serde_json::to_value(&event.topic).unwrap_or_default();
    if let Some(fields) = data.as_object_mut() {
        fields.insert("version".to_owned(), event.version.into());
    }
    Event::default().event("change").id(core.live.id(event.seq)).data(data.to_string())
}
