import { href } from '../app/route.ts';
import { useFeed, useRead, useSession } from '../app/session.ts';
import { ApiProblem, path } from '../api/client.ts';
import type { Chunk, Listed, Run, RunListed } from '../api/documents.ts';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { RunPanel } from './RunPanel.tsx';
import { runsIn, shownOf } from './grid.ts';

const everyList = 5_000;
const everyRun = 2_000;
const mostRuns = 20;
const mostChunks = 3_000;

const isForbidden = (problem: unknown): boolean => problem instanceof ApiProblem && problem.status === 403;

/** What runs and what ran: one run at a time, with all that it fans out to. */
export function Runs({ run: asked }: { run: string | null }) {
  const { api, tenant } = useSession();
  const feed = useFeed('runs');
  const entries = feed?.entries.values() ?? [];
  const list = useRead((signal) => api.get<Listed<RunListed>>(`/runs?limit=${mostRuns}`, signal), [api], () => everyList);

  // A tenant's key may not list runs; its own part of the newest comes live.
  const isOwn = isForbidden(list.problem);
  const runs = isOwn ? runsIn(entries) : list.value?.items ?? null;
  const id = asked ?? runs?.[0]?.run ?? null;
  const read = useRead(
    id !== null && !isOwn ? (signal) => api.get<Run>(path`/runs/${id}`, signal) : null, [api, id], (run) => (run && run.endedAt ? null : everyRun));
  const chunks = useRead(
    id !== null && !isOwn ? (signal) => chunksOf(id, (from) => api.get<Listed<Chunk>>(from, signal)) : null, [api, id, read.value?.endedAt ?? null],
    () => (read.value?.endedAt ? null : everyList));
  const shown = id === null ? null : shownOf(id, read.value?.run === id ? read.value : null, chunks.value ?? [], tenant.id, entries, Date.now());
  return (
    <>
      <h1>Runs</h1>
      <div class="columns runs">
        <section class="panel" aria-labelledby="list">
          <h2 id="list">Newest{isOwn && <small> of {tenant.name}</small>}</h2>
          {list.problem !== null && !isOwn && <Trouble problem={list.problem} again={list.again} isStale={runs !== null} />}
          {runs === null ? list.problem === null && <Loading what="runs" /> : runs.length === 0 ? <Empty>Nothing has run yet.</Empty> : (
            <ol class="runlist">
              {runs.map((known) => (
                <li key={known.run}>
                  <a href={href(tenant.id, 'runs', known.run)} aria-current={known.run === id ? 'true' : undefined}>
                    <Time at={known.startedAt} class="n" /><span class={`status ${known.status}`}>{known.status}</span>
                  </a>
                </li>
              ))}
            </ol>
          )}
        </section>
        <div>
          {shown ? <RunPanel shown={shown} maySteer={!isOwn} again={() => { list.again(); read.again(); }} isStale={read.problem !== null} />
            : read.problem !== null && id !== null ? <Trouble problem={read.problem} again={read.again} />
            : id !== null && <Loading what="the run" />}
        </div>
      </div>
    </>
  );
}

async function chunksOf(id: string, get: (path: string) => Promise<Listed<Chunk>>): Promise<Chunk[]> {
  const all: Chunk[] = [];
  for (let cursor: string | null = null; all.length < mostChunks;) {
    const page: Listed<Chunk> = await get(path`/runs/${id}/chunks?limit=1000` + (cursor ? path`&cursor=${cursor}` : ''));
    all.push(...page.items);
    cursor = page.next;
    if (cursor === null) {
      break;
    }
  }

  return all;
}
