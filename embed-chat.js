// The rest of embed.js, fetched when the chat is: what shows and hides it, what it and its page say
// to each other, and what visitors read when there is none.
export default (set, host, calls, heard, hear, chat, shadow, button, frame, opener, paint, load, wish) => {
  const page = document, early = [], listeners = {}, sheet = new CSSStyleSheet(), title = frame.title, view = visualViewport;
  const note = page.createElement('p'), again = page.createElement('button'), unseen = 'The chat cannot be reached right now. ';
  const hand = opener || button;
  let port, timer, gone, byUser, before, mark = '', open = false;

  const emit = (name, value) => listeners[name]?.forEach((listener) => listener(value));
  const tell = (...message) => port ? port.postMessage(message) : early.push(message);
  const label = (unread) => {
    button.ariaLabel = title + (unread ? ` (${unread})` : '');
    unread ? button.dataset.n = unread : delete button.dataset.n;
    if (set.title == 'off') return;
    const bare = page.title.startsWith(mark) ? page.title.slice(mark.length) : page.title;
    page.title = (mark = unread ? `(${unread}) ` : '') + bare;
  };
  const here = (is) => chat.toggleAttribute('here', is);
  const focus = () => byUser && frame.focus();
  const end = () => open || chat.remove();
  // Until the chat has said that it is there, its frame may hold a browser's error page: a note
  // stands in for it, and a frame that stays silent goes. Wanting the chat makes a new one.
  const wait = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(() => port || gone || !frame.isConnected || fail(unseen), ms);
  };
  const fetch = () => {
    if (frame.isConnected || gone) return;
    here(false);
    note.textContent = 'Opening the chat …';
    load();
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
    fetch();
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
  const said = {
    preload: fetch,
    show: () => show(true),
    hide: () => show(false),
    toggle: () => show(!open),
    open: (what) => (show(true), tell('open', what?.text)),
    identify: (jwt) => tell('identify', jwt),
    update: (what) => (Object.assign(set, what), paint(set.color), tell('update', what)),
    logout: () => (fetch(), early.splice(0), tell('logout')),
    destroy: () => {
      clearTimeout(timer);
      label(0);
      port && port.close();
      chat.remove();
      delete window.Baton;
      removeEventListener('message', hear);
      removeEventListener('message', listen);
      ['resize', 'scroll'].forEach((name) => view.removeEventListener(name, fit));
      ['click', 'pointerenter', 'focus'].forEach((type) => opener && opener.removeEventListener(type, wish));
    },
    on: (name, listener) => (listeners[name] ||= []).push(listener),
  };

  // The port goes to no other origin than Baton's, which in turn checks who hands it over. What was
  // said early waits until the other end has answered: a document that is not the chat's never does.
  const arrive = () => {
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
  const listen = ({ type, source, origin, data }) => {
    // What was heard before may have ended the frame that a later one is about.
    if (type == 'load') return frame.contentWindow && arrive();
    if (source != frame.contentWindow || origin != host || data?.[0] != 'baton') return;
    if (gone = data[1]) {
      fail('The chat is closed at the moment.', gone);
      // What a hand is on does not vanish under it: a click, which comes after a finger has left, is told why.
      ['pointerleave', 'blur'].forEach((name) => hand.addEventListener(name, () => setTimeout(end, 999)));
      return hand.matches(':hover, :focus') || end();
    }
    here(true);
    port || wait(9e3);
    open && focus();
  };
  // What an on-screen keyboard leaves free; zooming in is no keyboard.
  const fit = () => {
    if (view.scale < 1.1) chat.style.cssText = `--h:${view.height}px;--t:${view.offsetTop}px`;
  };
  ['resize', 'scroll'].forEach((name) => view.addEventListener(name, fit));

  sheet.replaceSync(`
    :focus-visible { outline: 3px solid Highlight; outline-offset: 3px }
    :host([open]) > :first-child:before { clip-path: path("M3 8l9 9 9-9 2 2-11 11-11-11z") }
    [data-n]:after { content: attr(data-n); position: absolute; top: -4px; right: -4px; padding: 0 6px; border-radius: 10px; background: #c22; color: #fff; font: 600 12px/20px system-ui }
    iframe, p { opacity: 0; color-scheme: light dark }
    p { visibility: hidden; max-width: 260px; padding: 16px 20px }
    p button { all: unset; display: block; cursor: pointer; padding: 11px 0; text-decoration: underline }
    :host([open]:not([here])) p { visibility: visible; opacity: 1; transition: 0s .4s }
    iframe { padding: 0; width: 400px; max-width: calc(100vw - 40px); height: min(680px, 100vh - 108px); border-radius: 18px }
    :host([open][here]) iframe { visibility: visible; opacity: 1 }
    @media (max-width: 480px), (max-height: 480px) {
      iframe { left: 0 !important; top: var(--t, 0); bottom: auto; width: 100%; max-width: none; height: var(--h, 100%); border-radius: 0 }
      :host([open][here]) > :first-child { display: none }
    }
    @media (prefers-reduced-motion: no-preference) { iframe { transition: opacity .2s, visibility .2s } }
  `);
  shadow.adoptedStyleSheets.push(sheet);
  // No value: a handler that returns false would swallow Enter, Space and Tab.
  chat.onkeydown = (event) => void (event.key == 'Escape' && show(false));
  again.textContent = 'Try again';
  again.onclick = fetch;
  note.role = 'status';
  note.textContent = 'Opening the chat …';
  shadow.append(note);

  // From here on whoever calls is heard at once, also by what embed.js has given out.
  window.Baton = (name, ...values) => said[name]?.(...values);
  window.Baton.q = { push: (call) => window.Baton?.(...call) };
  const waiting = calls.splice(0);
  if (set.identity) tell('identify', set.identity);
  calls.push = window.Baton.q.push;
  removeEventListener('message', hear);
  addEventListener('message', listen);
  frame.onload = listen;
  // A toggle has been heard already: what is open now is shown.
  waiting.filter(([name]) => name != 'toggle').forEach(window.Baton.q.push);
  if (chat.hasAttribute('open')) show(true);
  if (frame.isConnected) wait(3e4);
  heard.splice(0).forEach(listen);
};
