//! Who has signed in: a menu with their name, their password, and the way out.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::api::ChangePassword;

use super::{
    client::Desk,
    dialog::Dialog,
    field::{FormFoot, PasswordField, check_password},
    icon::{Icon, PERSON},
    toast::Toasts,
    words,
};

/// The menu of who has signed in. The browser opens and closes it, by Escape too.
#[component]
pub fn Profile(
    /// They have signed out.
    on_out: Callback<()>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let toasts = Toasts::here();
    let changing = RwSignal::new(false);
    let me = desk.me().clone();
    let label = format!("Your account: {}", me.name);
    let leave = move |_| {
        let desk = desk.clone();
        spawn_local(async move {
            match desk.logout().await {
                Ok(()) => drop(on_out.try_run(())),
                Err(failure) => toasts.failed(&failure),
            }
        });
    };
    view! {
        <button type="button" class="me" popovertarget="profile" aria-label=label.clone() title=label>
            <Icon path=PERSON/>
            <span class="me-name">{me.name.clone()}</span>
        </button>
        <div id="profile" class="menu" popover="auto">
            <div class="menu-head">
                <p><strong>{me.name}</strong></p>
                <p class="hint">{me.email} " · " {words::role(me.role)}</p>
            </div>
            <button
                type="button"
                popovertarget="profile"
                popovertargetaction="hide"
                on:click=move |_| changing.set(true)
            >
                "Change password"
            </button>
            <button type="button" on:click=leave>"Sign out"</button>
        </div>
        {move || {
            changing
                .get()
                .then(|| view! { <Password on_close=Callback::new(move |()| changing.set(false))/> })
        }}
    }
}

#[component]
fn Password(on_close: Callback<()>) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let toasts = Toasts::here();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let change = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let change = ChangePassword { current: current.get_untracked(), new: new.get_untracked() };
        if let Err(fault) = check(&change) {
            return wrong.set(Some(fault));
        }
        wrong.set(None);
        busy.set(true);
        let desk = desk.clone();
        spawn_local(async move {
            let answer = desk.change_password(&change).await;
            busy.try_set(false);
            match answer {
                Ok(()) => {
                    toasts.done("Your password has been changed. You are signed out elsewhere.");
                    on_close.try_run(());
                }
                Err(failure) => {
                    let field = failure.field().unwrap_or("current").to_owned();
                    wrong.try_set(Some((field, failure.to_string())));
                }
            }
        });
    };
    view! {
        <Dialog title="Change your password" on_close=on_close>
            <form class="form" on:submit=change novalidate>
                <PasswordField
                    field="current"
                    label="Your password now"
                    value=current
                    wrong=wrong.into()
                    autocomplete="current-password"
                />
                <PasswordField
                    field="new"
                    label="The new one"
                    value=new
                    wrong=wrong.into()
                    hint="At least 10 characters. It ends your other sessions; your API keys stay."
                />
                <FormFoot yes="Change it" busy=busy on_close=on_close/>
            </form>
        </Dialog>
    }
}

fn check(change: &ChangePassword) -> Result<(), (String, String)> {
    if change.current.is_empty() {
        return Err(("current".to_owned(), "Type the password that you have now.".to_owned()));
    }
    check_password("new", &change.new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_checked_before_it_is_sent() {
        let check = |current: &str, new: &str, fault: Option<&str>| {
            let change = ChangePassword { current: current.into(), new: new.into() };
            assert_eq!(super::check(&change).err().map(|e| e.0).as_deref(), fault);
        };
        check("old", "0123456789", None);
        check("", "0123456789", Some("current"));
        check("old", "012345678", Some("new"));
        check("old", "ääääääääää", None);
    }
}
