import type { ComponentChildren } from 'preact';
import { saying } from '../api/client.ts';

/** Stands where there is nothing to show yet, or nothing at all, and says which. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="state quiet">{children}</p>;
}

export function Loading({ what }: { what: string }) {
  return <p class="state quiet" role="status">Reading {what}…</p>;
}

/** What went wrong, and how old what is shown is. */
export function Trouble({ problem, again, isStale = false }: { problem: unknown; again?: () => void; isStale?: boolean }) {
  return (
    <p class="state problem" role="alert">
      {saying(problem)}{isStale ? ' What is shown is from before.' : ''}
      {again && <button type="button" onClick={again}>Try again</button>}
    </p>
  );
}
