//! The console: who is there, and what they see.

use leptos::{prelude::*, task::spawn_local};

use super::{
    alert::Alerts,
    client::{Desk, Failure, Guest},
    clock::Clock,
    load::{FailureNote, Skeleton},
    nav::Nav,
    shell::Shell,
    sign_in::{SignIn, SignInAgain},
    toast::{ToastList, Toasts},
};

/// How far it is known who sits there.
#[derive(Debug, Clone)]
enum Session {
    Asking,
    Unreachable(Failure),
    Out,
    In(Desk),
}

/// The whole console.
#[component]
pub fn App() -> impl IntoView {
    Clock::provide();
    Nav::provide();
    Toasts::provide();
    Alerts::provide();
    let session = RwSignal::new(Session::Asking);
    let resume = move || {
        session.set(Session::Asking);
        spawn_local(async move {
            session.set(match Guest.resume().await {
                Ok(desk) => Session::In(desk),
                Err(Failure::SignedOut) => Session::Out,
                Err(failure) => Session::Unreachable(failure),
            });
        });
    };
    resume();
    let entered = Callback::new(move |desk| session.set(Session::In(desk)));
    view! {
        {move || match session.get() {
            Session::Asking => view! { <main class="boot"><Skeleton lines=3/></main> }.into_any(),
            Session::Unreachable(failure) => {
                view! { <main class="boot"><FailureNote text=failure.to_string() retry=resume/></main> }.into_any()
            }
            Session::Out => view! { <SignIn on_done=entered/> }.into_any(),
            Session::In(desk) => {
                let out = Callback::new(move |()| session.set(Session::Out));
                view! { <Inside desk=desk on_out=out on_other=entered/> }.into_any()
            }
        }}
        <ToastList/>
    }
}

/// What who has signed in sees. When the session ends, everything stays where it is, unsaved text
/// included, under a dialog that asks to sign in again.
#[component]
fn Inside(desk: Desk, on_out: Callback<()>, on_other: Callback<Desk>) -> impl IntoView {
    provide_context(desk.clone());
    let ended = {
        let desk = desk.clone();
        Memo::new(move |_| desk.has_ended())
    };
    let back = Callback::new(move |new: Desk| {
        if new.me() == desk.me() {
            desk.resumed();
        } else {
            on_other.run(new);
        }
    });
    view! {
        <Shell on_out=on_out/>
        {move || ended.get().then(|| view! { <SignInAgain on_done=back/> })}
    }
}
