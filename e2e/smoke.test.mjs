// Baton starts, answers a browser, and comes back after it was killed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDesk } from './harness.mjs';

test('the server is healthy', withDesk(async ({ api }) => {
  assert.equal((await api.get('/healthz')).status(), 200);
}));

test('a browser reaches it', withDesk(async ({ visitor }) => {
  const page = await visitor({ path: '/healthz', phone: true });
  assert.equal(new URL(page.url()).pathname, '/healthz');
}));

test('it comes back at the same address after a kill', withDesk(async ({ api, url, restart }) => {
  await restart({ signal: 'SIGKILL' });
  assert.equal((await api.get(`${url}/healthz`)).status(), 200);
}));
