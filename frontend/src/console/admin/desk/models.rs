//! What holds for every model that speaks: the desk's voice, and what it may cost.

use leptos::prelude::*;

use super::{
    super::super::field::{Field, Price, TextArea},
    Form,
};

/// The desk's voice and the caps on what models cost.
#[component]
pub fn Models(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Models"</legend>
            <Field
                field="voice"
                label="How the desk speaks"
                hint="Voice and rules that every agent’s model follows, besides its own instructions. The built-in brain does not read prose."
                wrong=form.wrong.into()
            >
                <TextArea id="voice" rows=4 value=form.of(|s| s.voice.clone()) on_input=form.typed(|s, v| s.voice = v)/>
            </Field>
            <p class="hint">
                "What models may cost in a day (UTC), in the currency of their prices; 0 is no limit. The most that a call can cost is set aside before it is made, so no limit is passed; then a person takes over."
            </p>
            <div class="row">
                <Field field="spend" id="spend.visitor_day" label="For one visitor" wrong=form.wrong.into()>
                    <Price id="spend.visitor_day" value=form.of(|s| s.spend.visitor_day)
                        on_change=form.typed(|s, v| s.spend.visitor_day = v)/>
                </Field>
                <Field field="spend.site_day" label="For one site">
                    <Price id="spend.site_day" value=form.of(|s| s.spend.site_day)
                        on_change=form.typed(|s, v| s.spend.site_day = v)/>
                </Field>
                <Field field="spend.desk_day" label="For the whole desk">
                    <Price id="spend.desk_day" value=form.of(|s| s.spend.desk_day)
                        on_change=form.typed(|s, v| s.spend.desk_day = v)/>
                </Field>
            </div>
        </fieldset>
    }
}
