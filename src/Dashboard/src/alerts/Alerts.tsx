import { useEffect, useMemo, useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { may, useFeed, useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed } from '../api/documents.ts';
import type { AlertRow, Rule } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Said } from '../parts/Said.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { count } from '../text/numbers.ts';
import { shown } from '../text/untrusted.ts';
import { AlertPanel } from './AlertPanel.tsx';
import { DeadLetters } from './DeadLetters.tsx';
import { kept, merged, noFilter, rowOf, standingOf, type Filter } from './inbox.ts';

const atOnce = 50;
const most = 1_000;

/** What rules have said matters, as it comes; one of them with its evidence. */
export function Alerts({ alert: asked }: { alert: string | null }) {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const feed = useFeed('alerts', kept);
  const [filter, setFilter] = useState<Filter>(noFilter);
  const [pages, setPages] = useState<{ items: AlertRow[] | null; next: string | null; problem: unknown }>({ items: null, next: null, problem: null });
  const [wanted, want] = useState<{ cursor: string | null; filter: Filter }>({ cursor: null, filter: noFilter });
  const [first, setFirst] = useState<string | null>(null);
  const act = useAct();
  const rules = useRead((signal) => api.get<Listed<Rule>>(path`/tenants/${tenant.id}/rules?limit=1000`, signal), [api, tenant.id]).value?.items ?? [];
  useEffect(() => {
    const ending = new AbortController();
    const { state, rule, symbol } = wanted.filter;
    const only = (state ? `&state=${state}` : '') + (rule ? path`&rule=${rule}` : '') + (symbol ? path`&symbol=${symbol}` : '');
    api.get<Listed<AlertRow>>(path`/tenants/${tenant.id}/alerts?limit=${String(atOnce)}` + only + (wanted.cursor ? path`&cursor=${wanted.cursor}` : ''), ending.signal).then(
      (page) => setPages((now) => ({ items: wanted.cursor ? [...now.items ?? [], ...page.items] : page.items, next: page.next, problem: null })),
      (problem: unknown) => {
        if (!ending.signal.aborted) {
          setPages((now) => ({ ...now, problem }));
        }
      },
    );
    return () => ending.abort();
  }, [api, tenant.id, wanted]);
  const live = useMemo(() => feed?.entries.values().map(rowOf) ?? [], [feed, feed?.revision]);
  const alerts = useMemo(() => merged(live, pages.items ?? [], filter).slice(0, most), [live, pages.items, filter]);
  const isRead = pages.items !== null || feed?.entries.isRead === true;
  const choose = (next: Filter) => {
    setFilter(next);
    want({ cursor: null, filter: next });
  };
  const id = asked ?? first;
  useEffect(() => {
    // What is looked at stays, whatever comes before it.
    if (first === null && alerts.length > 0) {
      setFirst(alerts[0]!.id);
    }
  }, [first, alerts]);
  const note = (changed: AlertRow) => setPages((now) => ({ ...now, items: now.items?.map((alert) => (alert.id === changed.id ? { ...alert, state: changed.state } : alert)) ?? null }));
  const fresh = alerts.filter((alert) => alert.state === 'new');
  const seeAll = () => act.run(async () => {
    for (const alert of fresh) {
      await api.send('POST', path`/tenants/${tenant.id}/alerts/${alert.id}/seen`);
      note({ ...alert, state: 'seen' });
    }

    return null;
  });
  return (
    <>
      <h1>Alerts</h1>
      <DeadLetters />
      <div class={asked === null ? 'columns inbox' : 'columns inbox chosen'}>
        <section class="panel" aria-labelledby="inbox">
          <div class="head">
            <h2 id="inbox">Inbox <small>newest first</small></h2>
            <label class="vh" for="state">State</label>
            <select id="state" value={filter.state} onChange={(event) => choose({ ...filter, state: event.currentTarget.value as Filter['state'] })}>
              <option value="">Seen or not</option>
              <option value="new">Not seen</option>
              <option value="seen">Seen</option>
            </select>
            <label class="vh" for="rule">Rule</label>
            <select id="rule" value={filter.rule} onChange={(event) => choose({ ...filter, rule: event.currentTarget.value })}>
              <option value="">All rules</option>
              {rules.map((rule) => <option key={rule.id} value={rule.id}>{shown(rule.name, 60)}</option>)}
            </select>
            <label class="vh" for="about">Symbol</label>
            <select id="about" value={filter.symbol} onChange={(event) => choose({ ...filter, symbol: event.currentTarget.value })}>
              <option value="">All symbols</option>
              {tenant.symbols.map((symbol) => <option key={symbol}>{symbol}</option>)}
            </select>
          </div>
          {pages.problem !== null && <Trouble problem={pages.problem} again={() => want({ ...wanted })} isStale={alerts.length > 0} />}
          {!isRead ? pages.problem === null && <Loading what="alerts" /> : alerts.length === 0 ? (
            <Empty>{filter === noFilter || isEmpty(filter) ? <>Nothing has fired yet. <a href={href(tenant.id, 'rules')}>Rules</a> say what matters.</> : pages.next ? 'None of those looked at match; older ones may.' : 'No alert matches.'}</Empty>
          ) : (
            <ol class="alerts">{alerts.map((alert) => <Row key={alert.id} alert={alert} to={href(tenant.id, 'alerts', alert.id)} isShown={alert.id === id} />)}</ol>
          )}
          <div class="submit">
            {alerts.length >= most ? <p class="quiet">The newest {count(most)} are shown; narrow them down to see others.</p>
              : pages.next && <button type="button" onClick={() => want({ ...wanted, cursor: pages.next })}>Older alerts</button>}
            {mayManage && fresh.length > 1 && <button type="button" disabled={act.isBusy} onClick={() => void seeAll()}>Mark all {count(fresh.length)} seen</button>}
            <Said of={act.said} />
          </div>
        </section>
        {id !== null && <AlertPanel key={id} id={id} live={live.find((alert) => alert.id === id) ?? null} changed={note} />}
      </div>
    </>
  );
}

const isEmpty = (filter: Filter): boolean => !filter.state && !filter.rule && !filter.symbol;
const marks = { dead: 'not delivered', waiting: 'being sent', held: 'held back', sent: 'sent', withdrawn: 'withdrawn' };

function Row({ alert, to, isShown }: { alert: AlertRow; to: string; isShown: boolean }) {
  const standing = standingOf(alert.deliveries);
  return (
    <li>
      <a href={to} class={alert.state === 'new' ? 'new' : ''} aria-current={isShown ? 'true' : undefined}>
        <span class="mark" aria-hidden="true" />
        <Time at={alert.raisedAt} class="quiet n" />
        <span class="clamp">{alert.state === 'new' && <span class="vh">not seen: </span>}<Foreign text={alert.summary} most={200} /></span>
        <small class="quiet"><Foreign text={alert.rule.name} most={60} />{standing && <> · <span class={standing === 'dead' ? 'problem' : ''}>{marks[standing]}</span></>}</small>
      </a>
    </li>
  );
}
