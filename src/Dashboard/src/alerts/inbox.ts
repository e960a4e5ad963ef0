import type { AlertRow, Delivery } from '../api/settings.ts';
import type { Entry } from '../live/entries.ts';

/** The order of the inbox. */
export const newestFirst = (a: AlertRow, b: AlertRow): number => Date.parse(b.raisedAt) - Date.parse(a.raisedAt) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

export const rowOf = (entry: Entry): AlertRow => ({ ...(entry as unknown as AlertRow), id: entry.key });

/** How many a live feed keeps, and which. */
export const kept = { most: 200, by: (a: Entry, b: Entry): number => newestFirst(rowOf(a), rowOf(b)) };

/** The newest that the server tells live. */
export const mostLive = 50;

export interface Filter { state: '' | 'new' | 'seen'; rule: string; symbol: string }

export const noFilter: Filter = { state: '', rule: '', symbol: '' };

/** What is live upon what was read, each once, newest first, as far as it matches. */
export function merged(live: AlertRow[], read: AlertRow[], filter: Filter): AlertRow[] {
  const all = new Map(read.map((alert) => [alert.id, alert]));
  live.forEach((alert) => all.set(alert.id, { ...all.get(alert.id), ...alert }));
  return [...all.values()].filter((alert) =>
    (!filter.state || alert.state === filter.state) && (!filter.rule || alert.rule.id === filter.rule) && (!filter.symbol || alert.symbol === filter.symbol)).sort(newestFirst);
}

/** How many have not been seen, in words; null for none. */
export function unseen(live: AlertRow[]): string | null {
  const count = live.filter((alert) => alert.state === 'new').length;
  return count === 0 ? null : count >= mostLive ? `${mostLive}+` : String(count);
}

/** What is to be said of deliveries at a glance: the worst. */
export function standingOf(deliveries: readonly Delivery[] | null | undefined): Delivery['status'] | null {
  return (['dead', 'waiting', 'held', 'sent', 'withdrawn'] as const).find((status) => deliveries?.some((delivery) => delivery.status === status)) ?? null;
}

/** When a document of an alert may have become another: while something of it is under way. */
export const againAfter = (deliveries: readonly Delivery[] | null | undefined): number | null =>
  deliveries?.some((delivery) => delivery.status === 'waiting') ? 2_000 : deliveries?.some((delivery) => delivery.status === 'held') ? 30_000 : null;
