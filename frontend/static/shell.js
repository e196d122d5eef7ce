// The chat before the app is here: the box works, and what is sent waits in a queue. The box, its
// text, focus and selection stay the shell's own for good; the app only takes what comes out of it.
(() => {
  const { style: styles, glue, wasm } = document.currentScript.dataset;
  const by = (id) => document.getElementById(id);
  const look = JSON.parse(by('look').textContent);
  const origins = JSON.parse(by('origins').textContent);
  const root = document.documentElement, box = by('box'), view = by('view'), close = by('close');
  const framed = parent !== window;
  const queued = [], untold = [];
  let app, port;

  // A colour on which the text can be read: WCAG's relative luminance; one of the two always is 4.5:1.
  const paint = (color) => {
    if (!/^#[\da-f]{6}$/i.test(color)) return;
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    root.style.setProperty('--brand', color);
    root.style.setProperty('--on-brand', 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.183 ? '#000' : '#fff');
  };
  const bubble = (text, mine) => {
    const line = document.createElement('div'), words = document.createElement('div');
    line.className = mine ? 'msg mine' : 'msg';
    words.className = 'bubble';
    words.dir = 'auto';
    words.textContent = text;
    line.append(words);
    if (mine) {
      const state = document.createElement('span');
      state.className = 'state';
      state.textContent = 'Sending';
      line.append(state);
    }
    view.append(line);
  };
  const uuid = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte, at) => (at == 6 ? (byte & 15) | 64 : at == 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0'))
    .join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

  const pass = (...what) => (app ? app(...what) : queued.push(what));
  const tell = (name, value) => (port ? port.postMessage([name, value]) : framed && untold.push([name, value]));
  const send = (text) => {
    if (!text.trim()) return;
    if (!app) bubble(text.trim(), true);
    pass('send', uuid(), text.trim());
  };
  const fit = () => {
    if (CSS.supports('field-sizing', 'content')) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  };
  const hide = () => framed && tell('hide');

  by('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send(box.value);
    box.value = '';
    fit();
    box.focus();
  });
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    by('composer').requestSubmit();
  });
  box.addEventListener('input', () => (fit(), app?.('typing')));
  addEventListener('keydown', (event) => event.key === 'Escape' && !event.isComposing && hide());
  close.addEventListener('click', hide);
  close.hidden = !framed;
  by('person').addEventListener('click', (event) => ((event.target.disabled = true), pass('person')), { once: true });

  // What a host page may say; anything else is ignored.
  const calls = {
    show: (focus) => (pass('show'), focus === true && box.focus()),
    hide: () => pass('hide'),
    open: (text) => {
      if (typeof text !== 'string' || box.value) return;
      box.value = text.slice(0, box.maxLength);
      fit();
    },
    identify: (jwt) => typeof jwt === 'string' && jwt.length < 8192 && pass('identify', jwt),
    update: (what) => (paint(what?.color), pass('update', String(what?.color ?? ''))),
    logout: () => {
      box.value = '';
      queued.length = 0;
      if (!app) view.querySelectorAll('.mine').forEach((line) => line.remove());
      pass('logout');
    },
  };
  // `*` stands for all subdomains or for any port, as in the policy that lets the page frame this.
  const fits = (known, origin) => new RegExp(`^${known.replaceAll('.', '\\.')
    .replace('//*', '//[^/:]+').replace(/:\*$/, '(:\\d+)?')}$`).test(origin);
  const allowed = (origin) => origin === location.origin || origins.some((known) => fits(known, origin));
  addEventListener('message', ({ source, origin, data, ports }) => {
    if (port || !framed || source !== parent || data !== 'baton' || !ports[0] || !allowed(origin)) return;
    [port] = ports;
    port.onmessage = ({ data: message }) => {
      const [name, value] = Array.isArray(message) ? message : [];
      if (Object.hasOwn(calls, name)) calls[name](value);
    };
    port.postMessage(['here']);
    untold.splice(0).forEach((message) => port.postMessage(message));
  });

  if (/^(ar|fa|he|ur)\b/.test(root.lang)) root.dir = 'rtl';
  paint(look.color);
  by('who').querySelector('h1').textContent = look.first_owner;
  bubble(look.greeting);
  if (!framed) pass('show');

  window.baton = {
    look,
    send,
    tell,
    paint,
    // The app takes over: from here on it shows what is sent, beginning with what waited.
    start: (handler) => {
      app = handler;
      queued.splice(0).forEach((what) => app(...what));
    },
  };

  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = styles;
  const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
  document.head.append(sheet);
  const load = async (tries) => {
    try {
      const [page] = await Promise.all([import(tries ? `${glue}?${tries}` : glue), styled]);
      await page.default({ module_or_path: wasm });
    } catch {
      // Offline, most likely. What was sent waits; so does the app.
      setTimeout(load, Math.min(30000, 1000 * 2 ** tries), tries + 1);
    }
  };
  load(0);
})();
