//! When people answer.

use leptos::prelude::*;

use super::{
    super::super::{
        clock::Clock,
        field::{Field, Select},
    },
    Form,
};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// When people answer.
#[component]
pub fn Hours(
    /// The form that it is part of.
    form: Form,
) -> impl IntoView {
    let clock = Clock::here();
    let state = Memo::new(move |_| form.now.with(|s| s.is_open(clock.now())));
    let days = WEEKDAYS.iter().zip(0u8..).map(move |(name, day)| {
        let on = move || form.now.with(|s| s.open_weekdays.contains(&day));
        let switch = move |on: bool| {
            form.now.update(|s| {
                s.open_weekdays.retain(|d| *d != day);
                if on {
                    s.open_weekdays.push(day);
                    s.open_weekdays.sort_unstable();
                }
            });
        };
        view! {
            <label class="day-box">
                <input type="checkbox" prop:checked=on on:change:target=move |ev| switch(ev.target().checked())/>
                <span>{*name}</span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>"Hours"</legend>
            <p class="hint">
                {move || if state.get() { "By these hours people are there now." } else { "By these hours people are away now." }}
            </p>
            <Field field="hours" label="Days" wrong=form.wrong.into()>
                <div class="row days" role="group" aria-label="Days">{days.collect_view()}</div>
            </Field>
            <div class="row">
                <Field field="opens_hour" label="From">
                    <Select
                        id="opens_hour"
                        value=form.of(|s| s.opens_hour.to_string())
                        options=Signal::stored(full_hours(0..=23))
                        on_change=form.typed(|s, v: String| if let Ok(hour) = v.parse() { s.opens_hour = hour })
                    />
                </Field>
                <Field field="closes_hour" label="Until">
                    <Select
                        id="closes_hour"
                        value=form.of(|s| s.closes_hour.to_string())
                        options=Signal::stored(full_hours(1..=24))
                        on_change=form.typed(|s, v: String| if let Ok(hour) = v.parse() { s.closes_hour = hour })
                    />
                </Field>
                <Field field="utc_offset_minutes" label="Local time">
                    <Select
                        id="utc_offset_minutes"
                        value=form.of(|s| s.utc_offset_minutes.to_string())
                        options=Signal::stored(offsets())
                        on_change=form.typed(|s, v: String| if let Ok(m) = v.parse() { s.utc_offset_minutes = m })
                    />
                </Field>
            </div>
        </fieldset>
    }
}

fn full_hours(range: std::ops::RangeInclusive<u8>) -> Vec<(String, String)> {
    range.map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect()
}

/// Every offset from UTC that is in use somewhere, in quarters of an hour.
fn offsets() -> Vec<(String, String)> {
    (-12 * 4..=14 * 4)
        .map(|quarters: i32| quarters * 15)
        .map(|m| (m.to_string(), offset(m)))
        .collect()
}

/// `60` as `UTC+1`, `-210` as `UTC−3:30`.
fn offset(minutes: i32) -> String {
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let sign = if minutes < 0 { "−" } else { "+" };
    match (minutes, rest) {
        (0, _) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_told_as_people_tell_them() {
        let check = |minutes, told: &str| assert_eq!(offset(minutes), told);
        check(0, "UTC");
        check(60, "UTC+1");
        check(-210, "UTC−3:30");
        check(345, "UTC+5:45");
        assert!(offsets().iter().any(|(value, told)| value == "-720" && told == "UTC−12"));
        assert_eq!(full_hours(1..=24).last().unwrap().1, "24:00");
    }
}
