import { shown } from '../text/untrusted.ts';

/** What became of something that was asked for. */
export function Said({ of }: { of: { text: string; isProblem: boolean } | null }) {
  return of && <span role={of.isProblem ? 'alert' : 'status'} class={of.isProblem ? 'problem' : 'quiet'}>{shown(of.text, 600)}</span>;
}
