// Baton's launcher. One request, no storage, no style-src; the chat is an iframe, made on intent.
(() => {
  const page = document, script = page.currentScript, set = { ...script.dataset }, host = new URL(script.src).origin;
  const early = [], listeners = {}, queue = window.Baton?.q || [], title = set.label || 'Chat';
  const make = (name) => page.createElement(name), sheet = new CSSStyleSheet();
  const chat = make('baton-chat'), button = make('button'), frame = make('iframe'), note = make('p'), again = make('button');
  const shadow = chat.attachShadow({ mode: 'open' });
  let port, timer, gone, byUser, before, open = false;

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
    unread ? button.dataset.n = unread : delete button.dataset.n;
  };
  const here = (is) => chat.toggleAttribute('here', is);
  const focus = () => byUser && frame.focus();
  const end = () => open || chat.remove();
  // Until the chat has said that it is there, its frame may hold a browser's error page: a note
  // stands in for it, and a frame that stays silent goes. Wanting the chat makes a new one.
  const wait = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => port || gone || fail('The chat cannot be reached right now. '), ms);
  };
  const load = () => {
    if (frame.parentNode || gone) return;
    here(false);
    note.textContent = 'Opening the chat …';
    shadow.append(frame);
    wait(3e4);
  };
  const fail = (text, why) => {
    console.warn(`Baton: ${why || `no answer from ${host}. Is it up, and may ${origin} show this chat?`}`);
    frame.remove();
    here(false);
    note.textContent = text;
    if (!why) note.append(again);
  };
  const show = (to) => {
    if (to == open) return;
    load();
    button.ariaExpanded = open = to;
    chat.toggleAttribute('open', to);
    byUser = to && navigator.userActivation?.isActive != false;
    if (byUser) before = page.activeElement, focus();
    if (!to && page.activeElement == chat) (before && before != chat && before != page.body ? before : button).focus();
    const name = to ? 'show' : 'hide';
    tell(name, byUser);
    emit(name);
    if (gone) end();
  };
  const calls = {
    show: () => show(true),
    hide: () => show(false),
    toggle: () => show(!open),
    open: (what) => (show(true), tell('open', what?.text)),
    identify: (jwt) => tell('identify', jwt),
    update: (what) => (Object.assign(set, what), paint(set.color), tell('update', what)),
    logout: () => (load(), early.splice(0), tell('logout')),
    destroy: () => (port && port.close(), chat.remove(), delete window.Baton),
    on: (name, listener) => (listeners[name] ||= []).push(listener),
  };
  window.Baton = (name, ...values) => calls[name]?.(...values);
  // Whoever still holds the page's own stub, say across an await, puts into this queue.
  window.Baton.q = { push: (call) => window.Baton(...call) };

  frame.title = title;
  frame.src = `${host}/widget/${set.site}?from=${origin}&lang=${set.locale || page.documentElement.lang}`;
  addEventListener('message', ({ source, origin, data }) => {
    if (source != frame.contentWindow || origin != host || data?.[0] != 'baton') return;
    if (gone = data[1]) return fail('The chat is closed at the moment.', gone), end();
    here(true);
    open && focus();
  });
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
    wait(chat.hasAttribute('here') ? 9e3 : 500);
  };
  again.textContent = 'Try again';
  again.onclick = load;
  note.role = 'status';
  sheet.replaceSync(`:host{all:initial}*{position:fixed;right:20px;bottom:20px;margin:0;border:0;z-index:2147483000;box-shadow:0 4px 24px #0004,0 0 0 1px #8883}:host(.left) *{right:auto;left:20px}button{width:56px;height:56px;border-radius:50%;cursor:pointer}:focus-visible{outline:3px solid Highlight;outline-offset:3px}:host>button:before{content:"";position:absolute;inset:16px;background:currentColor;clip-path:path("M4 2h16a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3h-9l-6 5v-5a4 4 0 0 1-4-4V5a3 3 0 0 1 3-3z")}:host([open])>button:before{clip-path:path("M3 8l9 9 9-9 2 2-11 11-11-11z")}[data-n]:after{content:attr(data-n);position:absolute;top:-4px;right:-4px;padding:0 6px;border-radius:10px;background:#c22;color:#fff;font:600 12px/20px system-ui}iframe,p{bottom:88px;color-scheme:light dark;visibility:hidden;opacity:0}iframe{width:400px;max-width:calc(100vw - 40px);height:min(680px,100vh - 108px);border-radius:18px;}p{max-width:260px;padding:16px 20px;border-radius:16px;background:Canvas;color:CanvasText;font:15px/22px system-ui}p button{all:unset;display:block;cursor:pointer;padding:11px 0;text-decoration:underline}:host([open][here]) iframe,:host([open]:not([here])) p{visibility:visible;opacity:1}:host([open]:not([here])) p{transition:0s .4s}@media(max-width:480px),(max-height:480px){iframe{left:0!important;top:var(--t,0);bottom:auto;width:100%;max-width:none;height:var(--h,100%);border-radius:0}:host([open][here])>button{display:none}}@media(prefers-reduced-motion:no-preference){iframe{transition:opacity .2s,visibility .2s}}`);
  shadow.adoptedStyleSheets = [sheet];
  label();
  // No value: a handler that returns false would swallow Enter, Space and Tab.
  chat.onkeydown = (event) => void (event.key == 'Escape' && show(false));
  // What an on-screen keyboard leaves free; zooming in is no keyboard.
  const view = visualViewport;
  ['resize', 'scroll'].forEach((name) => view.addEventListener(name, () => {
    if (view.scale < 1.1) chat.style.cssText = `--h:${view.height}px;--t:${view.offsetTop}px`;
  }));

  const start = () => {
    shadow.append(note);
    page.body.append(chat);
    const opener = set.launcher ? set.launcher != 'none' && page.querySelector(set.launcher) : (shadow.append(button), button);
    paint(set.color);
    if (opener) {
      opener.addEventListener('click', calls.toggle);
      ['pointerenter', 'focus'].forEach((name) => opener.addEventListener(name, load));
    }
    if (set.identity) tell('identify', set.identity);
    queue.forEach((call) => Baton(...call));
    const idle = () => navigator.connection?.saveData || (window.requestIdleCallback || setTimeout)(load);
    page.readyState == 'complete' ? idle() : addEventListener('load', idle);
  };
  page.body ? start() : addEventListener('DOMContentLoaded', start);
})();
