import { useRef, useState } from 'preact/hooks';
import { Field } from './Field.tsx';
import { shown } from '../text/untrusted.ts';

/** The words of a text, each once. */
export const split = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((part) => part.length > 0))];

/** A list of short texts: each can be taken out, and further ones are typed or pasted in. */
export function Values({ name, help, problem, values, set, known = [], clean = (value) => value, placeholder }: {
  name: string;
  help?: string;
  problem?: string | null;
  values: readonly string[];
  set: (values: string[]) => void;
  known?: readonly string[];
  clean?: (value: string) => string;
  placeholder?: string;
}) {
  const [typed, type] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const add = (text: string) => {
    const more = split(text).map(clean).filter((value) => !values.includes(value));
    if (more.length > 0) {
      set([...values, ...new Set(more)]);
    }

    type('');
  };
  return (
    <Field name={name} help={help} problem={problem} isWide>
      {(tied) => (
        <div class="values">
          {values.length > 0 && (
            <ul aria-label={name}>
              {values.map((value) => (
                <li key={value}>
                  <bdi>{shown(value, 120)}</bdi>
                  <button
                    type="button"
                    aria-label={`Take ${shown(value, 60)} out`}
                    onClick={() => { set(values.filter((other) => other !== value)); field.current?.focus(); }}
                  >×</button>
                </li>
              ))}
            </ul>
          )}
          <input
            {...tied}
            ref={field}
            type="text"
            autocomplete="off"
            spellcheck={false}
            list={known.length > 0 ? `${tied.id}-known` : undefined}
            placeholder={placeholder}
            value={typed}
            onInput={(event) => (/[\s,;]$/.test(event.currentTarget.value) ? add(event.currentTarget.value) : type(event.currentTarget.value))}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && typed.trim()) {
                event.preventDefault();
                add(typed);
              } else if (event.key === 'Backspace' && typed === '' && values.length > 0) {
                set(values.slice(0, -1));
              }
            }}
            onPaste={(event) => {
              const text = event.clipboardData?.getData('text') ?? '';
              if (/[\s,;]/.test(text.trim())) {
                event.preventDefault();
                add(typed + text);
              }
            }}
            onBlur={() => add(typed)}
          />
          {known.length > 0 && <datalist id={`${tied.id}-known`}>{known.filter((value) => !values.includes(value)).map((value) => <option key={value} value={value} />)}</datalist>}
        </div>
      )}
    </Field>
  );
}
