// What the desk learns: a message that was misunderstood is corrected in two clicks, an administrator sees
// what that changes and says yes, and the next visitor who says it finds the right agent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertPressable, eventually, gone, seen, shot, withDesk } from './harness.mjs';
import { chatOn, inboxOn } from './pages.mjs';

const QUESTION = 'My lumbago cushion from A1001 whistles, write to ada.king@example.org';
const KEPT = 'My lumbago cushion from xid whistles, write to xemail';
const TOPIC = 'Something is wrong with an item';
const VIEWS = [{ name: 'desktop' }, { name: 'desktop-dark', dark: true }, { name: 'phone', phone: true }, { name: 'phone-dark', phone: true, dark: true }];

/** Nothing scrolls sideways, nothing is too small, axe finds nothing. */
async function fits(page, view) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${view.name}: ${wide} px scroll sideways`);
  await assertAccessible(page);
  if (view.phone) await assertPressable(page);
}

test('a correction is learnt once an administrator says yes, and the next visitor is understood', withDesk(async ({ staff, hire, caller, visitor, office }) => {
  const first = await caller();
  await first.say(QUESTION);

  // Two clicks: how it was understood, and what it was about.
  const ada = await staff({ ...await hire('Ada Young'), path: `/inbox/${first.id}` });
  const { transcript, toast } = inboxOn(ada);
  await transcript.getByRole('button', { name: 'How it was understood' }).click();
  const dialog = ada.getByRole('dialog', { name: 'How this was understood' });
  await seen(dialog.getByText(KEPT));
  await seen(dialog.getByText(/^It reads (as|like) /));
  await seen(dialog.getByText('Speaks for it').first());
  await seen(dialog.getByText('The examples that are most like it').first());
  const topic = dialog.getByRole('button', { name: TOPIC });
  if (!await topic.first().isVisible()) await dialog.getByText('Something else').click();
  await topic.locator('visible=true').first().click();
  await seen(toast.getByText('Suggested. It is learnt when an administrator says yes.'));
  await seen(dialog.getByText(`Ada Young said that it was about “${TOPIC}” (Refunds). An administrator has not decided yet.`));
  assert.equal(await dialog.getByRole('link', { name: 'Decide' }).count(), 0, 'that is for administrators');
  await fits(ada, VIEWS[0]);
  await shot(ada, 'learn-understood-desktop');

  // Nothing is learnt by it.
  const between = await caller();
  const unlearnt = await between.say(QUESTION);
  assert.ok(!unlearnt.some(({ author }) => author?.name === 'Refunds'), JSON.stringify(unlearnt));

  const admin = await staff({ path: '/admin/learning' });
  const line = admin.getByRole('listitem').filter({ hasText: KEPT });
  await seen(line.getByText(/^Ada Young, .* · read as /));
  await line.getByRole('button', { name: 'Look and decide' }).click();
  const effect = admin.getByRole('region', { name: 'What it would change' });
  await seen(effect.getByText(new RegExp(`then as “${TOPIC}” \\(Refunds\\)`)));
  await seen(effect.getByText('of the last 2 would be read otherwise.'));
  await fits(admin, VIEWS[0]);
  await shot(admin, 'learn-decide-desktop');

  // What was typed anew is shown anew before it can be accepted.
  const yes = admin.getByRole('button', { name: 'Learn from it' });
  await admin.getByLabel('What somebody says').fill('My lumbago cushion from B2002 whistles');
  assert.ok(await yes.isDisabled());
  await admin.getByRole('button', { name: 'Show what it would change' }).click();
  await seen(effect.getByText(new RegExp(`then as “${TOPIC}” \\(Refunds\\)`)));
  await yes.click();
  await seen(admin.getByText('Learnt. Messages are read by it from now on.'));
  await seen(admin.getByText('No suggestion waits'));

  const shop = await visitor();
  const chat = chatOn(shop);
  await chat.open();
  await chat.say(QUESTION);
  await eventually(async () => assert.equal(await chat.who.innerText(), 'Refunds'));

  await admin.goto('/admin/audit');
  await seen(admin.getByText(/accepted the example “My lumbago cushion from xid whistles”/));
  const { versions } = await (await office()).get('/agents/refunds/versions');
  assert.match(versions[0].note, /Learnt that “My lumbago cushion from xid whistles”/);
}));

test('what is unclear is labelled or put aside, and tests say what is understood', withDesk(async ({ staff, caller, office }) => {
  const desk = await office();
  const empty = { phone: true };
  const bare = await staff({ path: '/admin/learning', ...empty });
  await seen(bare.getByText('No suggestion waits'));
  await shot(bare, 'learn-empty-suggestions');
  await bare.getByRole('link', { name: 'Least certain' }).click();
  await seen(bare.getByText('Nothing is unclear'));
  await bare.getByRole('link', { name: 'Saved tests' }).click();
  await seen(bare.getByText('No tests yet'));
  await fits(bare, empty);
  await shot(bare, 'learn-empty-tests');

  const ids = [];
  for (const text of ['the zebra of my order is about the sofa return maybe', 'payment box arrived account', QUESTION]) {
    const guest = await caller();
    const events = await guest.say(text);
    ids.push([guest.id, events.find(({ type }) => type === 'message').seq]);
  }
  const page = await staff({ path: '/admin/unsure' });
  const line = text => page.getByRole('listitem').filter({ hasText: text });
  await line('payment box arrived').getByRole('button', { name: 'Nothing to learn' }).click();
  await gone(line('payment box arrived'));
  await line('the zebra').getByRole('button', { name: 'It was about…' }).click();
  const dialog = page.getByRole('dialog', { name: 'How this was understood' });
  await dialog.locator('.topic:visible').first().click();
  await seen(dialog.getByText(/^Admin said that it was about/));
  await dialog.getByRole('button', { name: 'Keep as a test' }).click();
  await seen(page.getByText(/^Saved as a test; it /));
  await dialog.getByRole('button', { name: 'Close' }).click();
  await gone(line('the zebra'));

  const [id, seq] = ids[2];
  await desk.put(`/learning/suggestions/${id}/${seq}`, { agent: 'refunds', intent: 'item_problem' });
  await page.getByRole('link', { name: 'Saved tests' }).click();
  await page.getByLabel('A visitor says').fill('Where is my order A1001?');
  await page.getByLabel('It must be about').selectOption({ label: 'Billing: Where is my order?' });
  await page.getByRole('button', { name: 'Keep as a test' }).click();
  await seen(line('Where is my order xid?').getByText('Passes'));
  await seen(page.getByText(/of 2 tests pass\./));

  for (const view of VIEWS) {
    const look = await staff({ ...view, path: '/admin/learning' });
    await seen(look.getByText(KEPT));
    await fits(look, view);
    await shot(look, `learn-suggestions-${view.name}`);
    await look.getByRole('listitem').filter({ hasText: KEPT }).getByRole('button', { name: 'Look and decide' }).click();
    await seen(look.getByText(/tests? pass|of 2 pass/));
    await fits(look, view);
    await shot(look, `learn-decide-${view.name}`);
    await look.goto('/admin/tests');
    await seen(look.getByText('Where is my order xid?'));
    await fits(look, view);
    await shot(look, `learn-tests-${view.name}`);
    await look.goto(`/inbox/${id}`);
    const ask = look.getByRole('button', { name: 'How it was understood' });
    await seen(ask);
    await shot(look, `learn-inbox-${view.name}`);
    await ask.click();
    await seen(look.getByText(/^It reads (as|like) /));
    await fits(look, view);
    await shot(look, `learn-understood-${view.name}`);
  }
  await line('Where is my order xid?').getByRole('button', { name: /^Delete the test/ }).click();
  await gone(line('Where is my order xid?'));
}));
