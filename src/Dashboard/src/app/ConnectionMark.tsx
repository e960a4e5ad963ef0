import { useEffect, useState } from 'preact/hooks';
import type { Connection } from '../live/connection.ts';
import { tell } from '../live/standing.ts';
import { clockOf } from '../text/numbers.ts';

const everySecond = 1_000;

/** How alive the numbers are. The seconds are for the eye; a screen reader is told of changes alone. */
export function ConnectionMark({ connection }: { connection: Connection }) {
  const say = () => tell(connection.standing, Date.now(), clockOf);
  const [told, set] = useState(say);
  useEffect(() => {
    const look = () => set((now) => {
      const next = say();
      return next.text === now.text ? now : next;
    });
    look();
    const timer = setInterval(look, everySecond);
    const stop = connection.watch(look);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [connection]);
  return (
    <span class={`live ${told.kind}`} data-live={told.kind}>
      <span aria-hidden="true"><i class="dot" />{told.text}</span>
      <span class="vh" role="status">{told.spoken}</span>
    </span>
  );
}
