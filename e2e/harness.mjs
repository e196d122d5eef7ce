// What a journey needs: a fresh Baton, pages in Chromium, and a look at them afterwards.
//
//   test('a customer asks for a refund', withDesk(async ({ visitor, staff }) => {
//     const shop = await visitor({ phone: true });
//     const inbox = await staff({ dark: true });
//     …
//   }));
//
// Nothing here sleeps: servers say when they listen, and Playwright waits for what a person would see.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, request } from 'playwright-core';

const BATON = process.env.BATON_BIN ?? path.resolve(import.meta.dirname, '../target/debug/baton');
const CHROME = process.env.CHROME ?? '/usr/bin/chromium';
const OUT = path.join(import.meta.dirname, 'out');

/** The first administrator of every desk. */
export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

/** How long anything may take that a person would wait for, in milliseconds. */
const PATIENCE = 15_000;

const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

// ---- the server ----

/**
 * Starts Baton with demo data in a folder of its own, on a free port.
 * Gives `{ url, data, log(), stop(), restart() }` once it listens.
 */
export async function startBaton({ args = [], env = {} } = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'baton-e2e-'));
  const baton = { data, url: undefined, log: () => lines.join('\n') };
  const lines = [];
  let child;

  async function start(listen) {
    child = spawn(BATON, ['serve', '--demo', '--data', data, '--listen', listen, ...args], {
      env: {
        ...process.env,
        BATON_ADMIN_EMAIL: ADMIN.email,
        BATON_ADMIN_PASSWORD: ADMIN.password,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    createInterface({ input: child.stderr }).on('line', line => lines.push(line));
    baton.url = await new Promise((resolve, reject) => {
      child.once('error', cause => reject(new Error(`cannot start ${BATON}; run \`cargo xtask test\``, { cause })));
      child.once('exit', code => reject(new Error(`baton ended (${code}) before it listened\n${baton.log()}`)));
      createInterface({ input: child.stdout }).on('line', line => {
        lines.push(line);
        const address = line.match(/listening on (http:\/\/\S+)/)?.[1];
        if (address) resolve(address);
      });
    });
  }

  async function end(signal) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise(resolve => child.once('exit', resolve));
    const impatient = setTimeout(() => {
      lines.push(`(did not end within ${PATIENCE} ms of ${signal}, so it was killed)`);
      child.kill('SIGKILL');
    }, PATIENCE);
    child.kill(signal);
    await ended;
    clearTimeout(impatient);
  }

  /** Ends it and forgets its data. */
  baton.stop = async () => {
    await end('SIGTERM');
    await rm(data, { recursive: true, force: true });
  };

  /**
   * Ends it, gently or with `{ signal: 'SIGKILL' }`, and starts it anew: same data, same address.
   * `meanwhile` happens while it is gone, and gets its data folder; `with` are other arguments from now on.
   */
  baton.restart = async ({ signal = 'SIGTERM', meanwhile = () => {}, with: others = args } = {}) => {
    await end(signal);
    await meanwhile(data);
    args = others;
    await start(new URL(baton.url).host);
  };

  try {
    await start('127.0.0.1:0');
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
  return baton;
}

// ---- the browser ----

let launching;

/** One Chromium for all tests of a file; every page has a context, and so a storage, of its own. */
function browser() {
  launching ??= chromium.launch({
    executablePath: CHROME,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      // A site that is not this machine by name: without https its pages are not a secure context.
      '--host-resolver-rules=MAP shop.test 127.0.0.1',
    ],
  });
  return launching;
}

after(async () => (await launching)?.close());

// ---- a desk ----

/**
 * A test body with a desk: a fresh Baton, started with `options.args` and `options.env`, and whoever sits
 * before it. The desk has
 *
 * - `url`, and `api`, a Playwright request context based there, not signed in;
 * - `visitor(view)`: a page at the demo shop; `staff(view)`: a page signed in at the inbox.
 *   `view` may hold `phone`, `dark`, `reducedMotion` (booleans), `locale`, `path` and, for staff,
 *   `email` and `password` (the administrator's unless given);
 * - `caller(customer)`: a visitor without a page, `{ id, say(text), events(), askForPerson() }`; anonymous
 *   unless a customer of the demo shop is named;
 * - `office(member)`: `{ get, post, put }` over the API, signed in, the administrator's unless given;
 * - `hire(name, role)`: a second member of staff, to pass to `staff`: `staff(await hire('Ada'))`;
 * - `restart({ signal, meanwhile, with })`: the server goes away and comes back.
 *
 * Afterwards the test fails if a page threw, panicked, missed a file or broke its content security
 * policy, unless it said so before by `expectFault(pattern)`.
 * If it fails, its pages' pictures are in `out/` and the server's last words in the report.
 */
export const withDesk = (journey, options = {}) => async t => {
  const baton = await startBaton(options);
  const api = await request.newContext({ baseURL: baton.url });
  const contexts = [];
  const offices = [];
  const faults = [];
  const expected = [];

  async function open({ phone = false, dark = false, reducedMotion = false, locale = 'en-GB' }) {
    const context = await (await browser()).newContext({
      ...(phone ? SIZES.phone : SIZES.desktop),
      baseURL: baton.url,
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
      locale,
    });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    context.on('weberror', fault => faults.push(String(fault.error())));
    context.on('console', message => {
      const text = message.text();
      // What the API refuses shows up here too, and is often what a test is about.
      const missing = /status of [45]/.test(text) && !message.location().url.includes('/api/');
      if (missing) faults.push(`${message.location().url}: ${text}`);
      if (/panicked at|Content Security Policy/.test(text)) faults.push(text);
    });
    return context.newPage();
  }

  const desk = {
    get url() {
      return baton.url;
    },
    api,
    restart: baton.restart,
    expectFault: pattern => expected.push(pattern),
    async visitor({ path = '/demo', ...view } = {}) {
      const page = await open(view);
      await page.goto(path);
      return page;
    },
    async staff({ path = '/inbox', email = ADMIN.email, password = ADMIN.password, ...view } = {}) {
      const page = await open(view);
      await signIn(page.request, { email, password });
      await page.goto(path);
      return page;
    },
    async caller(customer) {
      const identity = customer && (await get(api, `/demo/identity?customer=${customer}`)).identity;
      const { token } = await post(api, '/api/v1/visitors', { site: 'demo', identity });
      return visitorOver(api, token);
    },
    async office(member = ADMIN) {
      const office = await request.newContext({ baseURL: baton.url });
      offices.push(office);
      await signIn(office, member);
      return {
        get: address => get(office, `/api/v1${address}`),
        post: (address, data = {}) => post(office, `/api/v1${address}`, data),
        put: (address, data) => post(office, `/api/v1${address}`, data, { method: 'PUT' }),
      };
    },
    async hire(name, role = 'agent') {
      const member = { name, role, email: `${slug(name)}@example.com`, password: ADMIN.password };
      await (await desk.office()).post('/staff', member);
      return member;
    },
  };

  try {
    await journey(desk, t);
    const misdeeds = faults.filter(fault => !expected.some(pattern => pattern.test(fault)));
    assert.deepEqual(misdeeds, [], 'a page misbehaved');
  } catch (error) {
    const pages = contexts.flatMap(context => context.pages());
    await Promise.allSettled(pages.map((page, n) => shot(page, `failed-${slug(t.name)}-${n + 1}`)));
    t.diagnostic(`the server's last words:\n${baton.log().split('\n').slice(-40).join('\n')}`);
    throw error;
  } finally {
    await Promise.allSettled([api, ...offices].map(sender => sender.dispose()));
    await Promise.allSettled(contexts.map(context => context.close()));
    await baton.stop();
  }
};

/** Signs in as staff whoever sends through `sender`; by the API, because the form has a test of its own. */
async function signIn(sender, { email, password }) {
  await post(sender, '/api/v1/staff/login', { email, password });
}

/** A visitor who has `token` and a conversation of their own, but no page. */
async function visitorOver(api, token) {
  const headers = { authorization: `Bearer ${token}` };
  const { id } = await post(api, '/api/v1/conversations', {}, { headers });
  const own = `/api/v1/conversations/${id}`;
  return {
    id,
    events: async () => (await get(api, `${own}/events`, { headers })).events,
    askForPerson: () => post(api, `${own}/human`, {}, { headers }),
    /** Says `text`; gives the turn's events once it is done or waits. */
    async say(text) {
      const answer = await api.post(`${own}/messages`, {
        data: { client_id: crypto.randomUUID(), text },
        headers: { ...headers, accept: 'text/event-stream' },
      });
      assert.ok(answer.ok(), `${own}/messages answered ${answer.status()}: ${await answer.text()}`);
      const frames = (await answer.text()).matchAll(/^event: (\w+)[^]*?^data: (.*)$/gm);
      return [...frames].map(([, type, data]) => ({ type, ...JSON.parse(data) }));
    },
  };
}

/** Gets JSON; fails on a refusal. */
async function get(sender, address, options = {}) {
  return read(address, await sender.get(address, options));
}

/** Posts JSON as a page of Baton's own would; gives the answer's JSON, and fails on a refusal. */
async function post(sender, address, data, { method = 'POST', headers = {} } = {}) {
  const answer = await sender.fetch(address, { method, data, headers: { 'sec-fetch-site': 'same-origin', ...headers } });
  return read(address, answer);
}

async function read(address, answer) {
  const text = await answer.text();
  assert.ok(answer.ok(), `${address} answered ${answer.status()}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}

// ---- waiting for what a person would see ----

/** Waits until `locator` is on the page. */
export const seen = locator => locator.first().waitFor();

/** Waits until `locator` is not on the page any more. */
export const gone = locator => locator.waitFor({ state: 'hidden' });

/** Waits until what scrolls in `locator` shows its end. */
export const atEnd = locator => eventually(async () => {
  const below = await locator.evaluate(view => view.scrollHeight - view.scrollTop - view.clientHeight);
  assert.ok(below < 8, `${below} px lie below what is in view`);
});

/** Waits until `check` holds, that is, does not throw; then gives what it gave. */
export async function eventually(check, ms = PATIENCE) {
  const patience = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > patience) throw error;
      await new Promise(again => setTimeout(again, 50));
    }
  }
}

// ---- looking at it ----

/** Saves what `page` shows as `out/NAME.png`, for a person to look at; gives the path. */
export async function shot(page, name, options = {}) {
  await mkdir(OUT, { recursive: true });
  const file = path.join(OUT, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled', ...options });
  return file;
}

/** Fails on what axe finds against WCAG 2.2 A and AA, on `page` with its frames or within `include`. */
export async function assertAccessible(page, { include, exclude = [] } = {}) {
  let axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  if (include) axe = axe.include(include);
  for (const selector of exclude) axe = axe.exclude(selector);
  const { violations } = await axe.analyze();
  const told = violations.map(({ id, help, nodes }) =>
    [`${id}: ${help}`, ...nodes.map(node => `    ${node.target.join(' ▸ ')}: ${node.failureSummary}`)].join('\n'));
  assert.equal(violations.length, 0, told.join('\n'));
}

/** Fails on what a finger could miss on `page` or in its frames: less than 44 px high or wide, links in a text apart. */
export async function assertPressable(page) {
  const missed = await Promise.all(page.frames().map(frame => frame.evaluate(() => {
    const small = [];
    for (const pressed of document.querySelectorAll('button, a[href], input, select, textarea, summary')) {
      // A label presses what it labels, and what is hidden is pressed by nobody.
      const target = pressed.closest('label') ?? pressed;
      const inText = getComputedStyle(target).display === 'inline';
      const seen = pressed.checkVisibility({ visibilityProperty: true }) && !pressed.closest('[inert], .skip');
      const { width, height } = target.getBoundingClientRect();
      if (seen && !inText && Math.min(width, height) < 43.5 && width > 1) {
        small.push(`${Math.round(width)} × ${Math.round(height)}: ${target.className || target.localName} ${(target.ariaLabel ?? target.textContent).trim().slice(0, 30)}`);
      }
    }
    return small;
  })));
  assert.deepEqual([...new Set(missed.flat())], [], 'too small for a finger');
}

const slug = text => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
