// Tools without code: an administrator describes a request, tries it, and gives it to an agent.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { assertAccessible, eventually, seen, shot, withDesk } from './harness.mjs';

const KEY = 'Bearer sk-parcels-1234567890';

/** A parcel service: answers who brings the key, and remembers what was asked. */
async function parcels() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const known = request.headers.authorization === KEY;
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { parcel: { status: 'In Hamburg since noon' }, internal: 'not for agents' } : {}));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() };
}

test('a tool is described, tried, saved without its secret, and chosen for an agent', withDesk(async ({ staff }) => {
  const service = await parcels();
  try {
    const page = await staff({ path: '/admin/tools' });
    await seen(page.getByText('No tools of your own yet'));
    await shot(page, 'tools-empty');
    await page.getByRole('button', { name: 'New tool' }).click();
    const dialog = page.getByRole('dialog', { name: 'New tool' });
    await dialog.getByLabel('Short name').fill('track_parcel');
    await dialog.getByLabel('What it is for', { exact: true }).fill('Says where a parcel is.');
    await dialog.getByLabel('What the visitor reads meanwhile').fill('Looking for your parcel');
    await dialog.getByLabel('Address', { exact: true }).fill(`${service.url}/parcels/{parcel}`);
    await dialog.getByRole('button', { name: 'Add the tool' }).click();
    await seen(dialog.getByText('There is no argument called parcel.'));
    await dialog.getByRole('button', { name: 'Add an argument' }).click();
    const argument = dialog.getByRole('group', { name: 'Arguments 1' });
    await argument.getByLabel('Name').fill('parcel');
    await argument.getByText('Required').click();
    await dialog.getByRole('button', { name: 'Add a header' }).click();
    const header = dialog.getByRole('group', { name: 'Headers 1' });
    await header.getByLabel('Name').fill('Authorization');
    await header.getByLabel('Value').fill(KEY);
    await dialog.getByRole('button', { name: 'Add a part of the answer' }).click();
    const part = dialog.getByRole('group', { name: 'What the agent learns 1' });
    await part.getByLabel('Called').fill('status');
    await part.getByLabel('Found at').fill('/parcel/status');

    await dialog.getByLabel('Arguments (JSON)').fill('{ "parcel": "P 1?x" }');
    await dialog.getByRole('button', { name: 'Try it' }).click();
    await seen(dialog.getByText(/Answered 200/));
    await seen(dialog.getByText('In Hamburg since noon').first());
    assert.deepEqual(service.asked, ['/parcels/P%201%3Fx']);
    await assertAccessible(page);
    await shot(page, 'tool-tried');

    await dialog.getByRole('button', { name: 'Add the tool' }).click();
    await seen(page.getByText('Saved. Choose it on the page of each agent that may use it.'));
    await page.reload();
    const card = page.locator('section.panel', { hasText: 'track_parcel' });
    await seen(card.getByText('no agent uses it yet'));
    assert.ok(!(await page.content()).includes(KEY));
    await card.getByRole('button', { name: 'Change or try track_parcel' }).click();
    const changing = page.getByRole('dialog', { name: 'track_parcel' });
    const secret = changing.getByRole('group', { name: 'Headers 1' }).getByLabel('Value');
    assert.equal(await secret.inputValue(), '');
    assert.match(await secret.getAttribute('placeholder'), /It is set/);
    await shot(page, 'tool-card');

    await page.goto(new URL('/admin/agents/billing', page.url()).href);
    await eventually(async () => assert.ok(await page.getByText('track_parcel').count() > 0));
  } finally {
    service.close();
  }
}, { env: { BATON_PRIVATE_HOSTS: '127.0.0.1' } }));

test('an OpenAPI document becomes tools, one by one', withDesk(async ({ staff }) => {
  const page = await staff({ path: '/admin/tools' });
  await page.getByRole('button', { name: 'Import OpenAPI' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import OpenAPI' });
  await dialog.getByLabel('OpenAPI 3, as JSON or YAML').fill('nothing: here');
  await dialog.getByRole('button', { name: 'Read it' }).click();
  await seen(dialog.getByText(/this is no OpenAPI 3 document/i));
  await dialog.getByLabel('OpenAPI 3, as JSON or YAML').fill([
    'openapi: 3.1.0',
    'info: { title: Parcels }',
    'servers: [{ url: "https://parcels.example/v1" }]',
    'paths:',
    '  /parcels/{id}:',
    '    get: { operationId: getParcel, summary: Reads a parcel., parameters: [{ name: id, in: path, required: true, schema: { type: string } }] }',
    '    delete: { operationId: dropParcel, summary: Forgets a parcel., parameters: [{ name: id, in: path, required: true, schema: { type: string } }] }',
    '  /labels:',
    '    post: { operationId: printLabel, requestBody: { content: { image/png: {} } } }',
  ].join('\n'));
  await dialog.getByRole('button', { name: 'Read it' }).click();
  await seen(dialog.getByText('get_parcel'));
  await shot(page, 'tools-import');
  await assertAccessible(page);
  await dialog.getByRole('button', { name: 'Look at drop_parcel' }).click();
  assert.equal(await dialog.getByLabel('Effect').inputValue(), 'write');
  await dialog.getByRole('button', { name: 'Add the tool' }).click();
  await seen(dialog.getByRole('button', { name: 'Look at drop_parcel' }).and(dialog.locator(':disabled')));
  await page.keyboard.press('Escape');
  await seen(page.getByText('A person approves'));
}));
