//! Signing in.

use leptos::{ev, html, prelude::*, task::spawn_local};
use shared::api::Login;

use super::{
    client::{Desk, Failure, Guest},
    dialog::Dialog,
    field::Field,
    icon::{BATON, Icon},
    load::Loader,
};

/// The page of who has not signed in.
#[component]
pub fn SignIn(
    /// They have.
    on_done: Callback<Desk>,
) -> impl IntoView {
    let setup = Loader::new(move || Guest.setup());
    document().set_title("Sign in · Baton");
    view! {
        <main class="door">
            <div class="door-card">
                <h1 class="wordmark"><Icon path=BATON/>"Baton"</h1>
                <p class="door-text">"Sign in to the desk."</p>
                <SignInForm on_done=on_done/>
                {move || {
                    setup
                        .ready()
                        .filter(|s| s.demo)
                        .map(|_| {
                            view! {
                                <p class="hint">
                                    "This desk runs with demo data. Its first-run sign-in was printed where the server was started."
                                </p>
                            }
                        })
                }}
                <p class="door-foot">{move || setup.ready().map(|s| format!("Baton {}", s.version))}</p>
            </div>
        </main>
    }
}

/// Signing in again over a page whose session has ended.
#[component]
pub fn SignInAgain(
    /// They have.
    on_done: Callback<Desk>,
) -> impl IntoView {
    view! {
        <Dialog title="Your session has ended" firm=true on_close=Callback::new(|()| {})>
            <p class="dialog-text">"Sign in to go on where you were. Nothing that you typed is lost."</p>
            <SignInForm on_done=on_done/>
        </Dialog>
    }
}

#[component]
fn SignInForm(on_done: Callback<Desk>) -> impl IntoView {
    let email = NodeRef::<html::Input>::new();
    let password = NodeRef::<html::Input>::new();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<(String, String)>);
    Effect::new(move |_| {
        if let Some(input) = email.get() {
            let _ = input.focus();
        }
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let read = |node: NodeRef<html::Input>| {
            node.get_untracked().map(|i| i.value()).unwrap_or_default()
        };
        let login = Login { email: read(email).trim().to_owned(), password: read(password) };
        if let Some(missing) = missing(&login) {
            wrong.set(Some(missing));
            return;
        }
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let answer = Guest.login(&login).await;
            busy.try_set(false);
            match answer {
                Ok(desk) => drop(on_done.try_run(desk)),
                Err(failure) => {
                    wrong.try_set(Some(placed(&failure)));
                }
            }
        });
    };
    view! {
        <form class="form" on:submit=submit novalidate>
            <Field field="email" label="E-mail" wrong=wrong.into()>
                <input id="email" name="email" type="email" autocomplete="username" node_ref=email/>
            </Field>
            <Field field="password" label="Password" wrong=wrong.into()>
                <input
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    node_ref=password
                />
            </Field>
            {move || {
                wrong
                    .get()
                    .filter(|(field, _)| field.is_empty())
                    .map(|(_, text)| view! { <p class="banner fault" role="alert">{text}</p> })
            }}
            <button type="submit" class="button primary block" disabled=move || busy.get()>
                {move || if busy.get() { "Signing in…" } else { "Sign in" }}
            </button>
        </form>
    }
}

fn missing(login: &Login) -> Option<(String, String)> {
    if login.email.is_empty() {
        Some(("email".into(), "Type the e-mail address of your account.".into()))
    } else if login.password.is_empty() {
        Some(("password".into(), "Type your password.".into()))
    } else {
        None
    }
}

/// A failure beside its field, or over the button if it has none.
fn placed(failure: &Failure) -> (String, String) {
    let field = failure.field().filter(|f| ["email", "password"].contains(f)).unwrap_or_default();
    (field.to_owned(), failure.to_string())
}
