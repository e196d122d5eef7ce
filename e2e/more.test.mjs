// What stands behind the three dots of the chat, and how it calls a visitor who looks elsewhere.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertAccessible, assertPressable, eventually, gone, seen, shot, withDesk } from './harness.mjs';
import { chatOn } from './pages.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';

/** What the menu holds. */
function menuOf(chat) {
  const dots = chat.frame.locator('summary[aria-label="More"]');
  return {
    dots,
    keep: chat.frame.getByRole('button', { name: 'Save the conversation' }),
    sound: chat.frame.getByRole('button', { name: 'Sound at new messages', includeHidden: true }),
  };
}

for (const phone of [false, true]) {
  test(`a copy of the conversation is saved, ${phone ? 'phone' : 'desktop'}`, withDesk(async ({ visitor }) => {
    const page = await visitor({ phone, reducedMotion: true });
    const chat = chatOn(page);
    const menu = menuOf(chat);
    await chat.open();
    await menu.dots.click();
    await seen(menu.keep);
    await eventually(async () => assert.ok(await menu.keep.isDisabled(), 'nothing has been said'));
    await chat.box.click();
    await gone(menu.keep);

    await chat.say(TWICE);
    await seen(chat.log.getByText('has been refunded'));
    await menu.dots.click();
    await assertAccessible(page);
    if (phone) await assertPressable(page);
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await shot(page, `widget-menu-${phone ? 'phone' : 'desktop'}-${colorScheme}`);
    }
    const [download] = await Promise.all([page.waitForEvent('download'), menu.keep.click()]);
    assert.match(download.suggestedFilename(), /^.+ \d{4}-\d\d-\d\d\.txt$/);
    const copy = await readFile(await download.path(), 'utf8');
    assert.ok(copy.includes(`You: ${TWICE}`), copy);
    assert.match(copy, /Refunds: .*has been refunded/);
    assert.match(copy, /Billing answers now\./);
    await gone(menu.keep);
  }));
}

test('the menu is closed by Escape before the chat is', withDesk(async ({ visitor }) => {
  const page = await visitor();
  const chat = chatOn(page);
  const menu = menuOf(chat);
  await chat.open();
  await menu.dots.press('Enter');
  await seen(menu.sound);
  await menu.sound.press('Escape');
  await gone(menu.sound);
  assert.ok(await menu.dots.evaluate(dots => document.activeElement === dots), 'the focus is where it came from');
  await page.keyboard.press('Escape');
  await gone(chat.box);
}));

test('who looks elsewhere hears a message if they want to, and reads it in the title', withDesk(async ({ visitor, office }) => {
  const page = await visitor({ path: '/healthz' });
  await page.addInitScript(() => {
    const Real = window.AudioContext;
    window.chimes = 0;
    window.AudioContext = class extends Real {
      constructor() {
        super();
        window.chimes++;
      }
    };
  });
  await page.goto('/demo');
  const title = await page.title();
  const chat = chatOn(page);
  const menu = menuOf(chat);
  const chimes = () => chat.box.evaluate(() => window.chimes);
  await chat.open();
  await chat.frame.getByRole('button', { name: 'Talk to a person' }).click();
  await seen(chat.frame.getByText('A person has been asked'));
  const desk = await office();
  const [{ id }] = (await desk.get('/inbox?view=waiting')).conversations;
  await desk.post(`/conversations/${id}/claim`);
  const reply = text => desk.post(`/conversations/${id}/replies`, { client_id: crypto.randomUUID(), text });

  await page.evaluate(() => window.Baton('hide'));
  await reply('First.');
  await eventually(async () => assert.equal(await page.title(), `(1) ${title}`));
  assert.equal(await chimes(), 0, 'no sound without being asked');

  await chat.open();
  await seen(chat.log.getByText('First.'));
  await eventually(async () => assert.equal(await page.title(), title));
  await menu.dots.click();
  await menu.sound.click();
  assert.equal(await menu.sound.getAttribute('aria-pressed'), 'true');
  assert.equal(await chimes(), 1, 'this is how it sounds');
  await reply('Second.');
  await seen(chat.log.getByText('Second.'));
  assert.equal(await chimes(), 1, 'who reads it needs no sound');

  // Remembered, like the conversation.
  await page.reload();
  await eventually(async () => assert.equal(await menu.sound.getAttribute('aria-pressed'), 'true'));
  await eventually(async () => assert.equal(await chat.log.getByText('Second.').count(), 1));
  await page.evaluate(() => { document.title = 'Elsewhere'; });
  await reply('Third.');
  await eventually(async () => assert.equal(await page.title(), '(1) Elsewhere'));
  assert.equal(await chimes(), 1);
  await page.evaluate(() => window.Baton('destroy'));
  assert.equal(await page.title(), 'Elsewhere', 'nothing of it stays');
}));
