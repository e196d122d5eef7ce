// The signing examples of docs/identity.md, as they stand there, against a desk.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { withDesk } from './harness.mjs';

const DOCS = path.resolve(import.meta.dirname, '../docs/identity.md');

/** Each language's example made into a program that prints a JWT. */
const PROGRAMS = {
  js: ['node', 'sign.mjs', (code, site, secret) =>
    `const SITE = '${site}', SECRET = '${secret}';\n${code}\nconsole.log(identity({ id: 'cus_1', name: 'Zoë "Z" Ñandú', email: 'z@example.com' }));`],
  python: ['python3', 'sign.py', (code, site, secret) =>
    `SITE, SECRET = '${site}', '${secret}'\n${code}\nprint(identity('cus_1', 'Zoë "Z" Ñandú', 'z@example.com'))`],
  java: ['java', 'Sign.java', (code, site, secret) => code
    .replace('class Identity {', `class Identity {\n  static final String SITE = "${site}", SECRET = "${secret}";\n  public static void main(String[] args) throws Exception { System.out.println(of("cus_1")); }\n`)],
};

for (const [language, [program, name, whole]] of Object.entries(PROGRAMS)) {
  const missing = !runs(program);
  test(`the example in ${language} vouches for a customer, once`, { skip: missing && `${program} is not here` }, withDesk(async ({ office, api }) => {
    const desk = await office();
    const { key } = await desk.post('/sites', {
      name: 'Teapots', origins: ['https://shop.example'], color: '#7a1f3d', greeting: 'Hello.', active: true,
    });
    const { secret } = await desk.post(`/sites/${key}/secret`);
    const folder = await mkdtemp(path.join(tmpdir(), 'baton-sign-'));
    try {
      await writeFile(path.join(folder, name), whole(await example(language), key, secret));
      const identity = String(execFileSync(program, [name], { cwd: folder })).trim();
      const start = () => api.post('/api/v1/visitors', { data: { site: key, identity }, headers: { 'sec-fetch-site': 'same-origin' } });
      const first = await start();
      assert.ok(first.ok(), await first.text());
      assert.equal((await first.json()).visitor.verified, true);
      assert.equal((await start()).ok(), false, 'a JWT is good once');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }));
}

/** The one block of `language` under "Signing" that defines something. */
async function example(language) {
  const [, signing] = (await readFile(DOCS, 'utf8')).split('## Signing');
  return signing.match(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``))[1];
}

function runs(program) {
  try {
    execFileSync(program, [program === 'java' ? '-version' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
