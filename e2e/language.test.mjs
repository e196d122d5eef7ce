// The chat in the visitor's language: from the first moment on, in every state, and in the direction in
// which it is read.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertAccessible, assertPressable, atEnd, eventually, seen, shot, withDesk } from './harness.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../frontend/static/texts');
const LANGUAGES = readdirSync(FOLDER).map(name => name.replace('.json', ''));
const TWICE = 'I was charged twice for order A1001 and want my money back';

for (const language of LANGUAGES) {
  const texts = JSON.parse(readFileSync(path.join(FOLDER, `${language}.json`), 'utf8'));
  test(`everything that the chat says by itself is said in ${language}`, withDesk(async ({ visitor, office }) => {
    const page = await visitor({ path: '/healthz', phone: true, reducedMotion: true });
    let arrive;
    const arrives = new Promise(resolve => (arrive = resolve));
    await page.context().route(/widget-\w+\.wasm/, async route => (await arrives, route.continue()));
    await page.goto(`/widget/demo?lang=${language}`);
    const own = words => page.getByText(texts[words], { exact: true });
    const html = page.locator('html');
    assert.equal(await html.getAttribute('lang'), language);
    assert.equal(await html.getAttribute('dir'), ['ar', 'he'].includes(language) ? 'rtl' : 'ltr');
    await seen(own('Talk to a person'));
    await ownWordsOnly(page, texts);

    const box = page.getByPlaceholder(texts['Write a message']);
    await box.fill(TWICE);
    await box.press('Enter');
    await seen(own('Sending'));
    await ownWordsOnly(page, texts);
    arrive();

    await seen(page.getByText(retold(texts, '{to} answers now.', 'Billing')));
    const guest = page.getByRole('button', { name: texts['Talk to a person'] });
    await guest.click();
    await seen(own('A person has been asked'));
    await seen(own('Waiting for a person'));
    await ownWordsOnly(page, texts);
    const desk = await office();
    const [{ id }] = (await desk.get('/inbox?view=waiting')).conversations;
    await desk.post(`/conversations/${id}/claim`);
    await seen(own('You are talking to a person'));
    await atEnd(page.locator('#view'));
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await shot(page, `widget-${language}-phone-${colorScheme}`);
    }
    await assertAccessible(page);
    await assertPressable(page);
    await desk.post(`/conversations/${id}/close`);
    await seen(own('How was this conversation?'));
    await page.getByRole('radio', { name: texts.Good, exact: true }).check({ force: true });
    await page.getByLabel(texts['Anything to add? (optional)']).fill('…');
    await ownWordsOnly(page, texts);
    await atEnd(page.locator('#view'));
    await shot(page, `widget-${language}-rating-phone-light`);
    await page.getByRole('button', { name: texts['Send rating'] }).click();
    await seen(own('Thank you for your rating.'));
    const wide = await html.evaluate(root => root.scrollWidth - root.clientWidth);
    assert.equal(wide, 0, 'nothing scrolls sideways');
  }));
}

test('the page says the language by an attribute or its own, else the browser does', withDesk(async ({ visitor }) => {
  const check = async (view, change, language) => {
    const page = await visitor({ path: '/healthz', ...view });
    await page.route('**/demo', async route => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: change(await answer.text()) });
    });
    await page.goto('/demo');
    const html = page.frameLocator('baton-chat iframe').locator('html');
    await eventually(async () => assert.equal(await html.getAttribute('lang'), language));
    await page.close();
  };
  const attribute = html => html.replace('data-site=', 'data-locale="pl" data-site=');
  await check({ locale: 'fr-FR' }, attribute, 'pl');
  await check({ locale: 'fr-FR' }, html => html.replace('lang="en"', 'lang="nl"'), 'nl');
  await check({ locale: 'fr-FR' }, html => html.replace(' lang="en"', ''), 'fr-FR');
  await check({ locale: 'fi-FI' }, html => html.replace(' lang="en"', ''), 'en');
}));

/** The usual notice `english`, with the name of who answers. */
const retold = (texts, english, to) => new Map(texts.notices).get(english).replace('{to}', to);

/** Fails if English stands on the page, or is read out on it, where another language has words. */
async function ownWordsOnly(page, texts) {
  const shown = await page.evaluate(() => [
    ...[...document.querySelectorAll('body *')].flatMap(part => [part.ariaLabel, part.placeholder, part.title]),
    ...[...document.querySelectorAll('body :not(script)')].flatMap(part =>
      [...part.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data)),
  ].filter(Boolean).map(text => text.trim()));
  const english = Object.keys(texts).filter(words => texts[words] !== words && words !== 'notices');
  assert.deepEqual(shown.filter(text => english.includes(text)), [], 'left in English');
}
