import { useEffect, useState } from 'preact/hooks';

export type Theme = 'system' | 'light' | 'dark';
const kept = 'sentiment.theme';
const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

/** The colours that were chosen, or the system's; a change is told to charts, which paint by themselves. */
export function useTheme(): { theme: Theme; turn: () => void } {
  const [theme, set] = useState<Theme>(() => (localStorage.getItem(kept) as Theme | null) ?? 'system');
  useEffect(() => {
    if (theme === 'system') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem(kept);
    } else {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem(kept, theme);
    }

    dispatchEvent(new Event('themechange'));
  }, [theme]);
  return { theme, turn: () => set((now) => next[now]) };
}

/** Calls where the colours may have changed. */
export function onTheme(act: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  addEventListener('themechange', act);
  system.addEventListener('change', act);
  return () => {
    removeEventListener('themechange', act);
    system.removeEventListener('change', act);
  };
}
