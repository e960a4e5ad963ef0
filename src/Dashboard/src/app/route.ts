import { useEffect, useState } from 'preact/hooks';

export const views = ['overview', 'symbol', 'runs', 'vendors', 'quarantine', 'alerts', 'rules', 'keys', 'settings'] as const;
export type View = (typeof views)[number];

/** A place in the page: `#/TENANT/VIEW/WHAT`. */
export interface Place { tenant: string | null; view: View; what: string | null }

export function parse(hash: string): Place {
  const [tenant, view, what] = hash.replace(/^#\/?/, '').split('/').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return '';
    }
  });
  return { tenant: tenant || null, view: views.find((known) => known === view) ?? 'overview', what: what || null };
}

export function href(tenant: string | null, view: View, what?: string | null): string {
  return '#/' + [tenant ?? '', view, ...(what ? [what] : [])].map(encodeURIComponent).join('/');
}

export function usePlace(): Place {
  const [place, set] = useState(() => parse(location.hash));
  useEffect(() => {
    const moved = () => set(parse(location.hash));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return place;
}
