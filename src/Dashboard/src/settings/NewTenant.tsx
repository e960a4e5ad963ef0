import { useState } from 'preact/hooks';
import { ApiProblem, path, type Api } from '../api/client.ts';
import type { TenantDocument } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { problemOf, TextField } from '../parts/Field.tsx';
import { Outcome } from '../parts/Outcome.tsx';
import { blank, fields, settingsOf } from './form.ts';
import { SettingsForm } from './SettingsForm.tsx';

/** Makes a tenant; its credentials are tried at their vendors first. */
export function NewTenant({ api, tables, models, made }: { api: Api; tables: readonly string[]; models: readonly string[]; made: (id: string) => Promise<void> }) {
  const [id, setId] = useState('');
  const [form, set] = useState(blank);
  const act = useAct();
  const create = () => act.run(async () => {
    try {
      await api.send<TenantDocument>('PUT', path`/tenants/${id.trim()}`, settingsOf(form, null), { isNew: true });
    } catch (problem) {
      throw problem instanceof ApiProblem && problem.status === 412 ? new ApiProblem(412, 'There is a tenant of this id already', { id: 'taken already' }) : problem;
    }

    await made(id.trim());
    return null;
  });
  return (
    <>
      <h1>New tenant</h1>
      <section class="panel" aria-label="New tenant">
        <form onSubmit={(event) => { event.preventDefault(); void create(); }}>
          <div class="form">
            <TextField
              name="Id" help="1 to 40 of a–z, 0–9 and -; it cannot be changed later." required pattern="[a-z0-9\-]{1,40}" maxLength={40}
              value={id} set={setId} problem={problemOf(act.problems, 'id')}
            />
          </div>
          <SettingsForm form={form} set={set} problems={act.problems} tables={tables} models={models} test={null} />
          <div class="submit">
            <button type="submit" class="primary" disabled={act.isBusy}>Create</button>
            <Outcome act={act} fields={fields} meanwhile="Saving; credentials are tried at their vendors…" />
          </div>
        </form>
      </section>
    </>
  );
}
