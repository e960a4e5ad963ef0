import { expect, test } from 'vitest';
import { againAfter, merged, noFilter, standingOf, unseen } from '../src/alerts/inbox.ts';
import type { AlertRow, Delivery } from '../src/api/settings.ts';

const alert = (id: string, raisedAt: string, more: Partial<AlertRow> = {}): AlertRow => ({
  id, raisedAt, rule: { id: 'r', version: 1, name: 'R' }, kind: 'score', symbol: 'AAPL', value: -1, summary: 's', state: 'new', ...more,
});
const delivery = (status: Delivery['status']): Delivery => ({ id: status, target: 'mail a@b.c', status, attempts: 1 });

test('what comes live lies over what was read, each once, newest first', () => {
  const read = [alert('b', '2026-11-26T10:00:00Z'), alert('a', '2026-11-26T09:00:00Z')];
  const live = [alert('c', '2026-11-26T11:00:00Z'), alert('b', '2026-11-26T10:00:00Z', { state: 'seen' })];
  expect(merged(live, read, noFilter).map(({ id, state }) => id + state)).toEqual(['cnew', 'bseen', 'anew']);
});

test('a filter keeps what matches all of it', () => {
  const all = [alert('a', '2026-11-26T10:00:00Z'), alert('b', '2026-11-26T10:00:00Z', { state: 'seen' }), alert('c', '2026-11-26T10:00:00Z', { symbol: 'MSFT' })];
  expect(merged(all, [], { state: 'new', rule: 'r', symbol: 'AAPL' }).map(({ id }) => id)).toEqual(['a']);
  expect(merged(all, [], { state: '', rule: 'q', symbol: '' })).toEqual([]);
});

test('what nobody has seen is counted as far as it is known', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => alert(String(i), '2026-11-26T10:00:00Z'));
  expect([unseen([]), unseen(many(3)), unseen(many(50)), unseen([alert('a', '', { state: 'seen' })])]).toEqual([null, '3', '50+', null]);
});

test('the worst of an alert\'s deliveries stands for it', () => {
  expect(standingOf([delivery('sent'), delivery('dead'), delivery('waiting')])).toBe('dead');
  expect(standingOf([])).toBeNull();
  expect(standingOf(undefined)).toBeNull();
});

test('an alert is read again while something of it is under way', () => {
  expect([againAfter([delivery('waiting'), delivery('sent')]), againAfter([delivery('held')]), againAfter([delivery('sent'), delivery('dead')])]).toEqual([2_000, 30_000, null]);
});
