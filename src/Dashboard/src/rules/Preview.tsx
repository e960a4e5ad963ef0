import type { Kind, Preview as Document } from '../api/settings.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Time } from '../parts/Time.tsx';
import { count } from '../text/numbers.ts';
import { measured } from './kinds.ts';

/** How often a rule would have fired in the last week, and when. */
export function Preview({ found, kind, isOld, mayLook }: { found: Document | null; kind: Kind; isOld: boolean; mayLook: boolean }) {
  return (
    <section class="panel preview" aria-labelledby="preview">
      <h2 id="preview">Last week</h2>
      <div role="status">
        {found === null ? <p class="quiet">{mayLook ? 'The preview says how often the rule would have fired.' : 'A preview takes the scope manage.'}</p> : (
          <>
            <p class="fired"><strong>{found.fired === 0 ? 'Would not have fired' : `Would have fired ${found.fired === 1 ? 'once' : `${count(found.fired)} times`}`}</strong></p>
            <p class="quiet"><Time at={found.from} /> to <Time at={found.to} /></p>
            {isOld && <p class="warn">The rule has been changed since; preview it again.</p>}
            {found.note && <p class="quiet"><Foreign text={found.note} /></p>}
          </>
        )}
      </div>
      {found !== null && found.times.length > 0 && (
        <div class="scroll fires" tabIndex={0} role="region" aria-labelledby="preview">
          <table>
            <thead><tr><th scope="col">When</th><th scope="col">About</th><th scope="col" class="n">Value</th></tr></thead>
            <tbody>
              {found.times.map((time, i) => <tr key={i}><td><Time at={time.at} /></td><th scope="row"><Foreign text={time.symbol || '–'} most={60} /></th><td class="n">{measured(kind, time.value)}</td></tr>)}
            </tbody>
          </table>
        </div>
      )}
      {found !== null && found.fired > found.times.length && <p class="quiet">The newest {count(found.times.length)} are shown.</p>}
    </section>
  );
}
