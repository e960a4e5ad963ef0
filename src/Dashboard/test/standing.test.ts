import { expect, test } from 'vitest';
import { tell, type Standing } from '../src/live/standing.ts';

const now = 1_000_000;
const clock = () => '10:42:07';
const well: Standing = { phase: 'connected', isOnline: true, heardAt: now - 1_000, dataAt: now - 5_000, isReading: false };

test.each<[Partial<Standing>, string, string]>([
  [{}, 'live', 'live'],
  [{ heardAt: now - 6_000 }, 'behind', '6 s behind'],
  [{ heardAt: now - 20_000 }, 'waiting', 'reconnecting…, showing 10:42:07'],
  [{ isReading: true }, 'waiting', 'reading…'],
  [{ phase: 'connecting' }, 'waiting', 'connecting…'],
  [{ phase: 'reconnecting' }, 'waiting', 'reconnecting…'],
  [{ phase: 'reconnecting', dataAt: now - 60_000 }, 'offline', 'offline, showing 10:42:07'],
  [{ isOnline: false }, 'offline', 'offline, showing 10:42:07'],
  [{ isOnline: false, dataAt: null }, 'offline', 'offline, nothing to show yet'],
  [{ phase: 'polling' }, 'polling', 'every 10 s'],
  [{ phase: 'refused' }, 'offline', 'not live: this key may not listen'],
])('%o is told as %s', (standing, kind, text) => {
  expect(tell({ ...well, ...standing }, now, clock)).toMatchObject({ kind, text });
});

test('what is spoken has no seconds, so that a screen reader is not told every one of them', () => {
  expect(tell({ ...well, heardAt: now - 6_000 }, now, clock).spoken).toBe(tell({ ...well, heardAt: now - 7_000 }, now, clock).spoken);
});
