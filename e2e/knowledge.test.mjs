// What the desk knows: an article is written and answered from at once, a question that nothing covered
// becomes one, and files do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertPressable, eventually, gone, seen, shot, withDesk } from './harness.mjs';
import { chatOn } from './pages.mjs';

const QUESTION = 'Do you sell parrots?';

test('an article is written, answered from at once with a link that opens, changed and deleted', withDesk(async ({ staff, visitor, expectFault }) => {
  expectFault(/\/help\/selling-parrots: .*404/);
  const page = await staff({ path: '/admin/knowledge' });
  await seen(page.getByRole('link', { name: /Returning an item/ }));
  await page.getByRole('link', { name: 'New article' }).click();
  await page.getByLabel('Title').fill('Selling parrots');
  await page.getByLabel('Text').fill('We sell parrots; they travel in a **ventilated crate**.\n\n- by courier\n- on weekdays\n\n<script>alert(1)</script>');
  const preview = page.getByRole('article', { name: 'Preview' });
  await seen(preview.locator('strong', { hasText: 'ventilated crate' }));
  await seen(preview.getByText('<script>alert(1)</script>'));
  await page.getByLabel('Collection').fill('animals');
  await assertAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await seen(page.getByText('Saved. Agents answer from it now.'));
  await seen(page.getByRole('link', { name: 'What visitors read' }));

  const shop = await visitor();
  const chat = chatOn(shop);
  await chat.open();
  await chat.say(QUESTION);
  await seen(chat.log.getByText(/ventilated crate/));
  const opening = shop.context().waitForEvent('page');
  await chat.log.getByRole('link', { name: 'Selling parrots' }).click();
  const help = await opening;
  await seen(help.getByRole('heading', { name: 'Selling parrots' }));
  await seen(help.locator('strong', { hasText: 'ventilated crate' }));
  await assertAccessible(help);

  // "Try a question" tells what an agent would get, and why not more.
  await page.getByRole('button', { name: 'Try a question' }).click();
  const tried = page.getByRole('region', { name: 'Preview and search' });
  await tried.getByLabel('Question').fill(QUESTION);
  await tried.getByRole('button', { name: 'Ask' }).click();
  await seen(tried.getByRole('link', { name: 'Selling parrots' }));
  await tried.getByLabel('Question').fill('who won the football match');
  await tried.getByRole('button', { name: 'Ask' }).click();
  await seen(tried.getByText(/No article has any|none is about it/));

  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await seen(page.getByText('Deleted. Agents no longer answer from it.'));
  await gone(page.getByRole('link', { name: /Selling parrots/ }));
  const after = await help.reload();
  assert.equal(after.status(), 404);
}));

test('a question that nothing covered becomes an article', withDesk(async ({ staff, caller }) => {
  const guest = await caller();
  await guest.say(QUESTION);
  const page = await staff({ path: '/admin/unanswered' });
  const line = page.getByRole('listitem').filter({ hasText: QUESTION });
  await line.getByText('Conversations').click();
  await seen(line.locator('details').getByRole('link'));
  await assertAccessible(page);
  await line.getByRole('link', { name: 'Write the article' }).click();
  await eventually(async () => assert.equal(await page.getByLabel('Questions it answers').inputValue(), QUESTION));
  await page.getByLabel('Title').fill('Parrots on the road');
  await page.getByLabel('Text').fill('They fly to you, of course.');
  await page.getByRole('button', { name: 'Save' }).click();
  await seen(page.getByText('Saved. Agents answer from it now.'));
  const next = await (await caller()).say('do you sell parrots');
  assert.ok(next.some(({ type, text }) => type === 'message' && /They fly to you, of course/.test(text)), JSON.stringify(next));

  await page.goto('/admin/unanswered');
  await seen(page.getByText('Nothing is unanswered'));
  await page.getByRole('button', { name: /^Answered since/ }).click();
  await seen(page.getByRole('link', { name: 'Parrots on the road' }));
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await seen(page.getByText('Nothing here'));
  await page.reload();
  await seen(page.getByText('Nothing is unanswered'));
}));

test('files become articles, each with what became of it', withDesk(async ({ staff }) => {
  const page = await staff({ path: '/admin/import' });
  const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
  await page.getByLabel('Files').setInputFiles([
    file('faq.csv', 'question,answer\nHow do parrots travel?,In a crate.\nWho feeds them?,The courier.\n'),
    file('broken.pdf', '%PDF-1.7 and nothing else'),
    file('page.html', '<title>Toucans</title><h1>Feeding toucans</h1><p>They eat <b>fruit</b>.<script>alert(1)</script>'),
  ]);
  await page.getByRole('button', { name: 'Import 3 files' }).click();
  await seen(page.getByRole('link', { name: 'How do parrots travel?' }));
  await seen(page.getByText(/This file is broken/));
  await page.getByRole('link', { name: 'Feeding toucans' }).click();
  await seen(page.getByRole('heading', { name: 'Feeding toucans' }).first());
  assert.equal(await page.getByLabel('Text').inputValue(), 'They eat **fruit**.');
}));

for (const phone of [false, true]) {
  const size = phone ? 'phone' : 'desktop';
  test(`how the knowledge pages look, ${size}`, withDesk(async ({ staff, caller, office }) => {
    const desk = await office();
    const page = await staff({ phone, reducedMotion: true, path: '/admin/unanswered' });
    await seen(page.getByText('Nothing is unanswered'));
    await look(page, `unanswered-empty-${size}`);
    await (await caller()).say(QUESTION);
    await (await caller()).say('Is the lamp dimmable?');
    await desk.post('/knowledge/articles', {
      title: 'Wie Papageien reisen', language: 'de', collection: 'animals', questions: [],
      body: 'In einer **belüfteten Kiste**, mit dem Kurier.\n\n| Ziel | Tage |\n|---|---|\n| Berlin | 2 |\n',
    });
    await page.reload();
    await seen(page.getByText(QUESTION).first());
    await look(page, `unanswered-${size}`);
    await page.goto('/admin/knowledge');
    await seen(page.getByRole('link', { name: /Returning an item/ }));
    await page.getByRole('region', { name: 'Try a question' }).getByLabel('Question').fill('how long dose shiping take');
    await page.getByRole('button', { name: 'Ask' }).click();
    await seen(page.locator('.passage'));
    await look(page, `knowledge-${size}`);
    await page.getByLabel('Search the articles').fill('nothing like it');
    await seen(page.getByText('No article fits'));
    await look(page, `knowledge-none-${size}`);
    await page.goto('/admin/knowledge/wie-papageien-reisen');
    await seen(page.getByRole('article', { name: 'Preview' }).getByText('belüfteten Kiste'));
    await look(page, `knowledge-article-${size}`);
    await page.goto('/admin/new-article');
    await page.getByLabel('Title').fill('x');
    await page.getByRole('button', { name: 'Save' }).click();
    await seen(page.getByText('Write what agents should answer.'));
    await look(page, `knowledge-new-${size}`);
    await page.getByLabel('Title').fill('');
    await page.goto('/help/wie-papageien-reisen');
    await seen(page.getByRole('heading', { name: 'Wie Papageien reisen' }));
    await look(page, `help-${size}`);
    await page.goto('/admin/import');
    const buffer = Buffer.from('question,answer\nA?,B.\n');
    await page.getByLabel('Files').setInputFiles([{ name: 'faq.csv', mimeType: 'text/csv', buffer }, { name: 'x.pdf', mimeType: 'x/y', buffer }]);
    await page.getByRole('button', { name: 'Import 2 files' }).click();
    await seen(page.getByText(/This file is broken/));
    await look(page, `import-${size}`);
  }));
}

/** Takes the pictures, light and dark, and checks what needs no eyes. */
async function look(page, name) {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await shot(page, `${name}-${colorScheme}`);
    await assertAccessible(page);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} scrolls ${wide} px sideways`);
  if (/-phone$/.test(name) && !name.startsWith('help')) await assertPressable(page);
}
