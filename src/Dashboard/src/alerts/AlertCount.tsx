import { useFeed } from '../app/session.ts';
import { kept, rowOf, unseen } from './inbox.ts';

/** How many alerts nobody has seen yet. */
export function AlertCount() {
  const feed = useFeed('alerts', kept);
  const count = feed?.entries.isRead ? unseen(feed.entries.values().map(rowOf)) : null;
  return count && <span class="badge"><span aria-hidden="true">{count}</span><span class="vh">, {count} not seen</span></span>;
}
