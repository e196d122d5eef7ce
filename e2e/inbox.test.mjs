// The human agent's journey: hear of it, read the brief, claim, decide, answer, hand back, close.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN, assertAccessible, atEnd, eventually, gone, seen, withDesk } from './harness.mjs';
import { chatOn, inboxOn } from './pages.mjs';

const TWICE = 'I was charged twice for order A1001 and want my money back';
const RETURN = 'I would like to return order A1002 and get a refund';

test('only the right password leads in', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/inbox' });
  const signIn = page.getByRole('button', { name: 'Sign in' });
  await seen(signIn);
  await assertAccessible(page);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password').fill('not the password');
  await signIn.click();
  await seen(page.getByRole('alert'));
  await seen(signIn);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await seen(inboxOn(page).view('Waiting'));
  await page.reload();
  await seen(inboxOn(page).view('Waiting'));
  await page.getByRole('button', { name: /^Your account/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await seen(signIn);
}));

test('an escalation appears by itself, with its reason, and a brief that spares reading', withDesk(async ({ staff, caller }) => {
  const page = await staff();
  const inbox = inboxOn(page);
  await seen(page.getByText('Nobody is waiting'));
  await assertAccessible(page);

  const maria = await caller('cus_1');
  await maria.say(TWICE);
  await maria.askForPerson();
  const line = inbox.lines.filter({ hasText: 'Maria Rossi' });
  await seen(line.getByText('Asked for a person'));
  await seen(line.getByText(/money back/));
  await seen(page.locator('.line.unseen').filter({ hasText: 'Maria Rossi' }));
  await seen(inbox.view('Waiting').getByText('1'));
  await eventually(async () => assert.match(await page.title(), /^\(1\) /));

  await page.keyboard.press('j');
  await seen(inbox.brief.getByText('A1001'));
  const brief = await inbox.brief.innerText();
  assert.match(brief, /asked for a person/i);
  assert.match(brief, /49\.00/, 'what was done about the money');
  assert.match(brief, /Order A1001[^]*Charged twice\s+Yes/, 'one block an order, in words');
  assert.doesNotMatch(brief, /order\.A1001|desk\.open|transfer_to|event \d/, 'nothing raw');
  await seen(inbox.brief.getByText('Verified by the site'));
  await seen(inbox.transcript.getByText(TWICE));
  await assertAccessible(page);
}));

test('who claims second learns who was first', withDesk(async ({ staff, hire, caller }) => {
  const bob = await caller('cus_2');
  await bob.askForPerson();
  const path = `/inbox/${bob.id}`;
  const [ada, ben] = [await staff({ ...await hire('Ada Young'), path }), await staff({ ...await hire('Ben Old'), path })];
  let first;
  const adaWasFirst = new Promise(resolve => (first = resolve));
  await ben.route('**/claim', async route => {
    await adaWasFirst;
    await route.continue();
  });
  await inboxOn(ben).button('Claim').click();
  await inboxOn(ada).button('Claim').click();
  await seen(inboxOn(ada).pane.getByText('Yours'));
  first();
  await seen(inboxOn(ben).toast.getByText('Ada Young has claimed this conversation already'));
  await seen(inboxOn(ben).pane.getByText('has this conversation'));
  assert.ok(await inboxOn(ben).composer.isDisabled(), 'two people never answer at once');
  await inboxOn(ben).view('Waiting').click();
  await seen(ben.getByText('Nobody is waiting'));
}));

test('visitor and person talk, each sees the other type, and a note stays inside', withDesk(async ({ visitor, staff }) => {
  const shop = await visitor();
  const chat = chatOn(shop);
  await chat.open();
  await chat.frame.getByRole('button', { name: 'Talk to a person' }).click();
  await seen(chat.frame.getByText('A person has been asked'));

  const page = await staff();
  const inbox = inboxOn(page);
  await inbox.lines.first().click();
  await inbox.button('Claim').click();
  await seen(chat.frame.getByText('You are talking to a person'));
  await seen(chat.frame.getByText('Person', { exact: true }));

  await chat.box.pressSequentially('I am still wri');
  await seen(inbox.transcript.getByText('The visitor is typing'));
  await chat.say('I am still writing');
  await seen(inbox.transcript.getByText('I am still writing', { exact: true }));

  await inbox.button('Internal note').click();
  await inbox.composer.fill('A regular of ours, be generous');
  await inbox.composer.press('Enter');
  await seen(inbox.transcript.getByText('A regular of ours'));
  await inbox.button('Reply').click();
  const typing = seen(chat.frame.getByText('Admin is typing'));
  await inbox.composer.pressSequentially('Hello Ma');
  await typing;
  await inbox.composer.fill('Hello Maria, this is a person.');
  await inbox.composer.press('Enter');
  await seen(chat.log.getByText('Hello Maria, this is a person.'));
  assert.equal(await chat.frame.getByText('A regular of ours').count(), 0, 'the note is not the visitor\'s to read');
  await assertAccessible(shop);
  await assertAccessible(page);
}));

test('an agent takes back what a person hands back, knowing what they said', withDesk(async ({ visitor, staff }) => {
  const shop = await visitor();
  const chat = chatOn(shop);
  await chat.open();
  await chat.say('Was I charged twice for order A1001?');
  await seen(chat.log.getByText('charged twice, 49.00 EUR'));
  await chat.say('I want to talk to a person');
  await seen(chat.frame.getByText('A person has been asked'));
  const page = await staff();
  const inbox = inboxOn(page);
  await inbox.lines.first().click();
  await inbox.button('Claim').click();
  await inbox.composer.fill('Indeed. My colleague will see to it.');
  await inbox.composer.press('Enter');
  await seen(chat.log.getByText('Indeed.'));

  await inbox.button('Hand back').click();
  await inbox.dialog.getByLabel('Agent', { exact: true }).selectOption({ label: 'Refunds' });
  await inbox.dialog.getByLabel(/What the agent should know/).fill('Please refund the second charge of A1001.');
  await assertAccessible(page);
  const told = seen(inbox.toast.getByText('Handed back'));
  await inbox.dialog.getByRole('button', { name: 'Hand back' }).click();
  await told;
  await eventually(async () => assert.equal(await chat.who.innerText(), 'Refunds'));
  await seen(chat.log.getByText('Admin handed the conversation to Refunds'));
  await seen(inbox.pane.getByText('AI agent, version'));
  assert.ok(await inbox.composer.isDisabled(), 'the person does not talk over the agent');

  // The agent goes on from the note, without its words; money moves on the visitor's own yes.
  await seen(chat.log.getByText('refund the second charge of 49.00 EUR for order A1001'));
  await chat.frame.getByRole('button', { name: 'Yes, refund it' }).click();
  await seen(chat.card('A1001').getByText('Refunded'));
  await seen(inbox.transcript.getByText('has been refunded'));
  await atEnd(inbox.transcript);
}));

test('a conversation is closed, told to the visitor, and opens when they write again', withDesk(async ({ visitor, staff }) => {
  const shop = await visitor({ phone: true });
  const chat = chatOn(shop);
  await chat.open();
  await chat.frame.getByRole('button', { name: 'Talk to a person' }).click();
  const page = await staff();
  const inbox = inboxOn(page);
  await inbox.lines.first().click();
  await inbox.button('Claim').click();
  await inbox.button('Close').click();
  await inbox.dialog.getByRole('button', { name: 'Close it' }).click();
  await seen(chat.frame.getByText('Conversation closed', { exact: true }));
  await seen(inbox.view('Closed').getByText('1'));

  await chat.say('How long does shipping take?');
  await eventually(async () => assert.match(await inbox.view('Closed').innerText(), /0/));
  await gone(chat.frame.getByText('Conversation closed', { exact: true }));
}));

test('a refund that is declined moves no money, and the visitor is told', withDesk(async ({ visitor, staff, office }) => {
  const shop = await visitor();
  const chat = chatOn(shop);
  await chat.open();
  await chat.say(RETURN);
  await seen(chat.card('A1002').getByText("Waiting for a person's approval"));
  const page = await staff();
  const inbox = inboxOn(page);
  await inbox.lines.filter({ hasText: 'Needs approval' }).click();
  await eventually(async () => assert.equal(await inbox.button('Review').count(), 1, 'one way to decide'));
  await page.keyboard.press('a');
  await seen(inbox.dialog.getByText('320.00 EUR').first());
  await seen(inbox.dialog.getByText('Issue refund'));
  assert.doesNotMatch(await inbox.dialog.innerText(), /32000|issue_refund/, 'minor units and slugs are under the fold');
  await inbox.dialog.getByText('Exact arguments').click();
  await seen(inbox.dialog.getByText('32000'));
  await seen(inbox.dialog.getByText('Fingerprint of the arguments'));
  await assertAccessible(page);
  await inbox.dialog.getByLabel(/Note/).fill('Outside what we do.');
  await inbox.dialog.getByRole('button', { name: 'Decline' }).click();

  const before = (await chat.said()).length;
  await seen(chat.card('A1002').getByText('Declined'));
  await eventually(async () => assert.ok((await chat.said()).length >= before));
  assert.equal(await chat.frame.getByText('Outside what we do.').count(), 0, 'the note is for the record');
  const desk = await office();
  const [{ id }] = (await desk.get('/inbox?view=all')).conversations;
  const { refunds } = await desk.get(`/conversations/${id}`);
  assert.deepEqual(refunds.map(refund => refund.state), ['declined']);
}));

test('the inbox fits a phone: list, conversation and brief, one at a time', withDesk(async ({ staff, caller }) => {
  const maria = await caller('cus_1');
  await maria.say(TWICE);
  await maria.askForPerson();
  const page = await staff({ phone: true, dark: true });
  const inbox = inboxOn(page);
  const narrow = async () => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px scroll sideways`);
    await assertAccessible(page);
  };
  await seen(inbox.lines);
  await narrow();
  await inbox.lines.first().click();
  await seen(inbox.transcript.getByText(TWICE));
  await gone(inbox.lines.first());
  await narrow();
  await inbox.button('Claim').click();
  await seen(inbox.pane.getByText('Yours'));
  await page.getByRole('button', { name: 'Show or hide the brief' }).click();
  await seen(inbox.brief);
  await gone(inbox.transcript);
  await narrow();
  await page.getByRole('button', { name: 'Back to the conversation' }).click();
  await seen(inbox.transcript);
  await page.getByRole('link', { name: 'Back to the list' }).click();
  await seen(inbox.view('Waiting'));
}));
