//! The accounts of the desk.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{ChangeStaff, NewStaff, Role, Staff},
    limits::NAME_CHARS,
};

use super::{
    super::{
        client::{Admin, Failure},
        dialog::{Confirm, Dialog, ShownOnce},
        field::{Field, Select, TextInput},
        load::{Loader, loaded},
        toast::Toasts,
        words,
    },
    FormFault, PageHead, placed,
};

/// Shortest password that the server takes, in characters.
const PASSWORD_CHARS: usize = 10;

/// All accounts.
#[component]
pub fn StaffPage() -> impl IntoView {
    let admin = expect_context::<Admin>();
    let staff = Loader::new(move || {
        let admin = admin.clone();
        async move { admin.staff().await }
    });
    let adding = RwSignal::new(false);
    let changed = Callback::new(move |account: Staff| {
        adding.set(false);
        staff.change(|list| {
            if let Some(known) = list.staff.iter_mut().find(|s| s.id == account.id) {
                *known = account;
            } else {
                list.staff.push(account);
            }
        });
    });
    view! {
        <PageHead title="Staff" text="Agents answer in the inbox. Admins also shape agents, sites and accounts.">
            <button type="button" class="button primary" on:click=move |_| adding.set(true)>"Add somebody"</button>
        </PageHead>
        {loaded(staff, move |list| {
            let rows = list.staff.into_iter().map(|s| view! { <StaffRow account=s on_changed=changed/> });
            view! {
                <div class="table-wrap">
                    <table>
                        <thead>
                            <tr><th>"Name"</th><th>"E-mail"</th><th>"Role"</th><th>"Account"</th><th><span class="sr-only">"Actions"</span></th></tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            }
        })}
        {move || {
            adding
                .get()
                .then(|| {
                    let close = Callback::new(move |()| adding.set(false));
                    view! { <AddStaff on_added=changed on_close=close/> }
                })
        }}
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    Nothing,
    Password,
    Deactivate,
    Key,
}

#[component]
fn StaffRow(account: Staff, on_changed: Callback<Staff>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let asking = RwSignal::new(Asking::Nothing);
    let key = RwSignal::new(None::<String>);
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
    let make_key = Callback::new(move |()| {
        asking.set(Asking::Nothing);
        let admin = admin.get_value();
        spawn_local(async move {
            match admin.new_key(&id.get_value()).await {
                Ok(new) => drop(key.try_set(Some(new.key))),
                Err(failure) => toasts.failed(&failure),
            }
        });
    });
    let roles =
        [Role::Agent, Role::Admin].map(|r| (role_key(r).to_owned(), words::role(r).to_owned()));
    let active = account.active;
    let name = account.name.clone();
    view! {
        <tr>
            <td><strong>{account.name.clone()}</strong> {is_me.then_some(" (you)")}</td>
            <td>{account.email.clone()}</td>
            <td>
                {if is_me {
                    view! { <span>{words::role(account.role)}</span> }.into_any()
                } else {
                    view! {
                        <Select
                            id=format!("role-{}", account.id)
                            label="Role"
                            value=Signal::stored(role_key(account.role).to_owned())
                            options=Signal::stored(roles.to_vec())
                            on_change=Callback::new(move |v: String| {
                                let role = if v == role_key(Role::Admin) { Role::Admin } else { Role::Agent };
                                change.run(ChangeStaff { role: Some(role), ..nothing() });
                            })
                        />
                    }
                    .into_any()
                }}
            </td>
            <td><span class="chip" class:good=active>{if active { "Active" } else { "Deactivated" }}</span></td>
            <td class="buttons">
                <button type="button" class="button small" on:click=move |_| asking.set(Asking::Password)>"Password"</button>
                <button type="button" class="button small" on:click=move |_| asking.set(Asking::Key)>"API key"</button>
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
                {move || asked(asking, name.clone(), change, make_key)}
                {move || {
                    key.get()
                        .map(|k| {
                            view! {
                                <ShownOnce
                                    title="The new API key"
                                    text="It is shown this once. Whoever has it can do what this account can."
                                    secret=k
                                    on_close=Callback::new(move |()| key.set(None))
                                />
                            }
                        })
                }}
            </td>
        </tr>
    }
}

fn asked(
    asking: RwSignal<Asking>,
    name: String,
    change: Callback<ChangeStaff>,
    make_key: Callback<()>,
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
        Asking::Key => view! {
            <Confirm
                title=format!("Make an API key for {name}?")
                text="A program that has it can do what this account can, until the account is deactivated."
                yes="Make a key"
                on_yes=make_key
                on_no=close
            />
        }
        .into_any(),
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
        match check_password(&password) {
            Ok(()) => on_set.run(ChangeStaff { password: Some(password), ..nothing() }),
            Err(fault) => wrong.set(Some(fault)),
        }
    };
    view! {
        <Dialog title=format!("New password for {name}") on_close=on_close>
            <form class="form" on:submit=set novalidate>
                <PasswordField value=password wrong=wrong hint="At least 10 characters. It ends all their sessions."/>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                    <button type="submit" class="button primary">"Set password"</button>
                </footer>
            </form>
        </Dialog>
    }
}

#[component]
fn PasswordField(
    value: RwSignal<String>,
    wrong: RwSignal<Option<(String, String)>>,
    hint: &'static str,
) -> impl IntoView {
    view! {
        <Field field="password" label="Password" hint=hint wrong=wrong.into()>
            <TextInput
                id="password"
                kind="password"
                autocomplete="new-password"
                value=value
                on_input=Callback::new(move |v| value.set(v))
            />
        </Field>
    }
}

#[component]
fn AddStaff(on_added: Callback<Staff>, on_close: Callback<()>) -> impl IntoView {
    let admin = expect_context::<Admin>();
    let toasts = Toasts::here();
    let (name, email, password) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new(role_key(Role::Agent).to_owned());
    let wrong = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = NewStaff {
            email: email.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
            role: if role.get_untracked() == role_key(Role::Admin) {
                Role::Admin
            } else {
                Role::Agent
            },
            password: password.get_untracked(),
        };
        if let Err(fault) = check(&new) {
            return wrong.set(Some(fault));
        }
        let admin = admin.clone();
        busy.set(true);
        spawn_local(async move {
            let answer: Result<Staff, Failure> = admin.add_staff(&new).await;
            busy.try_set(false);
            match answer {
                Ok(account) => {
                    toasts.done("Added. Tell them their password another way than by e-mail.");
                    on_added.try_run(account);
                }
                Err(failure) => drop(wrong.try_set(Some(placed(&failure)))),
            }
        });
    };
    let roles =
        [Role::Agent, Role::Admin].map(|r| (role_key(r).to_owned(), words::role(r).to_owned()));
    view! {
        <Dialog title="Add somebody" on_close=on_close>
            <form class="form" on:submit=add novalidate>
                <Field field="name" label="Name" hint="What visitors read when they answer." wrong=wrong.into()>
                    <TextInput id="name" value=name on_input=Callback::new(move |v| name.set(v))/>
                </Field>
                <Field field="email" label="E-mail" wrong=wrong.into()>
                    <TextInput id="email" kind="email" value=email on_input=Callback::new(move |v| email.set(v))/>
                </Field>
                <Field field="role" label="Role" wrong=wrong.into()>
                    <Select
                        id="role"
                        value=role
                        options=Signal::stored(roles.to_vec())
                        on_change=Callback::new(move |v| role.set(v))
                    />
                </Field>
                <PasswordField value=password wrong=wrong hint="Their first one; at least 10 characters."/>
                <FormFault wrong=wrong fields=&["name", "email", "role", "password"]/>
                <footer class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                    <button type="submit" class="button primary" disabled=move || busy.get()>"Add"</button>
                </footer>
            </form>
        </Dialog>
    }
}

fn nothing() -> ChangeStaff {
    ChangeStaff { name: None, role: None, active: None, password: None }
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Admin => "admin",
    }
}

fn check_password(password: &str) -> Result<(), (String, String)> {
    if password.chars().count() < PASSWORD_CHARS {
        let text = format!("Use at least {PASSWORD_CHARS} characters.");
        return Err(("password".to_owned(), text));
    }
    Ok(())
}

fn check(new: &NewStaff) -> Result<(), (String, String)> {
    let fail = |field: &str, text: &str| Err((field.to_owned(), text.to_owned()));
    if new.name.is_empty() || new.name.chars().count() > NAME_CHARS {
        return fail("name", "Give a name of 1 to 80 characters.");
    }
    let (user, host) = new.email.split_once('@').unwrap_or_default();
    if user.is_empty() || host.is_empty() || new.email.contains(char::is_whitespace) {
        return fail("email", "Write an e-mail address, such as ada@shop.example.");
    }
    check_password(&new.password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_checked_before_it_is_sent() {
        let check = |name: &str, email: &str, password: &str, fault: Option<&str>| {
            let new = NewStaff {
                email: email.into(),
                name: name.into(),
                role: Role::Agent,
                password: password.into(),
            };
            assert_eq!(super::check(&new).err().map(|e| e.0).as_deref(), fault);
        };
        check("Ada", "ada@x", "0123456789", None);
        check("", "ada@x", "0123456789", Some("name"));
        check("Ada", "ada", "0123456789", Some("email"));
        check("Ada", "a da@x", "0123456789", Some("email"));
        check("Ada", "ada@x", "012345678", Some("password"));
        check("Ada", "ada@x", "ääääääääää", None);
    }
}
