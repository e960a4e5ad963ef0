import { signed } from '../text/numbers.ts';
import { labelOf } from './Score.tsx';

const width = 120;
const height = 24;

/** A row of small bars about a line: what is above is good, what is below is bad, and a dot where there is too little to say. */
export function Spark({ values, name }: { values: readonly (number | null)[]; name: string }) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    return <span class="quiet">–<span class="vh"> nothing in {name}</span></span>;
  }

  const top = Math.max(0.2, ...known.map(Math.abs));
  const step = width / values.length;
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${signed(Math.min(...known))} to ${signed(Math.max(...known))}, at last ${signed(known.at(-1)!)}`}>
      <line x1="0" x2={width} y1={height / 2} y2={height / 2} class="axis" />
      {values.map((value, i) => {
        if (value === null) {
          return null;
        }

        const size = Math.max(1, (Math.abs(value) / top) * (height / 2 - 1));
        return <rect key={i} class={labelOf(value)} x={i * step + 0.5} width={Math.max(1, step - 1)} y={value >= 0 ? height / 2 - size : height / 2} height={size} />;
      })}
    </svg>
  );
}
