//! Something that comes from the server: waiting, there, or failed with a way to try again.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use super::client::Failure;

/// How far the loading has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Not there yet.
    Waiting,
    /// Here it is.
    Ready(T),
    /// It did not come.
    Failed(Failure),
}

/// Loads something, and again when asked or when what it depends on changes.
#[derive(Debug)]
pub struct Loader<T: Send + Sync + 'static> {
    state: RwSignal<Load<T>>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Loader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Loader<T> {}

impl<T: Clone + Send + Sync + 'static> Loader<T> {
    /// Loads with `fetch`; what it reads while making the future is depended upon.
    pub fn new<F>(fetch: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        let loader = Self { state: RwSignal::new(Load::Waiting), again: RwSignal::new(0) };
        let newest = StoredValue::new(0u32);
        Effect::new(move |_| {
            loader.again.track();
            let run = newest.get_value() + 1;
            newest.set_value(run);
            let answer = fetch();
            spawn_local(async move {
                let answer = answer.await;
                // A later question may have been answered first, or the page may be gone.
                if newest.try_get_value() == Some(run) {
                    let known = matches!(loader.state.get_untracked(), Load::Ready(_));
                    match answer {
                        Ok(value) => loader.state.set(Load::Ready(value)),
                        Err(failure) if known && failure == Failure::SignedOut => {}
                        Err(failure) => loader.state.set(Load::Failed(failure)),
                    }
                }
            });
        });
        loader
    }

    /// Loads again; what is there stays until the answer comes.
    pub fn reload(self) {
        if matches!(self.state.try_get_untracked(), Some(Load::Failed(_))) {
            self.state.set(Load::Waiting);
        }
        self.again.update(|n| *n += 1);
    }

    /// How far it has come.
    pub fn state(self) -> Load<T> {
        self.state.get()
    }

    /// What was loaded, if it is there.
    pub fn ready(self) -> Option<T> {
        self.state.with(|s| if let Load::Ready(value) = s { Some(value.clone()) } else { None })
    }

    /// Changes what is there.
    pub fn change(self, with: impl FnOnce(&mut T)) {
        self.state.update(|s| {
            if let Load::Ready(value) = s {
                with(value);
            }
        });
    }
}

/// Shows `loader` with `ready` when it is there, lines that shimmer before, and a way to try again
/// if it did not come.
pub fn loaded<T, V>(
    loader: Loader<T>,
    ready: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    move || match loader.state() {
        Load::Waiting => view! { <Skeleton/> }.into_any(),
        Load::Failed(failure) => {
            view! { <FailureNote text=failure.to_string() retry=move || loader.reload()/> }
                .into_any()
        }
        Load::Ready(value) => ready(value).into_any(),
    }
}

/// Lines that stand for what is still coming.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 6)]
    lines: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="sr-only">"Loading"</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
        </div>
    }
}

/// What went wrong and a button to try again.
#[component]
pub fn FailureNote<R: Fn() + Send + Sync + 'static>(
    /// What went wrong, in words.
    #[prop(into)]
    text: String,
    /// Tries again.
    retry: R,
) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <p class="empty-title">"This could not be loaded"</p>
            <p>{text}</p>
            <button type="button" class="button" on:click=move |_| retry()>"Try again"</button>
        </div>
    }
}

/// What stands where there is nothing to show.
#[component]
pub fn Empty(
    /// What there is none of.
    #[prop(into)]
    title: String,
    /// What to do about it, or why that is fine.
    #[prop(into)]
    text: String,
    /// Where it goes on, where that is not in sight.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{text}</p>
            {children.map(|more| more())}
        </div>
    }
}
