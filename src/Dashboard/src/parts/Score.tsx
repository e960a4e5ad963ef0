import type { Label } from '../api/documents.ts';
import { signed } from '../text/numbers.ts';

/** Between these a mean is neither good nor bad. */
const neutral = 0.05;
export const shapes: Record<Label, string> = { positive: '▲', neutral: '●', negative: '▼' };

export const labelOf = (score: number): Label => (score > neutral ? 'positive' : score < -neutral ? 'negative' : 'neutral');

/** A score in colour, shape and number; any of the three says it. */
export function Score({ value, label, digits = 2 }: { value: number | null | undefined; label?: Label; digits?: number }) {
  if (value === null || value === undefined) {
    return <span class="score quiet">–<span class="vh"> not enough items</span></span>;
  }

  const name = label ?? labelOf(value);
  return (
    <span class={`score ${name}`}>
      <span aria-hidden="true" class="shape">{shapes[name]}</span>
      {signed(value, digits)}
      <span class="vh"> {name}</span>
    </span>
  );
}

/** A label alone. */
export function LabelMark({ label }: { label: Label }) {
  return <span class={`score ${label}`}><span aria-hidden="true" class="shape">{shapes[label]}</span>{label}</span>;
}
