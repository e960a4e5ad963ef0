import { useFeed, useRead, useSession } from '../app/session.ts';
import { ApiProblem } from '../api/client.ts';
import type { Listed, QuotaWindow, Standing, Vendor } from '../api/documents.ts';
import { Meter } from '../parts/Meter.tsx';
import { Empty, Loading, Trouble } from '../parts/State.tsx';
import { Time } from '../parts/Time.tsx';
import { count, span } from '../text/numbers.ts';

const every = 5_000;
const breakers = { closed: '● closed', open: '✕ open', 'half-open': '◐ half-open' };

/** What is left of what the vendors permit, and how far each source is known. */
export function Vendors() {
  const { api, tenant } = useSession();
  const feed = useFeed('metrics');
  const all = useRead((signal) => api.get<Listed<Vendor>>('/vendors?limit=1000', signal), [api], () => every);

  // A tenant's key sees those of its own credentials, which stand in its metrics.
  const isOwn = all.problem instanceof ApiProblem && all.problem.status === 403;
  const vendors = isOwn ? (feed?.entries.get('vendors')?.value as Vendor[] | undefined) ?? null : all.value?.items ?? null;
  const sources = (feed?.entries.get('sources')?.value as Standing[] | undefined) ?? null;
  return (
    <>
      <h1>Vendors</h1>
      <section class="panel" aria-labelledby="sources">
        <h2 id="sources">Sources of {tenant.name}</h2>
        {feed?.problem && <Trouble problem={feed.problem} isStale={sources !== null} />}
        {sources === null ? !feed?.problem && <Loading what="sources" /> : sources.length === 0 ? <Empty>No source of texts.</Empty> : (
          <div class="scroll" tabIndex={0} role="region" aria-labelledby="sources">
            <table>
              <thead><tr><th scope="col">Source</th><th scope="col">Known up to</th><th scope="col" class="n">Behind</th><th scope="col">State</th></tr></thead>
              <tbody>
                {sources.map((source) => (
                  <tr key={source.source}>
                    <th scope="row">{source.source}</th>
                    <td><Time at={source.coveredTo} /></td>
                    <td class="n">{source.staleSeconds === null ? '–' : span(source.staleSeconds)}</td>
                    <td>{source.isMissing ? <span class="status failed">missing</span> : <span class="status completed">fresh</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <section class="panel" aria-labelledby="quotas">
        <h2 id="quotas">What vendors permit <small>{isOwn ? `to ${tenant.name}` : 'by credential'}</small></h2>
        {all.problem !== null && !isOwn && <Trouble problem={all.problem} again={all.again} isStale={vendors !== null} />}
        {vendors === null ? (all.problem === null || isOwn) && <Loading what="quotas" />
          : vendors.length === 0 ? <Empty>No vendor counts calls yet: none that limits them was called.</Empty> : (
            <div class="scroll" tabIndex={0} role="region" aria-labelledby="quotas">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Vendor</th><th scope="col">Credential</th><th scope="col">Breaker</th><th scope="col">Window</th><th scope="col" class="n">Left</th>
                    <th scope="col" class="n">Limit</th><th scope="col" class="n">Used</th><th scope="col" class="n">Leased</th><th scope="col">Left of it</th><th scope="col">Next free</th>
                  </tr>
                </thead>
                {vendors.map((vendor) => <Rows key={vendor.vendor + vendor.credential} vendor={vendor} />)}
              </table>
            </div>
          )}
      </section>
    </>
  );
}

function Rows({ vendor }: { vendor: Vendor }) {
  const windows: (QuotaWindow | null)[] = vendor.windows.length > 0 ? vendor.windows : [null];
  return (
    <tbody>
      {windows.map((quota, i) => (
        <tr key={quota?.window ?? ''}>
          {i === 0 && (
            <>
              <th scope="rowgroup" rowSpan={windows.length}>{vendor.vendor}</th>
              <td rowSpan={windows.length}><code>{vendor.credential.slice(0, 8)}</code></td>
              <td rowSpan={windows.length}>
                <span class={`breaker ${vendor.breaker}`}>{breakers[vendor.breaker] ?? vendor.breaker}</span>
                {vendor.openUntil && <small class="quiet"> until <Time at={vendor.openUntil} /></small>}
                {vendor.pausedUntil && <small class="quiet"> paused until <Time at={vendor.pausedUntil} /></small>}
              </td>
            </>
          )}
          {quota === null ? <td colSpan={7} class="quiet">no limit</td> : (
            <>
              <td>{quota.window}</td>
              <td class="n"><strong>{count(quota.left)}</strong></td>
              <td class="n">{count(quota.limit)}</td>
              <td class="n">{count(quota.used)}</td>
              <td class="n">{count(quota.leased)}</td>
              <td><Meter value={quota.left} of={quota.limit} name={`${count(quota.left)} of ${count(quota.limit)} calls a ${quota.window} left`} kind={quota.left < quota.limit * 0.1 ? 'negative' : ''} /></td>
              <td><Time at={quota.freeAt} /></td>
            </>
          )}
        </tr>
      ))}
    </tbody>
  );
}
