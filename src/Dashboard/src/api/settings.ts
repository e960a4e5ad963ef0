/** The documents of tenants, keys, rules and alerts, as docs/api.md has them. */

/** Who the key is. */
export interface Me { id: string; tenant: string | null; scopes: string[]; admin: boolean; models: string[] }

export type Retention = Record<string, number | null>;

/** What may be changed of a tenant. */
export interface Settings {
  name: string;
  status: string;
  emails: string[];
  symbols: string[];
  tables: string[];
  schedule: string | null;
  model: string | null;
  credentials: Record<string, string>;
  retention: Retention | null;
  fallbacks: Record<string, unknown> | null;
}

/** A tenant as it is read: a key that may not manage it does not see its credentials. */
export interface TenantDocument extends Partial<Settings> {
  id: string;
  name: string;
  symbols: string[];
  tables: string[];
  vendors: string[];
  origin?: string;
  changedAt?: string | null;
  warnings?: string[] | null;
}

export interface Deletion { status: string; startedAt: string | null; endedAt: string | null; removed: Record<string, number> | null; left: number | null; reason?: string | null }

export interface Tested { vendor: string; ok: boolean; detail: string | null }

export interface ChangeRecord { at: string; by: string; what: string; id: string; change: string; fields?: Record<string, { from?: unknown; to?: unknown }> | null }

export interface KeyListed { id: string; prefix: string; name?: string | null; scopes: string[]; createdAt: string; lastUsedAt?: string | null; expiresAt?: string | null }
export interface KeyMade { id: string; key: string; name?: string | null; scopes: string[]; expiresAt?: string | null }

export type Kind = 'score' | 'volume' | 'change' | 'spike' | 'silent' | 'runFailed' | 'quota';

export interface When {
  kind: Kind;
  windowMinutes?: number | null;
  above?: number | null;
  below?: number | null;
  leastItems?: number | null;
  hysteresis?: number | null;
  table?: string | null;
}

export interface Target { email?: string | null; webhook?: string | null; shape?: 'plain' | 'slack' | 'teams' | null; secret?: string | null }

/** What is written of a rule. */
export interface RuleOrder {
  name: string;
  enabled: boolean;
  symbols: string[];
  when: When;
  cooldownMinutes: number;
  quietHours: { from: string; to: string; timeZone: string } | null;
  digestMinutes: number | null;
  targets: Target[];
}

export interface Rule extends RuleOrder { id: string; version: number; changedAt?: string | null }

export interface Preview { from: string; to: string; fired: number; times: { symbol: string | null; at: string; value: number }[]; note: string | null }

export interface EvidenceItem { id: string; source: string; title: string; url: string | null; publishedAt: string; score: number; model: string; raw: string | null }

export interface Delivery {
  id: string;
  target: string;
  status: 'waiting' | 'held' | 'sent' | 'withdrawn' | 'dead';
  attempts: number;
  nextAt?: string | null;
  sentAt?: string | null;
  reason?: string | null;
  messageId?: string | null;
}

/** A delivery that was given up, with the alert that it is of. */
export interface DeadLetter extends Delivery { alert: string }

/** An alert in a list, and live. */
export interface AlertRow {
  id: string;
  rule: { id: string; version: number; name: string };
  kind: Kind;
  symbol: string | null;
  raisedAt: string;
  value: number;
  summary: string;
  state: 'new' | 'seen';
  deliveries?: Delivery[] | null;
}

export interface Alert extends AlertRow {
  evidence: { from: string | null; to: string | null; count: number; items?: EvidenceItem[] | null; run?: string | null; reason?: string | null } | null;
  evaluate: string | null;
}

/** An alert measured again; `holds` is null where it cannot be, for the reason of the note. */
export interface Evaluated { value: number | null; holds: boolean | null; count: number; then: { value: number; count: number } | null; note?: string | null }
