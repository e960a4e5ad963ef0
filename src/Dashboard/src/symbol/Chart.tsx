import { useEffect, useRef, useState } from 'preact/hooks';
import type { Bar } from '../api/documents.ts';
import { signed } from '../text/numbers.ts';
import type { Painter } from './painter.ts';

const everyPaint = 200;

/** The chart. Its library comes when the first one is shown; what it paints stands in the table, too. */
export function Chart({ bars, name }: { bars: readonly Bar[]; name: string }) {
  const place = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const latest = useRef(bars);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [problem, setProblem] = useState(false);
  latest.current = bars;

  useEffect(() => {
    let isOver = false;
    import('./painter.ts').then(
      ({ paint }) => {
        if (!isOver) {
          painter.current = paint(place.current!);
          painter.current.show(latest.current);
        }
      },
      () => setProblem(!isOver),
    );
    return () => {
      isOver = true;
      clearTimeout(timer.current);
      painter.current?.end();
      painter.current = null;
    };
  }, []);
  useEffect(() => {
    // A paint costs more than all else that a change does, and nobody sees bars move more often than this.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      painter.current?.show(latest.current);
    }, everyPaint);
  }, [bars]);

  const scored = bars.filter((bar) => typeof bar.mean === 'number');
  const told = scored.length === 0 ? 'no bar has enough items for a mean'
    : `${scored.length} bars, means from ${signed(Math.min(...scored.map((bar) => bar.mean!)))} to ${signed(Math.max(...scored.map((bar) => bar.mean!)))}`;
  return problem ? <p class="state problem" role="alert">The chart could not be loaded; the table has the same numbers.</p>
    : <div class="chart" ref={place} role="img" aria-label={`${name}: ${told}`} />;
}
