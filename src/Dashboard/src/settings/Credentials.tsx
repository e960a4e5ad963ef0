import { useState } from 'preact/hooks';
import { saying } from '../api/client.ts';
import type { Tested } from '../api/settings.ts';
import { problemOf, TextField } from '../parts/Field.tsx';
import { shown } from '../text/untrusted.ts';
import { vendorsOf, type Form } from './form.ts';

/** Asks a vendor whether it takes what a reference leads to. */
export type Test = (vendor: string, reference: string) => Promise<Tested>;

type Answer = { reference: string; isOk: boolean | null; text: string };

/** Where each vendor's secret is; the secret itself is never here. */
export function Credentials({ form, set, problems, test }: { form: Form; set: (credentials: Form['credentials']) => void; problems: Readonly<Record<string, string>>; test: Test | null }) {
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const vendors = vendorsOf(form);
  const ask = async (vendor: string, reference: string) => {
    const answer = (isOk: boolean | null, text: string) => setAnswers((now) => ({ ...now, [vendor]: { reference, isOk, text } }));
    answer(null, 'Asking…');
    try {
      const { ok, detail } = await test!(vendor, reference);
      answer(ok, shown(detail ?? (ok ? 'taken' : 'refused')));
    } catch (problem) {
      answer(false, saying(problem));
    }
  };
  return (
    <fieldset class="wide">
      <legend>Credentials</legend>
      <p class="quiet">Where the secret is, as <code>env:NAME</code> or <code>keyvault:NAME</code>; never the secret itself. What has changed is tried at the vendor when it is saved.</p>
      {vendors.length === 0 && <p class="quiet">Each vendor of a table has a line here.</p>}
      {vendors.map((vendor) => {
        const reference = form.credentials[vendor] ?? '';
        const answer = answers[vendor]?.reference === reference ? answers[vendor] : null;
        return (
          <div class="credential" key={vendor}>
            <TextField
              name={`Credential for ${vendor}`} placeholder="none" value={reference} set={(value) => set({ ...form.credentials, [vendor]: value })}
              problem={problemOf(problems, `credentials.${vendor}`)}
            />
            {test && <button type="button" disabled={!reference.trim() || answer?.isOk === null} aria-label={`Test the credential for ${vendor}`} onClick={() => void ask(vendor, reference.trim())}>Test</button>}
            <span role="status" class={answer?.isOk === false ? 'answer problem' : 'answer quiet'}>
              {answer && <>{answer.isOk === null ? '' : answer.isOk ? '✓ ' : '✕ '}{answer.text}</>}
            </span>
          </div>
        );
      })}
      {problems.credentials && <p class="problem" role="alert">{problems.credentials}</p>}
    </fieldset>
  );
}
