import { ApiProblem, type Answer } from '../api/client.ts';
import { Entries, type Delta, type Entry, type Snapshot } from './entries.ts';

const everyRead = 60_000;
const everyPoll = 10_000;
const mostWaiting = 1_000;
const backoff = [250, 1_000, 3_000, 10_000];

/** What a feed needs of the world; tests bring their own. */
export interface FeedWorld {
  read(group: string, etag: string | null): Promise<Answer<Snapshot>>;
  join(group: string): Promise<void>;
  later(milliseconds: number, act: () => void): () => void;
  now(): number;
}

/** A group that somebody looks at: joins, reads the snapshot, takes what comes, and reads again where something may be missing. */
export class Feed {
  readonly entries = new Entries();
  problem: ApiProblem | Error | null = null;
  /** When it last was known to be right: a snapshot was read or a message taken. */
  at: number | null = null;
  /** Counts up with every change, for who compares. */
  revision = 0;

  #watchers = new Set<(keys: ReadonlySet<string>) => void>();
  #waiting: Delta[] = [];
  #isReading = false;
  #isWanted = false;
  #isEnded = false;
  #isJoined = false;
  #isTouched = false;
  #failures = 0;
  #etag: string | null = null;
  #cancel: () => void = () => {};

  constructor(
    readonly group: string,
    private readonly world: FeedWorld,
    private readonly order?: { most: number; by: (a: Entry, b: Entry) => number },
  ) {}

  watch(watcher: (keys: ReadonlySet<string>) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** On a new connection: joins the group, and only then reads, so that nothing falls between. */
  async connect(): Promise<void> {
    this.entries.forgetPublishers();
    this.#etag = null;
    try {
      await this.world.join(this.group);
      this.#isJoined = true;
    } catch (problem) {
      // Without the group it is read every few seconds; the next connection asks for it again.
      this.#isJoined = false;
      this.problem = problem as Error;
    }

    this.#read();
  }

  /** The connection is gone; what is shown stays. */
  disconnect(): void {
    this.#isJoined = false;
    this.#plan();
  }

  /** Reads now and then without a connection, where there is none to be had. */
  poll(): void {
    this.#isJoined = false;
    this.#read();
  }

  /** Takes a message of the group. */
  take(delta: Delta): void {
    if (this.#isReading || !this.entries.isRead) {
      this.#waiting.push(delta);
      if (this.#waiting.length > mostWaiting) {
        this.#waiting = [];
        this.#isWanted = true;
      }

      return;
    }

    this.#apply([delta]);
  }

  end(): void {
    this.#isEnded = true;
    this.#cancel();
    this.#watchers.clear();
  }

  #apply(deltas: Delta[]): void {
    const keys = new Set<string>();
    let isGap = false;
    for (const delta of deltas) {
      const result = this.entries.apply(delta);
      isGap ||= result.isGap;
      for (const key of result.changed) {
        keys.add(key);
      }
    }

    this.#isTouched ||= deltas.length > 0;
    if (deltas.length > 0) {
      this.at = this.world.now();
    }

    if (this.order) {
      this.entries.keep(this.order.most, this.order.by);
    }

    if (keys.size > 0) {
      this.#tell(keys);
    }

    if (isGap) {
      this.#etag = null;
      this.#read();
    }
  }

  #tell(keys: ReadonlySet<string>): void {
    this.revision++;
    for (const watcher of this.#watchers) {
      watcher(keys);
    }
  }

  #read(): void {
    if (this.#isEnded) {
      return;
    }

    if (this.#isReading) {
      this.#isWanted = true;
      return;
    }

    this.#isReading = true;
    this.#isWanted = false;
    this.#cancel();
    const etag = this.#isTouched ? null : this.#etag;
    this.world.read(this.group, etag).then(
      (answer) => this.#took(answer),
      (problem: unknown) => this.#failed(problem as Error),
    );
  }

  #took(answer: Answer<Snapshot>): void {
    this.#isReading = false;
    if (this.#isEnded) {
      return;
    }

    this.#failures = 0;
    this.problem = null;
    this.at = this.world.now();
    this.#etag = answer.etag;
    this.#isTouched = false;
    const keys = answer.body ? this.entries.replace(answer.body) : new Set<string>();
    this.#tell(keys);
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#apply(waiting);
    this.#plan();
  }

  #failed(problem: Error): void {
    this.#isReading = false;
    if (this.#isEnded) {
      return;
    }

    this.problem = problem;
    this.#failures++;
    this.#tell(new Set());
    this.#plan();
  }

  #plan(): void {
    this.#cancel();
    if (this.#isEnded || this.#isReading) {
      return;
    }

    const wait = this.#failures > 0 ? backoff[Math.min(this.#failures, backoff.length) - 1]!
      : this.#isWanted ? backoff[0]!
      : this.#isJoined ? everyRead : everyPoll;
    this.#cancel = this.world.later(wait, () => this.#read());
  }
}
