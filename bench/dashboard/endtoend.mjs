// How long an item takes from the vendor's answer until the page shows it, at 1,000 items a minute: the pipeline, hub and page of this product, in Chromium.
//   node bench/dashboard/endtoend.mjs
// Wants a built bench (dotnet build bench/live -c Release) and Chromium. The page shows one symbol of five: every fifth item.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dashboard, open, pause } from './chromium.mjs';

const bench = spawn('dotnet', ['run', '-c', 'Release', '--no-build', '--project', join(dashboard, '..', '..', 'bench', 'live'), '--', 'endtoend', 'page'], { stdio: ['ignore', 'pipe', 'inherit'] });
const lines = createInterface({ input: bench.stdout });
const ended = new Promise((done) => bench.once('exit', done));
const link = await new Promise((done) => lines.on('line', (line) => (line.startsWith('http') ? done(line) : console.log(line))));
const browser = await open();
await browser.goTo(link);
while (!(await browser.evaluate("document.querySelector('header.bar') && (location.hash = '#/bench/symbol/AAPL', document.querySelector('[data-live=live]') !== null && document.querySelector('.headlines li') !== null)"))) {
  await pause(100);
}

// Addresses end with when the vendor answered. What is there already is no news; a frame later it is on the screen.
await browser.evaluate(`{
  const known = new Set(), at = (a) => Number(a.href.split('/').pop());
  const news = () => [...document.querySelectorAll('.headlines a[href*="news.example"]')].filter((a) => !known.has(a.href) && known.add(a.href));
  news();
  window.took = [];
  new MutationObserver(() => { const fresh = news().map(at); if (fresh.length > 0) { requestAnimationFrame(() => setTimeout(() => took.push(...fresh.map((then) => Date.now() - then)))); } })
    .observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
}`);
let took = [];
while (bench.exitCode === null) {
  took = (await browser.evaluate('took')) ?? took;
  await Promise.race([ended, pause(500)]);
}

await browser.close();

// The first pages warm up.
took = took.slice(10).sort((a, b) => a - b);
const quantile = (part) => took[Math.min(took.length - 1, Math.floor(took.length * part))];
console.log(`vendor's answer to the page, ms: p50 ${quantile(0.5)}, p95 ${quantile(0.95)}, p99 ${quantile(0.99)} of ${took.length} items (target: p95 100 at most)`);
process.exit(took.length > 100 && quantile(0.95) <= 100 ? 0 : 1);
