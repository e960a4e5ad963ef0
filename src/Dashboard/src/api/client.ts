/** An answer that is no success, told in the API's own words. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
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

const patience = 35_000;

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
    const headers: Record<string, string> = { authorization: `Bearer ${this.key}` };
    if (etag) {
      headers['if-none-match'] = etag;
    }

    const limit = AbortSignal.timeout(patience);
    const answer = await fetch(`${this.base}/api${path}`, {
      method, headers, cache: 'no-store', credentials: 'omit', signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (answer.status === 304) {
      return { status: 304, etag, body: null };
    }

    const text = await answer.text();
    if (!answer.ok) {
      const problem = new ApiProblem(answer.status, told(answer.status, text));
      if (answer.status === 401) {
        this.refused(problem);
      }

      throw problem;
    }

    return { status: answer.status, etag: answer.headers.get('etag'), body: text ? (JSON.parse(text) as T) : null };
  }
}

function told(status: number, text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: string; title?: string };
    return detail ?? title ?? `the server answered ${status}`;
  } catch {
    return `the server answered ${status}`;
  }
}

/** A path's parts, each escaped. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((all, part, i) => all + part + (i < values.length ? encodeURIComponent(values[i]!) : ''), '');
}

/** What to say to a person about something that went wrong. */
export function saying(problem: unknown): string {
  if (problem instanceof ApiProblem) {
    return problem.status === 403 ? `This key may not see that (403): ${problem.message}`
      : problem.status === 401 ? `The key is not known (401): ${problem.message}`
      : `${problem.message} (${problem.status})`;
  }

  return problem instanceof DOMException && problem.name === 'TimeoutError' ? 'The server took too long to answer.'
    : 'The server cannot be reached.';
}
