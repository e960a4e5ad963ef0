import { useRef, useState } from 'preact/hooks';
import { ApiProblem, saying } from '../api/client.ts';

/** What became of the last thing that was asked for. */
export interface Acted {
  isBusy: boolean;
  said: { text: string; isProblem: boolean } | null;
  problems: Readonly<Record<string, string>>;
  /** Does one thing at a time; true if it went well, and then says so. */
  run: (what: () => Promise<string | null>) => Promise<boolean>;
  forget: () => void;
}

const none = {};

/** Does what a person asked for, and tells what became of it. */
export function useAct(): Acted {
  const [state, set] = useState<Omit<Acted, 'run' | 'forget'>>({ isBusy: false, said: null, problems: none });
  const isBusy = useRef(false);
  return {
    ...state,
    forget: () => set({ isBusy: false, said: null, problems: none }),
    run: async (what) => {
      if (isBusy.current) {
        return false;
      }

      isBusy.current = true;
      set((now) => ({ ...now, isBusy: true }));
      try {
        const text = await what();
        set({ isBusy: false, said: text === null ? null : { text, isProblem: false }, problems: none });
        return true;
      } catch (problem) {
        set({ isBusy: false, said: { text: saying(problem), isProblem: true }, problems: problem instanceof ApiProblem ? problem.fields : none });
        return false;
      } finally {
        isBusy.current = false;
      }
    },
  };
}
