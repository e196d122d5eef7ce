// What is heard and pressed in the chat where no eye or mouse helps: the announcements of a screen
// reader, the questions that a site suggests, and the way to a person.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, gone, seen, withDesk } from './harness.mjs';
import { chatOn } from './pages.mjs';

const SHIPPING = 'How long does shipping take?';

/** Waits until what comes is read out; the history, which comes first, is not. */
const listening = chat => chat.frame.locator('[role=log][aria-live=polite]').waitFor();

test('a screen reader hears an answer once, and no history', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/healthz' });
  await page.addInitScript(announcements);
  await page.goto('/demo');
  const chat = chatOn(page);
  await chat.open();
  await listening(chat);
  await chat.say(SHIPPING);
  const times = async text => (await announced(chat)).filter(said => said.includes(text)).length;
  await eventually(async () => assert.equal(await times('working days'), 1, 'the answer is heard'));
  await seen(chat.log.getByText('Sources'));
  await chat.say('Thank you');
  await eventually(async () => assert.ok((await chat.said()).length >= 5, 'that is answered, too'));
  const greeting = (await chat.said())[0];
  assert.equal(await times('working days'), 1, 'and heard once');
  assert.equal(await times(SHIPPING), 1, 'so is what the visitor wrote');
  assert.equal(await times(greeting), 0, 'the greeting is no news');

  await page.reload();
  await chat.open();
  await seen(chat.log.getByText('Sources'));
  await listening(chat);
  await chat.say('What can be returned?');
  await seen(chat.log.locator('.mine').getByText('What can be returned?'));
  const answer = () => chat.log.locator('.msg').last();
  await eventually(async () => assert.ok(await answer().evaluate(line => !line.matches('.mine')), 'it is answered'));
  const heard = (await announced(chat)).join('\n');
  assert.match(heard, /What can be returned\?/);
  assert.doesNotMatch(heard, /working days|Thank you|shipping take/, 'the history is not read out');
}));

for (const [how, press] of [
  ['a click', async question => question.click()],
  ['the keyboard', async question => (await question.focus(), question.press('Enter'))],
]) {
  test(`a suggested question is asked by ${how}, and none is left`, withDesk(async ({ visitor }) => {
    const page = await visitor();
    const chat = chatOn(page);
    await chat.open();
    const questions = chat.frame.getByRole('list', { name: 'Suggested questions' });
    await seen(questions);
    const question = questions.getByRole('button').first();
    const words = await question.innerText();
    await press(question);
    await seen(chat.frame.locator('.mine').getByText(words));
    await gone(questions);
    assert.ok(await chat.box.evaluate(box => document.activeElement === box), 'one can go on typing');
    await eventually(async () => assert.ok((await chat.said()).length >= 3, 'it is answered'));
    assert.equal(await chat.frame.locator('.mine').getByText(words).count(), 1, 'it is asked once');

    await page.reload();
    await chat.open();
    await seen(chat.frame.locator('.mine').getByText(words));
    assert.equal(await questions.count(), 0);
  }));
}

test('a suggested question waits for the app like anything written', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/healthz' });
  let arrive;
  const arrives = new Promise(resolve => (arrive = resolve));
  await page.context().route(/widget-\w+\.wasm/, async route => (await arrives, route.continue()));
  await page.goto('/demo');
  const chat = chatOn(page);
  await chat.open();
  const question = chat.frame.locator('.questions button').first();
  const words = await question.innerText();
  await question.click();
  await gone(question);
  arrive();
  await eventually(async () => assert.ok((await chat.said()).length >= 3, 'it is answered'));
  assert.equal(await chat.frame.locator('.mine').getByText(words).count(), 1);
}));

test('the way to a person is in reach, exactly once, until a person is there', withDesk(async ({ visitor, office }) => {
  const page = await visitor({ path: '/healthz' });
  let arrive;
  const arrives = new Promise(resolve => (arrive = resolve));
  await page.context().route(/widget-\w+\.wasm/, async route => (await arrives, route.continue()));
  await page.goto('/demo');
  const chat = chatOn(page);
  const button = chat.frame.getByRole('button', { name: 'Talk to a person' });
  const ways = (there, when) => eventually(async () => assert.equal(await button.count(), there, when));
  const once = text => eventually(async () => assert.equal(await chat.frame.getByText(text, { exact: true }).count(), 1, text));

  await chat.open();
  await ways(1, 'before the app has arrived');
  arrive();
  await seen(chat.log);
  await ways(1, 'before anything was said');
  await chat.say('I would like to return order A1002 and get a refund');
  await seen(chat.card('A1002').getByText("Waiting for a person's approval"));
  await ways(1, 'while a refund waits');
  await chat.say('xyzzy');
  await eventually(async () => assert.ok((await chat.said()).length >= 5));
  await ways(1, 'where an answer to press offers it, too');

  await button.click();
  await once('A person has been asked');
  await ways(0, 'while one waits for a person');
  const desk = await office();
  const [{ id }] = (await desk.get('/inbox?view=waiting')).conversations;
  await desk.post(`/conversations/${id}/claim`);
  await once('You are talking to a person');
  await ways(0, 'with a person');
  await desk.post(`/conversations/${id}/close`);
  await once('Write to open it again.');
  await ways(0, 'in a closed conversation');
  await chat.say('How long does shipping take?');
  await ways(1, 'with an agent again');
}));

/** Notes, in each frame, what a screen reader would read out of the conversation. */
function announcements() {
  window.announced = [];
  new MutationObserver(changes => {
    for (const node of changes.flatMap(change => [...change.addedNodes])) {
      const region = node.parentElement?.closest('[aria-live]');
      const live = region?.closest('[role=log]') && region.getAttribute('aria-live') !== 'off';
      if (live && node.textContent.trim()) window.announced.push(node.textContent);
    }
  }).observe(document, { childList: true, subtree: true });
}

/** What has been announced in the chat. */
const announced = chat => chat.box.evaluate(() => window.announced);
