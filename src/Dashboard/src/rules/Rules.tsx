import { useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { may, useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed } from '../api/documents.ts';
import type { Rule } from '../api/settings.ts';
import { useAct } from '../parts/act.ts';
import { Said } from '../parts/Said.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { shown } from '../text/untrusted.ts';
import { kinds, sentence } from './kinds.ts';
import { EditRule } from './EditRule.tsx';

const most = 1_000;

/** Stands for a rule that is not there yet; no id has this character. */
export const newRule = '+';

/** What the tenant wants to be told of. */
export function Rules({ rule }: { rule: string | null }) {
  return rule === null ? <List /> : <EditRule key={rule} id={rule === newRule ? null : rule} />;
}

function List() {
  const { api, me, tenant } = useSession();
  const mayManage = may(me, 'manage');
  const act = useAct();
  const [turning, setTurning] = useState<string | null>(null);
  const list = useRead((signal) => api.get<Listed<Rule>>(path`/tenants/${tenant.id}/rules?limit=${String(most)}`, signal), [api, tenant.id]);
  const rules = list.value?.items ?? null;
  const turn = async (id: string) => {
    setTurning(id);
    await act.run(async () => {
      const { body, etag } = await api.ask<Rule>('GET', path`/tenants/${tenant.id}/rules/${id}`, null);
      const { id: _, version: __, changedAt: ___, ...order } = body!;
      await api.send('PUT', path`/tenants/${tenant.id}/rules/${id}`, { ...order, enabled: !order.enabled }, { match: etag ?? '' });
      return `${shown(order.name, 60)} is ${order.enabled ? 'disabled: nothing more is sent of it' : 'enabled'}.`;
    });
    setTurning(null);
    list.again();
  };
  return (
    <>
      <div class="heading">
        <h1>Rules</h1>
        {mayManage && <a class="button primary end" href={href(tenant.id, 'rules', newRule)}>New rule</a>}
      </div>
      <section class="panel" aria-labelledby="rules">
        <div class="head">
          <h2 id="rules">What {tenant.name} is told of {rules && rules.length > 0 && <small>{rules.length} rules, judged as pages are committed</small>}</h2>
          <Said of={act.said} />
        </div>
        {!mayManage && <p class="quiet">This key may read rules, not change them: that takes the scope <code>manage</code>.</p>}
        {list.problem !== null && <Trouble problem={list.problem} again={list.again} isStale={rules !== null} />}
        {rules === null ? list.problem === null && <Loading what="rules" /> : rules.length === 0 ? <Empty>No rules yet. A rule says what matters, and who is told.</Empty> : (
          <div class="scroll" tabIndex={0} role="region" aria-labelledby="rules">
            <table class="rules">
              <thead>
                <tr>
                  <th scope="col">Rule</th><th scope="col">Fires on</th><th scope="col">Symbols</th><th scope="col">Tells</th><th scope="col">Changed</th><th scope="col">State</th>
                  {mayManage && <th scope="col"><span class="vh">Steps</span></th>}
                </tr>
              </thead>
              <tbody>
                {rules.map((rule) => (
                  <tr key={rule.id} class={rule.enabled ? '' : 'off'}>
                    <th scope="row"><a href={href(tenant.id, 'rules', rule.id)}><bdi>{shown(rule.name, 100)}</bdi></a><small class="quiet"> v{rule.version}</small></th>
                    <td><span class="tag">{kinds[rule.when.kind]?.name ?? rule.when.kind}</span> {sentence(rule.when)}</td>
                    <td>{rule.symbols.includes('*') ? 'every one' : rule.symbols.length === 0 ? <span class="quiet">–</span> : `${rule.symbols.slice(0, 4).join(' ')}${rule.symbols.length > 4 ? ` +${rule.symbols.length - 4}` : ''}`}</td>
                    <td>{tells(rule)}</td>
                    <td><Time at={rule.changedAt} /></td>
                    <td><span class={`status ${rule.enabled ? 'completed' : 'suspended'}`}>{rule.enabled ? 'on' : 'off'}</span></td>
                    {mayManage && (
                      <td class="steps">
                        <button type="button" disabled={turning !== null} aria-label={`${rule.enabled ? 'Disable' : 'Enable'} ${shown(rule.name, 60)}`} onClick={() => void turn(rule.id)}>{rule.enabled ? 'Disable' : 'Enable'}</button>
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function tells(rule: Rule): string {
  const mails = rule.targets.filter((target) => target.email).length;
  const hooks = rule.targets.length - mails;
  return ['inbox', mails > 0 ? `${mails} mail${mails > 1 ? 's' : ''}` : '', hooks > 0 ? `${hooks} webhook${hooks > 1 ? 's' : ''}` : ''].filter((part) => part).join(', ');
}
