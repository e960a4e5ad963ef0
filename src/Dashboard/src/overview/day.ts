import type { Bar, Labels } from '../api/documents.ts';
import type { Entry } from '../live/entries.ts';

/** A symbol's last 24 hours, of its live bars. */
export interface Day { mean: number | null; items: number; thisHour: number; hours: (number | null)[]; labels: Labels }

const hour = 3_600_000;

// An entry that has not changed is the same bar, so that nothing is drawn again for it.
const made = new WeakMap<Entry, Bar>();

function barOf(entry: Entry, time: string): Bar {
  let known = made.get(entry);
  if (!known) {
    const bar = entry as unknown as Partial<Bar>;
    known = { ...bar, time, n: bar.n ?? 0 };
    made.set(entry, known);
  }

  return known;
}

/** Bars of one length among a group's entries, oldest first. */
export function barsOf(entries: Entry[], resolution: string): Bar[] {
  const prefix = `${resolution}|`;
  return entries.filter((entry) => entry.key.startsWith(prefix))
    .map((entry) => barOf(entry, entry.key.slice(prefix.length)))
    .sort((a, b) => (a.time < b.time ? -1 : 1));
}

/** The mean of a bar's items. A bar of one or two shows none, for that says little, but its ends tell it and a day's mean needs it. */
function meanOf(bar: Bar): number | null {
  return bar.mean ?? (bar.n > 0 && bar.n <= 2 && typeof bar.min === 'number' && typeof bar.max === 'number' ? (bar.min + bar.max) / 2 : null);
}

/** Sums up the hours. */
export function dayOf(entries: Entry[], now: number): Day {
  const first = Math.floor(now / hour) * hour - 23 * hour;
  const hours: (number | null)[] = Array.from({ length: 24 }, () => null);
  const labels = { positive: 0, neutral: 0, negative: 0 };
  let [sum, counted, items, thisHour] = [0, 0, 0, 0];
  for (const bar of barsOf(entries, '1h')) {
    const i = Math.round((Date.parse(bar.time) - first) / hour);
    if (i < 0 || i > 23) {
      continue;
    }

    items += bar.n;
    thisHour = i === 23 ? bar.n : thisHour;
    for (const label of ['positive', 'neutral', 'negative'] as const) {
      labels[label] += bar.labels?.[label] ?? 0;
    }

    hours[i] = bar.mean ?? null;
    const mean = meanOf(bar);
    if (mean !== null) {
      sum += mean * bar.n;
      counted += bar.n;
    }
  }

  return { mean: counted > 0 ? sum / counted : null, items, thisHour, hours, labels };
}
