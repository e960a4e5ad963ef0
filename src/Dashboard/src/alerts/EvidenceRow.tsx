import { useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { saying } from '../api/client.ts';
import type { EvidenceItem } from '../api/settings.ts';
import { Copy } from '../parts/Copy.tsx';
import { Foreign } from '../parts/Foreign.tsx';
import { Score } from '../parts/Score.tsx';
import { Time } from '../parts/Time.tsx';
import { signed } from '../text/numbers.ts';
import { link, shown, shownLines } from '../text/untrusted.ts';

const mostRaw = 16 * 1_024;
const own = '/api/';

type Raw = { is: 'name' } | { is: 'body' | 'problem'; text: string };

/** An item as it stood, with who scored it and the body that it was read from: the body itself where the API has it, else the blob's name. */
export function EvidenceRow({ item }: { item: EvidenceItem }) {
  const { api } = useSession();
  const [raw, setRaw] = useState<Raw | null>(null);
  const to = link(item.url);
  const open = async () => {
    if (!item.raw!.startsWith(own)) {
      setRaw({ is: 'name' });
      return;
    }

    try {
      setRaw({ is: 'body', text: JSON.stringify(await api.get<unknown>(item.raw!.slice(own.length - 1)), null, 2) });
    } catch (problem) {
      setRaw({ is: 'problem', text: saying(problem) });
    }
  };
  return (
    <li>
      <Time at={item.publishedAt} class="quiet n" />
      <Score value={item.score} />
      <span class="title">
        {to ? <a href={to} target="_blank" rel="noopener noreferrer nofollow"><Foreign text={item.title} class="clamp" /></a> : <Foreign text={item.title} class="clamp" />}
        <small class="quiet">{item.source} · {signed(item.score, 6)} by <code>{shown(item.model, 80)}</code></small>
      </span>
      {item.raw && (
        <button type="button" class="plain" aria-expanded={raw !== null} aria-label={`Raw: ${shown(item.title, 60)}`} onClick={() => (raw ? setRaw(null) : void open())}>Raw</button>
      )}
      {raw?.is === 'name' && <div class="raw"><span class="quiet">Read from the archived body </span><Copy text={item.raw!} name="the body's name" /></div>}
      {raw?.is === 'body' && <div class="raw"><pre tabIndex={0} role="region" aria-label="The record as it came"><bdi>{shownLines(raw.text, mostRaw)}</bdi></pre></div>}
      {raw?.is === 'problem' && <p class="problem raw" role="alert">{raw.text}</p>}
    </li>
  );
}
