import { WebPubSubClient, WebPubSubJsonReliableProtocol } from '@azure/web-pubsub-client';
import { ApiProblem, path, type Api } from '../api/client.ts';
import type { Delta, Entry, Snapshot } from './entries.ts';
import { Feed, type FeedWorld } from './feed.ts';
import type { Standing } from './standing.ts';

const everyPing = 2_000;
const everyTry = 30_000;
const retries = { retryDelayInMs: 500, maxRetryDelayInMs: 10_000, mode: 'Exponential' } as const;

/** The live feeds of one tenant over one connection. */
export class Connection {
  /** When anything last came over the socket: a message, or the answer to a ping. */
  heardAt: number | null = null;
  #phase: Standing['phase'] = 'connecting';
  #feeds = new Map<string, { feed: Feed; users: number }>();
  #client: WebPubSubClient | null = null;
  #watchers = new Set<() => void>();
  #isEnded = false;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #world: FeedWorld;

  constructor(
    readonly tenant: string,
    private readonly api: Api,
  ) {
    this.#world = {
      read: (group, etag) => api.ask<Snapshot>('GET', path`/tenants/${tenant}/live/${group}`, etag),
      join: async (group) => {
        await this.#client!.joinGroup(group);
      },
      later: (milliseconds, act) => this.#later(milliseconds, act),
      now: () => Date.now(),
    };
    addEventListener('online', this.#nudge);
    addEventListener('offline', this.#tell);
    void this.#start();
  }

  /** How it stands, for people. */
  get standing(): Standing {
    // What the server refuses to show is told where it would stand, and is not waited for.
    const read = [...this.#feeds.values()].filter(({ feed }) => !(feed.problem instanceof ApiProblem && feed.problem.status < 500)).map((used) => used.feed.at);
    const known = read.filter((at) => at !== null);
    return {
      phase: this.#phase,
      isOnline: navigator.onLine,
      heardAt: this.heardAt,
      dataAt: known.length > 0 ? Math.max(...known) : null,
      isReading: read.length > known.length,
    };
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** A group's feed, shared by who looks at it. */
  open(group: string, order?: { most: number; by: (a: Entry, b: Entry) => number }): Feed {
    const known = this.#feeds.get(group);
    if (known) {
      known.users++;
      return known.feed;
    }

    const feed = new Feed(group, this.#world, order);
    this.#feeds.set(group, { feed, users: 1 });
    if (this.#phase === 'connected') {
      void feed.connect();
    } else {
      feed.poll(); // What there is is shown while the connection is made.
    }

    return feed;
  }

  /** Gives a feed back; the last one leaves the group. */
  close(feed: Feed): void {
    const used = this.#feeds.get(feed.group);
    if (used && --used.users === 0) {
      this.#feeds.delete(feed.group);
      feed.end();
      if (this.#phase === 'connected') {
        this.#client?.leaveGroup(feed.group).catch(() => {}); // A connection that breaks has left it.
      }
    }
  }

  end(): void {
    this.#isEnded = true;
    removeEventListener('online', this.#nudge);
    removeEventListener('offline', this.#tell);
    this.#timers.forEach(clearTimeout);
    this.#feeds.forEach((used) => used.feed.end());
    this.#client?.stop();
  }

  #tell = (): void => this.#watchers.forEach((watcher) => watcher());

  #nudge = (): void => {
    this.#tell();
    if (this.#phase !== 'connected') {
      this.#feeds.forEach((used) => used.feed.poll());
    }
  };

  #later(milliseconds: number, act: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, milliseconds);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  async #url(): Promise<string> {
    if (this.#isEnded) {
      throw new Error('nobody looks any more');
    }

    const answer = await this.api.post<{ url: string }>(path`/tenants/${this.tenant}/negotiate`);
    return answer!.url;
  }

  async #start(): Promise<void> {
    const protocol = WebPubSubJsonReliableProtocol();
    const client = new WebPubSubClient({ getClientAccessUrl: () => this.#url() }, {
      // The frames are the library's; here is only noted that one came.
      protocol: {
        ...protocol,
        writeMessage: (message) => protocol.writeMessage(message),
        parseMessages: (input) => {
          this.heardAt = Date.now();
          return protocol.parseMessages(input);
        },
      },
      autoRejoinGroups: false, // Joined here, for each is to be read after it.
      keepAliveIntervalInMs: everyPing,
      keepAliveTimeoutInMs: 5 * everyPing,
      reconnectRetryOptions: { ...retries, maxRetries: Number.MAX_SAFE_INTEGER },
      messageRetryOptions: { ...retries, maxRetries: 3 },
    });
    this.#client = client;
    client.on('connected', () => {
      if (this.#isEnded) {
        client.stop(); // It ended while the connection was being made.
        return;
      }

      this.#become('connected');
      this.#feeds.forEach((used) => void used.feed.connect());
    });
    client.on('disconnected', () => {
      this.#become('reconnecting');
      this.#feeds.forEach((used) => used.feed.disconnect());
    });
    client.on('stopped', () => this.#again('reconnecting'));
    client.on('group-message', (received) => {
      this.#feeds.get(received.message.group)?.feed.take(received.message.data as unknown as Delta);
    });
    try {
      await client.start();
    } catch (problem) {
      // A host without a hub is read every few seconds.
      const lacks = problem instanceof ApiProblem && [404, 405, 501, 503].includes(problem.status);
      this.#again(lacks ? 'polling' : problem instanceof ApiProblem && problem.status === 403 ? 'refused' : 'reconnecting');
    }
  }

  #again(phase: Standing['phase']): void {
    this.#client = null;
    if (this.#isEnded) {
      return;
    }

    this.#become(phase);
    this.#later(phase === 'reconnecting' ? everyPing : everyTry, () => void this.#start());
  }

  #become(phase: Standing['phase']): void {
    if (this.#phase !== phase) {
      this.#phase = phase;
      this.#tell();
    }
  }
}

/** A symbol as it stands in a group's name. */
export function inGroup(symbol: string): string {
  return symbol.replace(/[^A-Z0-9-]/g, (c) => `_${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
