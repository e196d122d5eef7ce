// Baton's launcher. One request, no storage, no style-src; the chat is an iframe, made on intent.
(() => {
  const page = document, script = page.currentScript, set = { ...script.dataset }, host = new URL(script.src).origin;
  const early = [], listeners = {}, queue = window.Baton?.q || [], title = set.label || 'Chat';
  const chat = page.createElement('baton-chat'), shadow = chat.attachShadow({ mode: 'open' });
  const button = page.createElement('button'), frame = page.createElement('iframe'), sheet = new CSSStyleSheet();
  let port, open = false, before;

  // An icon of at least 4.5:1 on any colour, by WCAG's relative luminance.
  const paint = (color) => {
    button.style.background = color || '#2f4858';
    const [r, g, b] = getComputedStyle(button).backgroundColor.split(/[^\d.]+/).slice(1).map((v) => (v /= 255) > 0.04 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92);
    button.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000' : '#fff';
    chat.className = set.position || '';
  };
  const emit = (name, value) => listeners[name]?.forEach((listener) => listener(value));
  const tell = (...message) => port ? port.postMessage(message) : early.push(message);
  const label = (unread) => {
    button.ariaLabel = title + (unread ? ` (${unread})` : '');
    button.dataset.n = unread || '';
  };
  const make = () => frame.parentNode || shadow.append(frame);
  const show = (to) => {
    if (to == open) return;
    make();
    button.ariaExpanded = open = to;
    chat.toggleAttribute('open', to);
    const byUser = navigator.userActivation?.isActive != false;
    if (to && byUser) before = page.activeElement, frame.focus();
    if (!to && page.activeElement == chat) (before && before != chat && before != page.body ? before : button).focus();
    const name = to ? 'show' : 'hide';
    tell(name, byUser);
    emit(name);
  };
  const calls = {
    show: () => show(true),
    hide: () => show(false),
    toggle: () => show(!open),
    open: (what) => (show(true), tell('open', what?.text)),
    identify: (jwt) => tell('identify', jwt),
    update: (what) => (Object.assign(set, what), paint(set.color), tell('update', what)),
    logout: () => (make(), early.splice(0), tell('logout')),
    destroy: () => (port && port.close(), chat.remove(), delete window.Baton),
    on: (name, listener) => (listeners[name] ||= []).push(listener),
  };
  window.Baton = (name, ...values) => calls[name]?.(...values);
  // Whoever still holds the page's own stub, say across an await, puts into this queue.
  window.Baton.q = { push: (call) => window.Baton(...call) };

  frame.title = title;
  frame.src = `${host}/widget/${set.site}?lang=${set.locale || page.documentElement.lang}`;
  // The port goes to no other origin than Baton's, which in turn checks who hands it over. What was
  // said early waits until the other end has answered: a document that is not the chat's never does.
  frame.onload = () => {
    const { port1, port2 } = new MessageChannel();
    port = 0;
    port1.onmessage = ({ data: [name, value] }) => {
      if (!port) port = port1, early.splice(0).forEach((message) => tell(...message));
      if (name == 'hide') return show(false);
      if (name == 'ready') set.color || paint(value);
      if (name == 'unread') label(value);
      emit(name, value);
    };
    frame.contentWindow.postMessage('baton', host, [port2]);
  };
  sheet.replaceSync(`:host{all:initial}*{position:fixed;right:20px;bottom:20px;border:0;z-index:2147483000}:host(.left) *{right:auto;left:20px}button{width:56px;height:56px;border-radius:50%;cursor:pointer;box-shadow:0 4px 20px #0004}:focus-visible{outline:3px solid Highlight;outline-offset:3px}:before{content:"";position:absolute;inset:16px;background:currentColor;clip-path:path("M4 2h16a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3h-9l-6 5v-5a4 4 0 0 1-4-4V5a3 3 0 0 1 3-3z")}:host([open]) :before{clip-path:path("M3 8l9 9 9-9 2 2-11 11-11-11z")}:not([data-n=""]):after{content:attr(data-n);position:absolute;top:-4px;right:-4px;padding:0 6px;border-radius:10px;background:#c22;color:#fff;font:600 12px/20px system-ui}iframe{bottom:88px;width:400px;max-width:calc(100vw - 40px);height:min(680px,100vh - 108px);border-radius:18px;box-shadow:0 8px 48px #0004;color-scheme:light dark;visibility:hidden;opacity:0}:host([open]) iframe{visibility:visible;opacity:1}@media(max-width:480px){:host iframe{inset:0!important;width:100%;max-width:none;height:100%;border-radius:0}:host([open]) button{display:none}}@media(prefers-reduced-motion:no-preference){*{transition:opacity .2s,visibility .2s}}`);
  shadow.adoptedStyleSheets = [sheet];
  label();
  // No value: a handler that returns false would swallow Enter, Space and Tab.
  chat.onkeydown = (event) => void (event.key == 'Escape' && show(false));

  const start = () => {
    page.body.append(chat);
    const opener = set.launcher ? set.launcher != 'none' && page.querySelector(set.launcher) : (shadow.append(button), button);
    paint(set.color);
    if (opener) {
      opener.addEventListener('click', calls.toggle);
      ['pointerenter', 'focus'].forEach((name) => opener.addEventListener(name, make));
    }
    if (set.identity) tell('identify', set.identity);
    queue.forEach((call) => Baton(...call));
    const idle = () => navigator.connection?.saveData || (window.requestIdleCallback || setTimeout)(make);
    page.readyState == 'complete' ? idle() : addEventListener('load', idle);
  };
  page.body ? start() : addEventListener('DOMContentLoaded', start);
})();
