import { useState } from 'preact/hooks';
import { href } from '../app/route.ts';
import { useFeed, useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Trend } from '../api/documents.ts';
import { inGroup } from '../live/connection.ts';
import { barsOf, dayOf } from '../overview/day.ts';
import { Score } from '../parts/Score.tsx';
import { Split } from '../parts/Split.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { count, price, signed, span } from '../text/numbers.ts';
import { BarTable } from './BarTable.tsx';
import { overlaid, ranges } from './bars.ts';
import { Chart } from './Chart.tsx';
import { Headlines } from './Headlines.tsx';

const everyTrend = 60_000;

/** A symbol: its scores beside its price, and the headlines that they are of. */
export function SymbolView({ symbol }: { symbol: string | null }) {
  const { tenant } = useSession();
  return symbol === null ? <Empty>This tenant watches no symbols.</Empty>
    : !tenant.symbols.includes(symbol) ? <Empty>{tenant.name} does not watch {symbol}. <a href={href(tenant.id, 'overview')}>Its symbols</a></Empty>
    : <Known symbol={symbol} />;
}

function Known({ symbol }: { symbol: string }) {
  const { api, tenant } = useSession();
  const [range, setRange] = useState(ranges[1]!);
  const [isTable, setTable] = useState(false);
  const feed = useFeed(`trends.${inGroup(symbol)}`);
  const trend = useRead(
    (signal) => {
      const from = new Date(Date.now() - range.span).toISOString();
      return api.get<Trend>(path`/tenants/${tenant.id}/trends?symbol=${symbol}&resolution=${range.resolution}&from=${from}`, signal);
    },
    [api, tenant.id, symbol, range], () => everyTrend,
  );
  const entries = feed?.entries.values() ?? [];
  const day = dayOf(entries, Date.now());
  const bars = overlaid(trend.value?.bars ?? [], barsOf(entries, range.resolution), range);
  const prices = bars.filter((bar) => bar.price);
  const [last, before] = [prices.at(-1)?.price, prices.at(-2)?.price];
  return (
    <>
      <div class="heading">
        <h1>{symbol}</h1>
        <label class="vh" for="symbol">Another symbol</label>
        <select id="symbol" value={symbol} onChange={(event) => { location.hash = href(tenant.id, 'symbol', event.currentTarget.value); }}>
          {tenant.symbols.map((known) => <option key={known}>{known}</option>)}
        </select>
        <dl class="figures inline">
          <div><dt>Mean, 24 h</dt><dd><Score value={day.mean} digits={3} /></dd></div>
          <div><dt>Items, 24 h</dt><dd>{count(day.items)}</dd></div>
          <div class="stretch"><dt>By label</dt><dd><Split labels={day.labels} isWide /></dd></div>
          {last && <div><dt>Close</dt><dd>{price(last.close)}{before && <small class="quiet"> {signed(((last.close - before.close) / before.close) * 100, 1)} %</small>}</dd></div>}
        </dl>
      </div>
      <section class="panel" aria-labelledby="trend">
        <div class="head">
          <h2 id="trend">Sentiment and price</h2>
          <div class="choice" role="group" aria-label="Span">
            {ranges.map((known) => <button key={known.name} type="button" aria-pressed={known === range} onClick={() => setRange(known)}>{known.name}</button>)}
          </div>
          <button type="button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>As a table</button>
        </div>
        {trend.problem !== null && <Trouble problem={trend.problem} again={trend.again} isStale={trend.value !== null} />}
        {!trend.value ? trend.problem === null && <div class="chart"><Loading what="bars" /></div>
          : bars.length === 0 ? <div class="chart"><Empty>Nothing in the last {range.name}.</Empty></div>
          : isTable ? <BarTable bars={bars} /> : <Chart key={range.name} bars={bars} name={`${symbol}, ${range.name} by ${range.resolution}`} />}
        {trend.value && <p class="quiet notes">
          {trend.value.trend.priceSource ? `Prices: ${trend.value.trend.priceSource}. ` : 'No prices for bars of this length. '}
          {trend.value.trend.sources.filter((source) => source.isMissing).map((source) => (
            <span key={source.source} class="warn">{source.source} is {source.staleSeconds === null ? 'not known yet' : `${span(source.staleSeconds)} behind`}. </span>
          ))}
          Where a bar of means is missing, too few items came for one; stronger bars of items stand out from those before.
        </p>}
      </section>
      <Headlines symbol={symbol} />
    </>
  );
}
