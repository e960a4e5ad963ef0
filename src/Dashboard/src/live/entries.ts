/** An entry of a group: its key and whatever fields it has. */
export interface Entry {
  key: string;
  [field: string]: unknown;
}

/** A group as the server has it, all of it read after `version`. */
export interface Snapshot {
  group: string;
  version: number;
  entries: Entry[];
}

/** What became of an entry: absolute values, or with `base` those that changed since that version. */
export interface Change extends Entry {
  version: number;
  base?: number;
  removed?: boolean;
}

/** One message of a publisher. */
export interface Delta {
  from: string;
  seq: number;
  kind: 'delta';
  changes: Change[];
}

const mostPublishers = 64;
const mostRemoved = 10_000;

/**
 * A group's entries, put together from snapshots and deltas in whatever order and however often these arrive.
 * The higher version wins; what cannot be told from what is at hand asks for a snapshot.
 */
export class Entries {
  #entries = new Map<string, { version: number; value: Entry }>();
  #removed = new Map<string, number>();
  #publishers = new Map<string, number>();
  #floor = -1;
  #isFresh = false;

  /** Whether a snapshot was read yet. */
  get isRead(): boolean {
    return this.#floor >= 0;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)?.value;
  }

  /** All of them, in no order. */
  values(): Entry[] {
    return [...this.#entries.values()].map((entry) => entry.value);
  }

  /** Takes a snapshot; what is known to be newer than it stays. Returns the keys that changed. */
  replace(snapshot: Snapshot): Set<string> {
    const changed = new Set<string>();
    const there = new Set<string>();
    for (const value of snapshot.entries) {
      there.add(value.key);
      const known = this.#versionOf(value.key);
      if (known > snapshot.version) {
        continue;
      }

      this.#entries.set(value.key, { version: snapshot.version, value });
      changed.add(value.key);
    }

    for (const [key, entry] of this.#entries) {
      if (!there.has(key) && entry.version <= snapshot.version) {
        this.#entries.delete(key);
        changed.add(key);
      }
    }

    for (const [key, version] of this.#removed) {
      if (version <= snapshot.version) {
        this.#removed.delete(key);
      }
    }

    this.#floor = Math.max(this.#floor, snapshot.version);
    this.#isFresh = true;
    return changed;
  }

  /** Takes a message. Returns the keys that changed, and whether a snapshot has to be read. */
  apply(delta: Delta): { changed: Set<string>; isGap: boolean } {
    let isGap = !this.#follows(delta);
    const changed = new Set<string>();
    for (const change of delta.changes) {
      const { key, version, base, removed, ...fields } = change;
      const known = this.#entries.get(key);
      if (version <= this.#versionOf(key)) {
        continue;
      }

      if (removed) {
        this.#entries.delete(key);
        this.#removed.set(key, version);
        isGap ||= this.#removed.size > mostRemoved;
      } else if (base === undefined) {
        this.#entries.set(key, { version, value: { key, ...fields } });
        this.#removed.delete(key);
      } else if (known && known.version >= base) {
        this.#entries.set(key, { version, value: { ...known.value, ...fields, key } });
      } else {
        isGap = true;
        continue;
      }

      changed.add(key);
    }

    return { changed, isGap };
  }

  /** Forgets the oldest beyond a number, by an order of the caller's. */
  keep(count: number, order: (a: Entry, b: Entry) => number): void {
    if (this.#entries.size > count) {
      for (const entry of this.values().sort(order).slice(count)) {
        this.#entries.delete(entry.key);
      }
    }
  }

  /** After a connection that lost messages: whoever speaks next is heard anew. */
  forgetPublishers(): void {
    this.#publishers.clear();
  }

  #versionOf(key: string): number {
    return Math.max(this.#entries.get(key)?.version ?? this.#floor, this.#removed.get(key) ?? -1);
  }

  #follows(delta: Delta): boolean {
    const last = this.#publishers.get(delta.from);
    const isFresh = this.#isFresh;
    this.#isFresh = false;

    // Put back at the end, so that those that fell silent are forgotten first.
    this.#publishers.delete(delta.from);
    this.#publishers.set(delta.from, Math.max(delta.seq, last ?? 0));
    if (this.#publishers.size > mostPublishers) {
      this.#publishers.delete(this.#publishers.keys().next().value!);
    }

    return last === undefined ? isFresh : delta.seq <= last + 1;
  }
}
