// The customer's journey: from the launcher to a refund, to a person and back, and nothing lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, atEnd, eventually, gone, seen, withDesk } from './harness.mjs';
import { chatOn, inboxOn } from './pages.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';
const RETURN = 'I would like to return order A1002 and get a refund';

test('the chat costs the shop one request until somebody wants it', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/healthz' });
  // With data saving on, not even an idle browser fetches the chat ahead of time.
  await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto('/demo', { waitUntil: 'load' });
  const chat = chatOn(page);
  await seen(chat.launcher);
  await page.evaluate(() => new Promise(idle => requestIdleCallback(() => requestIdleCallback(idle))));
  const own = ['/demo', '/demo/demo.css', '/demo/demo.js', '/demo/identity'];
  assert.deepEqual(asked.filter(path => !own.includes(path)), ['/embed.js']);

  await chat.launcher.hover();
  await eventually(() => assert.ok(asked.includes('/widget/demo')));
  await gone(chat.box);
}));

test('what is written before the app has arrived is kept, sent once and answered', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/healthz' });
  let arrive;
  const arrives = new Promise(resolve => (arrive = resolve));
  await page.context().route(/widget-\w+\.wasm/, async route => {
    await arrives;
    await route.continue();
  });
  await page.goto('/demo');
  const chat = chatOn(page);
  await chat.open();
  await chat.say(TWICE);
  await seen(chat.frame.getByText('Sending'));
  await chat.box.pressSequentially('And thank');
  await chat.box.press('Shift+ArrowLeft');
  arrive();

  await seen(chat.card('A1001').getByText('Refunded'));
  assert.equal(await chat.frame.getByText(TWICE).count(), 1);
  const box = await chat.box.evaluate(area =>
    [document.activeElement === area, area.value, area.value.slice(area.selectionStart, area.selectionEnd)]);
  assert.deepEqual(box, [true, 'And thank', 'k'], 'focus, text and selection stay');
}));

for (const phone of [false, true]) {
  test(`a double charge is refunded, with every handoff in sight, ${phone ? 'phone' : 'desktop'}`, withDesk(async ({ visitor }) => {
    const page = await visitor({ phone });
    const chat = chatOn(page);
    await chat.open();
    await assertAccessible(page);
    const first = await chat.who.innerText();
    if (phone) {
      const { x, y, width, height } = await page.locator('baton-chat iframe').boundingBox();
      assert.deepEqual({ x, y, width, height }, { x: 0, y: 0, ...page.viewportSize() }, 'the chat fills the screen');
      await gone(chat.launcher);
    }
    await chat.say(TWICE);
    await seen(chat.card('A1001').getByText('49.00 EUR'));
    await seen(chat.card('A1001').getByText('Refunded'));
    for (const name of ['Billing', 'Refunds']) {
      assert.equal(await chat.log.getByText(`${name} answers now.`).count(), 1, `${name} is announced once`);
    }
    assert.notEqual(first, 'Refunds');
    assert.equal(await chat.who.innerText(), 'Refunds');
    await seen(chat.frame.getByText('Automated assistant', { exact: true }));
    await seen(chat.log.getByText('has been refunded'));
    await atEnd(chat.frame.locator('#view'));
    await assertAccessible(page);
    const wide = await chat.frame.locator('html').evaluate(root => root.scrollWidth - root.clientWidth);
    assert.equal(wide, 0, 'nothing scrolls sideways');
    if (phone) {
      await chat.frame.getByRole('button', { name: 'Close chat' }).click();
      await seen(chat.launcher);
    }
  }));
}

test('a refund above the limit waits for a person, whose word changes the card', withDesk(async ({ visitor, staff }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await chat.open();
  await chat.say(RETURN);
  const card = chat.card('A1002');
  await seen(card.getByText("Waiting for a person's approval"));
  await seen(card.getByText('320.00 EUR'));
  assert.equal(await card.getByText('Refunded').count(), 0);
  await assertAccessible(page);

  const inbox = inboxOn(await staff());
  await inbox.lines.filter({ hasText: 'Needs approval' }).click();
  await inbox.button('Review').first().click();
  await seen(inbox.dialog.getByText('A1002'));
  await inbox.dialog.getByRole('button', { name: 'Approve 320.00 EUR' }).click();

  await seen(card.getByText('Refunded'));
  await seen(card.getByText('Approved by a person'));
  assert.equal(await chat.card('A1002').count(), 1, 'the card changes; no second one comes');
}));

for (const [how, ask] of [
  ['the button', chat => chat.frame.getByRole('button', { name: 'Talk to a person' }).click()],
  ['words', chat => chat.say('I want to talk to a person')],
]) {
  test(`a person is asked for by ${how}`, withDesk(async ({ visitor }) => {
    const page = await visitor();
    const chat = chatOn(page);
    await chat.open();
    await ask(chat);
    await seen(chat.frame.getByText('A person has been asked'));
    await seen(chat.frame.getByText('Waiting for a person', { exact: true }));
    await eventually(async () => assert.equal(await chat.who.innerText(), 'Support team'));
    await gone(chat.frame.getByRole('button', { name: 'Talk to a person' }));
    await assertAccessible(page);
  }));
}

test('a reload keeps the conversation', withDesk(async ({ visitor }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await chat.open();
  await chat.say(TWICE);
  await seen(chat.card('A1001').getByText('Refunded'));
  await seen(chat.log.getByText('has been refunded'));
  const before = await chat.said();

  await page.reload();
  await chat.open();
  await seen(chat.card('A1001').getByText('Refunded'));
  assert.deepEqual(await chat.said(), before);
  assert.equal(await chat.who.innerText(), 'Refunds');
}));

test('a reload keeps the conversation of somebody whom nobody knows', withDesk(async ({ visitor }) => {
  const page = await visitor();
  await page.getByRole('radio', { name: 'A guest' }).check();
  const chat = chatOn(page);
  await chat.open();
  await chat.say('How long does shipping take?');
  await seen(chat.log.getByText('Sources'));
  const before = await chat.said();
  await page.reload();
  await chat.open();
  await seen(chat.log.getByText('Sources'));
  assert.deepEqual(await chat.said(), before);
}));

test('a visitor whose token has ended is told so, and what they write begins anew', withDesk(async ({ visitor }) => {
  const page = await visitor();
  await page.getByRole('radio', { name: 'A guest' }).check();
  const chat = chatOn(page);
  await chat.open();
  await chat.say('How long does shipping take?');
  await seen(chat.log.getByText('Sources'));
  const { token } = await page.evaluate(() => JSON.parse(localStorage['baton:demo']));
  const ended = chat.frame.getByText('cannot be reached from here any more');
  assert.equal(await ended.count(), 0);

  await page.request.post('/api/v1/visitors/logout', { headers: { authorization: `Bearer ${token}` } });
  await page.reload();
  await chat.open();
  await seen(ended);
  await chat.say('What are your opening hours?');
  await seen(chat.log.getByText('Monday'));
  assert.equal(await ended.count(), 0, 'it goes when somebody writes');
  await seen(chat.log.getByText('What are your opening hours?'));
  assert.equal(await chat.log.getByText('How long does shipping take?').count(), 0);
}));

test('on a site without https everything is sent and answered as well', withDesk(async ({ visitor, url }) => {
  const page = await visitor({ path: url.replace('127.0.0.1', 'shop.test') + '/demo' });
  assert.equal(await page.evaluate(() => isSecureContext), false);
  const chat = chatOn(page);
  await chat.open();
  await chat.say('What are your opening hours?');
  await seen(chat.log.getByText('Monday'));
  await seen(chat.log.getByText('What are your opening hours?'));
}));

test('a server that dies in the middle loses nothing and doubles nothing', withDesk(async ({ visitor, office, restart }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await chat.open();
  await chat.say(TWICE);
  await seen(chat.log.getByText('answers now.'));
  await restart({ signal: 'SIGKILL' });
  // The pause before the chat comes back by itself grows with each try.
  await chat.card('A1001').getByText('Refunded').waitFor({ timeout: 45_000 });
  await seen(chat.log.getByText('has been refunded'));

  const question = 'How long does shipping take?';
  await restart({
    async meanwhile() {
      await chat.say(question);
      await seen(chat.frame.getByText('Sending'));
      await seen(chat.frame.getByText('No connection.'));
    },
  });
  await chat.log.getByText(question).waitFor({ timeout: 45_000 });
  await gone(chat.frame.getByText('Sending'));
  await gone(chat.frame.getByText('No connection.'));
  const desk = await office();
  const [line] = (await desk.get('/inbox?view=all')).conversations;
  await eventually(async () => {
    const { events, refunds } = await desk.get(`/conversations/${line.id}`);
    const said = events.filter(event => event.type === 'message').map(event => event.text);
    assert.equal(said.filter(text => text === TWICE).length, 1);
    assert.equal(said.filter(text => text === question).length, 1);
    assert.notEqual(said.at(-1), question, 'it is answered');
    assert.equal(refunds.filter(refund => refund.state === 'succeeded').length, 1);
    const shown = (await chat.said()).slice(1).map(words);
    assert.equal(shown.length, said.length, 'the page shows each message on record once');
    said.forEach((text, n) => assert.ok(shown[n].startsWith(words(text)), `${shown[n]} is not ${text}`));
  });
}));

test('two people at one browser are never mixed', withDesk(async ({ visitor }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await chat.open();
  await chat.say(TWICE);
  await seen(chat.card('A1001').getByText('Refunded'));

  // Another customer, without signing out in between.
  await identify(page, 'cus_2');
  await gone(chat.card('A1001'));
  assert.equal(await chat.log.getByText('A1001').count(), 0);
  await chat.say('What did I pay for order B2001?');
  await seen(chat.log.getByText('75.00 EUR'));

  // Signed out: an empty chat that knows nothing of anybody's orders.
  await chat.frame.getByRole('button', { name: 'Close chat' }).click();
  await page.getByRole('radio', { name: 'A guest' }).check();
  await chat.open();
  await gone(chat.log.getByText('75.00 EUR'));
  await chat.say('What did I pay for order A1001?');
  await eventually(async () => assert.ok((await chat.said()).length >= 3, 'the guest is answered'));
  assert.doesNotMatch((await chat.said()).join('\n'), /49\.00|75\.00/);
}));

test('what one person wrote is never sent as another', withDesk(async ({ visitor, office }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await chat.open();
  await chat.say('How long does shipping take?');
  await eventually(async () => assert.ok((await chat.said()).length >= 3));
  await page.route(/\/api\/v1\/conversations/, route => route.abort());
  await chat.say('My secret question');
  await seen(chat.frame.getByText('Sending'));
  await identify(page, 'cus_2');
  await page.unroute(/\/api\/v1\/conversations/);
  await gone(chat.frame.getByText('My secret question'));
  await chat.say('What did I pay for order B2001?');
  await seen(chat.log.getByText('75.00 EUR'));

  const desk = await office();
  const { conversations } = await desk.get('/inbox?view=all');
  const theirs = conversations.find(line => line.visitor.customer === 'cus_2');
  const { events } = await desk.get(`/conversations/${theirs.id}`);
  assert.doesNotMatch(JSON.stringify(events), /secret/);
}));

test('the keyboard alone opens, writes, sends and closes', withDesk(async ({ visitor }) => {
  const page = await visitor();
  const chat = chatOn(page);
  await seen(chat.launcher);
  // A browser lets the chat take the focus only for some seconds after the key.
  await chat.box.waitFor({ state: 'attached' });
  const onLauncher = () => page.evaluate(() => document.querySelector('baton-chat').shadowRoot.activeElement?.localName === 'button');
  for (let tabs = 0; !(await onLauncher()); tabs++) {
    assert.ok(tabs < 40, 'the launcher can be reached with Tab');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await eventually(async () => assert.ok(await chat.box.evaluate(box => document.activeElement === box)));
  await page.keyboard.type('How long does shipping take?');
  await page.keyboard.press('Enter');
  await eventually(async () => assert.ok((await chat.said()).length >= 3));
  await page.keyboard.press('Escape');
  await gone(chat.box);
  assert.ok(await onLauncher(), 'the focus is back on the launcher');
}));

test('a closed conversation is rated', withDesk(async ({ visitor, staff, office }) => {
  const page = await visitor({ phone: true });
  const chat = chatOn(page);
  await chat.open();
  await chat.frame.getByRole('button', { name: 'Talk to a person' }).click();
  await seen(chat.frame.getByText('A person has been asked'));
  const desk = await office();
  const [{ id }] = (await desk.get('/inbox?view=waiting')).conversations;
  await desk.post(`/conversations/${id}/claim`);
  await desk.post(`/conversations/${id}/close`);

  await seen(chat.frame.getByText('Conversation closed', { exact: true }));
  await chat.frame.getByRole('radio', { name: 'Good', exact: true }).check({ force: true });
  await chat.frame.getByLabel(/Anything to add/).fill('Quick.');
  await assertAccessible(page);
  await chat.frame.getByRole('button', { name: 'Send rating' }).click();
  await seen(chat.frame.getByText('Thank you for your rating.'));

  const inbox = inboxOn(await staff({ path: `/inbox/${id}` }));
  await seen(inbox.transcript.getByText('4 of 5'));
  await seen(inbox.transcript.getByText('Quick.'));
}));

/** The shop says who the visitor is. */
async function identify(page, customer) {
  await page.evaluate(async customer => {
    const { identity } = await (await fetch(`/demo/identity?customer=${customer}`)).json();
    window.Baton('identify', identity);
  }, customer);
}

/** The words of a message, without who said it and how it is laid out. */
const words = text => text.replace(/^[^:\n]{1,40}:\s*\n/, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
