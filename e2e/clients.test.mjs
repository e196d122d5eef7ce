// The files in clients/ that sites copy: the chat put on a page and taken off by a program.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { eventually, gone, seen, withDesk } from './harness.mjs';
import { chatOn } from './pages.mjs';

const CLIENTS = path.resolve(import.meta.dirname, '../clients');

/** A page of the desk's own origin without a chat, on which `clients/` lies at `/clients`. */
async function empty(visitor) {
  const page = await visitor({ path: '/healthz' });
  await page.route('**/clients/*.js', async route => {
    const name = path.basename(new URL(route.request().url()).pathname);
    await route.fulfill({ contentType: 'text/javascript', body: await readFile(path.join(CLIENTS, name), 'utf8') });
  });
  // What the wrappers need of their frameworks, as these do it.
  await page.route('**/empty', route => route.fulfill({ contentType: 'text/html', body: `<!doctype html><html lang="en"><title>App</title>
    <script type="importmap">{"imports": {"react": "/stub.js", "vue": "/stub.js", "svelte": "/stub.js"}}</script><main>App</main>` }));
  await page.route('**/stub.js', route => route.fulfill({ contentType: 'text/javascript', body: `
    export const useEffect = (effect) => { window.leave = effect(); };
    export const onMount = useEffect;
    export const onMounted = (begin) => begin();
    export const onUnmounted = (end) => { window.leave = end; };` }));
  await page.goto('/empty');
  return page;
}

const chats = page => page.locator('baton-chat').count();

test('a program puts the chat on a page and takes it off, as often as it likes', withDesk(async ({ visitor }) => {
  const page = await empty(visitor);
  const chat = chatOn(page);
  await page.evaluate(async () => {
    const { baton, embed } = await import('/clients/baton.js');
    window.heard = 0;
    // Mounted, unmounted and mounted again at once, as frameworks do to find faults.
    embed({ host: location.origin, site: 'demo' })();
    window.takeOff = embed({ host: location.origin, site: 'demo', label: 'Help', color: undefined });
    baton('on', 'show', () => window.heard++);
    baton('open', { text: 'Where is my order?' });
  });
  await eventually(async () => assert.equal(await chat.box.inputValue(), 'Where is my order?'));
  assert.equal(await chats(page), 1);
  assert.equal(await chat.launcher.getAttribute('aria-label'), 'Help');
  assert.equal(await page.evaluate(() => window.heard), 1);

  for (let times = 0; times < 3; times++) {
    await page.evaluate(async () => {
      window.takeOff();
      const { embed } = await import('/clients/baton.js');
      window.takeOff = embed({ host: location.origin, site: 'demo' });
    });
    await eventually(async () => assert.equal(await chats(page), 1));
  }
  await chat.open();
  await page.evaluate(() => window.takeOff());
  await eventually(async () => assert.equal(await chats(page), 0));
  assert.equal(await page.evaluate(() => typeof window.Baton), 'undefined');
}));

for (const framework of ['react', 'vue', 'svelte']) {
  test(`the wrapper for ${framework} shows the chat while its component is there`, withDesk(async ({ visitor }) => {
    const page = await empty(visitor);
    await page.evaluate(async framework => {
      const { useBaton } = await import(`/clients/${framework}.js`);
      useBaton({ host: location.origin, site: 'demo' });
    }, framework);
    await chatOn(page).open();
    await page.evaluate(() => window.leave());
    await eventually(async () => assert.equal(await chats(page), 0));
  }));
}

test('calls of Intercom are done', withDesk(async ({ visitor, api }) => {
  const page = await empty(visitor);
  const chat = chatOn(page);
  const { identity } = await (await api.get('/demo/identity?customer=cus_1')).json();
  await page.evaluate(async jwt => {
    window.Intercom = (...call) => (window.Intercom.q ||= []).push(call);
    window.unread = [];
    Intercom('boot', { app_id: 'demo', intercom_user_jwt: jwt, action_color: '#7a1f3d', alignment: 'left' });
    Intercom('onUnreadCountChange', count => window.unread.push(count));
    Intercom('showNewMessage', 'What did I pay for order A1001?');
    const { intercom } = await import('/clients/intercom.js');
    intercom(location.origin);
  }, identity);
  await eventually(async () => assert.equal(await chat.box.inputValue(), 'What did I pay for order A1001?'));
  await chat.box.press('Enter');
  await seen(chat.log.getByText('49.00 EUR'));
  await page.evaluate(() => Intercom('hide'));
  await gone(chat.box);
  await page.evaluate(() => {
    Intercom('shutdown');
    Intercom('boot', { app_id: 'demo' });
  });
  await chat.open();
  await gone(chat.log.getByText('49.00 EUR'));
  assert.equal(await chat.log.getByText('49.00 EUR').count(), 0, 'whoever comes next sees nothing of it');
  await page.evaluate(() => Intercom('shutdown'));
  await eventually(async () => assert.equal(await chats(page), 0));
}));
