import { may, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Alert, Delivery } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Said } from '../parts/Said.tsx';
import { Time } from '../parts/Time.tsx';
import { shown } from '../text/untrusted.ts';

export const standings: Record<Delivery['status'], { text: string; mark: string }> = {
  waiting: { text: 'being sent', mark: 'running' }, held: { text: 'held back', mark: 'suspended' }, sent: { text: 'sent', mark: 'completed' },
  withdrawn: { text: 'withdrawn', mark: 'skipped' }, dead: { text: 'given up', mark: 'failed' },
};

/** Who was told of an alert, and what became of it. */
export function Deliveries({ alert, changed }: { alert: Alert; changed: () => void }) {
  const { api, me, tenant } = useSession();
  const act = useAct();
  const deliveries = alert.deliveries ?? [];
  const resend = () => act.run(async () => {
    await api.send('POST', path`/tenants/${tenant.id}/alerts/${alert.id}/resend`);
    changed();
    return 'It is tried again.';
  });
  return (
    <>
      <div class="head">
        <h3>Who was told</h3>
        {may(me, 'manage') && deliveries.some((delivery) => delivery.status === 'dead') && <button type="button" disabled={act.isBusy} onClick={() => void resend()}>Send again what was given up</button>}
        <Said of={act.said} />
      </div>
      {deliveries.length === 0 ? <p class="quiet">Only this inbox: the rule has no targets.</p> : (
        <ul class="deliveries">
          {deliveries.map((delivery) => (
            <li key={delivery.id}>
              <span class={`status ${standings[delivery.status]?.mark ?? ''}`}>{standings[delivery.status]?.text ?? delivery.status}</span>
              <span><Foreign text={delivery.target} most={160} /></span>
              <small class="quiet">
                {delivery.sentAt ? <Time at={delivery.sentAt} /> : delivery.nextAt && delivery.status !== 'dead' && delivery.status !== 'withdrawn' ? <>next <Time at={delivery.nextAt} /></> : null}
                {delivery.attempts > 0 && ` ${delivery.attempts} ${delivery.attempts === 1 ? 'try' : 'tries'}`}
              </small>
              {(delivery.reason || delivery.messageId) && (
                <small class="quiet more">
                  {delivery.reason && <span class={delivery.status === 'dead' ? 'problem' : ''}><Foreign text={delivery.reason} /></span>} {delivery.messageId && <code>{shown(delivery.messageId, 120)}</code>}
                </small>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
