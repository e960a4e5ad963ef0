import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A question that stands before something is done; it is shown as long as it is drawn. */
export function Question({ title, does, isGrave = false, isReady = true, children, yes, no }: {
  title: string;
  does: string;
  isGrave?: boolean;
  isReady?: boolean;
  children?: ComponentChildren;
  yes: () => void;
  no: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    return () => shown.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); no(); }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) {
            yes();
          }
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <div class="answers">
          <button type="button" onClick={no}>Leave it</button>
          <button type="submit" class={isGrave ? 'grave' : 'primary'} disabled={!isReady}>{does}</button>
        </div>
      </form>
    </dialog>
  );
}
