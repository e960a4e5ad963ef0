import { useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { useFeed, useSession } from '../app/session.ts';
import type { Metrics } from '../api/documents.ts';
import { Score } from '../parts/Score.tsx';
import { Split } from '../parts/Split.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { count, rate, signed, span } from '../text/numbers.ts';
import { Latest } from './Latest.tsx';
import { SymbolRow } from './SymbolRow.tsx';

const atOnce = 60;

/** The metrics as the live group has them: an entry per section. */
function metricsOf(feed: ReturnType<typeof useFeed>): Partial<Metrics> {
  return Object.fromEntries(feed?.entries.values().map((entry) => [entry.key, entry.value]) ?? []) as Partial<Metrics>;
}

/** A tenant at a glance. */
export function Overview() {
  const { tenant } = useSession();
  const feed = useFeed('metrics');
  const [most, setMost] = useState(atOnce);
  const metrics = metricsOf(feed);
  const isRead = feed?.entries.isRead ?? false;
  const known = new Set(tenant.symbols);
  const movers = (metrics.movers ?? []).filter((mover) => known.has(mover.symbol)).slice(0, 6);
  return (
    <>
      <h1>{tenant.name}</h1>
      {feed?.problem && <Trouble problem={feed.problem} isStale={isRead} />}
      {isRead ? <Figures metrics={metrics} /> : !feed?.problem && <Loading what="the numbers" />}
      <div class="columns">
        <div>
          <section class="panel" aria-labelledby="symbols">
            <h2 id="symbols">Symbols <small>last 24 hours</small></h2>
            {tenant.symbols.length === 0 ? <Empty>This tenant watches no symbols.</Empty> : (
              <div class="scroll" tabIndex={0} role="region" aria-labelledby="symbols">
                <table class="symbols">
                  <thead>
                    <tr>
                      <th scope="col">Symbol</th><th scope="col" class="n">Mean</th><th scope="col" class="n">Change</th><th scope="col">By hour</th>
                      <th scope="col" class="n">Items</th><th scope="col" class="n">This hour</th><th scope="col">Split</th>
                    </tr>
                  </thead>
                  <tbody>{tenant.symbols.slice(0, most).map((symbol) => <SymbolRow key={symbol} symbol={symbol} mover={metrics.movers?.find((m) => m.symbol === symbol)} />)}</tbody>
                </table>
              </div>
            )}
            {tenant.symbols.length > most && (
              <button type="button" onClick={() => setMost(most + atOnce)}>Show {Math.min(atOnce, tenant.symbols.length - most)} more of {count(tenant.symbols.length)}</button>
            )}
          </section>
          <section class="panel" aria-labelledby="latest">
            <h2 id="latest">Latest headlines</h2>
            <Latest />
          </section>
        </div>
        <div class="side">
          <section class="panel" aria-labelledby="movers">
            <h2 id="movers">Movers <small>against the 24 hours before</small></h2>
            {movers.length === 0 ? <Empty>{isRead ? 'Nothing has moved.' : '…'}</Empty> : (
              <ol class="movers">
                {movers.map((mover) => (
                  <li key={mover.symbol}>
                    <a href={href(tenant.id, 'symbol', mover.symbol)}>{mover.symbol}</a>
                    <span class="quiet n">{signed(mover.meanBefore)} → {signed(mover.mean)}</span>
                    <Score value={mover.change} />
                  </li>
                ))}
              </ol>
            )}
          </section>
          <section class="panel" aria-labelledby="fresh">
            <h2 id="fresh">Sources</h2>
            <ul class="fresh">
              {(metrics.sources ?? []).map((source) => (
                <li key={source.source}>
                  <span>{source.source}</span>
                  <span class={source.isMissing ? 'status failed' : 'status completed'}>{source.staleSeconds === null ? 'not yet known' : `${span(source.staleSeconds)} behind`}</span>
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    </>
  );
}

function Figures({ metrics }: { metrics: Partial<Metrics> }) {
  const { items, labels, mean, perHour, symbols, lastRun } = metrics;
  return (
    <dl class="figures">
      <div><dt>Mean score</dt><dd><Score value={mean} digits={3} /></dd></div>
      <div><dt>Items</dt><dd>{items === undefined ? '–' : count(items)}</dd></div>
      <div class="stretch"><dt>By label</dt><dd><Split labels={labels} isWide /></dd></div>
      <div><dt>Last hour</dt><dd>{perHour ? count(perHour.lastHour) : '–'}</dd></div>
      <div><dt>An hour, of 24</dt><dd>{perHour ? rate(perHour.lastDay) : '–'}</dd></div>
      <div><dt>Active symbols</dt><dd>{symbols ?? '–'}</dd></div>
      <div>
        <dt>Last run</dt>
        <dd>
          {lastRun ? <span class={`status ${lastRun.status}`}>{lastRun.status}</span> : '–'}
          {lastRun && <small class="quiet"> <Time at={lastRun.endedAt} />{lastRun.startedAt && `, ${span((Date.parse(lastRun.endedAt) - Date.parse(lastRun.startedAt)) / 1_000)}`}</small>}
        </dd>
      </div>
    </dl>
  );
}
