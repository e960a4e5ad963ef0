import { Field, problemOf, TextField } from '../parts/Field.tsx';
import { Values } from '../parts/Values.tsx';
import { Credentials, type Test } from './Credentials.tsx';
import { spans, type Form } from './form.ts';

const kept = { items: 'Items', bars: 'Bars', quarantine: 'Quarantine' };

/** The fields of a tenant's settings. */
export function SettingsForm({ form, set, problems, tables, models, test }: {
  form: Form;
  set: (form: Form) => void;
  problems: Readonly<Record<string, string>>;
  tables: readonly string[];
  models: readonly string[];
  test: Test | null;
}) {
  const of = (field: string) => problemOf(problems, field);
  const put = <K extends keyof Form>(field: K) => (value: Form[K]) => set({ ...form, [field]: value });
  return (
    <div class="form">
      <TextField name="Name" required maxLength={100} value={form.name} set={put('name')} problem={of('name')} />
      <TextField
        name="Schedule" help="Six cron fields from the second on, UTC. Empty: the server's." placeholder="0 */15 * * * *"
        value={form.schedule} set={put('schedule')} problem={of('schedule')}
      />
      <Field name="Model" help="It scores what comes from the next run on; what is scored stays as it is." problem={of('model')}>
        {(tied) => (
          <select {...tied} value={form.model || models[0]} onChange={(event) => put('model')(event.currentTarget.value)}>
            {[...new Set([...models, ...(form.model ? [form.model] : [])])].map((model) => <option key={model} value={model}>{model}</option>)}
          </select>
        )}
      </Field>
      <Values name="E-mails" help="Whom the tenant is reached by." values={form.emails} set={put('emails')} problem={of('emails')} placeholder="ops@acme.test" />
      <Values
        name="Symbols" help={`${form.symbols.length} symbols; several may be pasted at once.`} values={form.symbols} set={put('symbols')}
        problem={of('symbols')} clean={(value) => value.toUpperCase()} placeholder="AAPL"
      />
      <Values name="Tables" help="Where the symbols are watched." values={form.tables} set={put('tables')} problem={of('tables')} known={tables} placeholder="tiingo/news" />
      <Credentials form={form} set={put('credentials')} problems={problems} test={test} />
      <fieldset class="wide">
        <legend>Days that data are kept</legend>
        <div class="row">
          {spans.map((span) => (
            <TextField
              key={span} name={kept[span]} type="number" min={1} max={3650} placeholder="server's" value={form.retention[span]}
              set={(days) => set({ ...form, retention: { ...form.retention, [span]: days } })} problem={of(`retention.${span}`)}
            />
          ))}
        </div>
        {problems.retention && <p class="problem" role="alert">{problems.retention}</p>}
      </fieldset>
    </div>
  );
}
