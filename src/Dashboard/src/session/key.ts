const kept = 'sentiment.key';

/** The key that a link brought in its fragment, taken out of the address bar at once; else the one that this tab has. */
export function takeKey(): string | null {
  const asked = /^#key=([^&]+)/.exec(location.hash);
  if (asked) {
    history.replaceState(null, '', location.pathname + location.search);
    try {
      keepKey(decodeURIComponent(asked[1]!));
    } catch {
      return null; // No key has a lone percent sign.
    }
  }

  return sessionStorage.getItem(kept);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(kept, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(kept);
}
