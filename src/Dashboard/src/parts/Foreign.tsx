import { shown } from '../text/untrusted.ts';

/** Text of a vendor: a text node of its own, whose direction touches nothing around it. */
export function Foreign({ text, most, class: name }: { text: string; most?: number; class?: string }) {
  return <bdi class={name}>{shown(text, most)}</bdi>;
}
