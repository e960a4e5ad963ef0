import { useState } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { path, saying } from '../api/client.ts';
import { Question } from '../parts/Question.tsx';
import { Said } from '../parts/Said.tsx';

type Act = 'suspend' | 'resume' | 'cancel' | 'retry';

const names: Record<Act, string> = { suspend: 'Suspend', resume: 'Resume', cancel: 'Cancel', retry: 'Retry' };
const meanings: Record<Act, string> = {
  suspend: 'Chunks under way go on to the end of their time budget; nothing new is begun until the run is resumed.',
  resume: 'The run goes on where it stood.',
  cancel: 'The run ends as failed. What is committed stays; what is not is left to later runs.',
  retry: 'What failed or was left out is worked off from its checkpoints.',
};

const open: Record<string, Act[]> = {
  pending: ['suspend', 'cancel'], running: ['suspend', 'cancel'], suspended: ['resume', 'cancel'], partial: ['retry'], failed: ['retry'], completed: [],
};

/** What may be done to a run, each after a question. */
export function Steering({ run, status, again }: { run: string; status: string; again: () => void }) {
  const { api } = useSession();
  const [act, setAct] = useState<Act | null>(null);
  const [said, say] = useState<{ text: string; isProblem: boolean } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const ask = (wanted: Act) => {
    setAct(wanted);
    say(null);
  };
  const go = async (act: Act) => {
    setAct(null);
    setBusy(true);
    try {
      await api.post(path`/runs/${run}/${act}`);
      say({ text: `${names[act]}: asked for.`, isProblem: false });
    } catch (problem) {
      say({ text: `${names[act]}: ${saying(problem)}`, isProblem: true });
    }

    setBusy(false);
    again();
  };
  return (
    <div class="steering">
      {(open[status] ?? []).map((wanted) => <button key={wanted} type="button" disabled={isBusy} class={wanted === 'cancel' ? 'grave' : ''} onClick={() => ask(wanted)}>{names[wanted]}</button>)}
      <Said of={said} />
      {act && (
        <Question title={`${names[act]} this run?`} does={names[act]} isGrave={act === 'cancel'} yes={() => void go(act)} no={() => setAct(null)}>
          <p><code>{run}</code></p>
          <p>{meanings[act]}</p>
        </Question>
      )}
    </div>
  );
}
