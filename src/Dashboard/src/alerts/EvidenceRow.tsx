import { useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { saying } from '../api/client.ts';
import type { EvidenceItem } from '../api/settings.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Score } from '../parts/Score.tsx';
import { Time } from '../parts/Time.tsx';
import { signed } from '../text/numbers.ts';
import { link, shown, shownLines } from '../text/untrusted.ts';

const mostRaw = 16 * 1_024;
const own = '/api/';

/** An item as it stood, with who scored it and the body that it was read from. */
export function EvidenceRow({ item }: { item: EvidenceItem }) {
  const { api } = useSession();
  const [raw, setRaw] = useState<{ text: string; isProblem: boolean } | null>(null);
  const to = link(item.url);
  const read = async () => {
    try {
      setRaw({ text: JSON.stringify(await api.get<unknown>(item.raw!.slice(own.length - 1)), null, 2), isProblem: false });
    } catch (problem) {
      setRaw({ text: saying(problem), isProblem: true });
    }
  };
  return (
    <li>
      <Time at={item.publishedAt} class="quiet n" />
      <Score value={item.score} />
      <span class="title">
        {to ? <a href={to} target="_blank" rel="noopener noreferrer nofollow"><Foreign text={item.title} class="clamp" /></a> : <Foreign text={item.title} class="clamp" />}
        <small class="quiet">{item.source} · {signed(item.score, 6)} by <code>{shown(item.model, 80)}</code></small>
        {item.raw && !item.raw.startsWith(own) && <small class="quiet">raw <code>{shown(item.raw, 200)}</code></small>}
      </span>
      {item.raw?.startsWith(own) && (
        <button type="button" class="plain" aria-expanded={raw !== null} aria-label={`Raw: ${shown(item.title, 60)}`} onClick={() => (raw ? setRaw(null) : void read())}>Raw</button>
      )}
      {raw && (raw.isProblem ? <p class="problem raw" role="alert">{raw.text}</p>
        : <div class="raw"><pre tabIndex={0} role="region" aria-label="The record as it came"><bdi>{shownLines(raw.text, mostRaw)}</bdi></pre></div>)}
    </li>
  );
}
