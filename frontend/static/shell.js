// The chat before the app is here: the box works, and what is sent waits in a queue. The box, its
// text, focus and selection stay the shell's own for good; the app only takes what comes out of it.
(() => {
  const { style: styles, glue, wasm } = document.currentScript.dataset;
  const by = (id) => document.getElementById(id);
  const look = JSON.parse(by('look').textContent), texts = JSON.parse(by('texts').textContent);
  const said = (words) => texts?.[words] ?? words;
  const root = document.documentElement, box = by('box'), view = by('view'), close = by('close'), more = by('more');
  const framed = parent !== window;
  const queued = [], untold = [];
  let app, port, looking;

  // The site's colour, and what reads on it by WCAG's relative luminance: one of the two always is
  // 4.5:1. What else is made of the colour is made in the style.
  const paint = (color) => {
    if (!/^#[\da-f]{6}$/i.test(color)) return;
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    root.style.setProperty('--site', color);
    root.style.setProperty('--on-brand', 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.183 ? '#000' : '#fff');
  };
  const part = (tag, name, text) => {
    const made = document.createElement(tag);
    made.className = name;
    if (text) {
      made.textContent = text;
      made.dir = 'auto';
    }
    return made;
  };
  const bubble = (text, mine) => {
    const line = part('div', mine ? 'msg mine' : 'msg');
    line.append(part('div', 'bubble', text));
    if (mine) line.append(part('span', 'state', said('Sending')));
    view.append(line);
  };
  // What the app draws too: a welcome, or the head of a conversation that is on its way.
  const first = () => part('p', 'first', said('An automated assistant answers here. You can ask for a person at any time.'));
  const begin = () => {
    view.replaceChildren(first());
    bubble(look.greeting);
  };
  const welcome = () => {
    const whole = part('div', 'welcome'), list = part('ul', 'questions');
    for (const question of look.questions) {
      const item = part('li', ''), button = part('button', '', question);
      button.type = 'button';
      button.onclick = () => (send(question), settle());
      item.append(button);
      list.append(item);
    }
    whole.append(part('h2', '', look.greeting), first(), list);
    view.replaceChildren(whole);
  };

  const uuid = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte, at) => (at == 6 ? (byte & 15) | 64 : at == 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0'))
    .join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

  // The app comes when there is something for it to do.
  const pass = (...what) => (app ? app(...what) : (queued.push(what), fetchApp()));
  const tell = (name, value) => {
    if (name === 'message' && pressed() && (document.hidden || !looking)) chime();
    port ? port.postMessage([name, value]) : framed && untold.push([name, value]);
  };
  const send = (text) => {
    if (!text.trim()) return;
    if (!app) {
      if (!view.querySelector('.msg')) begin();
      bubble(text.trim(), true);
    }
    pass('send', uuid(), text.trim());
  };
  // A button that goes away with its press leaves the focus where one goes on: in the box, or before
  // it where a keyboard would jump up on the screen.
  const coarse = () => matchMedia('(pointer:coarse)').matches;
  const settle = () => (coarse() ? view : box).focus();
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
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    if (!more.open) return hide();
    more.open = false;
    more.firstElementChild.focus();
  });
  close.addEventListener('click', hide);
  close.hidden = !framed;
  by('person').addEventListener('click', (event) => ((event.target.disabled = true), pass('person'), settle()), { once: true });

  // What stands behind the three dots: a copy to keep, and a sound for who looks elsewhere.
  const sound = by('sound'), pressed = (to) => (to !== undefined && (sound.ariaPressed = to), sound.ariaPressed === 'true');
  const stored = (write) => {
    try {
      return write(localStorage);
    } catch {
      // Nothing is remembered, or nothing can be.
    }
  };
  const chime = () => {
    const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
    tone.connect(volume).connect(audio.destination);
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.1, 0);
    volume.gain.exponentialRampToValueAtTime(0.001, 0.5);
    tone.start();
    tone.stop(0.5);
    tone.onended = () => audio.close();
  };
  const keep = () => {
    const lines = [...view.querySelectorAll('.bubble:not(.dots), .notice p, .card')]
      .map(({ innerText }) => innerText.trim().replace(/:\s+/, ': '));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([lines.join('\n\n')]));
    link.download = `${look.name} ${new Date().toLocaleDateString('sv')}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  more.addEventListener('toggle', () => (by('keep').disabled = !view.querySelector('.msg')));
  addEventListener('click', ({ target }) => (more.contains(target) && target !== by('keep')) || (more.open = false));
  by('keep').addEventListener('click', keep);
  sound.addEventListener('click', () => (stored((storage) => (storage['baton-sound'] = pressed(!pressed()))), pressed() && chime()));
  pressed(stored((storage) => storage['baton-sound'] === 'true') || false);

  // What a host page may say; anything else is ignored.
  const calls = {
    // A keyboard that jumps up on the screen would hide the greeting; one on the desk is ready.
    show: (focus) => ((looking = true), pass('show'), focus === true && !coarse() && box.focus()),
    hide: () => ((looking = more.open = false), fetched && pass('hide')),
    open: (text) => {
      if (typeof text !== 'string' || box.value) return;
      box.value = text.slice(0, box.maxLength);
      fit();
    },
    identify: (jwt) => typeof jwt === 'string' && jwt.length < 8192 && pass('identify', jwt),
    update: (what) => paint(what?.color),
    logout: () => {
      box.value = '';
      queued.length = 0;
      if (!app) welcome();
      pass('logout');
    },
  };
  // From whom the server has said that it may: `from` is null where no page has asked.
  addEventListener('message', ({ source, origin, data, ports }) => {
    if (port || !framed || source !== parent || data !== 'baton' || !ports[0] || origin !== from) return;
    [port] = ports;
    port.onmessage = ({ data: message }) => {
      const [name, value] = Array.isArray(message) ? message : [];
      if (Object.hasOwn(calls, name)) calls[name](value);
    };
    port.postMessage(['here']);
    untold.splice(0).forEach((message) => port.postMessage(message));
    tell('ready', look.color);
  });

  let fetched;
  const fetchApp = () => {
    if (fetched) return;
    fetched = true;
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
  };

  paint(look.color);
  by('who').querySelector('h1').textContent = look.first_owner;
  const known = stored((storage) => JSON.parse(storage[`baton:${look.key}`]));
  known?.conversation ? begin() : welcome();

  window.baton = {
    look,
    send,
    settle,
    tell,
    // The app takes over: from here on it shows what is sent, beginning with what waited.
    start: (handler) => {
      app = handler;
      queued.splice(0).forEach((what) => app(...what));
    },
  };
  // Who has written may have unread messages, or some that wait to be sent.
  if (known) fetchApp();
  if (!framed) calls.show();
})();
