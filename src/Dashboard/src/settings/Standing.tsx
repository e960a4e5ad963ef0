import { useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { TenantDocument } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { TextField } from '../parts/Field.tsx';
import { Question } from '../parts/Question.tsx';
import { Said } from '../parts/Said.tsx';
import { formOf, settingsOf } from './form.ts';

/** Whether the tenant takes part, and its end: the admin's alone. */
export function Standing({ read, changed }: { read: TenantDocument; changed: () => void }) {
  const { api, tenant, reload } = useSession();
  const [asked, ask] = useState<'turn' | 'delete' | null>(null);
  const [typed, type] = useState('');
  const act = useAct();
  const isDisabled = read.status === 'disabled';
  const turn = async () => {
    ask(null);
    if (await act.run(async () => {
      const { body, etag } = await api.ask<TenantDocument>('GET', path`/tenants/${tenant.id}`, null);
      await api.send('PUT', path`/tenants/${tenant.id}`, { ...settingsOf(formOf(body!), body), status: isDisabled ? 'active' : 'disabled' }, { match: etag ?? '' });
      await reload();
      return null;
    })) {
      changed();
    }
  };
  const remove = async () => {
    ask(null);
    if (await act.run(async () => {
      await api.send('DELETE', path`/tenants/${tenant.id}`);
      return null;
    })) {
      location.hash = href(tenant.id, 'settings', 'deletion');
    }
  };
  return (
    <section class="panel" aria-labelledby="standing">
      <div class="head">
        <h2 id="standing">{isDisabled ? 'Disabled: no run fetches anything for it, and its rules are silent' : 'Active'}</h2>
        <button type="button" disabled={act.isBusy} onClick={() => ask('turn')}>{isDisabled ? 'Enable' : 'Disable'}</button>
        <button type="button" class="grave" disabled={act.isBusy} onClick={() => { type(''); ask('delete'); }}>Delete this tenant</button>
        <Said of={act.said} />
      </div>
      {asked === 'turn' && (
        <Question title={isDisabled ? `Enable ${tenant.name}?` : `Disable ${tenant.name}?`} does={isDisabled ? 'Enable' : 'Disable'} yes={() => void turn()} no={() => ask(null)}>
          <p>{isDisabled ? 'Runs take it in again, from where they left it.' : 'Runs leave it out until it is enabled again. What it has stays and can be read.'}</p>
        </Question>
      )}
      {asked === 'delete' && (
        <Question title={`Delete ${tenant.name}?`} does="Delete everything" isGrave isReady={typed === tenant.id} yes={() => void remove()} no={() => ask(null)}>
          <p>Its items, bars, prices, alerts, rules, keys and settings are removed for good, and it is counted that nothing is left. This cannot be undone.</p>
          <TextField name={`Type ${tenant.id} to confirm`} value={typed} set={type} />
        </Question>
      )}
    </section>
  );
}
