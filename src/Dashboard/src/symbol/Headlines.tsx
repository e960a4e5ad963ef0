import { useEffect, useMemo, useState } from 'preact/hooks';
import { useFeed, useSession } from '../app/session.ts';
import { path, type Api } from '../api/client.ts';
import type { Item, Label, Listed } from '../api/documents.ts';
import { inGroup } from '../live/connection.ts';
import { memo } from '../parts/memo.ts';
import { LabelMark } from '../parts/Score.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { count } from '../text/numbers.ts';
import { Headline } from './Headline.tsx';
import { itemOf, kept, merged, type Filter } from './headlines.ts';

const most = 1_000;
const atOnce = 50;
const labels: Label[] = ['positive', 'neutral', 'negative'];

function pageOf(api: Api, tenant: string, symbol: string, filter: Filter, cursor: string | null, signal: AbortSignal): Promise<Listed<Item>> {
  const source = filter.source ? path`&source=${filter.source}` : '';
  const label = filter.labels.size > 0 ? `&label=${[...filter.labels].join(',')}` : '';
  return api.get(path`/tenants/${tenant}/items?symbol=${symbol}&limit=${String(atOnce)}` + label + source + (cursor ? path`&cursor=${cursor}` : ''), signal);
}

/** A symbol's headlines as they come, with the older ones page by page below; a bar that changes does not draw them again. */
export const Headlines = memo(function Headlines({ symbol }: { symbol: string }) {
  const { api, tenant } = useSession();
  const feed = useFeed(`items.${inGroup(symbol)}`, kept);
  const [filter, setFilter] = useState<Filter>({ labels: new Set(), source: '', text: '' });
  const [pages, setPages] = useState<{ items: Item[]; next: string | null; isRead: boolean; problem: unknown }>({ items: [], next: null, isRead: false, problem: null });
  const [wanted, want] = useState<{ cursor: string | null }>({ cursor: null });
  const asked = `${[...filter.labels].sort().join()}|${filter.source}`;

  useEffect(() => {
    setPages({ items: [], next: null, isRead: false, problem: null });
    want({ cursor: null });
  }, [symbol, asked]);
  useEffect(() => {
    const ending = new AbortController();
    pageOf(api, tenant.id, symbol, filter, wanted.cursor, ending.signal).then(
      (page) => setPages((now) => ({ items: wanted.cursor ? [...now.items, ...page.items] : page.items, next: page.next, isRead: true, problem: null })),
      (problem: unknown) => {
        if (!ending.signal.aborted) {
          setPages((now) => ({ ...now, isRead: true, problem }));
        }
      },
    );
    return () => ending.abort();
  }, [api, tenant.id, symbol, asked, wanted]);

  const live = useMemo(() => feed?.entries.values().map(itemOf) ?? [], [feed, feed?.revision]);
  const items = useMemo(() => merged(live, pages.items, filter, most), [live, pages.items, filter]);
  const sources = tenant.tables.filter((table) => [...live, ...pages.items].some((item) => item.source === table) || table === filter.source);
  const isRead = pages.isRead || (feed?.entries.isRead ?? false);
  const toggle = (label: Label) => setFilter((now) => {
    const next = new Set(now.labels);
    if (!next.delete(label)) {
      next.add(label);
    }

    return { ...now, labels: next };
  });
  return (
    <section class="panel" aria-labelledby="headlines">
      <div class="head">
        <h2 id="headlines">Headlines</h2>
        <div class="choice" role="group" aria-label="Labels">
          {labels.map((label) => <button key={label} type="button" aria-pressed={filter.labels.has(label)} onClick={() => toggle(label)}><LabelMark label={label} /></button>)}
        </div>
        <label class="vh" for="source">Source</label>
        <select id="source" value={filter.source} onChange={(event) => setFilter({ ...filter, source: event.currentTarget.value })}>
          <option value="">All sources</option>
          {sources.map((source) => <option key={source}>{source}</option>)}
        </select>
        <label class="vh" for="text">Words in the headline</label>
        <input id="text" type="search" placeholder="Words in the headline" value={filter.text} onInput={(event) => setFilter({ ...filter, text: event.currentTarget.value })} />
        <span class="quiet n" role="status">{isRead ? `${count(items.length)} shown` : ''}</span>
      </div>
      {pages.problem !== null && <Trouble problem={pages.problem} again={() => want({ ...wanted })} isStale={items.length > 0} />}
      {!isRead ? <Loading what="headlines" />
        : items.length === 0 ? <Empty>{pages.next ? 'None of those looked at match; older ones may.' : filter.text || filter.source || filter.labels.size > 0 ? 'No headline matches.' : `No headlines of ${symbol} yet.`}</Empty>
        : <ol class="headlines">{items.map((item) => <Headline key={item.id} item={item} />)}</ol>}
      {items.length >= most ? <p class="quiet">The newest {count(most)} are shown; narrow them down to see others.</p>
        : pages.next && <button type="button" onClick={() => want({ cursor: pages.next })}>Older headlines</button>}
    </section>
  );
}, (before, after) => before.symbol === after.symbol);
