import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed } from '../api/documents.ts';
import type { ChangeRecord } from '../api/settings.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { told } from './told.ts';

const atOnce = 20;

/** Who changed what of the tenant, its keys and its rules. */
export function Changes() {
  const { api, tenant } = useSession();
  const [pages, set] = useState<{ items: ChangeRecord[] | null; next: string | null; problem: unknown }>({ items: null, next: null, problem: null });
  const [wanted, want] = useState<{ cursor: string | null }>({ cursor: null });
  useEffect(() => {
    const ending = new AbortController();
    api.get<Listed<ChangeRecord>>(path`/tenants/${tenant.id}/changes?limit=${String(atOnce)}` + (wanted.cursor ? path`&cursor=${wanted.cursor}` : ''), ending.signal).then(
      (page) => set((now) => ({ items: wanted.cursor ? [...now.items ?? [], ...page.items] : page.items, next: page.next, problem: null })),
      (problem: unknown) => {
        if (!ending.signal.aborted) {
          set((now) => ({ ...now, problem }));
        }
      },
    );
    return () => ending.abort();
  }, [api, tenant.id, wanted]);
  return (
    <section class="panel" aria-labelledby="changes">
      <h2 id="changes">Changes <small>newest first</small></h2>
      {pages.problem !== null && <Trouble problem={pages.problem} again={() => want({ ...wanted })} isStale={pages.items !== null} />}
      {pages.items === null ? pages.problem === null && <Loading what="changes" /> : pages.items.length === 0 ? <Empty>Nothing was changed over the API yet.</Empty> : (
        <ol class="changes">
          {pages.items.map((change, i) => (
            <li key={change.at + change.id + String(i)}>
              <Time at={change.at} class="quiet n" />
              <span class="quiet"><Foreign text={change.by} most={80} /></span>
              <span>
                {change.what} <Foreign text={change.id} most={80} /> {change.change}
                {Object.entries(change.fields ?? {}).map(([field, { from, to }]) => (
                  <small key={field} class="quiet"><strong>{field}</strong> <Foreign text={told(from)} most={200} /> → <Foreign text={told(to)} most={200} /></small>
                ))}
              </span>
            </li>
          ))}
        </ol>
      )}
      {pages.next && <button type="button" onClick={() => want({ cursor: pages.next })}>Older changes</button>}
    </section>
  );
}
