// What staff can look into: how each turn went, why a rule fired or did not, who waits for whom.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, gone, seen, shot, withDesk } from './harness.mjs';

const TWICE = 'I was charged twice for order A1001, please refund me';

test('the trace tells each turn: decisions, calls, handoffs and what they cost', withDesk(async ({ staff, caller }) => {
  const maria = await caller('cus_1');
  await maria.say(TWICE);
  await maria.say('Thank you. Can I talk to a person?');
  for (const view of [{ name: 'desktop' }, { name: 'phone', phone: true, dark: true }]) {
    const page = await staff({ ...view, path: `/inbox/${maria.id}` });
    await seen(page.getByRole('log', { name: 'Transcript' }));
    if (view.phone) await page.getByRole('button', { name: 'Show or hide the brief' }).click();
    await page.getByRole('button', { name: 'Show the trace' }).click();
    const trace = page.getByRole('region', { name: 'Trace' });
    await seen(trace.getByRole('heading', { name: /^Turn 1/ }));
    await seen(trace.getByRole('heading', { name: /^Turn 2.*waits for a person/ }));
    await seen(trace.getByText(/^Visitor/));
    await seen(trace.locator('.trace-kind', { hasText: 'Step' }));
    await seen(trace.locator('.tool-call').first());
    await seen(trace.getByText('What went along'));
    await seen(trace.getByText(/until here: \d+ steps? · .* tokens in, .* out · .* · cost /));
    await seen(trace.getByText(/^In all \d+ steps/));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px scroll sideways`);
    await assertAccessible(page);
    await shot(page, `trace-${view.name}`);
  }
}));

test('the playground says why a rule fired or did not, and shows its trace', withDesk(async ({ staff }) => {
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

  const playground = page.getByRole('log', { name: 'Playground' });
  const write = async text => {
    await page.getByLabel('What the visitor says').fill(text);
    await page.getByLabel('What the visitor says').press('Enter');
  };
  await write('How long does shipping take?');
  const quiet = playground.getByText(/its rule did not fire/);
  await seen(quiet);
  await quiet.first().click();
  await seen(playground.getByText('the message does not say “wholesale” or “bulk order”'));
  await write('I have a wholesale question');
  await seen(playground.getByText(/the rule “Wholesale” fired/));
  await assertAccessible(page);
  await shot(page, 'playground-rules');
  await page.getByRole('button', { name: 'Show the trace' }).click();
  await seen(playground.getByRole('heading', { name: /^Turn 2/ }));
  await gone(playground.getByText(/the rule “Wholesale” fired/));
  await shot(page, 'playground-trace');
}));

test('a second queue is asked when the first does not come, and a ring is refused', withDesk(async ({ staff, office }) => {
  const page = await staff({ path: '/admin/desk' });
  await page.getByRole('button', { name: 'Add a queue' }).click();
  const first = page.getByRole('group', { name: 'Queue: Support team' });
  const second = page.getByRole('group', { name: 'Queue: Team 2' });
  await second.getByLabel('Name of the queue').fill('Second line');
  await first.getByLabel('After that').selectOption({ label: 'Second line is asked as well' });
  await page.getByRole('group', { name: 'Queue: Second line' }).getByLabel('After that')
    .selectOption({ label: 'Support team is asked as well' });
  await page.getByRole('button', { name: 'Save' }).click();
  await seen(page.getByText('Choose a queue that does not lead back to this one.'));
  await page.getByRole('group', { name: 'Queue: Second line' }).getByLabel('After that')
    .selectOption({ label: 'the visitor is told what happens next' });
  const told = seen(page.getByText('Saved. It holds from now on.'));
  await page.getByRole('button', { name: 'Save' }).click();
  await told;
  await assertAccessible(page);
  await shot(page, 'desk-queues', { fullPage: true });
  const { queues } = await (await office()).get('/desk');
  assert.deepEqual(queues.map(({ name, fallback }) => [name, fallback.kind]), [['Support team', 'queue'], ['Second line', 'tell']]);
}));

test('colleagues see who is here and who is away', withDesk(async ({ staff, hire }) => {
  const mine = await staff();
  const theirs = await staff(await hire('Ada Young'));
  await seen(mine.getByTitle('Ada Young, here'));
  await theirs.getByRole('button', { name: 'Away' }).click();
  await seen(mine.getByTitle('Ada Young, away'));
  await seen(theirs.getByRole('button', { name: 'You are away' }));
  await assertAccessible(mine);
  await shot(mine, 'who-is-here');
  await theirs.close();
  await seen(mine.getByText('Nobody else is here'));
}));
