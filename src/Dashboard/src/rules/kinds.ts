import type { Kind, Rule, RuleOrder, Target, When } from '../api/settings.ts';
import { count, signed } from '../text/numbers.ts';

export type Measure = 'windowMinutes' | 'above' | 'below' | 'leastItems' | 'hysteresis';

interface Asked { name: string; help?: string; min: number; max?: number; step: number; first?: string }

/** A kind of rule: what it asks for, and nothing else. */
interface KindOf { name: string; says: string; hasSymbols: boolean; hasTable: boolean; asks: Partial<Record<Measure, Asked>> }

const window: Asked = { name: 'Window in minutes', min: 1, max: 1_440, step: 1, first: '60' };
const least: Asked = { name: 'Items at least', help: 'Fewer say nothing.', min: 1, max: 1_000, step: 1, first: '3' };
const back = (unit: string): Asked => ({ name: 'Hysteresis', help: `How far ${unit} must come back before it can fire again.`, min: 0, step: 0.01 });

export const kinds: Record<Kind, KindOf> = {
  score: {
    name: 'Score', says: 'The mean score of a window is at or beyond a threshold.', hasSymbols: true, hasTable: false,
    asks: {
      windowMinutes: window, above: { name: 'Mean at least', help: '−1 to 1', min: -1, max: 1, step: 0.01 }, below: { name: 'Mean at most', help: '−1 to 1', min: -1, max: 1, step: 0.01 },
      leastItems: least, hysteresis: back('the mean'),
    },
  },
  volume: {
    name: 'Volume', says: 'A window has so many items.', hasSymbols: true, hasTable: false,
    asks: { windowMinutes: window, above: { name: 'Items', min: 1, step: 1, first: '50' }, hysteresis: { ...back('the number'), step: 1 } },
  },
  change: {
    name: 'Change', says: 'The mean score of a window differs from that of the window before.', hasSymbols: true, hasTable: false,
    asks: {
      windowMinutes: window, above: { name: 'Risen by at least', help: '0 to 2', min: 0, max: 2, step: 0.01 }, below: { name: 'Fallen by at least', help: '0 to 2', min: 0, max: 2, step: 0.01 },
      leastItems: least, hysteresis: back('the difference'),
    },
  },
  spike: {
    name: 'Spike', says: 'An hour stands out from the hours before it.', hasSymbols: true, hasTable: false,
    asks: {
      above: { name: 'Deviations above', help: '1 to 10', min: 1, max: 10, step: 0.1, first: '3' }, below: { name: 'Deviations below', help: '1 to 10', min: 1, max: 10, step: 0.1 },
      hysteresis: { ...back('the deviation'), step: 0.1 },
    },
  },
  silent: {
    name: 'Source silent', says: 'A table has brought nothing new for so long.', hasSymbols: false, hasTable: true,
    asks: { windowMinutes: { name: 'Silent for minutes', min: 5, max: 10_080, step: 1, first: '120' } },
  },
  runFailed: { name: 'Run failed', says: 'The tenant\'s part in a run failed.', hasSymbols: false, hasTable: false, asks: {} },
  quota: {
    name: 'Quota nearly gone', says: 'Less than a share of a vendor\'s calls is left.', hasSymbols: false, hasTable: true,
    asks: { below: { name: 'Share left at most', help: '0 to 1', min: 0, max: 1, step: 0.01, first: '0.1' }, hysteresis: { ...back('the share'), max: 1 } },
  },
};

export const measures: Measure[] = ['windowMinutes', 'above', 'below', 'leastItems', 'hysteresis'];

/** A target as it is typed. */
export interface TargetForm { way: 'mail' | 'webhook'; address: string; shape: 'plain' | 'slack' | 'teams'; secret: string }

/** A rule as it is typed. */
export interface RuleForm {
  id: string;
  name: string;
  isEnabled: boolean;
  kind: Kind;
  isEvery: boolean;
  symbols: string[];
  measures: Record<Measure, string>;
  table: string;
  cooldown: string;
  isQuiet: boolean;
  quiet: { from: string; to: string; timeZone: string };
  digest: string;
  targets: TargetForm[];
}

const own = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** What a new rule begins with. */
export const blank = (): RuleForm => ({
  id: '', name: '', isEnabled: true, kind: 'score', isEvery: true, symbols: [], measures: firstOf('score'), table: '', cooldown: '60', isQuiet: false,
  quiet: { from: '22:00', to: '07:00', timeZone: own() }, digest: '', targets: [],
});

/** What the fields of a kind begin with. */
export const firstOf = (kind: Kind): Record<Measure, string> =>
  Object.fromEntries(measures.map((measure) => [measure, kinds[kind].asks[measure]?.first ?? ''])) as Record<Measure, string>;

export function formOf(rule: Rule): RuleForm {
  return {
    id: rule.id,
    name: rule.name,
    isEnabled: rule.enabled,
    kind: rule.when.kind,
    isEvery: rule.symbols.includes('*') || rule.symbols.length === 0,
    symbols: rule.symbols.filter((symbol) => symbol !== '*'),
    measures: Object.fromEntries(measures.map((measure) => [measure, text(rule.when[measure])])) as Record<Measure, string>,
    table: rule.when.table ?? '',
    cooldown: text(rule.cooldownMinutes),
    isQuiet: Boolean(rule.quietHours),
    quiet: rule.quietHours ?? blank().quiet,
    digest: text(rule.digestMinutes),
    targets: (rule.targets ?? []).map(({ email, webhook, shape, secret }) => ({ way: webhook ? 'webhook' : 'mail', address: webhook ?? email ?? '', shape: shape ?? 'plain', secret: secret ?? '' })),
  };
}

/** What is written: only what the kind has. */
export function orderOf(form: RuleForm): RuleOrder {
  const kind = kinds[form.kind];
  const when: When = { kind: form.kind };
  for (const measure of measures) {
    if (kind.asks[measure] && form.measures[measure].trim() !== '') {
      when[measure] = number(form.measures[measure]);
    }
  }

  if (kind.hasTable && form.table) {
    when.table = form.table;
  }

  return {
    name: form.name.trim(),
    enabled: form.isEnabled,
    symbols: !kind.hasSymbols ? [] : form.isEvery ? ['*'] : form.symbols,
    when,
    cooldownMinutes: form.cooldown.trim() === '' ? 0 : number(form.cooldown),
    quietHours: form.isQuiet ? form.quiet : null,
    digestMinutes: form.digest.trim() === '' ? null : number(form.digest),
    targets: form.targets.map((target): Target => target.way === 'mail' ? { email: target.address.trim() }
      : { webhook: target.address.trim(), shape: target.shape, ...(target.secret.trim() ? { secret: target.secret.trim() } : {}) }),
  };
}

/** An id made of a name. */
export const slug = (name: string): string =>
  name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40).replace(/-+$/, '');

/** A condition in words. */
export function sentence(when: When): string {
  const window = when.windowMinutes ? ` of ${minutes(when.windowMinutes)}` : '';
  const either = (above: string, below: string) => [when.above != null ? above : null, when.below != null ? below : null].filter((part) => part !== null).join(' or ');
  switch (when.kind) {
    case 'score': return `mean score${window} ${either(`at least ${signed(when.above ?? 0)}`, `at most ${signed(when.below ?? 0)}`)}`;
    case 'volume': return `${count(when.above ?? 0)} items or more in ${minutes(when.windowMinutes ?? 0)}`;
    case 'change': return `mean score${window} ${either(`up by ${(when.above ?? 0).toFixed(2)}`, `down by ${(when.below ?? 0).toFixed(2)}`)} or more`;
    case 'spike': return `an hour ${either(`${when.above}σ above`, `${when.below}σ below`)} those before`;
    case 'silent': return `${when.table ?? 'a table'} silent for ${minutes(when.windowMinutes ?? 0)}`;
    case 'runFailed': return 'the tenant\'s part in a run failed';
    case 'quota': return `${Math.round((when.below ?? 0) * 1_000) / 10} % or less of ${when.table ? `the calls of ${when.table}` : 'a vendor\'s calls'} left`;
    default: return String((when as { kind: string }).kind);
  }
}

/** What was measured, in the kind's own unit. */
export function measured(kind: Kind, value: number): string {
  switch (kind) {
    case 'score':
    case 'change': return signed(value);
    case 'volume': return `${count(value)} items`;
    case 'spike': return `${signed(value, 1)}σ`;
    case 'silent': return minutes(Math.round(value));
    case 'quota': return `${Math.round(value * 1_000) / 10} %`;
    case 'runFailed': return '';
    default: return String(value);
  }
}

const minutes = (n: number): string => (n >= 60 && n % 60 === 0 ? `${n / 60} h` : `${n} min`);
const text = (value: number | null | undefined): string => (value === null || value === undefined ? '' : String(value));
const number = (typed: string): number => {
  const value = Number(typed.trim().replace(',', '.').replace('−', '-'));
  return Number.isNaN(value) ? (typed as unknown as number) : value;
};
