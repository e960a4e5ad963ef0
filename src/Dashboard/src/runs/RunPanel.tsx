import { memo } from '../parts/memo.ts';
import { Empty } from '../parts/State.tsx';
import { Foreign } from '../parts/Foreign.tsx';
import { Time } from '../parts/Time.tsx';
import { count, percent, rate, span } from '../text/numbers.ts';
import type { GridRow, Shown } from './grid.ts';
import { Steering } from './Steering.tsx';

const mostFailures = 50;
const mostCells = 400;
const legend = ['completed', 'running', 'pending', 'failed', 'deferred', 'skipped'];

/** One run: how far, how fast, what failed, and every chunk of it. */
export function RunPanel({ shown, maySteer, again, isStale }: { shown: Shown; maySteer: boolean; again: () => void; isStale: boolean }) {
  const { records } = shown;
  const isOver = shown.endedAt !== null;
  return (
    <>
      <section class="panel" aria-labelledby="run">
        <div class="head">
          <h2 id="run"><span class={`status ${shown.status}`}>{shown.status}</span> <code>{shown.run}</code></h2>
          {maySteer && <Steering run={shown.run} status={shown.status} again={again} />}
        </div>
        {isStale && <p class="state problem">The run could not be read just now. What is shown is from before.</p>}
        <progress max={100} value={isOver ? 100 : shown.percent} aria-label="Progress of the run" />
        <dl class="figures">
          <div><dt>Done</dt><dd>{percent(isOver ? 100 : shown.percent)}</dd></div>
          <div><dt>{isOver ? 'Took' : 'Left'}</dt><dd>{isOver ? span((Date.parse(shown.endedAt!) - Date.parse(shown.startedAt)) / 1_000) : shown.etaSeconds === null ? '–' : span(shown.etaSeconds)}</dd></div>
          <div><dt>Records a second</dt><dd>{shown.perSecond === null ? '–' : pace(shown.perSecond)}</dd></div>
          <div><dt>Read</dt><dd>{records ? count(records.read) : '–'}</dd></div>
          <div><dt>Accepted</dt><dd>{records ? count(records.accepted) : '–'}</dd></div>
          <div><dt>Duplicate</dt><dd>{records ? count(records.duplicate) : '–'}</dd></div>
          <div><dt>Quarantined</dt><dd>{records ? count(records.quarantined) : '–'}</dd></div>
          <div><dt>Started</dt><dd><Time at={shown.startedAt} /></dd></div>
        </dl>
      </section>
      {shown.failures.length > 0 && (
        <section class="panel" aria-labelledby="failures">
          <h2 id="failures">What went wrong <small>{count(shown.failures.length)}</small></h2>
          <ol class="failures">
            {shown.failures.slice(0, mostFailures).map((failure) => (
              <li key={failure.where}><span class={`status ${failure.status}`}>{failure.status}</span><strong>{failure.where}</strong><Foreign text={failure.reason} /></li>
            ))}
          </ol>
          {shown.failures.length > mostFailures && <p class="quiet">and {count(shown.failures.length - mostFailures)} more</p>}
        </section>
      )}
      <section class="panel" aria-labelledby="fanout">
        <div class="head">
          <h2 id="fanout">Fan-out</h2>
          <ul class="legend" aria-label="Signs">{legend.map((status) => <li key={status}><i class={`cell ${status}`} aria-hidden="true" />{status}</li>)}</ul>
        </div>
        {shown.rows.length === 0 ? <Empty>No table has begun yet.</Empty> : (
          <div class="scroll" tabIndex={0} role="region" aria-labelledby="fanout">
            <table class="grid">
              <thead>
                <tr>
                  <th scope="col">Tenant</th><th scope="col">Table</th><th scope="col">Status</th><th scope="col">Chunks</th><th scope="col" class="n">Done</th>
                  <th scope="col" class="n">Accepted</th><th scope="col" class="n">Duplicate</th><th scope="col" class="n">Quarantined</th>
                </tr>
              </thead>
              <tbody>{shown.rows.map((row, i) => <Row key={row.tenant + row.table} row={row} isFirst={shown.rows[i - 1]?.tenant !== row.tenant} mark={markOf(row)} />)}</tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

const pace = (n: number): string => (n < 100 ? rate(n) : count(n));

/** All of a row that is shown, so that one that says the same is not drawn again. */
function markOf(row: GridRow): string {
  return [row.status, row.tally.total, row.tally.completed, row.tally.failed, row.records?.accepted, row.records?.duplicate, row.records?.quarantined,
    ...row.chunks.slice(0, mostCells).map((chunk) => chunk.status[0]! + chunk.status[1]! + Math.floor((chunk.percent ?? 0) / 10))].join();
}

const Row = memo(function Row({ row, isFirst }: { row: GridRow; isFirst: boolean; mark: string }) {
  const { tally } = row;
  const told = tally.total === 0 ? 'nothing to do' : `${count(tally.completed)} of ${count(tally.total)} chunks done${tally.failed > 0 ? `, ${count(tally.failed)} failed` : ''}${tally.deferred ? `, ${count(tally.deferred)} left for later` : ''}`;
  return (
    <tr>
      <th scope="row">{isFirst ? row.tenant : <span class="vh">{row.tenant}</span>}</th>
      <td>{row.table}</td>
      <td><span class={`status ${row.status}`}>{row.status}</span></td>
      <td>
        <span class="cells" role="img" aria-label={told} title={told}>
          {row.chunks.slice(0, mostCells).map((chunk) => <i key={chunk.number} class={`cell ${chunk.waitingUntil ? 'waiting' : chunk.status}`} />)}
          {row.chunks.length === 0 && <span class="quiet">{told}</span>}
        </span>
      </td>
      <td class="n">{count(tally.completed)}<span class="quiet"> / {count(tally.total)}</span></td>
      <td class="n">{row.records ? count(row.records.accepted) : '–'}</td>
      <td class="n">{row.records ? count(row.records.duplicate) : '–'}</td>
      <td class="n">{row.records ? count(row.records.quarantined) : '–'}</td>
    </tr>
  );
}, (before, after) => before.mark === after.mark && before.isFirst === after.isFirst);

