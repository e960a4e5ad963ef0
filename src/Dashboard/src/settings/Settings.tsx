import { useEffect, useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { may, useRead, useSession } from '../app/session.ts';
import { ApiProblem, path } from '../api/client.ts';
import type { ChangeRecord, TenantDocument, Tested } from '../api/settings.ts';
import type { Listed } from '../api/documents.ts';
import { useAct } from '../parts/act.ts';
import { Outcome } from '../parts/Outcome.tsx';
import { Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { Changes } from './Changes.tsx';
import { ReadOnly } from './ReadOnly.tsx';
import { Standing } from './Standing.tsx';
import { fields, formOf, isSame, merged, settingsOf, type Form } from './form.ts';
import { SettingsForm } from './SettingsForm.tsx';

interface Version { read: TenantDocument; etag: string }

/** What a tenant is set up to do, and who changed it. */
export function Settings() {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const [tries, again] = useState(0);
  const [saves, count] = useState(0);
  const state = useRead(async (signal): Promise<Version> => {
    const { body, etag } = await api.ask<TenantDocument>('GET', path`/tenants/${tenant.id}`, null, signal);
    return { read: body!, etag: etag ?? '' };
  }, [api, tenant.id, tries]);
  const version = state.value;
  return (
    <>
      <div class="heading">
        <h1>Settings</h1>
        <code class="quiet">{tenant.id}</code>
        {version?.read.status && <span class={`status ${version.read.status}`}>{version.read.status}</span>}
        {me.admin && <a class="button end" href={href(tenant.id, 'settings', 'new')}>New tenant</a>}
      </div>
      {state.problem !== null && <Trouble problem={state.problem} again={state.again} isStale={version !== null} />}
      {version === null ? state.problem === null && <Loading what="settings" />
        : mayManage ? <Edit key={tries} first={version} reload={() => again(tries + 1)} saved={() => count((n) => n + 1)} />
        : <ReadOnly read={version.read} />}
      {version !== null && me.admin && <Standing key={`standing ${tries}`} read={version.read} changed={() => again(tries + 1)} />}
      {mayManage && <Changes key={`changes ${tries} ${saves}`} />}
    </>
  );
}

function Edit({ first, reload, saved: told }: { first: Version; reload: () => void; saved: () => void }) {
  const { api, me, tenants, tenant, reload: reloadTenants } = useSession();
  const [version, setVersion] = useState(first);
  const [form, set] = useState(() => formOf(first.read));
  const [conflict, setConflict] = useState<{ theirs: Version; by: ChangeRecord | null; both: string[] } | null>(null);
  const [warnings, warn] = useState<string[]>([]);
  const act = useAct();
  const before = formOf(version.read);
  const isTouched = !isSame(form, before);
  useEffect(() => {
    // What was typed is not lost to a tab that is closed.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    if (isTouched) {
      addEventListener('beforeunload', ask);
    }

    return () => removeEventListener('beforeunload', ask);
  }, [isTouched]);
  const save = () => act.run(async () => {
    try {
      const { body, etag } = await api.send<TenantDocument>('PUT', path`/tenants/${tenant.id}`, settingsOf(form, version.read), { match: version.etag });
      const saved = { read: body!, etag: etag ?? '' };
      setVersion(saved);
      set(formOf(saved.read));
      warn(body?.warnings ?? []);
      setConflict(null);
      told();
      void reloadTenants();
      return 'Saved. It takes effect at the next run.';
    } catch (problem) {
      if (!(problem instanceof ApiProblem && problem.status === 412)) {
        throw problem;
      }

      const { body, etag } = await api.ask<TenantDocument>('GET', path`/tenants/${tenant.id}`, null);
      const changes = await api.get<Listed<ChangeRecord>>(path`/tenants/${tenant.id}/changes?limit=20`).catch(() => null);
      setConflict({
        theirs: { read: body!, etag: etag ?? '' }, by: changes?.items.find((change) => change.what === 'tenant') ?? null, both: merged(before, form, formOf(body!)).both,
      });
      return null;
    }
  });
  const takeIn = () => {
    set(merged(before, form, formOf(conflict!.theirs.read)).form);
    setVersion(conflict!.theirs);
    setConflict(null);
    act.forget();
  };
  return (
    <section class="panel" aria-label="Settings">
      <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <SettingsForm
          form={form} set={(typed: Form) => { set(typed); if (act.said && !act.said.isProblem) { act.forget(); } }} problems={act.problems}
          tables={[...new Set(tenants.flatMap((known) => known.tables))].sort()} models={me.models}
          test={async (vendor, reference) => (await api.send<Tested>('POST', path`/tenants/${tenant.id}/credentials/test`, { vendor, reference })).body!}
        />
        {conflict && (
          <div class="note" role="alert">
            <p>
              <strong>Not saved: the settings were changed meanwhile</strong>
              {conflict.by && <> by <code>{conflict.by.by}</code>, <Time at={conflict.by.at} /></>}. What you typed is still here.
              {conflict.both.length > 0 && <> Both of you changed: {conflict.both.join(', ')}; where you take their changes in, yours stand.</>}
            </p>
            <p class="answers">
              <button type="button" onClick={reload}>Reload, drop mine</button>
              <button type="button" class="primary" onClick={takeIn}>Take their changes in, keep mine</button>
            </p>
          </div>
        )}
        {warnings.map((warning) => <p key={warning} class="warn" role="status">{warning}</p>)}
        <div class="submit">
          <button type="submit" class="primary" disabled={!isTouched || act.isBusy || conflict !== null}>Save</button>
          {isTouched && <button type="button" class="plain" onClick={() => { set(before); act.forget(); }}>Undo</button>}
          <Outcome act={act} fields={fields} meanwhile="Saving; credentials are tried at their vendors…" />
        </div>
      </form>
    </section>
  );
}
