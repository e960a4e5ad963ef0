/** The documents of the API, as docs/api.md has them. */
export interface Listed<T> { items: T[]; next: string | null }

export interface Tenant { id: string; name: string; symbols: string[]; tables: string[]; vendors: string[]; status?: string }

export type Label = 'positive' | 'neutral' | 'negative';
export type Labels = Record<Label, number>;

export interface Item {
  id: string;
  source: string;
  sourceId: string;
  symbols: string[];
  title: string;
  url: string | null;
  publishedAt: string;
  label: Label;
  score: number;
  probabilities: Labels;
  model: string;
  vendorScore?: number | null;
  relevance?: Record<string, number> | null;
  tags?: string[] | null;
}

export interface Price { open: number; high: number; low: number; close: number; volume: number | null }

export interface Bar {
  time: string;
  n: number;
  mean?: number | null;
  meanLow?: number | null;
  meanHigh?: number | null;
  notEnough?: boolean;
  min?: number | null;
  max?: number | null;
  labels?: Labels | null;
  sources?: Record<string, number> | null;
  spikes?: string[] | null;
  price?: Price | null;
}

export interface Standing { source: string; coveredTo: string | null; staleSeconds: number | null; isMissing: boolean }

export interface Trend {
  trend: { symbol: string | null; resolution: string; from: string; to: string; asOf: string; leastCount: number; priceSource: string | null; sources: Standing[] };
  bars: Bar[];
}

export interface Mover { symbol: string; change: number; mean: number; n: number; meanBefore: number; nBefore: number }

export interface QuotaWindow { window: string; limit: number; used: number; leased: number; left: number; freeAt: string | null }

export interface Vendor {
  vendor: string;
  credential: string;
  windows: QuotaWindow[];
  breaker: 'closed' | 'open' | 'half-open';
  openUntil: string | null;
  pausedUntil: string | null;
}

export interface LastRun { run: string; status: string; reason: string | null; startedAt: string | null; endedAt: string; accepted: number }

export interface Metrics {
  tenant: string;
  asOf: string;
  countedAt: string | null;
  items: number;
  labels: Labels;
  mean: number | null;
  perHour: { lastHour: number; lastDay: number; itemsLastDay: number };
  symbols: number;
  movers: Mover[];
  lastRun: LastRun | null;
  sources: Standing[];
  vendors: Vendor[];
}

export interface Records { read: number; accepted: number; duplicate: number; quarantined: number; skipped: number }
export interface Tally { total: number; completed: number; failed: number; deferred?: number }

export interface RunListed { run: string; status: string; startedAt: string; endedAt: string | null; tenants: number }
export interface RunTable { table: string; status: string; reason: string | null; chunks: Tally; records: Records; holes?: number }
export interface RunTenant { tenant: string; status: string; reason: string | null; tables: RunTable[] }

export interface Run {
  run: string;
  status: string;
  startedAt: string;
  endedAt: string | null;
  percent: number;
  etaSeconds: number | null;
  tenants: Tally;
  chunks: Tally;
  records: Records;
  calls: { planned: number; made: number; deferred: number; deferredUntil: string | null };
  details: RunTenant[];
}

export interface Chunk {
  tenant: string;
  table: string;
  number: number;
  status: string;
  reason: string | null;
  symbols?: string[];
  from?: string;
  to?: string;
  pages?: number;
  records?: Records;
  percent?: number | null;
  waitingUntil?: string | null;
}

export interface Quarantined {
  table: string;
  key: string;
  reason: string;
  fetchedAt: string;
  raw: string;
  chunk: string;
  page: number;
  acceptedBy: string | null;
}
