import { href } from '../app/route.ts';
import { useFeed, useSession } from '../app/session.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Score } from '../parts/Score.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { itemOf, kept, newestFirst } from '../symbol/headlines.ts';

const most = 12;

/** The newest headlines of the tenant, whatever symbol they are about. */
export function Latest() {
  const { tenant } = useSession();
  const feed = useFeed('items.-', kept);
  if (!feed?.entries.isRead) {
    return feed?.problem ? <Trouble problem={feed.problem} /> : <Loading what="headlines" />;
  }

  const items = feed.entries.values().map(itemOf).sort(newestFirst).slice(0, most);
  return items.length === 0 ? <Empty>No headlines yet.</Empty> : (
    <ol class="latest">
      {items.map((item) => (
        <li key={item.id}>
          <Time at={item.publishedAt} class="quiet n" />
          <Score value={item.score} label={item.label} />
          <span class="about">
            {item.symbols.slice(0, 3).map((symbol) => <a key={symbol} href={href(tenant.id, 'symbol', symbol)}>{symbol}</a>)}
          </span>
          <Foreign text={item.title} most={160} class="clamp" />
        </li>
      ))}
    </ol>
  );
}
