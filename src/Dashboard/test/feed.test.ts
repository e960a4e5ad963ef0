import { expect, test } from 'vitest';
import type { Answer } from '../src/api/client.ts';
import type { Snapshot } from '../src/live/entries.ts';
import { Feed, type FeedWorld } from '../src/live/feed.ts';

/** A world whose answers and clock the test moves. */
class World implements FeedWorld {
  asked: { etag: string | null; answer: (answer: Answer<Snapshot>) => void; fail: (problem: Error) => void }[] = [];
  timers: { wait: number; act: () => void }[] = [];
  joined: string[] = [];
  refuses = false;

  read(_: string, etag: string | null): Promise<Answer<Snapshot>> {
    return new Promise((answer, fail) => this.asked.push({ etag, answer, fail }));
  }

  join(group: string): Promise<void> {
    this.joined.push(group);
    return this.refuses ? Promise.reject(new Error('refused')) : Promise.resolve();
  }

  later(wait: number, act: () => void): () => void {
    const timer = { wait, act };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  now(): number {
    return 1;
  }

  async answer(version: number, ...entries: Snapshot['entries']): Promise<void> {
    this.asked.shift()!.answer({ status: 200, etag: `"${version}"`, body: { group: 'g', version, entries } });
    await settled();
  }

  pass(): void {
    this.timers.shift()!.act();
  }
}

const settled = async () => {
  for (let i = 0; i < 8; i++) {
    await Promise.resolve();
  }
};
const change = (seq: number, version: number, n: number, base?: number) =>
  ({ from: 'p', seq, kind: 'delta' as const, changes: [{ key: 'a', version, n, ...(base === undefined ? {} : { base }) }] });

async function connected(): Promise<{ world: World; feed: Feed }> {
  const world = new World();
  const feed = new Feed('g', world);
  await feed.connect();
  await world.answer(10, { key: 'a', n: 1 });
  return { world, feed };
}

test('a group is joined before it is read', async () => {
  const world = new World();
  const feed = new Feed('g', world);
  const connecting = feed.connect();
  expect([world.joined, world.asked.length]).toEqual([['g'], 0]);
  await connecting;
  expect(world.asked.length).toBe(1);
});

test('what comes while the snapshot is read is applied after it, by version', async () => {
  const world = new World();
  const feed = new Feed('g', world);
  await feed.connect();
  feed.take(change(1, 9, 7));
  feed.take(change(2, 11, 8, 10));
  expect(feed.entries.values()).toEqual([]);
  await world.answer(10, { key: 'a', n: 1 });
  expect(feed.entries.values()).toEqual([{ key: 'a', n: 8 }]);
  expect(world.asked.length).toBe(0);
});

test('a gap reads the snapshot, without a condition', async () => {
  const { world, feed } = await connected();
  feed.take(change(1, 11, 2));
  feed.take(change(3, 13, 4));
  expect(world.asked.map((asked) => asked.etag)).toEqual([null]);
  feed.take(change(4, 15, 6));
  await world.answer(14, { key: 'a', n: 5 });
  expect(feed.entries.values()).toEqual([{ key: 'a', n: 6 }]);
});

test('every minute it is read again: only if it changed where no message came, else in any case', async () => {
  const { world, feed } = await connected();
  expect(world.timers.map((timer) => timer.wait)).toEqual([60_000]);
  world.pass();
  expect(world.asked[0]!.etag).toBe('"10"');
  world.asked.shift()!.answer({ status: 304, etag: '"10"', body: null });
  await settled();
  expect(feed.entries.values()).toEqual([{ key: 'a', n: 1 }]);
  feed.take(change(1, 11, 2));
  world.pass();
  expect(world.asked[0]!.etag).toBeNull();
});

test('a read that fails is tried again, later each time, and what is shown stays', async () => {
  const { world, feed } = await connected();
  world.pass();
  const waits: number[] = [];
  for (let i = 0; i < 5; i++) {
    world.asked.shift()!.fail(new Error('away'));
    await settled();
    waits.push(world.timers[0]!.wait);
    world.pass();
  }

  expect(waits).toEqual([250, 1_000, 3_000, 10_000, 10_000]);
  expect(feed.problem?.message).toBe('away');
  expect(feed.entries.values()).toEqual([{ key: 'a', n: 1 }]);
  await world.answer(20, { key: 'a', n: 9 });
  expect(feed.problem).toBeNull();
});

test('without a group it is read every ten seconds', async () => {
  const world = new World();
  world.refuses = true;
  const feed = new Feed('g', world);
  await feed.connect();
  await world.answer(10, { key: 'a', n: 1 });
  expect(world.timers.map((timer) => timer.wait)).toEqual([10_000]);
  expect(feed.entries.isRead).toBe(true);
});

test('after a new connection it joins and reads again', async () => {
  const { world, feed } = await connected();
  feed.disconnect();
  await feed.connect();
  expect(world.joined).toEqual(['g', 'g']);
  await world.answer(30, { key: 'a', n: 3 });
  feed.take({ from: 'other', seq: 99, kind: 'delta', changes: [{ key: 'a', version: 31, n: 4 }] });
  expect(world.asked.length).toBe(0);
  expect(feed.entries.values()).toEqual([{ key: 'a', n: 4 }]);
});

test('what waits for a snapshot is bounded; beyond that it is read once more', async () => {
  const world = new World();
  const feed = new Feed('g', world);
  await feed.connect();
  for (let i = 1; i <= 1_500; i++) {
    feed.take(change(i, 100 + i, i));
  }

  await world.answer(10, { key: 'a', n: 0 });
  expect(world.timers.map((timer) => timer.wait)).toEqual([250]);
});

test('who watches is told which keys changed', async () => {
  const { feed } = await connected();
  const told: string[][] = [];
  const stop = feed.watch((keys) => told.push([...keys]));
  feed.take(change(1, 11, 2));
  feed.take(change(2, 11, 2));
  stop();
  feed.take(change(3, 12, 3));
  expect(told).toEqual([['a']]);
});
