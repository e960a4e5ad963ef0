/** How much of a whole, as a bar. */
export function Meter({ value, of, name, kind = '' }: { value: number; of: number; name: string; kind?: string }) {
  const part = of > 0 ? Math.min(1, Math.max(0, value / of)) : 0;
  return (
    <span class={`meter ${kind}`} role="meter" aria-valuemin={0} aria-valuemax={of} aria-valuenow={Math.min(value, of)} aria-label={name}>
      <i style={{ width: `${part * 100}%` }} />
    </span>
  );
}
