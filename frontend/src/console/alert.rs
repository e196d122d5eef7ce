//! A sound and a desktop notification for a new escalation; both are off until switched on.

use leptos::prelude::*;
use web_sys::{AudioContext, Notification, NotificationOptions, NotificationPermission};

const SOUND: &str = "baton.sound";
const DESKTOP: &str = "baton.desktop";

/// Two switches that the browser remembers.
#[derive(Debug, Clone, Copy)]
pub struct Alerts {
    sound: RwSignal<bool>,
    desktop: RwSignal<bool>,
    audio: StoredValue<Option<AudioContext>, LocalStorage>,
}

impl Alerts {
    /// Reads the switches and makes them available to every page below.
    pub fn provide() -> Self {
        let allowed = Notification::permission() == NotificationPermission::Granted;
        let alerts = Self {
            sound: RwSignal::new(remembered(SOUND)),
            desktop: RwSignal::new(remembered(DESKTOP) && allowed),
            audio: StoredValue::new_local(None),
        };
        provide_context(alerts);
        alerts
    }

    /// The switches of the page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether the sound is on.
    pub fn sound(self) -> bool {
        self.sound.get()
    }

    /// Whether desktop notifications are on.
    pub fn desktop(self) -> bool {
        self.desktop.get()
    }

    /// Turns the sound on or off; on is answered by the sound itself.
    pub fn switch_sound(self) {
        let on = !self.sound.get_untracked();
        self.sound.set(on);
        remember(SOUND, on);
        if on {
            self.beep();
        }
    }

    /// Turns desktop notifications on, if the browser allows them, or off. Says whether they
    /// were refused.
    pub async fn switch_desktop(self) -> bool {
        let on = !self.desktop.get_untracked();
        let allowed = !on || permitted().await;
        self.desktop.set(on && allowed);
        remember(DESKTOP, on && allowed);
        on && !allowed
    }

    /// A person is needed: `title` in a few words, `body` says why.
    pub fn escalated(self, title: &str, body: &str) {
        if self.sound.get_untracked() {
            self.beep();
        }
        if self.desktop.get_untracked() && document().hidden() {
            let options = NotificationOptions::new();
            options.set_body(body);
            options.set_tag("baton-escalation");
            // Refused where notifications need a service worker; the sound and the title remain.
            let _ = Notification::new_with_options(title, &options);
        }
    }

    fn beep(self) {
        let audio = self.audio.get_value().or_else(|| AudioContext::new().ok());
        if let Some(audio) = &audio {
            // A browser that allows no sound yet stays silent, and that is its right.
            let _ = two_notes(audio);
        }
        self.audio.set_value(audio);
    }
}

/// Two short notes, a fourth apart, fading out.
fn two_notes(audio: &AudioContext) -> Result<(), wasm_bindgen::JsValue> {
    let start = audio.current_time();
    for (at, hertz) in [(0.0, 660.0), (0.14, 880.0)] {
        let (note, volume) = (audio.create_oscillator()?, audio.create_gain()?);
        note.frequency().set_value(hertz);
        let (from, until) = (start + at, start + at + 0.22);
        volume.gain().set_value_at_time(0.12, from)?;
        volume.gain().exponential_ramp_to_value_at_time(0.001, until)?;
        note.connect_with_audio_node(&volume)?.connect_with_audio_node(&audio.destination())?;
        note.start_with_when(from)?;
        note.stop_with_when(until)?;
    }
    Ok(())
}

async fn permitted() -> bool {
    if Notification::permission() == NotificationPermission::Granted {
        return true;
    }
    match Notification::request_permission() {
        Ok(asked) => {
            let answer = wasm_bindgen_futures::JsFuture::from(asked).await;
            answer.is_ok_and(|a| a.as_string().as_deref() == Some("granted"))
        }
        Err(_) => false,
    }
}

fn remembered(key: &str) -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.and_then(|s| s.get_item(key).ok().flatten()).as_deref() == Some("on")
}

fn remember(key: &str, on: bool) {
    if let Ok(Some(storage)) = window().local_storage() {
        // Without storage the switch holds until the page is closed.
        let _ = storage.set_item(key, if on { "on" } else { "off" });
    }
}
