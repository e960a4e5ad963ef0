import { useSession, useRead } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Deletion as Document } from '../api/settings.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { count } from '../text/numbers.ts';

const every = 500;

/** How far the removal of a tenant is, and the proof that nothing of it is left. */
export function Deletion({ tenant, done }: { tenant: string; done: () => void }) {
  const { api } = useSession();
  const state = useRead(
    (signal) => api.get<Document>(path`/tenants/${tenant}/deletion`, signal), [api, tenant], (deletion) => (deletion === null || deletion.status === 'running' ? every : null));
  const deletion = state.value;
  return (
    <>
      <h1>Deletion of <bdi>{tenant}</bdi></h1>
      {state.problem !== null && <Trouble problem={state.problem} again={state.again} isStale={deletion !== null} />}
      {deletion === null ? state.problem === null && <Loading what="the deletion" /> : (
        <section class="panel" aria-label="Deletion" aria-live="polite">
          <p><span class={`status ${deletion.status}`}>{deletion.status}</span> <span class="quiet">begun <Time at={deletion.startedAt} />{deletion.endedAt && <>, ended <Time at={deletion.endedAt} /></>}</span></p>
          {deletion.status === 'completed' && (
            <p class="proof"><strong>{count(deletion.left ?? 0)} rows left.</strong> <span class="quiet">Every place that can hold something of the tenant was looked through after the removal.</span></p>
          )}
          {deletion.reason && <p class="problem"><Foreign text={deletion.reason} /></p>}
          {deletion.removed && Object.keys(deletion.removed).length > 0 && (
            <table>
              <caption class="vh">Removed</caption>
              <thead><tr><th scope="col">Removed</th><th scope="col" class="n">Rows</th></tr></thead>
              <tbody>{Object.entries(deletion.removed).map(([what, rows]) => <tr key={what}><th scope="row">{what}</th><td class="n">{count(rows)}</td></tr>)}</tbody>
            </table>
          )}
          {deletion.status !== 'running' && <div class="submit"><button type="button" class="primary" onClick={done}>Go on</button></div>}
        </section>
      )}
    </>
  );
}
