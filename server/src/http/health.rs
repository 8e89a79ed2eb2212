//! `/healthz`, `/readyz`, `/metrics`.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use backend::Core;
use http::StatusCode;
use metrics_exporter_prometheus::PrometheusHandle;

use super::AppState;

pub fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(|State(core): State<Core>| ready(core)))
}

pub fn admin_routes(core: Core, metrics: PrometheusHandle) -> Router {
    let (ready_core, metrics_core) = (core.clone(), core);
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(move || ready(ready_core.clone())))
        .route("/metrics", get(move || render(metrics_core.clone(), metrics.clone())))
}

/// The process runs.
async fn alive() -> &'static str {
    "ok"
}

/// The database answers.
async fn ready(core: Core) -> (StatusCode, &'static str) {
    match sqlx::query_scalar::<_, i32>("select 1").fetch_one(core.db.app()).await {
        Ok(_) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer"),
    }
}

async fn render(core: Core, handle: PrometheusHandle) -> String {
    if let Ok(lag) = backend::channels::lag(&core).await {
        metrics::gauge!("parley_journal_waiting").set(lag.waiting as f64);
        metrics::gauge!("parley_journal_oldest_seconds").set(lag.oldest_seconds as f64);
    }
    handle.render()
}
