//! What may be refunded without a person.

use leptos::prelude::*;
use shared::agent::DeskSettings;

use super::{
    super::super::{
        field::{Field, Whole, saturated},
        format,
    },
    Form,
};

/// What may be refunded without a person.
#[component]
pub fn Refunds(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    let amount =
        move |text: Signal<String>, id: &'static str, write: fn(&mut DeskSettings, String)| {
            view! {
                <input id=id type="text" inputmode="decimal" prop:value=text
                    on:change:target=move |ev| form.now.update(|s| write(s, ev.target().value()))/>
            }
        };
    view! {
        <fieldset>
            <legend>"Refunds without a person"</legend>
            <p class="hint">"Above these totals a person approves. No agent and no model can get around them."</p>
            <Field field="refund_policy" label="" wrong=form.wrong.into()/>
            <div class="row">
                <Field field="per_order" label="For one order">
                    {amount(form.text(|s| s.refund_policy.per_order.to_string()), "per_order", |s, v| {
                        if let Some(m) = money(&v, s.refund_policy.per_order.currency) { s.refund_policy.per_order = m; }
                    })}
                </Field>
                <Field field="per_customer_day" label="For one customer and day">
                    {amount(form.text(|s| s.refund_policy.per_customer_day.to_string()), "per_customer_day", |s, v| {
                        if let Some(m) = money(&v, s.refund_policy.per_customer_day.currency) { s.refund_policy.per_customer_day = m; }
                    })}
                </Field>
            </div>
            <div class="row">
                <Field field="window_days" label="Possible within, in days of delivery">
                    <Whole id="window_days" value=form.text(|s| s.refund_policy.window_days.to_string())
                        on_change=form.typed(|s, v| s.refund_policy.window_days = saturated(v))/>
                </Field>
                <Field field="approval_ttl_s" label="An approval stays open, in minutes">
                    <Whole id="approval_ttl_s" value=form.text(|s| (s.refund_policy.approval_ttl_s / 60).to_string())
                        on_change=form.typed(|s, v| s.refund_policy.approval_ttl_s = saturated(v).saturating_mul(60))/>
                </Field>
            </div>
        </fieldset>
    }
}

/// `49.00` or `49.00 EUR`, in the currency that the policy has.
fn money(typed: &str, currency: shared::money::Currency) -> Option<shared::money::Money> {
    let number = typed.trim().trim_end_matches(currency.code()).trim();
    format::parse_amount(number, currency)
}

#[cfg(test)]
mod tests {
    use shared::money::{Currency, Money};

    use super::*;

    #[test]
    fn amounts_are_typed_with_or_without_their_currency() {
        let eur = |minor| Some(Money::new(minor, Currency::EUR));
        assert_eq!(money("150", Currency::EUR), eur(15_000));
        assert_eq!(money(" 99.50 EUR ", Currency::EUR), eur(9_950));
        assert_eq!(money("99.50 USD", Currency::EUR), None);
        assert_eq!(money("-1", Currency::EUR), None);
    }
}
