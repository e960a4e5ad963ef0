import type { Label, Labels } from '../api/documents.ts';
import { count } from '../text/numbers.ts';
import { shapes } from './Score.tsx';

const order: Label[] = ['negative', 'neutral', 'positive'];

/** How many are bad, neither and good, as parts of one bar. */
export function Split({ labels, isWide = false }: { labels: Labels | null | undefined; isWide?: boolean }) {
  const all = labels ? order.reduce((sum, label) => sum + labels[label], 0) : 0;
  if (!labels || all === 0) {
    return <span class="quiet">–</span>;
  }

  const text = order.map((label) => `${count(labels[label])} ${label}`).join(', ');
  const bar = (
    <span class={isWide ? 'split wide' : 'split'} role="img" aria-label={text} title={text}>
      {order.map((label) => <i key={label} class={label} style={{ flexGrow: labels[label] }} />)}
    </span>
  );
  return !isWide ? bar : (
    <>
      {bar}
      <span class="counts" aria-hidden="true">{order.map((label) => <span key={label} class={`score ${label}`}><span class="shape">{shapes[label]}</span>{count(labels[label])}</span>)}</span>
    </>
  );
}
