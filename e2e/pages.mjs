// What a person finds on Baton's pages, by the names that they read or hear.

/** The chat on `page`: its launcher, and what is in its frame. */
export function chatOn(page) {
  const frame = page.frameLocator('baton-chat iframe');
  const log = frame.getByRole('log');
  const chat = {
    frame,
    log,
    launcher: page.locator('baton-chat button[aria-label]'),
    box: frame.locator('#box'),
    /** Who is answering, as the head of the chat says. */
    who: frame.getByRole('heading', { level: 1 }),
    card: order => frame.locator('.card').filter({ hasText: order }),
    async open() {
      await chat.launcher.click();
      await chat.box.waitFor();
    },
    async say(text) {
      await chat.box.fill(text);
      await chat.box.press('Enter');
    },
    /** Everything said so far, by everybody. */
    said: () => log.locator('.bubble').allInnerTexts(),
  };
  return chat;
}

/** The inbox on `page`. */
export function inboxOn(page) {
  const pane = page.getByRole('region', { name: 'Conversation', exact: true });
  return {
    view: name => page.getByRole('group', { name: 'View' }).getByRole('button', { name: new RegExp(`^${name}`) }),
    // Who is here stands in a list, too; a conversation leads somewhere.
    lines: page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').filter({ has: page.getByRole('link') }),
    pane,
    transcript: pane.getByRole('log', { name: 'Transcript' }),
    brief: page.getByRole('complementary', { name: 'Brief' }),
    composer: pane.locator('#composer'),
    dialog: page.getByRole('dialog'),
    toast: page.getByRole('log', { name: 'Messages' }),
    button: name => pane.getByRole('button', { name, exact: true }),
  };
}
