import { useMemo } from 'preact/hooks';
import { href } from '../app/route.ts';
import { useFeed, useSession } from '../app/session.ts';
import type { Mover } from '../api/documents.ts';
import { inGroup } from '../live/connection.ts';
import { Score } from '../parts/Score.tsx';
import { Spark } from '../parts/Spark.tsx';
import { Split } from '../parts/Split.tsx';
import { count } from '../text/numbers.ts';
import { dayOf } from './day.ts';

/** A symbol's last day, drawn again when its own bars change. */
export function SymbolRow({ symbol, mover }: { symbol: string; mover: Mover | undefined }) {
  const { tenant } = useSession();
  const feed = useFeed(`trends.${inGroup(symbol)}`);
  const day = useMemo(() => dayOf(feed?.entries.values() ?? [], Date.now()), [feed, feed?.revision]);
  const isRead = feed?.entries.isRead ?? false;
  return (
    <tr>
      <th scope="row"><a href={href(tenant.id, 'symbol', symbol)}>{symbol}</a></th>
      <td class="n">{isRead ? <Score value={day.mean} /> : <span class="quiet">…</span>}</td>
      <td class="n">{mover ? <Score value={mover.change} /> : <span class="quiet">–</span>}</td>
      <td><Spark values={day.hours} name={`${symbol} by hour`} /></td>
      <td class="n">{isRead ? count(day.items) : '…'}</td>
      <td class="n">{isRead ? count(day.thisHour) : '…'}</td>
      <td><Split labels={day.labels} /></td>
    </tr>
  );
}
