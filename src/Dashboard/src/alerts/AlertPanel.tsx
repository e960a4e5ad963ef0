import { useEffect, useRef, useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { may, useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Alert, AlertRow, Evaluated } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Copy } from '../parts/Copy.tsx';
import { Foreign } from '../parts/Foreign.tsx';
import { Said } from '../parts/Said.tsx';
import { Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { kinds, measured } from '../rules/kinds.ts';
import { count } from '../text/numbers.ts';
import { Deliveries } from './Deliveries.tsx';
import { EvidenceRow } from './EvidenceRow.tsx';
import { againAfter } from './inbox.ts';

/** An alert with what it was measured from, how to measure it again, and who was told. */
export function AlertPanel({ id, live, changed }: { id: string; live: AlertRow | null; changed: (alert: AlertRow) => void }) {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const state = useRead((signal) => api.get<Alert>(path`/tenants/${tenant.id}/alerts/${id}`, signal), [api, tenant.id, id], (alert) => againAfter(alert?.deliveries));
  const seen = useAct();
  const evaluation = useAct();
  const [evaluated, setEvaluated] = useState<Evaluated | null>(null);
  const told = JSON.stringify([live?.state, live?.deliveries]);
  const last = useRef(told);
  useEffect(() => {
    if (last.current !== told) {
      last.current = told;
      state.again();
    }
  }, [told]);
  const alert = state.value;
  if (alert === null) {
    return <section class="panel" aria-label="Alert">{state.problem !== null ? <Trouble problem={state.problem} again={state.again} /> : <Loading what="the alert" />}</section>;
  }

  const see = () => seen.run(async () => {
    await api.send('POST', path`/tenants/${tenant.id}/alerts/${id}/seen`);
    changed({ ...alert, state: 'seen' });
    state.again();
    return null;
  });
  const evaluate = () => evaluation.run(async () => {
    setEvaluated((await api.send<Evaluated>('POST', path`/tenants/${tenant.id}/alerts/${id}/evaluate`)).body);
    return null;
  });
  const { evidence } = alert;
  const items = evidence?.items ?? [];
  const amount = measured(alert.kind, alert.value);
  return (
    <section class="panel alert" aria-labelledby="alert">
      {state.problem !== null && <Trouble problem={state.problem} again={state.again} isStale />}
      <div class="head">
        <h2 id="alert"><Foreign text={alert.summary} most={300} /></h2>
        {alert.state === 'seen' ? <span class="status completed">seen</span> : mayManage && <button type="button" class="primary" disabled={seen.isBusy} onClick={() => void see()}>Mark seen</button>}
        <Said of={seen.said} />
      </div>
      <dl class="shown">
        <dt>Raised</dt><dd><Time at={alert.raisedAt} /></dd>
        <dt>Rule</dt><dd><a href={href(tenant.id, 'rules', alert.rule.id)}><Foreign text={alert.rule.name} most={100} /></a> <span class="quiet">version {alert.rule.version}, {kinds[alert.kind]?.name ?? alert.kind}</span></dd>
        {alert.symbol && <><dt>About</dt><dd>{tenant.symbols.includes(alert.symbol) ? <a href={href(tenant.id, 'symbol', alert.symbol)}>{alert.symbol}</a> : <Foreign text={alert.symbol} most={60} />}</dd></>}
        {amount && <><dt>Value</dt><dd><strong>{amount}</strong></dd></>}
        {evidence?.from && <><dt>Window</dt><dd><Time at={evidence.from} /> to <Time at={evidence.to} />, {count(evidence.count)} items</dd></>}
        {evidence?.run && <><dt>Run</dt><dd><a href={href(tenant.id, 'runs', evidence.run)}><code>{evidence.run}</code></a></dd></>}
        {evidence?.reason && <><dt>Reason</dt><dd><Foreign text={evidence.reason} /></dd></>}
      </dl>
      {items.length > 0 && (
        <>
          <h3>Evidence <small class="quiet">{items.length < (evidence?.count ?? 0) ? `the newest ${items.length} of ${count(evidence!.count)} items` : 'as it stood when the rule fired'}</small></h3>
          <ol class="evidence">{items.map((item) => <EvidenceRow key={item.id} item={item} />)}</ol>
        </>
      )}
      <h3>Measure it again</h3>
      {alert.evaluate && <Copy text={alert.evaluate} name="the command" />}
      <div class="submit">
        <button type="button" disabled={evaluation.isBusy} onClick={() => void evaluate()}>Evaluate now</button>
        {evaluated && evaluation.said === null && <span role="status">{again(alert, evaluated)}</span>}
        <Said of={evaluation.said} />
      </div>
      <Deliveries alert={alert} changed={state.again} />
    </section>
  );
}

function again(alert: Alert, { value, holds, count: n, then, note }: Evaluated): string {
  if (holds === null) {
    return note ?? 'It cannot be measured again.';
  }

  const of = (measure: number, items: number) => `${measured(alert.kind, measure) || 'so'}${alert.kind === 'volume' || items === 0 ? '' : `, ${count(items)} items`}`;
  return `${holds ? '✓ It holds' : '✕ It does not hold any more'}: ${value === null ? 'too little to measure' : of(value, n)}${then ? `; then ${of(then.value, then.count)}` : ''}.`;
}
