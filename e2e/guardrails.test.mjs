// Guardrails: an administrator says what nobody may say, and it holds from the next message on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, eventually, seen, shot, withDesk } from './harness.mjs';

test('a guardrail is added, refused while it makes no sense, saved, and answers a visitor', withDesk(async ({ staff, caller }) => {
  const page = await staff({ path: '/admin/desk' });
  const masking = page.getByRole('group', { name: 'Guardrail: Card numbers' });
  await seen(masking);
  assert.equal(await masking.getByLabel('Then', { exact: true }).inputValue(), 'rewrite');

  await page.getByRole('button', { name: 'Add a guardrail' }).click();
  const rail = page.getByRole('group', { name: /^Guardrail:/ }).last();
  await rail.getByLabel('Name of the guardrail').fill('Weather');
  await rail.getByLabel('Look at').selectOption('message');
  await rail.getByLabel('Then', { exact: true }).selectOption('say');
  await rail.getByLabel('What is said instead').fill('Which order is it about?');
  await rail.getByLabel('Phrases, separated by commas').fill(' , ');
  await rail.getByLabel('Phrases, separated by commas').press('Tab');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await seen(rail.getByText('Say what to look for.'));
  await rail.getByLabel('Phrases, separated by commas').fill('weather, rain');
  await rail.getByLabel('Phrases, separated by commas').press('Tab');
  const told = seen(page.getByText('Saved. It holds from now on.'));
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await told;
  await assertAccessible(page);
  await shot(page, 'guardrails');

  const visitor = await caller();
  await visitor.say('How is the weather? My card is 4111 1111 1111 1111');
  const said = (await visitor.events()).filter(({ type }) => type === 'message').map(({ text }) => text);
  assert.ok(said.some(text => text.endsWith('My card is •••• 1111')), said.join('\n'));
  assert.ok(said.includes('Which order is it about?'), said.join('\n'));
  await page.reload();
  await eventually(async () => {
    const names = page.getByRole('group', { name: /^Guardrail:/ });
    assert.equal(await names.last().getByLabel('Name of the guardrail').inputValue(), 'Weather');
  });
}));
