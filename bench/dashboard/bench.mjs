// What the page costs while it is live: a server of its own tells 50 deltas a second, Chromium traces the page's main thread.
//   node bench/dashboard/bench.mjs [--seconds 20] [--rate 50]
// Wants a built dashboard (dotnet build src/LocalHost -c Release) and Chromium. Prints the longest task and the script a delta took.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { WebSocketServer, dashboard, open, pause } from './chromium.mjs';

const option = (name, standard) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1] || standard);
const [seconds, rate] = [process.argv.includes('--seconds') ? option('seconds') : 20, process.argv.includes('--rate') ? option('rate') : 50];
const symbols = ['AAPL', 'MSFT', 'GOOGL', 'NVDA', 'AMD', 'INTC', 'AMZN', 'META', 'NFLX', 'TSLA'];
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };
const hour = 3_600_000;

// The feed: bars, headlines and metrics that are made up from a counter.
let n = 0;
const score = (i) => Math.round(Math.sin(i * 1.7) * 1e6) / 1e6;
const labels = (i) => ({ positive: i % 7, neutral: i % 5, negative: i % 3 });
const bar = (length, at, i) => ({ key: `${length}|${new Date(at).toISOString().replace('.000', '')}`, time: new Date(at).toISOString(), n: 3 + (i % 9), mean: score(i), meanLow: -1, meanHigh: 1, min: -1, max: 1, labels: labels(i) });
const item = (symbol, i) => {
  const id = String(i).padStart(32, '0');
  return {
    key: id, id, source: 'tiingo/news', sourceId: String(i), symbols: [symbol], title: `${symbol} headline ${i} that is about as long as headlines of this kind are`, url: 'https://news.example/',
    publishedAt: new Date().toISOString(), label: ['positive', 'neutral', 'negative'][i % 3], score: score(i), probabilities: { positive: 0.3, neutral: 0.4, negative: 0.3 }, model: 'bench@0',
  };
};
const bars = () => [
  ...Array.from({ length: 24 }, (_, i) => bar('1h', Math.floor(Date.now() / hour) * hour - i * hour, n++)),
  ...Array.from({ length: 60 }, (_, i) => bar('1m', Math.floor(Date.now() / 60_000) * 60_000 - i * 60_000, n++)),
];
const metrics = () => ({
  items: 9_000 + n, labels: { positive: 3_000, neutral: 3_000, negative: 3_000 }, mean: score(n), perHour: { lastHour: n, lastDay: 30, itemsLastDay: 700 }, symbols: 10,
  movers: symbols.map((symbol, i) => ({ symbol, change: score(n + i), mean: 0, n: 9, meanBefore: 0, nBefore: 9 })), lastRun: null, sources: [], vendors: [],
});
const entriesOf = (kind, symbol) => kind === 'metrics' ? Object.entries(metrics()).map(([key, value]) => ({ key, value }))
  : kind === 'trends' ? bars() : kind === 'items' ? Array.from({ length: 50 }, () => item(symbol === '-' ? 'AAPL' : symbol, n++)) : [];
const changesOf = (kind, symbol) => kind === 'metrics' ? [{ key: 'items', value: 9_000 + n++ }]
  : kind === 'trends' ? [bar('1h', Math.floor(Date.now() / hour) * hour, n++), bar('1m', Math.floor(Date.now() / 60_000) * 60_000, n++)]
  : kind === 'items' ? [item(symbol === '-' ? 'AAPL' : symbol, n++)] : [];

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const answer = (body) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const live = /^\/api\/tenants\/bench\/live\/bench\.([a-z]+)\.?(.*)$/.exec(url.pathname);
  if (live) {
    answer({ group: `bench.${live[1]}`, version: Date.now(), entries: entriesOf(live[1], live[2]) });
  } else if (url.pathname === '/api/tenants') {
    answer({ items: [{ id: 'bench', name: 'Bench', symbols, tables: ['tiingo/news'], vendors: [] }], next: null });
  } else if (url.pathname.endsWith('/negotiate')) {
    answer({ url: `ws://localhost:${server.address().port}/client` });
  } else if (url.pathname.endsWith('/trends')) {
    answer({ trend: { sources: [], priceSource: null }, bars: bars().filter((b) => b.key.startsWith('1h')).reverse() });
  } else if (url.pathname.startsWith('/api/')) {
    answer({ items: [], next: null });
  } else {
    const file = join(dashboard, 'dist', url.pathname === '/' ? 'index.html' : url.pathname);
    response.writeHead(existsSync(file) ? 200 : 404, { 'content-type': types[file.split('.').pop()] ?? 'text/plain' });
    response.end(existsSync(file) ? readFileSync(file) : undefined);
  }
});

let deltas = 0;
let groups = [];
new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] }).on('connection', (socket) => {
  const seqs = new Map();
  let sequenceId = 0;
  let next = 0;
  groups = [];
  socket.send(JSON.stringify({ type: 'system', event: 'connected', userId: 'bench', connectionId: 'c', reconnectionToken: 'r' }));
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'joinGroup') {
      groups.push(message.group);
    } else if (message.type === 'leaveGroup') {
      groups = groups.filter((group) => group !== message.group);
    } else if (message.type === 'ping') {
      socket.send('{"type":"pong"}');
    }

    if (message.ackId) {
      socket.send(JSON.stringify({ type: 'ack', ackId: message.ackId, success: true }));
    }
  });
  const timer = setInterval(() => {
    if (groups.length > 0) {
      const group = groups[next++ % groups.length];
      const [, kind, symbol] = group.split('.');
      const seq = (seqs.get(group) ?? 0) + 1;
      seqs.set(group, seq);
      const changes = changesOf(kind, symbol).map((change) => ({ ...change, version: Date.now() + seq }));
      socket.send(JSON.stringify({ sequenceId: ++sequenceId, type: 'message', from: 'group', group, dataType: 'json', data: { from: 'bench', seq, kind: 'delta', changes } }));
      deltas++;
    }
  }, 1_000 / rate);
  socket.on('close', () => clearInterval(timer));
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));

const browser = await open();
const { call, evaluate, heard } = browser;
const events = [];
heard.set('Tracing.dataCollected', ({ value }) => events.push(...value));

const script = new Set(['FunctionCall', 'EvaluateScript', 'RunMicrotasks', 'v8.callFunction', 'FireAnimationFrame', 'TimerFire']);

/** What a trace says of the page's main thread, in milliseconds. */
function measured(trace) {
  const main = trace.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid}.${e.tid}`);
  const page = main.map((thread) => trace.filter((e) => e.ph === 'X' && `${e.pid}.${e.tid}` === thread)).sort((a, b) => b.filter((e) => script.has(e.name)).length - a.filter((e) => script.has(e.name)).length)[0] ?? [];
  // Processor time: what other programs of the machine take is not the page's.
  const tasks = page.filter((e) => e.name === 'RunTask' || e.name === 'ThreadControllerImpl::RunTask').map((e) => (e.tdur ?? e.dur) / 1_000);
  let [sum, end] = [0, 0];
  for (const e of page.filter((e) => script.has(e.name)).sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (e.ts >= end) {
      sum += e.tdur ?? e.dur; // What it calls lies within it.
      end = e.ts + e.dur;
    }
  }

  return { tasks: tasks.length, longest: Math.max(0, ...tasks), script: sum / 1_000 };
}

let isWell = true;
await browser.goTo(`http://localhost:${server.address().port}/#key=bench`);
for (const view of ['overview', 'symbol/AAPL']) {
  while (!(await evaluate(`document.querySelector('header.bar') && (location.hash = '#/bench/${view}', document.querySelector('[data-live=live]') !== null && document.querySelector('.latest li, .headlines li') !== null)`))) {
    await pause(100);
  }

  await pause(3_000); // The view is drawn, and its chart with it.
  events.length = 0;
  await call('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel', 'v8'] } });
  const before = deltas;
  await pause(seconds * 1_000);
  const told = deltas - before;
  const over = new Promise((done) => heard.set('Tracing.tracingComplete', done));
  await call('Tracing.end');
  await over;
  const { tasks, longest, script: taken } = measured(events);
  console.log(`${view}: ${(told / seconds).toFixed(1)} deltas a second over ${groups.length} groups, ${tasks} tasks, the longest ${longest.toFixed(1)} ms (at most 50), script ${(taken / told).toFixed(2)} ms a delta (at most 2)`);
  isWell &&= longest < 50 && taken / told <= 2 && tasks > 0;
}

server.close();
server.closeAllConnections();
await browser.close();
process.exit(isWell ? 0 : 1);
