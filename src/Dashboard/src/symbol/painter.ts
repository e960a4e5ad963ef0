import { CandlestickSeries, createChart, HistogramSeries, type IChartApi, type ISeriesApi, LineStyle, type Time, type UTCTimestamp } from 'lightweight-charts';
import { onTheme } from '../app/theme.ts';
import { labelOf } from '../parts/Score.tsx';
import type { Bar } from '../api/documents.ts';

/** Paints bars until it is ended. */
export interface Painter {
  show(bars: readonly Bar[]): void;
  end(): void;
}

const offset = new Date().getTimezoneOffset() * 60;

// The library knows UTC alone; what is shown is the reader's own time.
const local = (bar: Bar): UTCTimestamp => (Date.parse(bar.time) / 1_000 - offset) as UTCTimestamp;

function colours(): Record<'text' | 'line' | 'positive' | 'negative' | 'neutral' | 'volume', string> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return { text: colour('quiet'), line: colour('line'), positive: colour('positive'), negative: colour('negative'), neutral: colour('neutral'), volume: colour('volume') };
}

/** A chart of three panes over one time: prices, means about zero, numbers of items. */
export function paint(place: HTMLElement): Painter {
  const chart: IChartApi = createChart(place, {
    autoSize: true,
    layout: { background: { color: 'transparent' }, fontFamily: 'inherit', fontSize: 11, attributionLogo: false, panes: { enableResize: false } },
    rightPriceScale: { borderVisible: false, minimumWidth: 56 },
    timeScale: { borderVisible: false, timeVisible: true, secondsVisible: false, rightOffset: 1 },
    handleScroll: { mouseWheel: false },
    handleScale: { mouseWheel: false },
  });
  const means = chart.addSeries(HistogramSeries, { base: 0, priceLineVisible: false, lastValueVisible: true, priceFormat: { type: 'price', precision: 2, minMove: 0.01 } }, 0);
  const zero = means.createPriceLine({ price: 0, lineWidth: 1, lineStyle: LineStyle.Solid, axisLabelVisible: false });
  const items = chart.addSeries(HistogramSeries, { priceLineVisible: false, lastValueVisible: false, priceFormat: { type: 'custom', minMove: 1, formatter: (n: number) => (Number.isInteger(n) ? String(n) : '') } }, 1);
  let prices: ISeriesApi<'Candlestick'> | null = null;
  let shown: readonly Bar[] = [];
  let drawn = new Map<number, Bar>();

  // A price pane is there only where there are prices.
  const pricesOf = (): ISeriesApi<'Candlestick'> => {
    if (!prices) {
      prices = chart.addSeries(CandlestickSeries, { priceLineVisible: false, borderVisible: false }, 2);
      chart.panes()[2]?.moveTo(0);
      paintAll();
    }

    return prices;
  };
  const meanAt = (bar: Bar, colour: ReturnType<typeof colours>) =>
    typeof bar.mean === 'number' ? { time: local(bar) as Time, value: bar.mean, color: colour[labelOf(bar.mean)] } : { time: local(bar) as Time };
  const itemsAt = (bar: Bar, colour: ReturnType<typeof colours>) =>
    bar.n > 0 ? { time: local(bar) as Time, value: bar.n, color: bar.spikes?.includes('volume') ? colour.text : colour.volume } : { time: local(bar) as Time };
  const priceAt = (bar: Bar) => (bar.price ? { time: local(bar) as Time, open: bar.price.open, high: bar.price.high, low: bar.price.low, close: bar.price.close } : { time: local(bar) as Time });

  function paintAll(): void {
    const colour = colours();
    chart.applyOptions({
      layout: { textColor: colour.text, panes: { separatorColor: colour.line } },
      grid: { vertLines: { visible: false }, horzLines: { color: colour.line } },
      crosshair: { vertLine: { color: colour.text }, horzLine: { color: colour.text } },
    });
    zero.applyOptions({ color: colour.text });
    prices?.applyOptions({ upColor: colour.positive, wickUpColor: colour.positive, downColor: colour.negative, wickDownColor: colour.negative });
    means.setData(shown.map((bar) => meanAt(bar, colour)));
    items.setData(shown.map((bar) => itemsAt(bar, colour)));
    prices?.setData(shown.map(priceAt));
    chart.panes().forEach((pane, i, all) => pane.setStretchFactor(all.length === 3 ? [4, 4, 2][i]! : [7, 3][i]!));
  }

  const stop = onTheme(paintAll);
  return {
    show(bars) {
      const isFirst = shown.length === 0;
      const before = drawn;
      const changed = bars.filter((bar) => before.get(local(bar)) !== bar);
      shown = bars;
      drawn = new Map(bars.map((bar) => [local(bar), bar]));
      if (bars.some((bar) => bar.price)) {
        pricesOf();
      }

      // A few new values of known bars, or new bars at the end, are put in; anything else is drawn anew.
      const last = before.size > 0 ? [...before.keys()].at(-1)! : Infinity;
      if (!isFirst && changed.length <= 4 && bars.length >= before.size && changed.every((bar) => before.has(local(bar)) || local(bar) > last)) {
        const colour = colours();
        for (const bar of changed) {
          const isOld = local(bar) < last;
          means.update(meanAt(bar, colour), isOld);
          items.update(itemsAt(bar, colour), isOld);
          prices?.update(priceAt(bar), isOld);
        }
      } else {
        paintAll();
      }

      if (isFirst) {
        chart.timeScale().fitContent();
      }
    },
    end() {
      stop();
      chart.remove();
    },
  };
}
