//! A new account.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    api::{NewStaff, Role, Staff},
    limits::NAME_CHARS,
};

use super::{
    super::{
        super::{
            client::{Admin, Failure},
            dialog::Dialog,
            field::{Field, FormFoot, PasswordField, Select, TextInput, check_password},
            toast::Toasts,
        },
        FormFault, placed,
    },
    role_key, role_of, roles,
};

/// The dialog in which an account is added.
#[component]
pub fn AddStaff(
    /// Here it is.
    on_added: Callback<Staff>,
    /// It has been dismissed.
    on_close: Callback<()>,
) -> impl IntoView {
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
            role: role_of(&role.get_untracked()),
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
                        options=roles()
                        on_change=Callback::new(move |v| role.set(v))
                    />
                </Field>
                <PasswordField field="password" label="Password" value=password wrong=wrong.into() hint="Their first one; at least 10 characters."/>
                <FormFault wrong=wrong fields=&["name", "email", "role", "password"]/>
                <FormFoot yes="Add" busy=busy on_close=on_close/>
            </form>
        </Dialog>
    }
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
    check_password("password", &new.password)
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
