import type { Chunk, Records, Run, RunTenant, Tally } from '../api/documents.ts';
import type { Entry } from '../live/entries.ts';

/** A table of a tenant in a run: a row of the grid. */
export interface GridRow { tenant: string; table: string; status: string; reason: string | null; tally: Tally; records: Records | null; chunks: Chunk[] }

/** A run as it is shown. */
export interface Shown {
  run: string;
  status: string;
  startedAt: string;
  endedAt: string | null;
  percent: number;
  etaSeconds: number | null;
  records: Records | null;
  perSecond: number | null;
  rows: GridRow[];
  failures: { where: string; status: string; reason: string }[];
}

const none: Tally = { total: 0, completed: 0, failed: 0 };

/** The runs that a tenant's group tells of, newest first. */
export function runsIn(entries: Entry[]): { run: string; status: string; startedAt: string; endedAt: string | null }[] {
  return entries.filter((entry) => !entry.key.includes('|'))
    .map((entry) => ({ run: entry.key, ...(entry as unknown as { status: string; startedAt: string; endedAt: string | null }) }))
    .sort((a, b) => (a.run < b.run ? 1 : -1));
}

/** Puts together what was read of a run and what came live of one tenant in it, which is newer. */
export function shownOf(id: string, read: Run | null, chunks: readonly Chunk[], tenant: string, entries: Entry[], now: number): Shown | null {
  const live = entries.find((entry) => entry.key === id) as (Partial<Run> & { recordsPerSecond?: number }) | undefined;
  const head = read ?? (live as Run | undefined);
  if (!head) {
    return null;
  }

  const rows = new Map<string, GridRow>();
  for (const whose of read?.details ?? ([] as RunTenant[])) {
    for (const table of whose.tables) {
      rows.set(`${whose.tenant}|${table.table}`, { tenant: whose.tenant, table: table.table, status: table.status, reason: table.reason, tally: table.chunks, records: table.records, chunks: [] });
    }
  }

  const cells = new Map(chunks.map((chunk) => [`${chunk.tenant}|${chunk.table}|${chunk.number}`, chunk]));
  const isOver = read !== null && read.endedAt !== null;
  for (const entry of entries) {
    const [run, table, number] = entry.key.split('|');
    if (run !== id || table === undefined || isOver) {
      continue;
    }

    const key = `${tenant}|${table}`;
    if (number === undefined) {
      const told = entry as unknown as { status: string; reason: string | null; chunks?: Tally; records?: Records };
      rows.set(key, { tenant, table, status: told.status, reason: told.reason ?? null, tally: told.chunks ?? none, records: told.records ?? null, chunks: [] });
    } else {
      cells.set(`${key}|${Number(number)}`, { ...cells.get(`${key}|${Number(number)}`), ...(entry as unknown as Chunk), tenant, table, number: Number(number) });
    }
  }

  for (const chunk of cells.values()) {
    rows.get(`${chunk.tenant}|${chunk.table}`)?.chunks.push(chunk);
  }

  const sorted = [...rows.values()].sort((a, b) => (a.tenant + '|' + a.table < b.tenant + '|' + b.table ? -1 : 1));
  sorted.forEach((row) => row.chunks.sort((a, b) => a.number - b.number));
  const records = read?.records ?? live?.records ?? null;
  const seconds = ((head.endedAt ? Date.parse(head.endedAt) : now) - Date.parse(head.startedAt)) / 1_000;
  return {
    run: id, status: head.status, startedAt: head.startedAt, endedAt: head.endedAt ?? null, percent: head.percent ?? 0, etaSeconds: head.etaSeconds ?? null, records,
    perSecond: records && seconds > 0 ? records.read / seconds : live?.recordsPerSecond ?? null, rows: sorted, failures: failuresOf(read, sorted),
  };
}

function failuresOf(read: Run | null, rows: readonly GridRow[]): Shown['failures'] {
  const tenants = (read?.details ?? []).filter((whose) => whose.reason && !whose.tables.some((table) => table.reason))
    .map((whose) => ({ where: whose.tenant, status: whose.status, reason: whose.reason! }));
  const tables = rows.filter((row) => row.reason).map((row) => ({ where: `${row.tenant} ${row.table}`, status: row.status, reason: row.reason! }));
  const chunks = rows.flatMap((row) => row.chunks.filter((chunk) => chunk.reason)
    .map((chunk) => ({ where: `${row.tenant} ${row.table} chunk ${chunk.number}`, status: chunk.status, reason: chunk.reason! })));
  return [...tenants, ...tables, ...chunks];
}
