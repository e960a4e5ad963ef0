import { href } from '../app/route.ts';
import { useRead, useSession } from '../app/session.ts';
import { path } from '../api/client.ts';
import type { Listed } from '../api/documents.ts';
import type { DeadLetter } from '../api/settings.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Trouble } from '../parts/State.tsx';

const every = 30_000;
const most = 20;

/** What could not be delivered and was given up; nothing where there is none. */
export function DeadLetters() {
  const { api, tenant } = useSession();
  const list = useRead((signal) => api.get<Listed<DeadLetter>>(path`/tenants/${tenant.id}/deliveries?status=dead&limit=${String(most)}`, signal), [api, tenant.id], () => every);
  const letters = list.value?.items ?? [];
  if (list.problem !== null && letters.length === 0) {
    return <Trouble problem={list.problem} again={list.again} />;
  }

  return letters.length === 0 ? null : (
    <section class="panel" aria-labelledby="dead">
      <h2 id="dead">Given up <small>{list.value?.next ? `the newest ${most}` : letters.length} that could not be delivered</small></h2>
      <ul class="failures">
        {letters.map((letter) => (
          <li key={letter.alert + letter.id}><a href={href(tenant.id, 'alerts', letter.alert)}><Foreign text={letter.target} most={120} /></a> <span class="problem"><Foreign text={letter.reason ?? ''} /></span></li>
        ))}
      </ul>
    </section>
  );
}
