// Chromium, over its own protocol.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const dashboard = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src', 'Dashboard');
export const { WebSocket, WebSocketServer } = createRequire(join(dashboard, 'package.json'))('ws');
export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** A browser with one page. */
export async function open() {
  const program = process.env.CHROMIUM ?? ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => process.env.PATH.split(':').map((folder) => join(folder, name))).find(existsSync);
  const profile = mkdtempSync(join(tmpdir(), 'bench-dashboard-'));
  const browser = spawn(program, ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((done) => {
    let said = '';
    browser.stderr.on('data', (text) => {
      said += text;
      const found = /ws:\/\/\S+/.exec(said);
      if (found) {
        done(found[0]);
      }
    });
  });
  const cdp = new WebSocket(address, { perMessageDeflate: false });
  await new Promise((done) => cdp.once('open', done));
  const waiting = new Map();
  const heard = new Map();
  let id = 0;
  cdp.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.id) {
      waiting.get(message.id)(message.result ?? message.error);
    } else {
      heard.get(message.method)?.(message.params);
    }
  });
  const call = (method, params = {}, sessionId) => new Promise((done) => {
    waiting.set(++id, done);
    cdp.send(JSON.stringify({ id, method, params, sessionId }));
  });
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  return {
    call,
    heard,
    goTo: (url) => call('Page.navigate', { url }, sessionId),
    evaluate: async (expression) => (await call('Runtime.evaluate', { expression, returnByValue: true }, sessionId)).result?.value,
    close: async () => {
      const gone = new Promise((done) => browser.once('exit', done));
      await call('Browser.close');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
