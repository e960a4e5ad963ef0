import { Field, problemOf, TextField } from '../parts/Field.tsx';
import type { TargetForm } from './kinds.ts';

const most = 10;

/** Who is told beside the inbox. */
export function Targets({ targets, set, problems }: { targets: TargetForm[]; set: (targets: TargetForm[]) => void; problems: Readonly<Record<string, string>> }) {
  const put = (i: number, change: Partial<TargetForm>) => set(targets.map((target, at) => (at === i ? { ...target, ...change } : target)));
  const add = (way: TargetForm['way']) => set([...targets, { way, address: '', shape: 'plain', secret: '' }]);
  return (
    <fieldset class="targets">
      <legend>Who is told, beside the inbox</legend>
      {targets.map((target, i) => {
        const of = (field: string) => problemOf(problems, `targets[${i}].${field}`);
        const whole = problems[`targets[${i}]`];
        const number = i + 1;
        return (
          <div key={i} class={`target ${target.way}`}>
            <TextField
              name={target.way === 'mail' ? `Mail ${number}` : `Webhook ${number}`} type={target.way === 'mail' ? 'email' : 'url'} required value={target.address}
              placeholder={target.way === 'mail' ? 'ops@acme.test' : 'https://hooks.acme.test/…'} set={(address) => put(i, { address })}
              problem={of(target.way === 'mail' ? 'email' : 'webhook') ?? whole}
            />
            {target.way === 'webhook' && (
              <>
                <Field name={`Shape ${number}`} problem={of('shape')}>
                  {(tied) => (
                    <select {...tied} value={target.shape} onChange={(event) => put(i, { shape: event.currentTarget.value as TargetForm['shape'] })}>
                      <option value="plain">Plain JSON</option>
                      <option value="slack">Slack</option>
                      <option value="teams">Teams</option>
                    </select>
                  )}
                </Field>
                <TextField name={`Signing secret ${number}`} placeholder="env:NAME or keyvault:NAME" value={target.secret} set={(secret) => put(i, { secret })} problem={of('secret')} />
              </>
            )}
            <button type="button" class="plain" aria-label={`Take out target ${number}`} onClick={() => set(targets.filter((_, at) => at !== i))}>Take out</button>
          </div>
        );
      })}
      {problems.targets && <p class="problem" role="alert">{problems.targets}</p>}
      <div class="row">
        <button type="button" disabled={targets.length >= most} onClick={() => add('mail')}>Add a mail</button>
        <button type="button" disabled={targets.length >= most} onClick={() => add('webhook')}>Add a webhook</button>
      </div>
    </fieldset>
  );
}
