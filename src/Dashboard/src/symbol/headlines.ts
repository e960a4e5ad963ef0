import type { Item, Label } from '../api/documents.ts';
import type { Entry } from '../live/entries.ts';

/** Newest first, ties by id: the order of the API. */
export function newestFirst(a: Item, b: Item): number {
  // As text, times of different length would not compare: fractions of a second end where they end.
  const [x, y] = [Date.parse(a.publishedAt), Date.parse(b.publishedAt)];
  return x !== y ? y - x : a.id < b.id ? -1 : 1;
}

/** A group of items keeps its newest. */
export const kept = { most: 50, by: (a: Entry, b: Entry) => newestFirst(itemOf(a), itemOf(b)) };

/** An entry of a group as an item: its key is the item's id. */
export const itemOf = (entry: Entry): Item => ((entry as unknown as Item).id ? (entry as unknown as Item) : ({ ...entry, id: entry.key } as unknown as Item));

/** What of the headlines is asked for. */
export interface Filter { labels: ReadonlySet<Label>; source: string; text: string }

export function matches(item: Item, filter: Filter): boolean {
  return (filter.labels.size === 0 || filter.labels.has(item.label)) && (filter.source === '' || item.source === filter.source) &&
    (filter.text === '' || item.title.toLowerCase().includes(filter.text.toLowerCase()));
}

/** Pages and what came live, each once, newest first, at most so many. */
export function merged(live: Item[], pages: Item[], filter: Filter, most: number): Item[] {
  const all = new Map<string, Item>();
  for (const item of [...pages, ...live]) {
    if (matches(item, filter)) {
      all.set(item.id, item);
    }
  }

  return [...all.values()].sort(newestFirst).slice(0, most);
}
