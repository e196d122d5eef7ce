// Baton's launcher. One request, no storage, no style-src. What nobody needs before they want the
// chat comes with it, on intent: its frame, and embed-chat.js, which goes on from here.
(() => {
  const page = document, { dataset, src } = page.currentScript, set = { ...dataset }, host = new URL(src).origin;
  const make = (name) => page.createElement(name), calls = window.Baton?.q || [], heard = [], sheet = new CSSStyleSheet();
  const chat = make('baton-chat'), button = make('button'), again = make('button'), frame = make('iframe');
  const shadow = chat.attachShadow({ mode: 'open' });
  let opener = button, asked, tries = '';

  // An icon of at least 4.5:1 on any colour, by WCAG's relative luminance.
  const paint = (color) => {
    button.style.background = color;
    const [r, g, b] = getComputedStyle(button).backgroundColor.match(/[\d.]+/g).map((v) => ((v / 255 + 0.055) / 1.055) ** 2.4);
    button.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000' : '#fff';
    chat.toggleAttribute('left', set.position == 'left');
  };
  const hear = (event) => heard.push(event);
  // The frame does not wait for the script, nor the script for the frame.
  const load = () => {
    if (frame.isConnected) return;
    again.remove();
    shadow.append(frame);
    asked ||= import(`${host}/embed-chat.js${tries}`).then(
      (rest) => rest.default(set, host, calls, heard, hear, chat, shadow, button, frame, opener, paint, load, wish),
      () => {
        asked = heard.length = 0;
        tries += '?';
        frame.remove();
        shadow.append(again);
      },
    );
  };
  const wish = ({ type }) => window.Baton?.(type == 'click' ? 'toggle' : 'preload');
  window.Baton = (...call) => {
    const [name] = call;
    if (/show|open|toggle/.test(name)) chat.toggleAttribute('open', name != 'toggle' || undefined);
    if (!/^(on|identify)$/.test(name)) load();
    calls.push(call);
  };
  // Whoever still holds the page's own stub, say across an await, puts into this queue.
  window.Baton.q = { push: (call) => window.Baton(...call) };

  button.ariaLabel = frame.title = set.label || 'Chat';
  frame.src = `${host}/widget/${set.site}?from=${origin}&lang=${set.locale || page.documentElement.lang}`;
  addEventListener('message', frame.onload = hear);
  again.textContent = 'The chat cannot be reached right now. Try again';
  again.onclick = load;
  sheet.replaceSync(`
    :host { all: initial }
    * { position: fixed; right: 20px; bottom: 20px; margin: 0; border: 0; z-index: 2147483000; box-shadow: 0 4px 24px #0004, 0 0 0 1px #8883 }
    :host([left]) * { right: auto; left: 20px }
    button { width: 56px; height: 56px; border-radius: 50%; background: #2f4858; cursor: pointer }
    :host > :first-child:before { content: ""; position: absolute; inset: 16px; background: currentColor; clip-path: path("M5 2h14q4 0 4 4v8q0 4-4 4h-8l-6 5v-5q-4 0-4-4V6q0-4 4-4z") }
    button ~ * { bottom: 88px; width: 240px; height: auto; padding: 20px; border-radius: 18px; background: Canvas; color: CanvasText; font: 15px/22px system-ui }
    iframe { visibility: hidden }
  `);
  shadow.adoptedStyleSheets = [sheet];

  const start = () => {
    page.body.append(chat);
    shadow.append(button);
    if (set.launcher) opener = set.launcher != 'none' && page.querySelector(set.launcher), button.hidden = true;
    paint(set.color);
    ['click', 'pointerenter', 'focus'].forEach((type) => opener && opener.addEventListener(type, wish));
    calls.splice(0).forEach((call) => window.Baton(...call));
    const idle = () => navigator.connection?.saveData || (window.requestIdleCallback || setTimeout)(() => wish(0), { timeout: 2e3 });
    page.readyState == 'complete' ? idle() : addEventListener('load', idle);
  };
  page.body ? start() : addEventListener('DOMContentLoaded', start);
})();
