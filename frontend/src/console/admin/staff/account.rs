//! One account: its role, its password, its keys, whether it can sign in.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{ChangeStaff, Staff},
    id::StaffId,
};

use super::{
    super::super::{
        client::Admin,
        dialog::{Confirm, Dialog},
        field::{FormFoot, PasswordField, Select, check_password},
        toast::Toasts,
        words,
    },
    keys::Keys,
    role_key, role_of, roles,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Nothing,
    Password,
    Deactivate,
    Keys,
}

/// One account.
#[component]
pub fn StaffRow(
    /// The account.
    account: Staff,
    /// It has been changed.
    on_changed: Callback<Staff>,
) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let asking = RwSignal::new(Asking::Nothing);
    let is_me = admin.desk().my_id() == &account.id;
    let id = StoredValue::new(account.id.clone());
    let admin = StoredValue::new(admin);
    let change = Callback::new(move |change: ChangeStaff| {
        asking.set(Asking::Nothing);
        let admin = admin.get_value();
        spawn_local(async move {
            match admin.change_staff(&id.get_value(), &change).await {
                Ok(account) => {
                    toasts.done("Saved.");
                    on_changed.try_run(account);
                }
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    let active = account.active;
    let name = account.name;
    view! {
        <tr>
            <td><strong>{name.clone()}</strong> {is_me.then_some(" (you)")}</td>
            <td data-label="E-mail">{account.email.clone()}</td>
            <td data-label="Role">
                {if is_me {
                    view! { <span>{words::role(account.role)}</span> }.into_any()
                } else {
                    view! {
                        <Select
                            id=format!("role-{}", account.id)
                            label="Role"
                            value=Signal::stored(role_key(account.role).to_owned())
                            options=roles()
                            on_change=Callback::new(move |v: String| {
                                change.run(ChangeStaff { role: Some(role_of(&v)), ..nothing() });
                            })
                        />
                    }
                    .into_any()
                }}
            </td>
            <td data-label="Account"><span class="chip" class:good=active>{if active { "Active" } else { "Deactivated" }}</span></td>
            <td class="buttons">
                <button type="button" class="button small" on:click=move |_| asking.set(Asking::Password)>"Password"</button>
                <button type="button" class="button small" on:click=move |_| asking.set(Asking::Keys)>"API keys"</button>
                {(!is_me)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button small"
                                on:click=move |_| {
                                    if active {
                                        asking.set(Asking::Deactivate);
                                    } else {
                                        change.run(ChangeStaff { active: Some(true), ..nothing() });
                                    }
                                }
                            >
                                {if active { "Deactivate" } else { "Activate" }}
                            </button>
                        }
                    })}
                {move || asked(asking, name.clone(), id.get_value(), change)}
            </td>
        </tr>
    }
}

fn asked(
    asking: RwSignal<Asking>,
    name: String,
    id: StaffId,
    change: Callback<ChangeStaff>,
) -> AnyView {
    let close = Callback::new(move |()| asking.set(Asking::Nothing));
    match asking.get() {
        Asking::Nothing => ().into_any(),
        Asking::Password => view! { <NewPassword name=name on_set=change on_close=close/> }.into_any(),
        Asking::Deactivate => view! {
            <Confirm
                title=format!("Deactivate {name}?")
                text="They are signed out everywhere at once and cannot sign in. What they wrote stays on record."
                yes="Deactivate"
                on_yes=Callback::new(move |()| change.run(ChangeStaff { active: Some(false), ..nothing() }))
                on_no=close
            />
        }
        .into_any(),
        Asking::Keys => view! { <Keys id=id title=format!("API keys of {name}") on_close=close/> }.into_any(),
    }
}

#[component]
fn NewPassword(
    name: String,
    on_set: Callback<ChangeStaff>,
    on_close: Callback<()>,
) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<(String, String)>);
    let set = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let password = password.get_untracked();
        match check_password("password", &password) {
            Ok(()) => on_set.run(ChangeStaff { password: Some(password), ..nothing() }),
            Err(fault) => wrong.set(Some(fault)),
        }
    };
    view! {
        <Dialog title=format!("New password for {name}") on_close=on_close>
            <form class="form" on:submit=set novalidate>
                <PasswordField field="password" label="Password" value=password wrong=wrong.into() hint="At least 10 characters. It ends all their sessions."/>
                <FormFoot yes="Set password" on_close=on_close/>
            </form>
        </Dialog>
    }
}

fn nothing() -> ChangeStaff {
    ChangeStaff { name: None, role: None, active: None, password: None }
}
