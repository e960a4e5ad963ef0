import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { shown } from '../text/untrusted.ts';

type Said = string | null | undefined;

/** What ties a control to its name, its help and what is wrong with it. */
export interface Tied { id: string; 'aria-describedby': string; 'aria-invalid': boolean }

/** A control with its name above, and below what it means and what is wrong with it. */
export function Field({ name, help, problem, isWide, children }: { name: string; help?: ComponentChildren; problem?: Said; isWide?: boolean; children: (tied: Tied) => ComponentChildren }) {
  const id = useId();
  return (
    <div class={isWide ? 'field wide' : 'field'}>
      <label for={id}>{name}</label>
      {children({ id, 'aria-describedby': `${id}-help ${id}-problem`, 'aria-invalid': Boolean(problem) })}
      <small id={`${id}-help`} class="quiet">{help}</small>
      <small id={`${id}-problem`} class="problem" role="alert">{problem && shown(problem)}</small>
    </div>
  );
}

interface InputProps {
  type?: 'text' | 'number' | 'email' | 'url' | 'time';
  required?: boolean;
  pattern?: string;
  maxLength?: number;
  min?: number;
  max?: number;
  step?: number;
  list?: string;
  placeholder?: string;
}

/** A field of one line. */
export function TextField({ name, help, problem, isWide, value, set, type = 'text', ...rest }: InputProps & { name: string; help?: ComponentChildren; problem?: Said; isWide?: boolean; value: string; set: (value: string) => void }) {
  return (
    <Field name={name} help={help} problem={problem} isWide={isWide}>
      {(tied) => <input type={type as 'text'} autocomplete="off" spellcheck={false} {...rest} {...tied} value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

/** What is wrong with a field, or with one of what it holds: `symbols` also has what is said of `symbols[3]`. */
export function problemOf(problems: Readonly<Record<string, string>>, field: string): string | null {
  const said = Object.entries(problems).filter(([name]) => {
    const [known, wanted] = [name.toLowerCase(), field.toLowerCase()];
    return known === wanted || known.startsWith(`${wanted}[`) || known.startsWith(`${wanted}.`);
  }).map(([, text]) => text);
  return said.length > 0 ? said.join('; ') : null;
}

/** What is said of fields that the form has no place for. */
export function otherProblems(problems: Readonly<Record<string, string>>, fields: readonly string[]): string[] {
  return Object.entries(problems).filter(([name]) => !fields.some((field) => problemOf({ [name]: 'x' }, field) !== null)).map(([name, text]) => `${name}: ${text}`);
}
