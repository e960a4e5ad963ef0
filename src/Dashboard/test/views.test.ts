import { describe, expect, test } from 'vitest';
import { href, parse } from '../src/app/route.ts';
import { inGroup } from '../src/live/connection.ts';
import { barsOf, dayOf } from '../src/overview/day.ts';
import { shownOf } from '../src/runs/grid.ts';
import { merged, type Filter } from '../src/symbol/headlines.ts';
import type { Item, Run } from '../src/api/documents.ts';

test('a place survives its address', () => {
  expect(parse(href('acme', 'symbol', 'BRK.B/^X'))).toEqual({ tenant: 'acme', view: 'symbol', what: 'BRK.B/^X' });
  expect(parse('#/acme/nowhere')).toEqual({ tenant: 'acme', view: 'overview', what: null });
  expect(parse('#/%zz')).toEqual({ tenant: null, view: 'overview', what: null });
});

test('a symbol stands in a group as the server writes it', () => expect(['AAPL', 'BRK.B', 'EUR=X', '^GSPC'].map(inGroup)).toEqual(['AAPL', 'BRK_2eB', 'EUR_3dX', '_5eGSPC']));

test('a day sums its hours up, those of one and two items too', () => {
  const now = Date.parse('2026-11-26T10:30:00Z');
  const day = dayOf([
    { key: '1h|2026-11-26T10:00:00Z', n: 2, min: -0.5, max: 0.1, labels: { positive: 0, neutral: 1, negative: 1 } },
    { key: '1h|2026-11-26T09:00:00Z', n: 4, mean: 0.5, min: 0, max: 1, labels: { positive: 3, neutral: 1, negative: 0 } },
    { key: '1h|2026-11-25T10:00:00Z', n: 9, mean: 1 },
    { key: '1m|2026-11-26T10:29:00Z', n: 1, min: 1, max: 1 },
  ], now);
  expect(day.items).toBe(6);
  expect(day.thisHour).toBe(2);
  expect(day.mean).toBeCloseTo((4 * 0.5 - 0.4) / 6, 12);
  expect(day.hours.slice(22)).toEqual([0.5, null]);
  expect(day.labels).toEqual({ positive: 3, neutral: 2, negative: 1 });
});

test('bars are those of one length, oldest first', () => {
  expect(barsOf([{ key: '1m|B', n: 2 }, { key: '1h|A', n: 1 }, { key: '1m|A', n: 3 }], '1m').map((bar) => [bar.time, bar.n])).toEqual([['A', 3], ['B', 2]]);
});

describe('headlines', () => {
  const item = (id: string, publishedAt: string, more: Partial<Item> = {}) => ({ id, publishedAt, title: 'Profit', label: 'neutral', source: 's', ...more }) as Item;
  const all: Filter = { labels: new Set(), source: '', text: '' };

  test('each is shown once, newest first by time and not by text', () => {
    const items = merged([item('b', '2026-11-26T10:00:00.5Z')], [item('a', '2026-11-26T10:00:00Z'), item('b', '2026-11-26T10:00:00.5Z'), item('c', '2026-11-26T09:00:00Z')], all, 2);
    expect(items.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('a filter keeps what matches all of it', () => {
    const items = [item('a', '2026-11-26T10:00:00Z', { label: 'positive' }), item('b', '2026-11-26T10:00:00Z', { label: 'positive', source: 't' }), item('c', '2026-11-26T10:00:00Z')];
    expect(merged(items, [], { labels: new Set(['positive']), source: 's', text: 'PROF' }, 9).map(({ id }) => id)).toEqual(['a']);
  });
});

test('what comes live of a run lies over what was read, until it has ended', () => {
  const run = {
    run: 'R', status: 'running', startedAt: '2026-11-26T10:00:00Z', endedAt: null, percent: 10, records: { read: 100, accepted: 1, duplicate: 99, quarantined: 0, skipped: 0 },
    details: [{ tenant: 'acme', status: 'running', reason: null, tables: [{ table: 't/a', status: 'pending', reason: null, chunks: { total: 2, completed: 0, failed: 0 } }] }],
  } as unknown as Run;
  const chunks = [{ tenant: 'acme', table: 't/a', number: 1, status: 'pending', reason: null }];
  const entries = [
    { key: 'R', status: 'running' },
    { key: 'R|t/a', status: 'failed', reason: 'it broke', chunks: { total: 2, completed: 1, failed: 1 } },
    { key: 'R|t/a|2', status: 'completed' },
    { key: 'Q|t/a|1', status: 'completed' },
  ];
  const shown = shownOf('R', run, chunks, 'acme', entries, Date.parse('2026-11-26T10:00:10Z'))!;
  expect(shown.rows.map((row) => [row.table, row.status, row.chunks.map((chunk) => chunk.status)])).toEqual([['t/a', 'failed', ['pending', 'completed']]]);
  expect(shown.perSecond).toBe(10);
  expect(shown.failures).toEqual([{ where: 'acme t/a', status: 'failed', reason: 'it broke' }]);
  expect(shownOf('R', { ...run, endedAt: '2026-11-26T10:00:05Z' }, [], 'acme', entries, 0)!.rows[0]!.status).toBe('pending');
});
