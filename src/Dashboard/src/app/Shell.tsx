import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Api } from '../api/client.ts';
import type { Tenant } from '../api/documents.ts';
import type { Me } from '../api/settings.ts';
import { AlertCount } from '../alerts/AlertCount.tsx';
import { Alerts } from '../alerts/Alerts.tsx';
import { Keys } from '../keys/Keys.tsx';
import { Connection } from '../live/connection.ts';
import { Overview } from '../overview/Overview.tsx';
import { Quarantine } from '../quarantine/Quarantine.tsx';
import { Rules } from '../rules/Rules.tsx';
import { Runs } from '../runs/Runs.tsx';
import { Deletion } from '../settings/Deletion.tsx';
import { NewTenant } from '../settings/NewTenant.tsx';
import { Settings } from '../settings/Settings.tsx';
import { SymbolView } from '../symbol/SymbolView.tsx';
import { Vendors } from '../vendors/Vendors.tsx';
import { Boundary } from './Boundary.tsx';
import { ConnectionMark } from './ConnectionMark.tsx';
import { href, usePlace, type View } from './route.ts';
import { may, SessionContext } from './session.ts';
import { useTheme } from './theme.ts';

const names: Record<View, string> = {
  overview: 'Overview', symbol: 'Symbol', runs: 'Runs', vendors: 'Vendors', quarantine: 'Quarantine', alerts: 'Alerts', rules: 'Rules', keys: 'Keys', settings: 'Settings',
};
const shapes = { system: '◐', light: '○', dark: '●' };

/** What stands around the views: where one is, whose numbers they are, and how alive they are. */
export function Shell({ api, me, tenants, reload, leave }: { api: Api; me: Me; tenants: Tenant[]; reload: () => Promise<void>; leave: () => void }) {
  const place = usePlace();
  const { theme, turn } = useTheme();
  const tenant = tenants.find((known) => known.id === place.tenant) ?? tenants[0]!;
  const connection = useMemo(() => new Connection(tenant.id, api), [api, tenant.id]);
  useEffect(() => () => connection.end(), [connection]);
  const session = useMemo(() => ({ api, me, tenants, tenant, connection, reload }), [api, me, tenants, tenant, connection]);
  const tables = useMemo(() => [...new Set(tenants.flatMap((known) => known.tables))].sort(), [tenants]);
  const main = useRef<HTMLElement>(null);
  const nav = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const what = place.view === 'symbol' ? place.what ?? tenant.symbols[0] ?? null : place.what;
  const isDeleting = place.view === 'settings' && what === 'deletion' && me.admin && place.tenant !== null;
  const shown = (Object.keys(names) as View[]).filter((view) => view !== 'keys' || may(me, 'manage'));
  const title = place.view === 'symbol' && what ? what : names[place.view];

  useEffect(() => {
    document.title = `${title} · ${tenant.name} · Sentiment`;
  }, [title, tenant]);
  useEffect(() => {
    // On a phone the names of the views are wider than the screen.
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [place.view]);
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
        <nav aria-label="Views" ref={nav}>
          {shown.map((view) => (
            <a key={view} href={href(tenant.id, view)} aria-current={place.view === view ? 'page' : undefined}>{names[view]}{view === 'alerts' && <AlertCount key={tenant.id} />}</a>
          ))}
        </nav>
        <div class="tools">
          <label class="vh" for="tenant">Tenant</label>
          <select id="tenant" value={tenant.id} onChange={(event) => { location.hash = href(event.currentTarget.value, place.view === 'symbol' ? 'overview' : place.view); }}>
            {tenants.map((known) => <option key={known.id} value={known.id}>{known.name}{known.status === 'disabled' ? ' (disabled)' : ''}</option>)}
          </select>
          <ConnectionMark connection={connection} />
          <button type="button" class="plain" onClick={turn} aria-label={`Colours: ${theme}; change`} title={`Colours: ${theme}`}>{shapes[theme]}</button>
          <button type="button" class="plain" onClick={leave}>Sign out</button>
        </div>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Boundary key={`${isDeleting ? place.tenant : tenant.id}/${place.view}/${place.view === 'alerts' ? '' : what}`} name={names[place.view]}>
          {place.view === 'overview' && <Overview />}
          {place.view === 'symbol' && <SymbolView symbol={what} />}
          {place.view === 'runs' && <Runs run={what} />}
          {place.view === 'vendors' && <Vendors />}
          {place.view === 'quarantine' && <Quarantine />}
          {place.view === 'alerts' && <Alerts alert={what} />}
          {place.view === 'rules' && <Rules rule={what} />}
          {place.view === 'keys' && <Keys />}
          {place.view === 'settings' && (
            isDeleting ? <Deletion tenant={place.tenant!} done={() => void reload().then(() => { location.hash = '#/'; })} />
              : what === 'new' && me.admin ? <NewTenant api={api} tables={tables} models={me.models} made={async (id) => { await reload(); location.hash = href(id, 'settings'); }} />
              : <Settings />
          )}
        </Boundary>
      </main>
      <footer class="quiet">Charts: <a href="https://www.tradingview.com/" rel="noopener noreferrer" target="_blank">TradingView Lightweight Charts™</a></footer>
    </SessionContext.Provider>
  );
}
