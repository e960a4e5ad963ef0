const due = new Set<() => void>();

function run(): void {
  const acts = [...due];
  due.clear();
  acts.forEach((act) => act());
}

/** Acts once before the next frame, however often it is asked for; once a second where nobody looks. */
export function onFrame(act: () => void): void {
  if (due.size === 0) {
    if (document.hidden) {
      setTimeout(run, 1_000);
    } else {
      requestAnimationFrame(run);
    }
  }

  due.add(act);
}

// What waited for a frame that never comes, for the page was hidden before it.
addEventListener('visibilitychange', () => {
  if (due.size > 0) {
    setTimeout(run);
  }
});
