import { createContext } from 'preact';
import { useContext, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Api } from '../api/client.ts';
import type { Tenant } from '../api/documents.ts';
import type { Me } from '../api/settings.ts';
import type { Connection } from '../live/connection.ts';
import type { Entry } from '../live/entries.ts';
import type { Feed } from '../live/feed.ts';
import { onFrame } from './frame.ts';

/** What every view works with; `reload` reads anew which tenants there are. */
export interface Session { api: Api; me: Me; tenants: Tenant[]; tenant: Tenant; connection: Connection; reload: () => Promise<void> }

/** Whether the key may do something to its tenant: the admin's everything. */
export const may = (me: Me, scope: 'run' | 'manage'): boolean => me.admin || me.scopes.includes(scope);

export const SessionContext = createContext<Session | null>(null);

export const useSession = (): Session => useContext(SessionContext)!;

/** A group of the tenant, followed while the caller is shown; draws it again at most once a frame. */
export function useFeed(name: string | null, order?: { most: number; by: (a: Entry, b: Entry) => number }): Feed | null {
  const { connection, tenant } = useSession();
  const [feed, set] = useState<Feed | null>(null);
  const [, draw] = useReducer<number, void>((n) => n + 1, 0);
  useEffect(() => {
    if (name === null) {
      set(null);
      return;
    }

    const opened = connection.open(`${tenant.id}.${name}`, order);
    const redraw = () => draw();
    const stop = opened.watch(() => onFrame(redraw));
    set(opened);
    return () => {
      stop();
      connection.close(opened);
    };
  }, [connection, name]);
  return feed;
}

/** A document read over HTTP, again after so many milliseconds; what was read stays while it cannot be read anew. */
export interface Read<T> { value: T | null; problem: unknown; isReading: boolean; again: () => void }

export function useRead<T>(read: ((signal: AbortSignal) => Promise<T>) | null, on: readonly unknown[], every?: (value: T | null) => number | null): Read<T> {
  const [state, set] = useState<{ value: T | null; problem: unknown; isReading: boolean }>({ value: null, problem: null, isReading: true });
  const [asked, ask] = useReducer<number, void>((n) => n + 1, 0);
  const last = useRef<readonly unknown[] | null>(null);
  useEffect(() => {
    if (!read) {
      return;
    }

    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isOther = last.current === null || last.current.some((value, i) => value !== on[i]);
    last.current = on;
    let kept: T | null = isOther ? null : state.value;
    const go = async () => {
      let wait: number | null = null;
      try {
        kept = await read(ending.signal);
        if (ending.signal.aborted) {
          return;
        }

        set({ value: kept, problem: null, isReading: false });
        wait = every?.(kept) ?? null;
      } catch (problem) {
        if (ending.signal.aborted) {
          return;
        }

        set({ value: kept, problem, isReading: false });
        const status = (problem as { status?: number }).status;
        wait = status === undefined || status >= 500 || status === 429 ? 5_000 : null;
      }

      if (wait !== null && !ending.signal.aborted) {
        timer = setTimeout(() => void go(), document.hidden ? wait * 5 : wait);
      }
    };
    set({ value: kept, problem: null, isReading: true });
    void go();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [...on, asked, read === null]);
  return { ...state, again: () => ask() };
}
