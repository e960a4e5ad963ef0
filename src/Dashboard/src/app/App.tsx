import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api, ApiProblem, saying } from '../api/client.ts';
import type { Listed, Tenant } from '../api/documents.ts';
import type { Me } from '../api/settings.ts';
import { forgetKey, keepKey, takeKey } from '../session/key.ts';
import { SignIn } from '../session/SignIn.tsx';
import { Empty, Loading } from '../parts/State.tsx';
import { NewTenant } from '../settings/NewTenant.tsx';
import { Shell } from './Shell.tsx';

const again = 5_000;
const mostTenants = 1_000;

type State =
  | { is: 'out'; problem: string | null }
  | { is: 'opening'; problem: string | null }
  | { is: 'in'; api: Api; me: Me; tenants: Tenant[] };

const tenantsOf = async (api: Api): Promise<Tenant[]> => (await api.get<Listed<Tenant>>(`/tenants?limit=${mostTenants}`)).items;

// Where the API is: beside the page, or where the file says that was written when the page was deployed.
async function base(): Promise<string> {
  const answer = await fetch('/config.json', { cache: 'no-cache' });
  if (answer.status === 404) {
    return '';
  }

  if (!answer.ok) {
    throw new ApiProblem(answer.status, 'config.json could not be read');
  }

  return ((await answer.json()) as { apiBase?: string }).apiBase?.replace(/\/$/, '') ?? '';
}

/** The page: asks for a key where it has none that is taken, and shows the tenants that the key may see. */
export function App() {
  const [key, setKey] = useState(takeKey);
  const [state, set] = useState<State>({ is: 'opening', problem: null });

  useEffect(() => {
    // A link opened in a tab that has the page already changes the fragment alone.
    const moved = () => {
      if (location.hash.startsWith('#key=')) {
        setKey(takeKey());
      }
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);

  useEffect(() => {
    if (!key) {
      set((now) => (now.is === 'out' ? now : { is: 'out', problem: null }));
      return;
    }

    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refuse = (problem: ApiProblem) => {
      if (!isOver) {
        forgetKey();
        set({ is: 'out', problem: saying(problem) });
        setKey(null);
      }
    };
    const open = async () => {
      try {
        const api = new Api(await base(), key, refuse);
        const [me, tenants] = await Promise.all([api.get<Me>('/me'), tenantsOf(api)]);
        if (!isOver) {
          set({ is: 'in', api, me, tenants });
        }
      } catch (problem) {
        if (isOver) {
          return;
        }

        if (problem instanceof ApiProblem && problem.status === 403) {
          refuse(problem);
        } else if (!(problem instanceof ApiProblem && problem.status === 401)) {
          set({ is: 'opening', problem: saying(problem) });
          timer = setTimeout(() => void open(), again);
        }
      }
    };
    set({ is: 'opening', problem: null });
    void open();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key]);

  const leave = useMemo(() => () => {
    forgetKey();
    set({ is: 'out', problem: null });
    setKey(null);
  }, []);

  switch (state.is) {
    case 'out':
      return <SignIn problem={state.problem} enter={(entered) => { keepKey(entered); setKey(entered); }} />;
    case 'opening':
      return (
        <main class="signin" id="main">
          <h1>Sentiment</h1>
          {state.problem ? <p class="state problem" role="alert">{state.problem} Trying again…</p> : <Loading what="tenants" />}
        </main>
      );
    default: {
      const { api, me, tenants } = state;
      const reload = async () => {
        const found = await tenantsOf(api);
        set((now) => (now.is === 'in' && now.api === api ? { ...now, tenants: found } : now));
      };
      return tenants.length > 0 ? <Shell api={api} me={me} tenants={tenants} reload={reload} leave={leave} /> : (
        <main id="main">
          {me.admin ? <NewTenant api={api} tables={[]} models={me.models} made={reload} /> : <><h1>Sentiment</h1><Empty>There is nothing that this key may see.</Empty></>}
        </main>
      );
    }
  }
}
