import { useEffect } from 'preact/hooks';
import type { Acted } from './act.ts';
import { otherProblems } from './Field.tsx';
import { Said } from './Said.tsx';

/** What became of a form that was sent: problems that stand at their fields are not said twice. */
export function Outcome({ act, fields, meanwhile }: { act: Acted; fields: readonly string[]; meanwhile?: string }) {
  useEffect(() => {
    // On to the first field that is to be mended.
    document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus();
  }, [act.problems]);
  const others = otherProblems(act.problems, fields);
  if (act.isBusy) {
    return <span class="quiet" role="status">{meanwhile ?? 'Sending…'}</span>;
  }

  return others.length === Object.keys(act.problems).length ? <Said of={act.said} />
    : <Said of={{ text: others.length > 0 ? others.join('; ') : 'Not taken: see the fields that are marked.', isProblem: true }} />;
}
