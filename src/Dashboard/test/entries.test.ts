import { describe, expect, test } from 'vitest';
import { Entries, type Change, type Delta } from '../src/live/entries.ts';

const delta = (seq: number, changes: Change[], from = 'p'): Delta => ({ from, seq, kind: 'delta', changes });
const snapshot = (version: number, ...entries: { key: string; n?: number }[]) => ({ group: 'g', version, entries });

function at(version: number, ...entries: { key: string; n?: number }[]): Entries {
  const all = new Entries();
  all.replace(snapshot(version, ...entries));
  return all;
}

describe('versions', () => {
  test('a change of the version that is known, or of an older one, changes nothing', () => {
    const all = at(10, { key: 'a', n: 1 });
    expect(all.apply(delta(1, [{ key: 'a', version: 10, n: 2 }, { key: 'b', version: 9, n: 3 }])).changed.size).toBe(0);
    expect(all.values()).toEqual([{ key: 'a', n: 1 }]);
  });

  test('changes that come in another order end the same', () => {
    const changes: Change[] = [{ key: 'a', version: 11, n: 2 }, { key: 'a', version: 12, n: 3 }, { key: 'b', version: 13, removed: true }, { key: 'b', version: 12, n: 9 }];
    for (const order of [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 0, 1, 3, 1, 2]]) {
      const all = at(10, { key: 'a', n: 1 }, { key: 'b', n: 1 });
      order.forEach((i, seq) => all.apply(delta(seq + 1, [changes[i]!])));
      expect(all.values()).toEqual([{ key: 'a', n: 3 }]);
    }
  });

  test('what is removed comes back with a newer version only', () => {
    const all = at(10, { key: 'a', n: 1 });
    all.apply(delta(1, [{ key: 'a', version: 12, removed: true }]));
    all.apply(delta(2, [{ key: 'a', version: 11, n: 5 }]));
    expect(all.values()).toEqual([]);
    all.apply(delta(3, [{ key: 'a', version: 13, n: 6 }]));
    expect(all.values()).toEqual([{ key: 'a', n: 6 }]);
  });

  test('a snapshot takes nothing back that came after it was read', () => {
    const all = at(10, { key: 'a', n: 1 }, { key: 'gone', n: 1 });
    all.apply(delta(1, [{ key: 'a', version: 20, n: 2 }, { key: 'new', version: 20, n: 3 }, { key: 'gone', version: 20, removed: true }]));
    all.replace(snapshot(15, { key: 'a', n: 0 }, { key: 'gone', n: 1 }, { key: 'c', n: 4 }));
    expect(all.values().sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual([{ key: 'a', n: 2 }, { key: 'c', n: 4 }, { key: 'new', n: 3 }]);
  });

  test('what a snapshot lacks is gone', () => {
    const all = at(10, { key: 'a', n: 1 }, { key: 'b', n: 1 });
    expect([...all.replace(snapshot(11, { key: 'b', n: 1 }))].sort()).toEqual(['a', 'b']);
    expect(all.values()).toEqual([{ key: 'b', n: 1 }]);
  });
});

describe('bases', () => {
  test('a change on a base that is known brings what changed alone; a null is a field that went away', () => {
    const all = at(10, { key: 'a', n: 1 });
    all.apply(delta(1, [{ key: 'a', version: 11, n: 1, label: 'x' }]));
    expect(all.apply(delta(2, [{ key: 'a', version: 12, base: 11, n: 2 }])).isGap).toBe(false);
    expect(all.apply(delta(3, [{ key: 'a', version: 13, base: 12, label: null }])).isGap).toBe(false);
    expect(all.values()).toEqual([{ key: 'a', n: 2, label: null }]);
  });

  test.each([
    ['an entry that is not there', { key: 'b', version: 12, base: 11, n: 2 }],
    ['an entry that is older than the base', { key: 'a', version: 12, base: 11, n: 2 }],
  ])('a change on %s asks for a snapshot and changes nothing', (_, change) => {
    const all = at(10, { key: 'a', n: 1 });
    const { changed, isGap } = all.apply(delta(1, [change]));
    expect(isGap).toBe(true);
    expect(changed.size).toBe(0);
    expect(all.values()).toEqual([{ key: 'a', n: 1 }]);
  });

  test('what a snapshot brought counts as of its version', () => {
    const all = at(20, { key: 'a', n: 1 });
    expect(all.apply(delta(1, [{ key: 'a', version: 21, base: 18, n: 2 }])).isGap).toBe(false);
    expect(all.values()).toEqual([{ key: 'a', n: 2 }]);
  });
});

describe('sequences', () => {
  const gap = (all: Entries, seq: number, from = 'p') => all.apply(delta(seq, [], from)).isGap;

  test('the first message after a snapshot is noted whatever its number; from then on each must follow', () => {
    const all = at(1);
    expect([gap(all, 7), gap(all, 8), gap(all, 9), gap(all, 11), gap(all, 12)]).toEqual([false, false, false, true, false]);
  });

  test('a message that comes again is no gap', () => {
    const all = at(1);
    expect([gap(all, 7), gap(all, 8), gap(all, 7), gap(all, 8), gap(all, 9)]).toEqual([false, false, false, false, false]);
  });

  test('a publisher that was not heard before asks for a snapshot, and is known from then on', () => {
    const all = at(1);
    expect([gap(all, 1, 'p'), gap(all, 1, 'q'), gap(all, 2, 'q'), gap(all, 2, 'p')]).toEqual([false, true, false, false]);
  });

  test('after a lost connection whoever speaks first is noted anew', () => {
    const all = at(1);
    gap(all, 5);
    all.forgetPublishers();
    all.replace(snapshot(2));
    expect([gap(all, 9), gap(all, 10)]).toEqual([false, false]);
  });

  test('no more publishers are remembered than there can be at a time', () => {
    const all = at(1);
    for (let i = 0; i < 100; i++) {
      gap(all, 1, `p${i}`);
    }

    expect([gap(all, 2, 'p99'), gap(all, 2, 'p0')]).toEqual([false, true]);
  });
});

test('the newest of a list are kept', () => {
  const all = at(1, { key: 'a', n: 1 }, { key: 'b', n: 3 }, { key: 'c', n: 2 });
  all.keep(2, (a, b) => (b.n as number) - (a.n as number));
  expect(all.values().map((entry) => entry.key).sort()).toEqual(['b', 'c']);
});
