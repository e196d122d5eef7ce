// For sites that move over from Intercom: their calls, done by Baton.
//
//   import { intercom } from './intercom.js';
//   intercom('https://support.example.com');
//   Intercom('boot', { app_id: 'KEY', intercom_user_jwt: jwt });
//
// `app_id` is the site's public key. Who the visitor is, only a signed identity says: `name`, `email`
// and `user_hash` are not believed.

import { baton, embed } from './baton.js';

/** How long the chat has to forget a visitor before it is taken off, in milliseconds. */
const FORGETTING_MS = 1000;

/** Puts `window.Intercom` in place, and does what a stub of it has queued. */
export function intercom(host) {
  let takeOff, shown, leaving;
  const identify = (settings) => settings?.intercom_user_jwt && baton('identify', settings.intercom_user_jwt);
  const calls = {
    boot: (settings) => {
      clearTimeout(leaving);
      const { app_id: site, action_color: color, alignment: position, custom_launcher_selector: selector } = settings;
      if (site !== shown) {
        takeOff?.();
        const launcher = selector ?? (settings.hide_default_launcher ? 'none' : undefined);
        takeOff = embed({ host, site, color, position, launcher, locale: settings.language_override });
        shown = site;
      }
      identify(settings);
    },
    update: (settings) => {
      identify(settings);
      if (settings?.action_color) baton('update', { color: settings.action_color });
    },
    shutdown: () => {
      baton('hide');
      baton('logout');
      // The chat goes when it has forgotten the visitor, or stays for whoever comes next.
      leaving = setTimeout(() => {
        takeOff?.();
        shown = undefined;
      }, FORGETTING_MS);
    },
    show: () => baton('show'),
    hide: () => baton('hide'),
    showMessages: () => baton('show'),
    showNewMessage: (text) => baton('open', { text }),
    onShow: (then) => baton('on', 'show', then),
    onHide: (then) => baton('on', 'hide', then),
    onUnreadCountChange: (then) => baton('on', 'unread', then),
  };
  const waiting = window.Intercom?.q ?? [];
  window.Intercom = (name, ...values) => calls[name]?.(...values);
  for (const call of waiting) window.Intercom(...call);
}
