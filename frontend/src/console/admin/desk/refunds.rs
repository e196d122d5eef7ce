//! What may be refunded without a person.

use leptos::prelude::*;

use super::{
    super::super::field::{Amount, Field, Whole, saturated},
    Form,
};

/// What may be refunded without a person.
#[component]
pub fn Refunds(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Refunds without a person"</legend>
            <p class="hint">"Above these totals a person approves. No agent and no model can get around them."</p>
            <Field field="refund_policy" label="" wrong=form.wrong.into()/>
            <div class="row">
                <Field field="per_order" label="For one order">
                    <Amount id="per_order" value=form.of(|s| s.refund_policy.per_order)
                        on_change=form.typed(|s, v| s.refund_policy.per_order = v)/>
                </Field>
                <Field field="per_customer_day" label="For one customer and day">
                    <Amount id="per_customer_day" value=form.of(|s| s.refund_policy.per_customer_day)
                        on_change=form.typed(|s, v| s.refund_policy.per_customer_day = v)/>
                </Field>
            </div>
            <div class="row">
                <Field field="window_days" label="Possible within, in days of delivery">
                    <Whole id="window_days" value=form.of(|s| s.refund_policy.window_days.to_string())
                        on_change=form.typed(|s, v| s.refund_policy.window_days = saturated(v))/>
                </Field>
                <Field field="approval_ttl_s" label="An approval stays open, in minutes">
                    <Whole id="approval_ttl_s" value=form.of(|s| (s.refund_policy.approval_ttl_s / 60).to_string())
                        on_change=form.typed(|s, v| s.refund_policy.approval_ttl_s = saturated(v).saturating_mul(60))/>
                </Field>
            </div>
        </fieldset>
    }
}
