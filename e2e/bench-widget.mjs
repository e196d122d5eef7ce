// Measures the widget beside others, by a harness that knows them:
//
//   node bench-widget.mjs HARNESS [--peers] [-- options of the harness's bench.mjs]
//
// HARNESS is a folder with `bench.mjs`, `entries.mjs` and `pages/host.html`; it is copied to
// `target/bench/widget` and left alone. Baton's files are those of `cargo xtask build`, taken from a
// running server the way a browser gets them. What the harness does not have is a server of ours: the
// frame's document is a copy that takes its page's word for where it stands, and nobody answers.
//
// `--peers` installs the others first (`npm run peers`).

import { execFileSync } from 'node:child_process';
import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startBaton } from './harness.mjs';

const [harness, ...rest] = process.argv.slice(2);
if (!harness) throw new Error('which harness? node bench-widget.mjs HARNESS [--peers] [-- options]');
const split = rest.indexOf('--');
const options = split < 0 ? [] : rest.slice(split + 1);
const peers = rest.slice(0, split < 0 ? undefined : split).includes('--peers');

const bench = path.resolve(import.meta.dirname, '../target/bench/widget');
const site = path.join(bench, 'baton');
await mkdir(site, { recursive: true });
await cp(harness, bench, { recursive: true, mode: 0 });
execFileSync('chmod', ['-R', 'u+w', bench]);
await snapshot();
await writeFile(path.join(bench, 'pages/baton.html'), '<script src="/embed.js" data-site="chat.html" async></script>\n');
const entry = {
  name: 'baton',
  page: 'pages/baton.html',
  mounts: { '/embed.js': 'baton/embed.js', '/embed-chat.js': 'baton/embed-chat.js', '/assets/': 'baton/assets', '/widget/': 'baton' },
  launcher: 'baton-chat >>> button',
  input: 'baton-chat >>> iframe >>> #box',
};
await cp(path.join(harness, 'entries.mjs'), path.join(bench, 'entries.mjs'), { force: true });
await appendFile(path.join(bench, 'entries.mjs'), `entries.splice(1, 0, ${JSON.stringify(entry)});\n`);

const run = (program, ...args) => execFileSync(program, args, { cwd: bench, stdio: 'inherit' });
run('npm', 'install', '--no-package-lock', '--no-audit', '--no-fund', '--silent');
if (peers) run('npm', 'run', '--silent', 'peers');
for (const click of options.includes('--click') ? [] : ['settled', 'now']) run('node', 'bench.mjs', '--click', click, ...options);
if (options.includes('--click')) run('node', 'bench.mjs', ...options);

/** Saves what a browser fetches of the widget. */
async function snapshot() {
  const baton = await startBaton();
  try {
    const get = async address => {
      const answer = await fetch(baton.url + address);
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    };
    const save = async (name, content) => {
      await mkdir(path.dirname(path.join(site, name)), { recursive: true });
      await writeFile(path.join(site, name), content);
    };
    for (const name of ['embed.js', 'embed-chat.js']) await save(name, await get(`/${name}`));
    const html = String(await get(`/widget/demo?from=${baton.url}&lang=en`));
    const document = html.replace(JSON.stringify(baton.url), 'location.origin');
    if (document === html) throw new Error('the document does not say from where it may be embedded');
    await save('chat.html', document);
    for (const [address] of html.matchAll(/\/assets\/[\w./-]+/g)) await save(address.slice(1), await get(address));
  } finally {
    await baton.stop();
  }
}
