/** Text that a vendor wrote: what cannot be seen or turns the line around is made visible, and its length is bounded. */

const longest = 300;
const mostMarks = /(\p{M}{3})\p{M}+/gu;
const unseen = /[\u200B\u2060\uFEFF\u00AD\u180E]|[\u{E0000}-\u{E007F}]/gu;
const control = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g;
const turning: Record<string, string> = {
  '\u061C': 'ALM', '\u200E': 'LRM', '\u200F': 'RLM', '\u202A': 'LRE', '\u202B': 'RLE', '\u202C': 'PDF', '\u202D': 'LRO', '\u202E': 'RLO',
  '\u2066': 'LRI', '\u2067': 'RLI', '\u2068': 'FSI', '\u2069': 'PDI',
};
const turns = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** One line of at most so many characters, to be shown as text and isolated from what stands around it. */
export function shown(text: string, most = longest): string {
  // Cut before it is looked at closely, for a title may have 64 KB.
  const isLong = text.length > 4 * most;
  const cut = isLong ? text.slice(0, 4 * most) : text;
  const clean = cut.replace(control, ' ').replace(unseen, '').replace(turns, (c) => `⟦${turning[c]}⟧`).replace(mostMarks, '$1').trim();
  const characters = [...clean];
  return characters.length > most ? characters.slice(0, most).join('').trimEnd() + '…' : isLong ? clean + '…' : clean;
}

/** Text of several lines, as it came but for what cannot be seen. */
export function shownLines(text: string, most: number): string {
  return text.slice(0, most).replace(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, '\uFFFD').replace(unseen, '')
    .replace(turns, (c) => `⟦${turning[c]}⟧`).replace(mostMarks, '$1') + (text.length > most ? '…' : '');
}

/** Where a vendor's address leads, if a browser may follow it: http and https alone, without a name or a password. */
export function link(url: string | null | undefined): string | null {
  if (!url || url.length > 2_048) {
    return null;
  }

  try {
    const { protocol, username, password, href } = new URL(url);
    return (protocol === 'https:' || protocol === 'http:') && !username && !password ? href : null;
  } catch {
    return null;
  }
}
