import type { Bar } from '../api/documents.ts';
import { Score } from '../parts/Score.tsx';
import { Time } from '../parts/Time.tsx';
import { count, price } from '../text/numbers.ts';

const most = 200;

/** The chart's bars as numbers, newest first. */
export function BarTable({ bars }: { bars: readonly Bar[] }) {
  return (
    <div class="scroll chart" tabIndex={0} role="region" aria-label="Bars">
      <table>
        <thead>
          <tr>
            <th scope="col">Begins</th><th scope="col" class="n">Mean</th><th scope="col" class="n">95 % from</th><th scope="col" class="n">to</th>
            <th scope="col" class="n">Items</th><th scope="col">Stands out</th><th scope="col" class="n">Close</th>
          </tr>
        </thead>
        <tbody>
          {bars.slice(-most).reverse().map((bar) => (
            <tr key={bar.time}>
              <th scope="row"><Time at={bar.time} /></th>
              <td class="n"><Score value={bar.mean} digits={3} /></td>
              <td class="n">{bar.meanLow?.toFixed(2) ?? '–'}</td>
              <td class="n">{bar.meanHigh?.toFixed(2) ?? '–'}</td>
              <td class="n">{count(bar.n)}</td>
              <td>{bar.spikes?.join(', ') ?? ''}</td>
              <td class="n">{bar.price ? price(bar.price.close) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
