import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Api } from '../api/client.ts';
import type { Tenant } from '../api/documents.ts';
import { Connection } from '../live/connection.ts';
import { Overview } from '../overview/Overview.tsx';
import { Quarantine } from '../quarantine/Quarantine.tsx';
import { Runs } from '../runs/Runs.tsx';
import { SymbolView } from '../symbol/SymbolView.tsx';
import { Vendors } from '../vendors/Vendors.tsx';
import { Boundary } from './Boundary.tsx';
import { ConnectionMark } from './ConnectionMark.tsx';
import { href, usePlace, type View } from './route.ts';
import { SessionContext } from './session.ts';
import { useTheme } from './theme.ts';

const names: Record<View, string> = { overview: 'Overview', symbol: 'Symbol', runs: 'Runs', vendors: 'Vendors', quarantine: 'Quarantine' };
const shapes = { system: '◐', light: '○', dark: '●' };

/** What stands around the views: where one is, whose numbers they are, and how alive they are. */
export function Shell({ api, tenants, leave }: { api: Api; tenants: Tenant[]; leave: () => void }) {
  const place = usePlace();
  const { theme, turn } = useTheme();
  const tenant = tenants.find((known) => known.id === place.tenant) ?? tenants[0]!;
  const connection = useMemo(() => new Connection(tenant.id, api), [api, tenant.id]);
  useEffect(() => () => connection.end(), [connection]);
  const session = useMemo(() => ({ api, tenants, tenant, connection }), [api, tenants, tenant, connection]);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const what = place.view === 'symbol' ? place.what ?? tenant.symbols[0] ?? null : place.what;
  const title = place.view === 'symbol' && what ? what : names[place.view];

  useEffect(() => {
    document.title = `${title} · ${tenant.name} · Sentiment`;
  }, [title, tenant]);
  useEffect(() => {
    // A reader of the screen is taken along, and the keyboard goes on from there.
    if (isFirst.current) {
      isFirst.current = false;
    } else {
      main.current?.focus();
      scrollTo(0, 0);
    }
  }, [place.view, what]);

  return (
    <SessionContext.Provider value={session}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the numbers</a>
      <header class="bar">
        <span class="brand">Sentiment</span>
        <nav aria-label="Views">
          {(Object.keys(names) as View[]).map((view) => (
            <a key={view} href={href(tenant.id, view)} aria-current={place.view === view ? 'page' : undefined}>{names[view]}</a>
          ))}
        </nav>
        <div class="tools">
          <label class="vh" for="tenant">Tenant</label>
          <select id="tenant" value={tenant.id} onChange={(event) => { location.hash = href(event.currentTarget.value, place.view === 'symbol' ? 'overview' : place.view); }}>
            {tenants.map((known) => <option key={known.id} value={known.id}>{known.name}</option>)}
          </select>
          <ConnectionMark connection={connection} />
          <button type="button" class="plain" onClick={turn} aria-label={`Colours: ${theme}; change`} title={`Colours: ${theme}`}>{shapes[theme]}</button>
          <button type="button" class="plain" onClick={leave}>Sign out</button>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Boundary key={`${tenant.id}/${place.view}/${what}`} name={names[place.view]}>
          {place.view === 'overview' && <Overview />}
          {place.view === 'symbol' && <SymbolView symbol={what} />}
          {place.view === 'runs' && <Runs run={what} />}
          {place.view === 'vendors' && <Vendors />}
          {place.view === 'quarantine' && <Quarantine />}
        </Boundary>
      </main>
      <footer class="quiet">Charts: <a href="https://www.tradingview.com/" rel="noopener noreferrer" target="_blank">TradingView Lightweight Charts™</a></footer>
    </SessionContext.Provider>
  );
}
