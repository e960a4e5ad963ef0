import { useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { KeyMade } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { problemOf, TextField } from '../parts/Field.tsx';
import { Outcome } from '../parts/Outcome.tsx';

const scopes: Record<string, string> = { read: 'see what the tenant has', run: 'start its runs', manage: 'change its settings, keys, rules and alerts' };

/** Makes a key with no more rights than the one that makes it. */
export function NewKey({ made }: { made: (key: KeyMade) => void }) {
  const { api, me, tenant } = useSession();
  const [name, setName] = useState('');
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set(['read']));
  const act = useAct();
  const create = () => act.run(async () => {
    const order = { scopes: Object.keys(scopes).filter((scope) => chosen.has(scope)), ...(name.trim() ? { name: name.trim() } : {}) };
    made((await api.send<KeyMade>('POST', path`/tenants/${tenant.id}/keys`, order)).body!);
    setName('');
    return null;
  });
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) {
      next.add(scope);
    }

    choose(next);
  };
  return (
    <section class="panel" aria-labelledby="new-key">
      <h2 id="new-key">New key</h2>
      <form onSubmit={(event) => { event.preventDefault(); void create(); }}>
        <div class="form">
          <TextField name="Name" help="What it is for." maxLength={100} value={name} set={setName} problem={problemOf(act.problems, 'name')} />
          <fieldset>
            <legend>It may</legend>
            {Object.entries(scopes).filter(([scope]) => me.admin || me.scopes.includes(scope)).map(([scope, meaning]) => (
              <label key={scope} class="check"><input type="checkbox" checked={chosen.has(scope)} onChange={() => toggle(scope)} /><span><code>{scope}</code>: {meaning}</span></label>
            ))}
            {problemOf(act.problems, 'scopes') && <p class="problem" role="alert">{problemOf(act.problems, 'scopes')}</p>}
          </fieldset>
        </div>
        <div class="submit">
          <button type="submit" class="primary" disabled={act.isBusy || chosen.size === 0}>Make a key</button>
          <Outcome act={act} fields={['name', 'scopes']} />
        </div>
      </form>
    </section>
  );
}
