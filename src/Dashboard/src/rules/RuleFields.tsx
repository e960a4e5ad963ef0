import { useSession } from '../app/session.ts';
import type { Kind } from '../api/settings.ts';
import { Field, problemOf, TextField } from '../parts/Field.tsx';
import { Values } from '../parts/Values.tsx';
import { firstOf, kinds, measures, type RuleForm } from './kinds.ts';
import { Targets } from './Targets.tsx';

/** The fields whose problems have a place of their own. */
export const fields = ['id', 'name', 'symbols', 'when.kind', 'when.windowMinutes', 'when.above', 'when.below', 'when.leastItems', 'when.hysteresis', 'when.table', 'cooldownMinutes', 'quietHours', 'digestMinutes', 'targets'] as const;

const zones: readonly string[] = Intl.supportedValuesOf('timeZone');

/** The fields of a rule: only those that its kind has. */
export function RuleFields({ form, set, isNew, problems }: { form: RuleForm; set: (form: RuleForm) => void; isNew: boolean; problems: Readonly<Record<string, string>> }) {
  const { tenant } = useSession();
  const kind = kinds[form.kind];
  const of = (field: string) => problemOf(problems, field);
  const put = <K extends keyof RuleForm>(field: K) => (value: RuleForm[K]) => set({ ...form, [field]: value });
  const quiet = (field: keyof RuleForm['quiet']) => (value: string) => set({ ...form, quiet: { ...form.quiet, [field]: value } });
  return (
    <>
      <div class="form">
        <TextField name="Name" required maxLength={100} value={form.name} set={put('name')} problem={of('name')} />
        {isNew && <TextField name="Id" help="1 to 40 of a–z, 0–9 and -; it stays." required pattern="[a-z0-9\-]{1,40}" maxLength={40} value={form.id} set={put('id')} problem={of('id')} />}
        <Field name="Fires on" help={kind.says} problem={of('when.kind')}>
          {(tied) => (
            <select {...tied} value={form.kind} onChange={(event) => { const next = event.currentTarget.value as Kind; set({ ...form, kind: next, measures: firstOf(next), table: '' }); }}>
              {Object.entries(kinds).map(([value, { name }]) => <option key={value} value={value}>{name}</option>)}
            </select>
          )}
        </Field>
        {kind.hasTable && (
          <Field name="Table" problem={of('when.table')}>
            {(tied) => (
              <select {...tied} value={form.table} onChange={(event) => put('table')(event.currentTarget.value)}>
                <option value="">Any of them</option>
                {[...new Set([...tenant.tables, ...(form.table ? [form.table] : [])])].map((table) => <option key={table}>{table}</option>)}
              </select>
            )}
          </Field>
        )}
        {measures.map((measure) => {
          const asked = kind.asks[measure];
          return asked && (
            <TextField
              key={measure} name={asked.name} help={asked.help} type="number" min={asked.min} max={asked.max} step={asked.step} value={form.measures[measure]}
              set={(value) => set({ ...form, measures: { ...form.measures, [measure]: value } })} problem={of(`when.${measure}`)}
            />
          );
        })}
        {kind.hasSymbols && (
          <fieldset class="wide">
            <legend>Symbols, each judged by itself</legend>
            <div class="row">
              <label class="check"><input type="radio" name="symbols" checked={form.isEvery} onChange={() => put('isEvery')(true)} />Every one of {tenant.name}</label>
              <label class="check"><input type="radio" name="symbols" checked={!form.isEvery} onChange={() => put('isEvery')(false)} />These</label>
            </div>
            {form.isEvery ? of('symbols') && <p class="problem" role="alert">{of('symbols')}</p>
              : <Values name="Symbols of the rule" values={form.symbols} set={put('symbols')} known={tenant.symbols} problem={of('symbols')} clean={(value) => value.toUpperCase()} placeholder="AAPL" />}
          </fieldset>
        )}
      </div>
      <Targets targets={form.targets} set={put('targets')} problems={problems} />
      <div class="form">
        <TextField name="Cool-down in minutes" help="So long after an alert it raises none for the same symbol." type="number" min={0} max={10_080} step={1} value={form.cooldown} set={put('cooldown')} problem={of('cooldownMinutes')} />
        <TextField name="Digest in minutes" help="Alerts of so long come as one message. Empty: each at once." type="number" min={1} max={1_440} step={1} value={form.digest} set={put('digest')} problem={of('digestMinutes')} />
        <fieldset class="wide">
          <legend>Quiet hours</legend>
          <label class="check"><input type="checkbox" checked={form.isQuiet} onChange={(event) => put('isQuiet')(event.currentTarget.checked)} />Hold alerts back for some hours of the day</label>
          {form.isQuiet && (
            <div class="row">
              <TextField name="From" type="time" required value={form.quiet.from} set={quiet('from')} problem={of('quietHours.from')} />
              <TextField name="To" type="time" required value={form.quiet.to} set={quiet('to')} problem={of('quietHours.to')} />
              <TextField name="Time zone" required list="zones" value={form.quiet.timeZone} set={quiet('timeZone')} problem={of('quietHours.timeZone')} />
              <datalist id="zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
            </div>
          )}
          {problems.quietHours && <p class="problem" role="alert">{problems.quietHours}</p>}
        </fieldset>
        <label class="check wide"><input type="checkbox" checked={form.isEnabled} onChange={(event) => put('isEnabled')(event.currentTarget.checked)} />Enabled</label>
      </div>
    </>
  );
}
