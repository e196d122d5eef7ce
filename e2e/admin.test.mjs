// The administrator's journey: shape an agent, try it, publish it, go back; sites, staff, money, record.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, eventually, gone, seen, withDesk } from './harness.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';
const RETURN = 'I would like to return order A1002 and get a refund';

test('an opening is drafted, tried, published, met by the next visitor, and rolled back', withDesk(async ({ staff, caller }) => {
  const page = await staff({ path: '/admin' });
  await seen(page.getByRole('heading', { name: 'Agents' }));
  await assertAccessible(page);
  await page.getByRole('main').getByRole('link', { name: /Billing/ }).click();
  const opening = page.getByLabel('Opening', { exact: true });
  const old = await opening.inputValue();
  await opening.fill('Ahoy, this is the billing crew.');
  await seen(page.getByText('Unsaved changes', { exact: true }));
  await page.getByRole('button', { name: 'Save draft' }).first().click();
  await seen(page.getByText(/draft saved/));

  await page.getByLabel('Who writes').selectOption({ label: 'Signed-in customer cus_1' });
  await tryOut(page, TWICE);
  const game = page.getByRole('log', { name: 'Playground' });
  await seen(game.getByText('Ahoy, this is the billing crew.'));
  assert.doesNotMatch(await opening_of(await caller('cus_1')), /Ahoy/, 'visitors do not meet a draft');

  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByLabel('What has changed (optional)').fill('A warmer welcome');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await seen(page.getByText('version 2 is published'));
  assert.match(await opening_of(await caller('cus_1')), /Ahoy, this is the billing crew\./);

  await page.getByRole('button', { name: 'Versions', exact: true }).click();
  await seen(page.getByText('A warmer welcome'));
  await page.getByRole('listitem').filter({ hasText: 'Version 1' }).getByRole('button', { name: 'Roll back to this' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await seen(page.getByText('version 3 is published'));
  await eventually(async () => assert.equal(await opening.inputValue(), old));
  assert.doesNotMatch(await opening_of(await caller('cus_1')), /Ahoy/);
}));

/** What Billing says first to a customer who asks about a charge. */
async function opening_of(caller) {
  const events = await caller.say('What was I charged for order A1001?');
  return events.filter(({ type, author }) => type === 'message' && author.name === 'Billing').map(({ text }) => text).join('\n');
}

test('a rule hands a word to people, first in the playground, then for everybody', withDesk(async ({ staff, caller }) => {
  const page = await staff({ path: '/admin/agents/triage' });
  await page.getByLabel('Support team (people)').check();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  const rule = page.getByRole('group', { name: /^Rule \d+:/ }).last();
  await rule.getByLabel(/^Rule \d+$/).fill('Wholesale');
  await rule.getByLabel('Phrases, separated by commas').fill('wholesale, bulk order');
  await rule.getByLabel('Phrases, separated by commas').press('Tab');
  await rule.getByLabel('hand over to').selectOption({ label: 'Support team (people)' });
  await page.getByRole('button', { name: 'Save draft' }).first().click();
  await seen(page.getByText(/draft saved/));
  await assertAccessible(page);

  const wish = 'I have a wholesale question';
  await tryOut(page, wish);
  await seen(page.getByText(/Owner: Support team/));
  assert.ok(!(await handedTo(await caller(), wish)).includes('Support team'), 'visitors do not meet a draft');
  await page.getByRole('button', { name: 'Changes', exact: true }).click();
  await seen(page.getByText(/Wholesale/).last());
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await seen(page.getByText('version 2 is published'));

  assert.deepEqual(await handedTo(await caller(), wish), ['Support team']);
}));

/** To whom a conversation goes that begins with `text`. */
async function handedTo(caller, text) {
  const events = await caller.say(text);
  return events.filter(({ type }) => type === 'handoff').map(({ to }) => to.name);
}

test('what is wrong is said at its field, and nothing is lost', withDesk(async ({ staff }) => {
  const page = await staff({ path: '/admin/agents/billing' });
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('');
  await seen(page.locator('.field.is-wrong').filter({ has: name }).getByRole('alert'));
  assert.ok(await page.getByRole('button', { name: 'Save draft' }).first().isDisabled());
  await assertAccessible(page);
  await name.fill('Accounts');
  await gone(page.locator('.field.is-wrong'));

  // Leaving asks first.
  await page.getByRole('link', { name: 'Sites' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await name.inputValue(), 'Accounts');

  // What only the server can know is said in the same place.
  await page.getByLabel('Steps a turn').fill('0');
  await page.getByRole('button', { name: 'Save draft' }).first().click();
  await seen(page.locator('.field.is-wrong').getByRole('alert').first());
  assert.equal(await name.inputValue(), 'Accounts');
}));

test('a site is set up and its one line copied', withDesk(async ({ staff, url }) => {
  const page = await staff({ path: '/admin/sites' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'New site' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Teapots');
  await dialog.getByLabel('Allowed origins').fill('teapots.example');
  await dialog.getByRole('button', { name: 'Add site' }).click();
  await seen(dialog.locator('.field.is-wrong').filter({ hasText: 'Allowed origins' }).getByRole('alert'));
  await dialog.getByLabel('Allowed origins').fill('https://teapots.example');
  await dialog.getByRole('button', { name: 'Add site' }).click();

  const card = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Teapots' }) });
  const said = seen(card.getByRole('button', { name: 'Copied' }));
  await card.getByRole('button', { name: 'Copy' }).first().click();
  await said;
  const key = await card.locator('header code').innerText();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, `<script src="${url}/embed.js" data-site="${key}" async></script>`);
  await assertAccessible(page);
}));

test('somebody new can sign in to the inbox, and is kept out of the admin part politely', withDesk(async ({ staff, api }) => {
  const page = await staff({ path: '/admin/staff' });
  await page.getByRole('button', { name: 'Add somebody' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ada Young');
  await dialog.getByLabel('E-mail').fill('ada@example.com');
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await seen(dialog.getByRole('alert'));
  const password = 'correct horse battery staple';
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await seen(page.getByRole('row').filter({ hasText: 'ada@example.com' }).getByText('Active'));
  await assertAccessible(page);

  const ada = await staff({ email: 'ada@example.com', password, path: '/admin/money' });
  await seen(ada.getByText('Only administrators see this part'));
  assert.equal(await ada.getByRole('link', { name: 'Admin' }).count(), 0);
  await assertAccessible(ada);
  const refused = await ada.request.put('/api/v1/money', { data: { enabled: false }, headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal(refused.status(), 403);
  await ada.getByRole('link', { name: 'Go to the inbox' }).click();
  await seen(ada.getByText('Nobody is waiting'));
}));

test('the audit log names handoffs, approvals and publications, and who did them', withDesk(async ({ staff, office, caller }) => {
  const desk = await office();
  const maria = await caller('cus_1');
  await maria.say(RETURN);
  const { approvals: [approval] } = await desk.get(`/conversations/${maria.id}`);
  await desk.post(`/approvals/${approval.id}`, { decision: 'approve', note: 'Long-standing customer' });
  const { published: { spec } } = await desk.get('/agents/billing');
  await desk.put('/agents/billing/draft', { ...spec, opening: 'Good day.' });
  await desk.post('/agents/billing/publish', { note: 'Shorter opening' });

  const page = await staff({ path: '/admin/audit' });
  const entry = (...texts) => texts.reduce((lines, text) => lines.filter({ hasText: text }), page.locator('.audit-line'));
  await seen(entry('handed over to Refunds'));
  await seen(entry('Admin approved', 'Long-standing customer'));
  await seen(entry('Admin published Billing, version 2'));
  assert.doesNotMatch(await page.getByRole('main').innerText(), new RegExp(`${maria.id}|missing_capability|[0-9a-f]{64}`));
  await assertAccessible(page);
  await page.getByLabel('What to show').selectOption({ label: 'Approvals' });
  await gone(entry(/published/).first());
  await seen(entry('Admin approved'));
  await page.getByLabel('What to show').selectOption({ label: 'Everything' });
  await page.getByLabel('Conversation id').fill(maria.id);
  await page.getByRole('button', { name: 'Find' }).click();
  await gone(entry(/published/).first());
  await seen(entry('handed over to Refunds'));
}));

test('the switch stops every refund, in sight of everybody, until it is turned again', withDesk(async ({ staff, office, caller }) => {
  const page = await staff({ path: '/admin/money' });
  await seen(page.getByText('Refunds are on'));
  await page.getByRole('button', { name: 'Stop all refunds' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop all refunds' }).click();
  await seen(page.getByText('Refunds are stopped', { exact: true }));
  await assertAccessible(page);

  const desk = await office();
  const maria = await caller('cus_1');
  const events = await maria.say(TWICE);
  assert.doesNotMatch(events.filter(({ type }) => type === 'message').map(({ text }) => text).join('\n'), /has been refunded/);
  const { refunds } = await desk.get(`/conversations/${maria.id}`);
  assert.deepEqual(refunds.filter(({ state }) => state === 'succeeded'), [], 'no money moved');

  await page.reload();
  await seen(page.getByText('Refunds are stopped', { exact: true }));
  await page.getByRole('button', { name: 'Allow refunds' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Allow refunds' }).click();
  await seen(page.getByText('Refunds are on'));
}));

test('a key is made, shown once, listed and revoked; a password is changed by its owner', withDesk(async ({ staff, hire, url }) => {
  const ada = await hire('Ada Young');
  const page = await staff({ path: '/admin/staff' });
  await page.getByRole('row').filter({ hasText: ada.email }).getByRole('button', { name: 'API keys' }).click();
  const dialog = page.getByRole('dialog', { name: 'API keys of Ada Young' });
  await seen(dialog.getByText('No keys'));
  await dialog.getByLabel('New key for').fill('Nightly export');
  await dialog.getByRole('button', { name: 'Make key' }).click();
  const once = page.getByRole('dialog', { name: 'The new API key' });
  const key = await once.locator('code').innerText();
  const asAda = () => fetch(`${url}/api/v1/staff/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await asAda()).status, 200);
  await once.getByRole('button', { name: 'I have kept it' }).click();
  await seen(dialog.getByText('Nightly export'));
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke it' }).click();
  await seen(dialog.getByText('No keys'));
  assert.equal((await asAda()).status, 401);

  const own = await staff(ada);
  await own.getByRole('button', { name: /^Your account/ }).click();
  await assertAccessible(own);
  await own.getByRole('button', { name: 'Change password' }).click();
  await own.getByLabel('Your password now').fill('not the password');
  await own.getByLabel('The new one').fill('another good password');
  await own.getByRole('button', { name: 'Change it' }).click();
  await seen(own.locator('.field.is-wrong').filter({ hasText: 'Your password now' }).getByRole('alert'));
  await own.getByLabel('Your password now').fill(ada.password);
  await own.getByRole('button', { name: 'Change it' }).click();
  await seen(own.getByText('Your password has been changed'));
  await staff({ ...ada, password: 'another good password' });
}));

test('on a phone every admin page is in reach, and nothing is cut off', withDesk(async ({ staff }) => {
  const page = await staff({ phone: true, path: '/admin/meters' });
  const tab = page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Meters' });
  await eventually(async () => {
    const box = await tab.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, `the tab that is open lies at ${box.x}`);
  });
  await page.goto('/admin/staff');
  await seen(page.getByRole('main').getByText('admin@example.com'));
  const wide = await page.evaluate(() => [...document.querySelectorAll('.table-wrap')].some(t => t.scrollWidth > t.clientWidth));
  assert.ok(!wide, 'accounts are cards');
}));

/** Says `text` in the playground and waits for the end of the turn. */
async function tryOut(page, text) {
  await page.getByLabel('What the visitor says').fill(text);
  await page.getByLabel('What the visitor says').press('Enter');
  await seen(page.getByText(/^Owner: /));
}
