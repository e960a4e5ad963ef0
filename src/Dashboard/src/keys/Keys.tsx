import { useState } from 'preact/hooks';
import { may, useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed } from '../api/documents.ts';
import type { KeyListed, KeyMade } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Copy } from '../parts/Copy.tsx';
import { TextField } from '../parts/Field.tsx';
import { Question } from '../parts/Question.tsx';
import { Said } from '../parts/Said.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { shown } from '../text/untrusted.ts';
import { NewKey } from './NewKey.tsx';

const most = 100;

/** The tenant's keys: a key itself is shown once, when it is made. */
export function Keys() {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const [made, setMade] = useState<KeyMade | null>(null);
  const [asked, ask] = useState<{ what: 'rotate' | 'revoke'; key: KeyListed } | null>(null);
  const [overlap, setOverlap] = useState('60');
  const act = useAct();
  const list = useRead(mayManage ? (signal) => api.get<Listed<KeyListed>>(path`/tenants/${tenant.id}/keys?limit=${String(most)}`, signal) : null, [api, tenant.id]);
  if (!mayManage) {
    return <><h1>Keys</h1><section class="panel"><Empty>This key may not see keys: that takes the admin key, or a key with the scope <code>manage</code>.</Empty></section></>;
  }

  const rotate = async (key: KeyListed) => {
    ask(null);
    await act.run(async () => {
      setMade((await api.send<KeyMade>('POST', path`/tenants/${tenant.id}/keys/${key.id}/rotate`, { overlapMinutes: Number(overlap) })).body);
      return null;
    });
    list.again();
  };
  const revoke = async (key: KeyListed) => {
    ask(null);
    await act.run(async () => {
      await api.send('DELETE', path`/tenants/${tenant.id}/keys/${key.id}`);
      return `${nameOf(key)} is revoked; its live connections are closed.`;
    });
    list.again();
  };
  const keys = list.value?.items ?? null;
  return (
    <>
      <h1>Keys</h1>
      {made && (
        <section class="panel made" aria-labelledby="made">
          <h2 id="made">The new key <small>shown this once: it is kept nowhere</small></h2>
          <Copy text={made.key} name="the new key" />
          <div><button type="button" onClick={() => setMade(null)}>I have it</button></div>
        </section>
      )}
      <section class="panel" aria-labelledby="keys">
        <div class="head">
          <h2 id="keys">Keys of {tenant.name}</h2>
          <Said of={act.said} />
        </div>
        {list.problem !== null && <Trouble problem={list.problem} again={list.again} isStale={keys !== null} />}
        {keys === null ? list.problem === null && <Loading what="keys" /> : keys.length === 0 ? <Empty>No keys yet.</Empty> : (
          <div class="scroll" tabIndex={0} role="region" aria-labelledby="keys">
            <table class="keys">
              <thead>
                <tr>
                  <th scope="col">Name</th><th scope="col">Begins with</th><th scope="col">Scopes</th><th scope="col">Made</th><th scope="col">Last used</th><th scope="col">Expires</th>
                  <th scope="col"><span class="vh">Steps</span></th>
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => (
                  <tr key={key.id}>
                    <th scope="row"><bdi>{key.name ? shown(key.name, 60) : <span class="quiet">no name</span>}</bdi>{key.id === me.id && <small class="quiet"> this one</small>}</th>
                    <td><code>{key.prefix}…</code></td>
                    <td>{key.scopes.map((scope) => <span key={scope} class="tag">{scope}</span>)}</td>
                    <td><Time at={key.createdAt} /></td>
                    <td>{key.lastUsedAt ? <Time at={key.lastUsedAt} /> : <span class="quiet">never</span>}</td>
                    <td>{key.expiresAt ? <Time at={key.expiresAt} /> : <span class="quiet">never</span>}</td>
                    <td class="steps">
                      {(me.admin || key.scopes.every((scope) => me.scopes.includes(scope))) && <button type="button" disabled={act.isBusy} aria-label={`Rotate ${nameOf(key)}`} onClick={() => ask({ what: 'rotate', key })}>Rotate</button>}
                      <button type="button" class="grave" disabled={act.isBusy} aria-label={`Revoke ${nameOf(key)}`} onClick={() => ask({ what: 'revoke', key })}>Revoke</button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <NewKey made={(key) => { setMade(key); act.forget(); list.again(); }} />
      {asked?.what === 'rotate' && (
        <Question title={`Rotate ${nameOf(asked.key)}?`} does="Rotate" isReady={overlap.trim() !== ''} yes={() => void rotate(asked.key)} no={() => ask(null)}>
          <p>A new key with the same name and scopes is made; this one goes on for the overlap, and then ends.</p>
          <TextField name="Overlap in minutes" type="number" min={0} max={10_080} required value={overlap} set={setOverlap} />
        </Question>
      )}
      {asked?.what === 'revoke' && (
        <Question title={`Revoke ${nameOf(asked.key)}?`} does="Revoke" isGrave yes={() => void revoke(asked.key)} no={() => ask(null)}>
          <p>It is refused at once, and its live connections are closed. This cannot be undone.</p>
          {asked.key.id === me.id && <p class="problem">You have signed in with it: you will be signed out.</p>}
        </Question>
      )}
    </>
  );
}

const nameOf = (key: KeyListed): string => (key.name ? shown(key.name, 60) : key.prefix);
