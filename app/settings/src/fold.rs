//! What is opened to change one line of a list.

use leptos::prelude::*;
use server_fn::ServerFn;
use ui::AppError;
use ui::reactive::effect;

/// Folds away what was opened, once it has served: the lists are read anew and may have another order.
pub fn fold_after<S>(action: ServerAction<S>)
where
    S: ServerFn<Output = (), Error = AppError> + Clone + Send + Sync + 'static,
{
    after(action, |()| ui::browser::fold(".fold[open]"));
}

/// The same, and counts how often that was: a list that is read anew for this number keeps what somebody typed when it
/// was refused.
pub fn fold_and_count<S>(action: ServerAction<S>, done: RwSignal<usize>)
where
    S: ServerFn<Output = (), Error = AppError> + Clone + Send + Sync + 'static,
{
    after(action, move |()| {
        ui::browser::fold(".fold[open]");
        done.update(|done| *done += 1);
    });
}

/// Runs with the answer, each time that it worked.
pub fn after<S>(action: ServerAction<S>, run: impl Fn(S::Output) + 'static)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let value = action.value();
    effect(move || {
        if let Some(Ok(answer)) = value.get() {
            run(answer);
        }
    });
}
