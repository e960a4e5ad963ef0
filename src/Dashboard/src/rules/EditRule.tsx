import { useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { may, useRead, useSession } from '../app/session.ts';
import { ApiProblem, path } from '../api/client.ts';
import type { Preview as Document, Rule } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Outcome } from '../parts/Outcome.tsx';
import { Question } from '../parts/Question.tsx';
import { Loading, Trouble } from '../parts/State.tsx';
import { shown } from '../text/untrusted.ts';
import { blank, formOf, orderOf, slug, type RuleForm } from './kinds.ts';
import { Preview } from './Preview.tsx';
import { fields, RuleFields } from './RuleFields.tsx';

interface Version { rule: Rule | null; etag: string }

/** A rule, or a new one. */
export function EditRule({ id }: { id: string | null }) {
  const { api, tenant } = useSession();
  const [tries, again] = useState(0);
  const state = useRead(id === null ? null : async (signal): Promise<Version> => {
    const { body, etag } = await api.ask<Rule>('GET', path`/tenants/${tenant.id}/rules/${id}`, null, signal);
    return { rule: body!, etag: etag ?? '' };
  }, [api, tenant.id, id, tries]);
  return (
    <>
      <div class="heading">
        <h1>{id === null ? 'New rule' : state.value ? <bdi>{shown(state.value.rule!.name, 100)}</bdi> : 'Rule'}</h1>
        {state.value && <span class="quiet"><code>{id}</code> version {state.value.rule!.version}</span>}
        <a class="end" href={href(tenant.id, 'rules')}>All rules</a>
      </div>
      {id === null ? <Edit version={{ rule: null, etag: '' }} reload={() => {}} /> : (
        <>
          {state.problem !== null && <Trouble problem={state.problem} again={state.again} isStale={state.value !== null} />}
          {state.value ? <Edit key={tries} version={state.value} reload={() => again(tries + 1)} /> : state.problem === null && <Loading what="the rule" />}
        </>
      )}
    </>
  );
}

function Edit({ version: first, reload }: { version: Version; reload: () => void }) {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const [version, setVersion] = useState(first);
  const [form, setForm] = useState<RuleForm>(() => (first.rule ? formOf(first.rule) : blank()));
  const [preview, setPreview] = useState<{ of: string; found: Document } | null>(null);
  const [isStale, setStale] = useState(false);
  const [isAsked, ask] = useState(false);
  const act = useAct();
  const isNew = version.rule === null;
  const order = JSON.stringify(orderOf(form));
  const fires = firesOf(form);
  const isTouched = isNew || order !== JSON.stringify(orderOf(formOf(version.rule!)));
  const set = (next: RuleForm) => setForm(isNew && form.id === slug(form.name) ? { ...next, id: next.name !== form.name ? slug(next.name) : next.id } : next);
  const save = () => act.run(async () => {
    try {
      const { body, etag } = await api.send<Rule>('PUT', path`/tenants/${tenant.id}/rules/${form.id.trim()}`, orderOf(form), isNew ? { isNew: true } : { match: version.etag });
      if (isNew) {
        location.hash = href(tenant.id, 'rules');
      } else {
        setVersion({ rule: body!, etag: etag ?? '' });
        setForm(formOf(body!));
      }

      setStale(false);
      return 'Saved.';
    } catch (problem) {
      if (!(problem instanceof ApiProblem && problem.status === 412)) {
        throw problem;
      }

      if (isNew) {
        throw new ApiProblem(412, 'There is a rule of this id already', { id: 'taken already' });
      }

      setStale(true);
      return null;
    }
  });
  const look = () => act.run(async () => {
    // Who is told, and when, says nothing of how often it fires.
    const asked = { ...orderOf(form), name: form.name.trim() || 'Preview', quietHours: null, digestMinutes: null, targets: [] };
    setPreview({ of: fires, found: (await api.send<Document>('POST', path`/tenants/${tenant.id}/rules/preview`, asked)).body! });
    return null;
  });
  const overwrite = async () => {
    const { body, etag } = await api.ask<Rule>('GET', path`/tenants/${tenant.id}/rules/${form.id}`, null);
    setVersion({ rule: body!, etag: etag ?? '' });
    setStale(false);
  };
  const remove = async () => {
    ask(false);
    if (await act.run(async () => {
      await api.send('DELETE', path`/tenants/${tenant.id}/rules/${form.id}`, undefined, { match: version.etag });
      return null;
    })) {
      location.hash = href(tenant.id, 'rules');
    }
  };
  return (
    <div class="columns">
      <section class="panel" aria-label="Rule">
        {!mayManage && <p class="quiet">This key may read rules, not change them: that takes the scope <code>manage</code>.</p>}
        <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
          <fieldset class="bare" disabled={!mayManage}>
            <RuleFields form={form} set={set} isNew={isNew} problems={act.problems} />
          </fieldset>
          {isStale && (
            <div class="note" role="alert">
              <p><strong>Not saved: the rule was changed meanwhile.</strong> What you typed is still here.</p>
              <p class="answers">
                <button type="button" onClick={reload}>Reload, drop mine</button>
                <button type="button" onClick={() => void overwrite()}>Keep mine, to be saved over it</button>
              </p>
            </div>
          )}
          {mayManage && (
            <div class="submit">
              <button type="submit" class="primary" disabled={!isTouched || act.isBusy || isStale}>{isNew ? 'Add the rule' : 'Save'}</button>
              <button type="button" disabled={act.isBusy} onClick={() => void look()}>Preview the last week</button>
              <Outcome act={act} fields={fields} />
              {!isNew && <button type="button" class="grave end" disabled={act.isBusy} onClick={() => ask(true)}>Delete</button>}
            </div>
          )}
        </form>
        {isAsked && (
          <Question title="Delete this rule?" does="Delete" isGrave yes={() => void remove()} no={() => ask(false)}>
            <p><bdi>{shown(form.name, 100)}</bdi></p>
            <p>It fires no more, and what is not yet sent of it is withdrawn. Its alerts stay in the inbox.</p>
          </Question>
        )}
      </section>
      <Preview found={preview?.found ?? null} kind={form.kind} isOld={preview !== null && preview.of !== fires} mayLook={mayManage} />
    </div>
  );
}

// What decides when a rule fires.
function firesOf(form: RuleForm): string {
  const { symbols, when, cooldownMinutes } = orderOf(form);
  return JSON.stringify([symbols, when, cooldownMinutes]);
}
