import { exact, when } from '../text/numbers.ts';

export function Time({ at, class: name }: { at: string | null | undefined; class?: string }) {
  return at ? <time dateTime={at} title={exact(at)} class={name}>{when(at)}</time> : <span class="quiet">–</span>;
}
