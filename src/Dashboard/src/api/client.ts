/** An answer that is no success, told in the API's own words. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What is wrong with which field, where it is about fields. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** A document, or none where the one at hand still holds. */
export interface Answer<T> {
  status: number;
  etag: string | null;
  body: T | null;
}

/** What a change holds on to: the version that is to be changed, or that there is none yet. */
export type Condition = { match: string } | { isNew: true };

const patience = 35_000;

// Only of these a text tells of the fields that were sent.
const fieldStatus = new Set([400, 403, 422]);

/** The HTTP API with a key. */
export class Api {
  constructor(
    readonly base: string,
    private readonly key: string,
    private readonly refused: (problem: ApiProblem) => void = () => {},
  ) {}

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.ask<T>('GET', path, null, signal)).body as T;
  }

  async post<T>(path: string): Promise<T | null> {
    return (await this.ask<T>('POST', path, null)).body;
  }

  /** Asks; with an `etag`, for what differs from that. */
  async ask<T>(method: string, path: string, etag: string | null, signal?: AbortSignal): Promise<Answer<T>> {
    return this.#send<T>(method, path, etag ? { 'if-none-match': etag } : {}, undefined, signal);
  }

  /** Changes something, or makes it; what stands in the way is an `ApiProblem`, 412 where it was changed by another meanwhile. */
  async send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, condition?: Condition): Promise<Answer<T>> {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (condition) {
      Object.assign(headers, 'match' in condition ? { 'if-match': condition.match } : { 'if-none-match': '*' });
    }

    return this.#send<T>(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }

  async #send<T>(method: string, path: string, headers: Record<string, string>, body?: string, signal?: AbortSignal): Promise<Answer<T>> {
    const etag = headers['if-none-match'] ?? null;
    const limit = AbortSignal.timeout(patience);
    const answer = await fetch(`${this.base}/api${path}`, {
      method, body, cache: 'no-store', credentials: 'omit', headers: { ...headers, authorization: `Bearer ${this.key}` },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (answer.status === 304) {
      return { status: 304, etag, body: null };
    }

    const text = await answer.text();
    if (!answer.ok) {
      const problem = new ApiProblem(answer.status, ...told(answer.status, text));
      if (answer.status === 401) {
        this.refused(problem);
      }

      throw problem;
    }

    return { status: answer.status, etag: answer.headers.get('etag'), body: text ? (JSON.parse(text) as T) : null };
  }
}

// The text of a problem, and of what fields it is: those that it lists, or the one that its text begins with.
function told(status: number, text: string): [string, Record<string, string>] {
  try {
    const { detail, title, errors } = JSON.parse(text) as { detail?: string; title?: string; errors?: Record<string, string | string[]> };
    const message = detail ?? title ?? `the server answered ${status}`;
    if (errors) {
      return [message, Object.fromEntries(Object.entries(errors).map(([name, said]) => [bare(name), Array.isArray(said) ? said.join('; ') : String(said)]))];
    }

    return [message, fieldStatus.has(status) ? named(message) : {}];
  } catch {
    return [`the server answered ${status}`, {}];
  }
}

// Several stand one after the other: `name: …; when.above: …`.
function named(message: string): Record<string, string> {
  const fields: Record<string, string> = {};
  let last: string | null = null;
  for (const part of message.split('; ')) {
    const found = /^(\$?[\w.[\]/-]+): (.+)$/s.exec(part);
    if (found) {
      last = bare(found[1]!);
      fields[last] = last in fields ? `${fields[last]}; ${found[2]}` : found[2]!;
    } else if (last === null) {
      return {};
    } else {
      fields[last] += `; ${part}`;
    }
  }

  return fields;
}

const bare = (name: string): string => name.replace(/^\$\.?/, '');

/** A path's parts, each escaped. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((all, part, i) => all + part + (i < values.length ? encodeURIComponent(values[i]!) : ''), '');
}

/** What to say to a person about something that went wrong. */
export function saying(problem: unknown): string {
  if (problem instanceof ApiProblem) {
    return problem.status === 403 ? `This key may not do that (403): ${problem.message}`
      : problem.status === 401 ? `The key is not known (401): ${problem.message}`
      : `${problem.message} (${problem.status})`;
  }

  return problem instanceof DOMException && problem.name === 'TimeoutError' ? 'The server took too long to answer.'
    : 'The server cannot be reached.';
}
