// What people do about money: stop it, settle what the payment provider leaves open, come back from a backup.

import assert from 'node:assert/strict';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { assertAccessible, eventually, gone, seen, shot, withDesk } from './harness.mjs';
import { inboxOn } from './pages.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';
const DOWN = { args: ['--demo-provider-down'] };

const stateOf = events => events.filter(({ type }) => type === 'refund').at(-1)?.state;

test('a refund of which nobody knows is asked about, settled by a person, and contradicted in sight', withDesk(async ({ staff, caller, restart, office }) => {
  const page = await staff({ path: '/admin/money' });
  await seen(page.getByText('Nothing is unknown'));
  await assertAccessible(page);
  await shot(page, 'money-empty');

  const maria = await caller('cus_1');
  assert.equal(stateOf(await maria.say(TWICE)), 'unknown');
  await page.getByRole('button', { name: 'Reload' }).click();
  const card = page.getByRole('article', { name: '49.00 EUR for order A1001' });
  await seen(card.getByText('cannot be reached'));
  const told = seen(inboxOn(page).toast.getByText('Still open'));
  await card.getByRole('button', { name: 'Ask the provider again' }).click();
  await told;
  assert.ok(await card.getByRole('button', { name: 'It was not refunded' }).isDisabled(), 'a call may still arrive');
  await assertAccessible(page);
  await shot(page, 'money-unknown', { fullPage: true });

  await card.getByRole('button', { name: 'It was refunded' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'It was refunded' }).click();
  await seen(dialog.getByText('Say how you know.'));
  await dialog.getByLabel('How you know').fill('It is in their list as re_77.');
  await shot(page, 'money-settle');
  await dialog.getByRole('button', { name: 'It was refunded' }).click();
  await gone(card);
  assert.equal(stateOf(await maria.events()), 'succeeded', 'the visitor is told');

  // The provider is there again, and knows nothing of it.
  await restart({ with: [] });
  const desk = await office();
  // It is asked at growing intervals, found by a sweep.
  await eventually(async () => assert.equal((await desk.get('/notices')).contradicted_refunds, 1), 45_000);
  await page.goto('/inbox');
  await seen(page.getByRole('status').getByText('1 settled refund needs a look'));
  await shot(page, 'money-bar-contradicted');
  await page.getByRole('link', { name: 'Settle it' }).click();
  await seen(card.getByText('Contradicted'));
  await seen(card.getByText('Admin settled it as refunded; the payment provider says that there is no such refund.'));
  await shot(page, 'money-contradicted', { fullPage: true });
  await card.getByRole('button', { name: 'I have looked into it' }).click();
  await dialog.getByLabel('How you know').fill('Paid back by hand.');
  await dialog.getByRole('button', { name: 'I have looked into it' }).click();
  await gone(card);
  await page.goto('/admin/audit');
  await seen(page.getByText('Admin settled the refund of 49.00 EUR for order A1001 as made'));
  await seen(page.getByText('It is in their list as re_77.'));
}, DOWN));

for (const phone of [false, true]) {
  test(`the page of unknown refunds in the dark, ${phone ? 'phone' : 'desktop'}`, withDesk(async ({ staff, caller }) => {
    await (await caller('cus_1')).say(TWICE);
    const page = await staff({ path: '/admin/money', dark: true, phone });
    await seen(page.getByRole('article', { name: '49.00 EUR for order A1001' }));
    await assertAccessible(page);
    await shot(page, `money-unknown-dark-${phone ? 'phone' : 'desktop'}`, { fullPage: true });
  }, DOWN));
}

test('whoever stops refunds says why, and everybody reads it within seconds', withDesk(async ({ staff, hire, caller }) => {
  const sam = await staff(await hire('Sam Short'));
  await seen(sam.getByText('Nobody is waiting'));
  const page = await staff({ path: '/admin/money' });
  await page.getByRole('button', { name: 'Stop all refunds' }).click();
  await page.getByLabel('Why (optional)').fill('The provider doubles refunds.');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop all refunds' }).click();
  await seen(page.getByText('Refunds are stopped', { exact: true }));
  const bar = 'Refunds are off: Admin has stopped them. “The provider doubles refunds.”';
  await seen(page.getByRole('status').getByText(bar));
  await seen(sam.getByRole('status').getByText(bar));
  assert.equal(await sam.getByRole('link', { name: 'Look at it' }).count(), 0, 'nothing that Sam could do');
  await shot(sam, 'money-bar-stopped');
  await assertAccessible(sam);
  await shot(page, 'money-stopped');

  const said = (await (await caller('cus_1')).say(TWICE)).filter(({ type }) => type === 'message').map(({ text }) => text).join('\n');
  assert.match(said, /paused/, 'an honest answer');
  await page.getByRole('button', { name: 'Allow refunds' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Allow refunds' }).click();
  await gone(sam.getByRole('status').getByText(bar));
}));

test('a database from a backup pays nothing until the books were compared', withDesk(async ({ staff, caller, restart }) => {
  const files = ['baton.db', 'baton.db-wal', 'baton.db-shm'];
  const copy = async (from, to) => {
    for (const file of files) {
      await copyFile(path.join(from, file), path.join(to, file)).catch(() => rm(path.join(to, file), { force: true }));
    }
  };
  let backup;
  await restart({ meanwhile: async data => {
    backup = path.join(data, 'backup');
    await mkdir(backup);
    await copy(data, backup);
  } });
  assert.equal(stateOf(await (await caller('cus_1')).say(TWICE)), 'succeeded');
  await restart({ meanwhile: data => copy(backup, data) });

  const page = await staff({ path: '/admin/money' });
  await seen(page.getByText('Refunds are off after a restore'));
  await seen(page.getByRole('row').filter({ hasText: '49.00 EUR' }));
  await assertAccessible(page);
  await shot(page, 'money-restored', { fullPage: true });
  assert.equal(stateOf(await (await caller('cus_1')).say(TWICE)), undefined, 'nothing is given back again');
  await page.getByRole('button', { name: 'Allow refunds' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Allow refunds' }).click();
  await seen(dialog.getByRole('alert'));
  await shot(page, 'money-restored-dialog');
  await dialog.getByLabel('How the books were compared').fill('Compared with their list: one refund.');
  await dialog.getByRole('button', { name: 'Allow refunds' }).click();
  await seen(page.getByText('Refunds are on'));
}));
