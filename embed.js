// Baton's launcher. One request, no storage, no style-src; the chat itself is an iframe, made on intent.
(() => {
  const page = document, script = page.currentScript, set = { ...script.dataset }, host = new URL(script.src).origin;
  const early = [], listeners = {}, chat = page.createElement('baton-chat'), shadow = chat.attachShadow({ mode: 'open' });
  const button = page.createElement('button'), sheet = new CSSStyleSheet();
  let frame, port, open = false, before;

  // An icon of at least 4.5:1 on any colour: WCAG's relative luminance, white below 0.183, black above.
  const paint = (color) => {
    button.style.background = color || '#2f4858';
    const [r, g, b] = getComputedStyle(button).backgroundColor.match(/[\d.]+/g).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    button.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.183 ? '#000' : '#fff';
    chat.className = set.position;
  };
  const emit = (name, value) => listeners[name]?.forEach((listener) => listener(value));
  const tell = (...message) => port ? port.postMessage(message) : early.push(message);
  const label = (unread) => {
    button.ariaLabel = (set.label || 'Chat') + (unread ? ` (${unread})` : '');
    button.dataset.n = unread || '';
  };

  const hear = ({ data: [name, value] }) => {
    if (name == 'hide') return show(false);
    if (name == 'ready') set.color || paint(value);
    if (name == 'unread') label(value);
    if (/^(ready|unread|message|handoff|error)$/.test(name)) emit(name, value);
  };
  const make = () => {
    if (frame) return;
    frame = page.createElement('iframe');
    frame.title = set.label || 'Chat';
    frame.src = `${host}/widget/${set.site}?lang=${set.locale || page.documentElement.lang}`;
    // The port goes to no other origin than Baton's, which in turn checks who hands it over.
    frame.onload = () => {
      const channel = new MessageChannel();
      port?.close();
      port = channel.port1;
      port.onmessage = hear;
      frame.contentWindow.postMessage('baton', host, [channel.port2]);
      early.splice(0).forEach((message) => tell(...message));
    };
    shadow.append(frame);
  };
  const show = (to) => {
    if (to == open) return;
    make();
    open = button.ariaExpanded = to;
    chat.toggleAttribute('open', to);
    const byUser = navigator.userActivation?.isActive != false;
    if (to && byUser) before = page.activeElement, frame.focus();
    if (!to && page.activeElement == chat) (before && before != chat && before != page.body ? before : button).focus();
    tell(to ? 'show' : 'hide', byUser);
    emit(to ? 'show' : 'hide');
  };

  const calls = {
    show: () => show(true),
    hide: () => show(false),
    toggle: () => show(!open),
    open: (what) => (show(true), tell('open', what?.text)),
    identify: (jwt) => tell('identify', jwt),
    update: (what) => (Object.assign(set, what), paint(set.color), tell('update', what)),
    logout: () => (make(), early.splice(0), tell('logout')),
    destroy: () => (port?.close(), chat.remove(), delete window.Baton),
    on: (name, listener) => (listeners[name] ||= []).push(listener),
  };
  const queue = window.Baton?.q || [];
  window.Baton = (name, ...values) => calls[name]?.(...values);

  sheet.replaceSync(`:host{all:initial}button,iframe{position:fixed;right:20px;bottom:20px;border:0;z-index:2147483000}:host(.left) *{right:auto;left:20px}
button{width:56px;height:56px;border-radius:50%;cursor:pointer;box-shadow:0 2px 6px #0003,0 8px 24px #0002;display:grid;place-items:center;transition:transform .15s}button:hover{transform:scale(1.05)}button:focus-visible{outline:3px solid;outline-offset:3px;outline-color:Highlight}
button:before{content:"";width:24px;height:24px;background:currentColor;clip-path:path("M5 3h14a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3h-8l-6 4v-4a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z")}:host([open]) button:before{clip-path:path("M5 8l7 7 7-7 2 2-9 9-9-9z")}
button:not([data-n=""]):after{content:attr(data-n);position:absolute;top:-4px;right:-4px;min-width:20px;box-sizing:border-box;padding:0 5px;border-radius:10px;background:#c62828;color:#fff;font:600 12px/20px system-ui}
iframe{bottom:88px;width:400px;max-width:calc(100vw - 40px);height:min(680px,100vh - 108px);border-radius:18px;box-shadow:0 0 0 1px #0001,0 12px 48px #0003;color-scheme:light dark;visibility:hidden;opacity:0;transform:translateY(10px);transition:.2s}:host([open]) iframe{visibility:visible;opacity:1;transform:none}
@media(max-width:480px){iframe,:host(.left) iframe{inset:0;width:100%;max-width:none;height:100%;border-radius:0}:host([open]) button{display:none}}@media(prefers-reduced-motion){*{transition:none!important}}@media print{:host{display:none}}`);
  shadow.adoptedStyleSheets = [sheet];
  button.ariaExpanded = false;
  label();
  chat.onkeydown = (event) => event.key == 'Escape' && show(false);

  const start = () => {
    page.body.append(chat);
    let opener = button;
    if (!set.launcher) shadow.append(button);
    else opener = set.launcher != 'none' && page.querySelector(set.launcher);
    paint(set.color);
    if (opener) {
      opener.addEventListener('click', calls.toggle);
      ['pointerenter', 'focus', 'touchstart'].forEach((name) => opener.addEventListener(name, make, { passive: true }));
    }
    if (set.identity) tell('identify', set.identity);
    queue.forEach((call) => Baton(...call));
    const idle = () => navigator.connection?.saveData || (window.requestIdleCallback || setTimeout)(make);
    page.readyState == 'complete' ? idle() : addEventListener('load', idle);
  };
  page.body ? start() : addEventListener('DOMContentLoaded', start);
})();
