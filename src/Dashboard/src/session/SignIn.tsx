import { useEffect, useRef } from 'preact/hooks';

/** Asks for a key: where there is none, and where the one at hand is refused. */
export function SignIn({ problem, enter }: { problem: string | null; enter: (key: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <main class="signin" id="main">
      <h1>Sentiment</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = field.current!.value.trim();
          if (key) {
            enter(key);
          }
        }}
      >
        <label for="key">Key</label>
        <input id="key" ref={field} type="password" autocomplete="off" spellcheck={false} required aria-describedby="key-help key-problem" aria-invalid={problem !== null} />
        <p id="key-problem" class="problem" role="alert">{problem}</p>
        <button type="submit" class="primary">Open</button>
        <p id="key-help" class="quiet">
          The admin key, or a tenant's key with the scope <code>read</code>. The link that the server prints when it starts has it already. It is kept in this
          tab alone.
        </p>
      </form>
    </main>
  );
}
