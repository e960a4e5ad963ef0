import type { Retention, Settings, TenantDocument } from '../api/settings.ts';

/** What of a tenant is edited, as it is typed. */
export interface Form {
  name: string;
  emails: string[];
  symbols: string[];
  tables: string[];
  schedule: string;
  model: string;
  credentials: Record<string, string>;
  retention: Record<(typeof spans)[number], string>;
}

export const spans = ['items', 'bars', 'quarantine'] as const;

/** The fields whose problems have a place of their own. */
export const fields = ['id', 'name', 'emails', 'symbols', 'tables', 'schedule', 'model', 'credentials', 'retention'] as const;

export const blank: Form = { name: '', emails: [], symbols: [], tables: [], schedule: '', model: '', credentials: {}, retention: { items: '', bars: '', quarantine: '' } };

export function formOf(read: TenantDocument): Form {
  return {
    name: read.name,
    emails: [...(read.emails ?? [])],
    symbols: [...read.symbols],
    tables: [...read.tables],
    schedule: read.schedule ?? '',
    model: read.model ?? '',
    credentials: { ...read.credentials },
    retention: { items: text(read.retention?.items), bars: text(read.retention?.bars), quarantine: text(read.retention?.quarantine) },
  };
}

/** What is written: what the form does not show stays as it was read. */
export function settingsOf(form: Form, read: TenantDocument | null): Settings {
  const retention: Retention = Object.fromEntries(spans.map((span) => [span, number(form.retention[span])]).filter(([, days]) => days !== null));
  return {
    name: form.name.trim(),
    status: read?.status ?? 'active',
    emails: form.emails,
    symbols: form.symbols,
    tables: form.tables,
    schedule: form.schedule.trim() || null,
    model: form.model.trim() || null,
    credentials: Object.fromEntries(Object.entries(form.credentials).map(([vendor, reference]) => [vendor, reference.trim()]).filter(([, reference]) => reference)),
    retention: Object.keys(retention).length > 0 ? retention : null,
    fallbacks: read?.fallbacks ?? null,
  };
}

/** The vendors whose credentials may be given: those of the tables, and those that there are some of. */
export function vendorsOf(form: Form): string[] {
  return [...new Set([...form.tables.map((table) => table.split('/')[0]!), ...Object.keys(form.credentials)])].filter((vendor) => vendor).sort();
}

/**
 * What was typed, put upon what another has saved meanwhile: a field that was not touched here is the other's. Names the
 * fields that both have changed, in which what was typed here stands.
 */
export function merged(before: Form, typed: Form, theirs: Form): { form: Form; both: string[] } {
  const form = { ...theirs } as Record<string, unknown>;
  const both: string[] = [];
  for (const field of Object.keys(typed) as (keyof Form)[]) {
    if (isSame(typed[field], before[field])) {
      continue;
    }

    form[field] = typed[field];
    if (!isSame(theirs[field], before[field]) && !isSame(theirs[field], typed[field])) {
      both.push(field);
    }
  }

  return { form: form as unknown as Form, both };
}

export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

// The order in which a record's fields were put in says nothing.
const canonical = (value: unknown): string => JSON.stringify(value, (_, part: unknown) =>
  part !== null && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);

const text = (days: number | null | undefined): string => (days === null || days === undefined ? '' : String(days));

// What is no number is sent as it is, and the server says what it thinks of it.
const number = (typed: string): number | null => (typed.trim() === '' ? null : Number.isNaN(Number(typed)) ? (typed as unknown as number) : Number(typed));
