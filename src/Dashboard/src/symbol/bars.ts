import type { Bar } from '../api/documents.ts';

/** A span of time that can be looked at, and how long its bars are. */
export interface Range { name: string; resolution: string; span: number }

const hour = 3_600_000;
export const ranges: readonly Range[] = [
  { name: '1 hour', resolution: '1m', span: hour },
  { name: '24 hours', resolution: '1h', span: 24 * hour },
  { name: '7 days', resolution: '1h', span: 7 * 24 * hour },
  { name: '30 days', resolution: '1d', span: 30 * 24 * hour },
];

const laid = new WeakMap<Bar, { over: Bar | undefined; bar: Bar }>();

// The same two bars make the same one.
function lay(live: Bar, over: Bar | undefined): Bar {
  const known = laid.get(live);
  if (known && known.over === over) {
    return known.bar;
  }

  const bar = { ...live, ...(over?.price ? { price: over.price } : {}), ...(over?.spikes ? { spikes: over.spikes } : {}) };
  laid.set(live, { over, bar });
  return bar;
}

/** What was read, with the live bars over it; prices and marks are the read ones' alone. */
export function overlaid(read: readonly Bar[], live: readonly Bar[], range: Range): Bar[] {
  if (live.length === 0) {
    return [...read];
  }

  const bars = new Map(read.map((bar) => [Date.parse(bar.time), bar]));
  const earliest = Date.now() - range.span - hour;
  for (const bar of live) {
    const at = Date.parse(bar.time);
    const known = bars.get(at);
    if (known || at >= earliest) {
      bars.set(at, lay(bar, known));
    }
  }

  return [...bars].sort((a, b) => a[0] - b[0]).map(([, bar]) => bar);
}
