// A server that nobody here wrote, MCP's own reference server: added, a tool of it chosen, and used by
// an agent in a conversation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { assertAccessible, eventually, seen, shot, withDesk } from './harness.mjs';

const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));

/** The reference server, with tools of every kind. */
async function everything() {
  const free = createServer();
  const port = await listen(free);
  await new Promise(done => free.close(done));
  const program = path.join(import.meta.dirname, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const child = spawn(process.execPath, [program, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: child.stderr });
  await new Promise((ready, failed) => {
    child.once('exit', code => failed(new Error(`the reference server ended (${code})`)));
    lines.on('line', line => /listening on port/.test(line) && ready());
  });
  return { url: `http://127.0.0.1:${port}/mcp`, stop: () => child.kill('SIGKILL') };
}

/** A model that calls the tool it is told to call, and then says what came of it. */
async function model(tool, args) {
  const asked = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { messages = [], tools = [] } = JSON.parse(body || '{}');
    asked.push({ messages, tools });
    const last = messages.at(-1);
    const said = last?.role === 'tool'
      ? { role: 'assistant', content: `It answered: ${last.content}` }
      : { role: 'assistant', tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: tool, arguments: JSON.stringify(args) } }] };
    const finish = last?.role === 'tool' ? 'stop' : 'tool_calls';
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = choice => response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`);
    chunk({ delta: said, finish_reason: null });
    chunk({ delta: {}, finish_reason: finish });
    response.end('data: [DONE]\n\n');
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/v1`, asked, stop: () => server.closeAllConnections() || server.close() };
}

test('an MCP server is added, a tool of it chosen, and an agent uses it', withDesk(async ({ staff, office, caller }) => {
  const [server, brain] = await Promise.all([everything(), model('ref__echo', { message: 'a lamp' })]);
  try {
    const page = await staff({ path: '/admin/tools' });
    await page.getByRole('button', { name: 'Add an MCP server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add an MCP server' });
    await dialog.getByLabel('Short name').fill('ref');
    await dialog.getByLabel('Address', { exact: true }).fill(server.url.replace('/mcp', '/nothing'));
    await dialog.getByRole('button', { name: 'Test this connection' }).click();
    await seen(dialog.getByText(/There is nothing at this address|nothing at this address/));
    await dialog.getByLabel('Address', { exact: true }).fill(server.url);
    await dialog.getByRole('button', { name: 'Test this connection' }).click();
    await seen(dialog.getByText(/It answers, in \d+ ms: mcp-servers\/everything/));
    await shot(page, 'mcp-offered');
    await dialog.getByRole('button', { name: 'Look at ref__echo' }).click();
    await seen(dialog.getByText('What the server says of it'));
    await dialog.getByRole('button', { name: 'Choose it' }).click();
    // Careful, until an administrator says otherwise.
    assert.equal(await dialog.getByLabel('Effect').inputValue(), 'write');
    await dialog.getByLabel('What it is for', { exact: false }).first().fill('Says back what it is told.');
    await dialog.getByLabel('Effect').selectOption('read');
    await dialog.getByText('Only for visitors for whom the site has signed').click();
    await assertAccessible(page);
    await shot(page, 'mcp-tool');
    await dialog.getByRole('button', { name: 'Add the server' }).click();
    await seen(page.getByText('Saved. Choose its tools on the page of each agent that may use them.'));
    const card = page.locator('section.panel', { hasText: 'ref__echo' });
    await seen(card.getByText('no agent uses it yet'));
    await shot(page, 'mcp-card');

    const admin = await office();
    await admin.post('/connections', {
      id: 'ours',
      connection: { name: 'Ours', protocol: 'openai_compatible', base_url: brain.url, models: [{ name: 'm' }] },
    });
    const { published: { spec } } = await admin.get('/agents/triage');
    await admin.put('/agents/triage/draft', { ...spec, model: 'ours/m', rules: [], tools: [...spec.tools, 'ref__echo'] });
    await admin.post('/agents/triage/publish');
    const visitor = await caller();
    await visitor.say('What does the echo say of a lamp?');
    const events = await visitor.events();
    const texts = JSON.stringify(events);
    assert.match(texts, /Echo: a lamp/, 'what the server answered reached the visitor');
    const offered = brain.asked[0].tools.map(tool => tool.function.name);
    assert.ok(offered.includes('ref__echo'), 'the one that was chosen');
    assert.equal(offered.filter(name => name.startsWith('ref__')).length, 1, 'and no other');
    const { servers: [known] } = await admin.get('/tools/mcp');
    assert.deepEqual(known.used_by, { ref__echo: ['triage'] });
    assert.equal(known.seen.problem, undefined);

    // It goes down: a word for the administrator, and an answer for the visitor all the same.
    server.stop();
    await visitor.say('And now?');
    await eventually(async () => {
      const { servers: [gone] } = await admin.get('/tools/mcp');
      assert.match(gone.seen.problem ?? '', /cannot be reached|connection broke/);
    });
    await page.reload();
    await seen(page.getByText(/Did not answer,/));
    await shot(page, 'mcp-down');
  } finally {
    server.stop();
    brain.stop();
  }
}, { env: { BATON_PRIVATE_HOSTS: '127.0.0.1' } }));
