// The site owner's journey: one line on a page of theirs, however strict, and what a script may say.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { assertAccessible, eventually, gone, seen, withDesk } from './harness.mjs';
import { chatOn } from './pages.mjs';

/** A desk with a foreign shop: `host(page, { csp, body, allowed })` shows a page of it. */
const withShop = journey => withDesk(async (desk, t) => {
  let shown;
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (shown.csp) response.setHeader('content-security-policy', shown.csp);
    response.end(request.url === '/' ? `<!doctype html><html lang="en"><title>A shop</title><main><h1>A shop</h1></main>${shown.body}` : '');
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  try {
    const office = await desk.office();
    const site = await office.post('/sites', {
      name: 'Teapots', origins: [origin], color: '#7a1f3d', greeting: 'Hello from the teapots.', active: true,
    });
    const snippet = `<script src="${desk.url}/embed.js" data-site="${site.key}" async></script>`;
    await journey({
      ...desk,
      origin,
      snippet,
      office,
      site,
      async shop(html = {}, view = {}, before) {
        shown = { body: snippet, ...html };
        const page = before ?? await desk.visitor({ ...view, path: '/healthz' });
        await page.goto(origin);
        return page;
      },
    }, t);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

for (const phone of [false, true]) {
  test(`one line embeds the chat on a page that allows nothing else, ${phone ? 'phone' : 'desktop'}`, withShop(async ({ shop, url }) => {
    const csp = `default-src 'none'; script-src ${url}; frame-src ${url}; style-src 'none'`;
    const page = await shop({ csp }, { phone });
    const chat = chatOn(page);
    const color = await chat.launcher.evaluate(button => getComputedStyle(button).width);
    assert.equal(color, '56px', 'the launcher has its style without any style-src');
    await chat.open();
    await seen(chat.log.getByText('Hello from the teapots.'));
    await chat.say('How long does shipping take?');
    await eventually(async () => assert.ok((await chat.said()).length >= 3, 'it is answered'));
    const paint = await chat.frame.locator('#send').evaluate(button => getComputedStyle(button).backgroundColor);
    assert.equal(paint, 'rgb(122, 31, 61)', 'in the colour of the site');
    await assertAccessible(page);
  }));
}

/** Waits for what `page` tells its owner in the console; `embed.js` itself gives a frame nine seconds. */
const told = (page, pattern) =>
  page.context().waitForEvent('console', {
    predicate: message => message.type() === 'warning' && pattern.test(message.text()),
    timeout: 30_000,
  });

for (const [what, why, change] of [
  ['a site that is switched off', /switched off/, { active: false }],
  ['an origin that is not allowed', /may not show this chat/, { origins: ['https://elsewhere.example'] }],
  ['an unknown key', /no site with the key/, {}],
  ['an empty key', /no site with the key/, {}],
]) {
  test(`${what} shows visitors no launcher, and its owner why`, withShop(async ({ shop, office, site, snippet, expectFault }) => {
    expectFault(/status of 40[34]/);
    await office.put(`/sites/${site.key}`, { ...look(site), ...change });
    const key = { 'an unknown key': 'nowhere', 'an empty key': '' }[what] ?? site.key;
    const body = snippet.replace(site.key, key);
    const page = await shop({ body: '' });
    const reason = told(page, why);
    await shop({ body }, {}, page);
    await reason;
    await eventually(async () => assert.equal(await page.locator('baton-chat').count(), 0));
  }));
}

test('a site switched off under the hand says so politely, then goes', withShop(async ({ shop, office, site, expectFault }) => {
  expectFault(/status of 404/);
  await office.put(`/sites/${site.key}`, { ...look(site), active: false });
  const page = await shop({ body: '' });
  await page.addInitScript(saveData);
  await shop({}, {}, page);
  const chat = chatOn(page);
  const reason = told(page, /switched off/);
  await chat.launcher.hover();
  await reason;
  await chat.launcher.click();
  await seen(page.getByText('The chat is closed at the moment.'));
  await chat.launcher.click();
  await eventually(async () => assert.equal(await page.locator('baton-chat').count(), 0));
}));

test('a page inside a foreign page cannot show the chat', withShop(async ({ shop, office, site, origin, snippet, expectFault }) => {
  expectFault(/frame-ancestors|status of 403/);
  const elsewhere = origin.replace('127.0.0.1', 'localhost');
  await office.put(`/sites/${site.key}`, { ...look(site), origins: [origin] });
  const page = await shop();
  await page.goto(elsewhere);
  const reason = told(page, /no answer/);
  await page.evaluate(origin => document.body.append(Object.assign(document.createElement('iframe'), { src: origin })), origin);
  await reason;
  await gone(page.frameLocator('iframe').frameLocator('baton-chat iframe').locator('#box'));
}));

test('a server that is down when the visitor wants the chat is said politely and tried again', withShop(async ({ shop, restart }) => {
  const page = await shop({ body: '' });
  await page.addInitScript(saveData);
  await shop({}, {}, page);
  const chat = chatOn(page);
  await seen(chat.launcher);
  await restart({
    async meanwhile() {
      await chat.launcher.click();
      await seen(page.getByText('The chat cannot be reached right now.'));
      assert.ok(await chat.launcher.isVisible(), 'the launcher stays');
      await assertAccessible(page);
    },
  });
  await page.getByRole('button', { name: 'Try again' }).click();
  await chat.box.waitFor();
  await gone(page.getByText('The chat cannot be reached'));
}));

test('an origin is one however its port is written', withShop(async ({ shop, office, site, origin, snippet }) => {
  const saved = await office.put(`/sites/${site.key}`, { ...look(site), origins: [`${origin.toUpperCase()}/`, 'https://shop.example:443'] });
  assert.deepEqual(saved.origins, [origin, 'https://shop.example']);
  const chat = chatOn(await shop());
  await chat.open();
}));

/** With data saving on, the chat is not fetched ahead of time. */
const saveData = () => Object.defineProperty(navigator, 'connection', { value: { saveData: true } });

/** A page that talks to the chat before it is there, and notes what it hears. */
const script = `<script>
  window.heard = [];
  window.stub = window.Baton = (...call) => (window.Baton.q ||= []).push(call);
  for (const name of ['ready', 'show', 'hide', 'unread', 'message', 'handoff', 'error']) {
    Baton('on', name, (value) => heard.push([name, value]));
  }
</script>`;

test('a page opens, fills, hides and removes the chat by script', withShop(async ({ shop, snippet }) => {
  const page = await shop({ body: script + snippet });
  const chat = chatOn(page);
  const tell = (...call) => page.evaluate(call => window.Baton(...call), call);
  await eventually(async () => assert.deepEqual(await heard(page, 'ready'), ['#7a1f3d']));

  await tell('open', { text: 'Where is my teapot?' });
  await eventually(async () => assert.equal(await chat.box.inputValue(), 'Where is my teapot?'));
  assert.equal((await heard(page, 'show')).length, 1);
  await tell('hide');
  await gone(chat.box);
  assert.equal((await heard(page, 'hide')).length, 1);
  await page.evaluate(() => window.stub('toggle'));
  await chat.box.waitFor();

  await tell('update', { color: '#ffe08a' });
  const paint = await chat.launcher.evaluate(button => [getComputedStyle(button).backgroundColor, getComputedStyle(button).color]);
  assert.deepEqual(paint, ['rgb(255, 224, 138)', 'rgb(0, 0, 0)'], 'a light colour gets a dark icon');

  await tell('destroy');
  assert.equal(await page.locator('baton-chat').count(), 0);
  assert.equal(await page.evaluate(() => typeof window.Baton), 'undefined');
}));

test('the page says who its visitor is, hears what happens, and signs them out', withShop(async ({ shop, snippet, office, site }) => {
  const { secret } = await office.post(`/sites/${site.key}/secret`);
  const page = await shop({ body: script + snippet });
  const chat = chatOn(page);
  const tell = (...call) => page.evaluate(call => window.Baton(...call), call);
  await tell('identify', jwt({ sub: 'cus_1', name: 'Maria Rossi', aud: site.key }, 'not the secret'));
  await eventually(async () => assert.equal((await heard(page, 'error')).length, 1, 'a forged identity is refused'));

  await tell('identify', jwt({ sub: 'cus_1', name: 'Maria Rossi', aud: site.key }, secret));
  await chat.open();
  await chat.say('I was charged twice for order A1001 and want my money back');
  await seen(chat.card('A1001').getByText('Refunded'));
  assert.deepEqual((await heard(page, 'handoff')).map(({ to }) => to), ['Billing', 'Refunds'], 'from the first on');
  assert.equal((await heard(page, 'message')).at(-1).name, 'Refunds');

  await tell('hide');
  const [{ id }] = (await office.get('/inbox?view=all')).conversations;
  await office.post(`/conversations/${id}/claim`);
  await office.post(`/conversations/${id}/replies`, { client_id: crypto.randomUUID(), text: 'Anything else?' });
  await eventually(async () => assert.match(await chat.launcher.getAttribute('aria-label'), /\(\d\)/, 'unread is told'));

  await tell('logout');
  await chat.open();
  await gone(chat.card('A1001'));
  assert.equal(await chat.log.getByText('A1001').count(), 0);
  await page.reload();
  await chat.open();
  await chat.say('How long does shipping take?');
  await eventually(async () => assert.ok((await chat.said()).length >= 3));
  assert.equal(await chat.log.getByText('A1001').count(), 0, 'nothing of them is left in the browser');
}));

/** What the page has heard under `name`. */
const heard = (page, name) =>
  page.evaluate(name => window.heard.filter(([heard]) => heard === name).map(([, value]) => value), name);

/** What a site's own server would make. */
function jwt(claims, secret) {
  const now = Math.floor(Date.now() / 1000);
  const encoded = part => Buffer.from(JSON.stringify(part)).toString('base64url');
  const said = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ ...claims, iat: now, exp: now + 240, jti: crypto.randomUUID() })}`;
  return `${said}.${createHmac('sha256', secret).update(said).digest('base64url')}`;
}

const look = ({ name, origins, color, greeting, questions, active }) => ({ name, origins, color, greeting, questions, active });
