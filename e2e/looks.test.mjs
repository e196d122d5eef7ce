// How it looks: every page, light and dark, desktop and phone, empty and full, in `out/`, for a person
// to look at. What can be checked without eyes is checked on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertPressable, atEnd, seen, shot, withDesk } from './harness.mjs';
import { chatOn, inboxOn } from './pages.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';
const RETURN = 'I would like to return order A1002 and get a refund';

for (const phone of [false, true]) {
  const view = { phone, reducedMotion: true };
  const size = phone ? 'phone' : 'desktop';

  test(`the shop and its chat, ${size}`, withDesk(async ({ visitor }) => {
    const page = await visitor(view);
    await seen(page.getByRole('heading', { level: 1 }));
    await look(page, `demo-${size}`, { fullPage: true });
    const chat = chatOn(page);
    await chat.open();
    await seen(chat.log);
    await look(page, `widget-empty-${size}`);
    await chat.say(TWICE);
    await seen(chat.card('A1001').getByText('Refunded'));
    await seen(chat.log.getByText('has been refunded'));
    await look(page, `widget-refund-${size}`);
    await chat.say(RETURN);
    await seen(chat.card('A1002').getByText("Waiting for a person's approval"));
    await atEnd(chat.frame.locator('#view'));
    await look(page, `widget-full-${size}`);
  }));

  test(`the inbox, ${size}`, withDesk(async ({ visitor, staff, office, caller }) => {
    await visitor({ path: '/inbox', ...view }).then(async page => {
      await seen(page.getByRole('button', { name: 'Sign in' }));
      await look(page, `sign-in-${size}`);
    });
    const page = await staff(view);
    const inbox = inboxOn(page);
    await seen(page.getByText('Nobody is waiting'));
    await look(page, `inbox-empty-${size}`);

    const maria = await busy({ office, caller });
    await seen(inbox.lines.filter({ hasText: 'Needs approval' }));
    await look(page, `inbox-list-${size}`);
    await page.goto(`/inbox/${maria.id}`);
    await seen(inbox.transcript.getByText(TWICE));
    if (!phone) await seen(inbox.brief.getByText('A1001').first());
    await look(page, `inbox-full-${size}`);
    if (phone) {
      await page.getByRole('button', { name: 'Show or hide the brief' }).click();
      await seen(inbox.brief.getByText('A1001').first());
      await look(page, `inbox-brief-${size}`);
      await page.getByRole('button', { name: 'Back to the conversation' }).click();
    }
    await inbox.button('Review').first().click();
    await seen(inbox.dialog.getByText('Exact arguments'));
    await look(page, `inbox-decision-${size}`);
  }));

  test(`the admin pages, ${size}`, withDesk(async ({ staff, office, caller }) => {
    await busy({ office, caller });
    const page = await staff({ ...view, path: '/admin/agents' });
    const pages = {
      'agents': page.getByRole('link', { name: /Billing/ }),
      'agents/billing': page.getByLabel('Opening', { exact: true }),
      'sites': page.getByRole('button', { name: 'Copy' }),
      'staff': page.getByRole('main').getByText('admin@example.com'),
      'desk': page.getByLabel('Front door'),
      'money': page.getByText('Refunds are on'),
      'audit': page.locator('.audit-line').nth(3),
      'meters': page.getByRole('row').nth(2),
    };
    for (const [path, landmark] of Object.entries(pages)) {
      await page.goto(`/admin/${path}`);
      await seen(landmark);
      await look(page, `admin-${path.replace('/', '-')}-${size}`);
    }
  }));
}

/** Takes the pictures, light and dark, and checks what needs no eyes. */
async function look(page, name, options) {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await shot(page, `${name}-${colorScheme}`, options);
    await assertAccessible(page);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} scrolls ${wide} px sideways`);
  if (/-phone$/.test(name)) await assertPressable(page);
}

/** A desk on which something is going on; gives the conversation with the most in it. */
async function busy({ office, caller }) {
  const desk = await office();
  const [bob, guest, late] = [await caller('cus_2'), await caller(), await caller('cus_3')];
  await bob.say('My teapot arrived broken and I am really angry about it!');
  await bob.askForPerson();
  await guest.say('How long does shipping take?');
  await late.say('I want to talk to a person');
  await desk.post(`/conversations/${late.id}/claim`);
  await desk.post(`/conversations/${late.id}/close`);
  const maria = await caller('cus_1');
  await maria.say(TWICE);
  await maria.say(RETURN);
  await maria.askForPerson();
  await desk.post(`/conversations/${maria.id}/notes`, { text: 'Ordered the same dinner service in spring.' });
  return maria;
}
