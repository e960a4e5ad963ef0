import { useRef, useState } from 'preact/hooks';

/** A text to be taken away as it is. */
export function Copy({ text, name }: { text: string; name: string }) {
  const code = useRef<HTMLElement>(null);
  const [said, say] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say('Copied');
    } catch {
      // Where the browser lets no page write there: it is marked, to be copied by hand.
      getSelection()?.selectAllChildren(code.current!);
      say('Marked; copy it now');
    }
  };
  return (
    <span class="copy">
      <code ref={code}>{text}</code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${name}`}>Copy</button>
      <span class="quiet" role="status">{said}</span>
    </span>
  );
}
