// Puts the chat on a page from a program: a single-page application, or a component of a framework.
//
//   const takeOff = embed({ host: 'https://support.example.com', site: 'KEY', locale: 'de' });
//   baton('open', { text: 'Where is my order?' });
//   …
//   takeOff();

/** Calls `window.Baton`: at once, or as soon as it is there. */
export function baton(...call) {
  window.Baton ||= (...later) => (window.Baton.q ||= []).push(later);
  window.Baton(...call);
}

/**
 * Puts the chat on the page; gives what takes it off again. Settings are the attributes of the script
 * tag without `data-`. One chat stands on a page at a time: what comes next waits until the one before
 * it is gone, so that a component may be mounted and unmounted as often as its framework likes.
 */
export function embed({ host, ...settings }) {
  let wanted = true;
  let there = false;
  before = before.then(gone).then(async () => {
    if (!wanted) return;
    there = await load(host, settings);
    if (!wanted) takeOff();
  });
  const takeOff = () => {
    wanted = false;
    if (there) baton('destroy');
    there = false;
  };
  return takeOff;
}

/** Whatever was asked for last has been done. */
let before = Promise.resolve();

/** How often it is looked whether a chat that was taken off is gone, in milliseconds. */
const AGAIN_MS = 50;

/** Waits until no chat is on its way off the page: a stub's queue is an array, that of a chat is not. */
async function gone() {
  while (window.Baton?.q && !Array.isArray(window.Baton.q)) {
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}

/** Runs the script that a page without programs would have in its HTML; says whether it came. */
function load(host, settings) {
  return new Promise((done) => {
    const script = document.createElement('script');
    for (const [name, value] of Object.entries(settings)) {
      if (value != null) script.dataset[name] = value;
    }
    script.src = new URL('/embed.js', host);
    script.onload = () => done(true);
    script.onerror = () => done(false);
    document.head.append(script);
    script.remove();
  });
}
