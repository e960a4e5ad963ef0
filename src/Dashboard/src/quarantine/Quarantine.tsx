import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed, Quarantined } from '../api/documents.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { count } from '../text/numbers.ts';
import { shownLines } from '../text/untrusted.ts';

const atOnce = 50;
const mostRaw = 16 * 1_024;

/** Records that were invalid, with the reason and as they came. */
export function Quarantine() {
  const { api, tenant } = useSession();
  const [table, setTable] = useState('');
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [state, set] = useState<{ page: Listed<Quarantined> | null; problem: unknown }>({ page: null, problem: null });
  const [tries, setTries] = useState(0);
  const cursor = cursors.at(-1) ?? null;
  useEffect(() => {
    const ending = new AbortController();
    const only = table ? path`&table=${table}` : '';
    api.get<Listed<Quarantined>>(path`/tenants/${tenant.id}/quarantine?limit=${String(atOnce)}` + only + (cursor ? path`&cursor=${cursor}` : ''), ending.signal).then(
      (page) => set({ page, problem: null }),
      (problem: unknown) => {
        if (!ending.signal.aborted) {
          set((now) => ({ ...now, problem }));
        }
      },
    );
    return () => ending.abort();
  }, [api, tenant.id, table, cursor, tries]);
  const { page, problem } = state;
  return (
    <>
      <h1>Quarantine</h1>
      <section class="panel" aria-labelledby="records">
        <div class="head">
          <h2 id="records">Invalid records of {tenant.name} <small>oldest first</small></h2>
          <label class="vh" for="table">Table</label>
          <select id="table" value={table} onChange={(event) => { setTable(event.currentTarget.value); setCursors([null]); }}>
            <option value="">All tables</option>
            {tenant.tables.map((known) => <option key={known}>{known}</option>)}
          </select>
          <span class="quiet" role="status">{page ? `Page ${cursors.length}, ${count(page.items.length)} records` : ''}</span>
        </div>
        {problem !== null && <Trouble problem={problem} again={() => setTries(tries + 1)} isStale={page !== null} />}
        {page === null ? problem === null && <Loading what="records" />
          : page.items.length === 0 ? <Empty>{page.next ? 'None on this page; the next may have some.' : 'Every record was valid.'}</Empty> : (
            <ol class="records">{page.items.map((record) => <Row key={record.table + record.key} record={record} />)}</ol>
          )}
        <nav class="pager" aria-label="Pages">
          <button type="button" disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>Earlier</button>
          <button type="button" disabled={!page?.next} onClick={() => setCursors([...cursors, page!.next])}>Later</button>
        </nav>
      </section>
    </>
  );
}

function Row({ record }: { record: Quarantined }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <Time at={record.fetchedAt} class="quiet n" />
      <span>{record.table}</span>
      <span class="reason"><Foreign text={record.reason} />{record.acceptedBy && <small class="quiet"> accepted by a replay since</small>}</span>
      <button type="button" class="plain" aria-expanded={isOpen} aria-label={`Record ${record.key.slice(0, 40)}`} onClick={() => setOpen(!isOpen)}>Record</button>
      {isOpen && (
        <div class="raw">
          <p class="quiet">Key <Foreign text={record.key} most={120} />, page {record.page} of chunk <code>{record.chunk}</code></p>
          <pre tabIndex={0} role="region" aria-label="The record as it came"><bdi>{shownLines(record.raw, mostRaw)}</bdi></pre>
        </div>
      )}
    </li>
  );
}
