const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const some = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const money = new Intl.NumberFormat('en', { maximumFractionDigits: 2, minimumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const long = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const count = (n: number): string => whole.format(n);
export const rate = (n: number): string => some.format(n);
export const price = (n: number): string => money.format(n);

/** A score with its sign, so that columns of them line up. */
export const signed = (n: number, digits = 2): string => {
  const text = Math.abs(n).toFixed(digits);
  return Number(text) === 0 ? `±${text}` : (n > 0 ? '+' : '−') + text;
};

export const percent = (n: number): string => `${some.format(n)} %`;
export const clockOf = (at: number): string => clock.format(at);

/** The time of today, or the day where it was another. */
export function when(time: string, now = Date.now()): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? '' : Math.abs(now - at) < 20 * 3_600_000 ? clock.format(at) : `${day.format(at)} ${minute.format(at)}`;
}

export const exact = (time: string): string => (Number.isNaN(Date.parse(time)) ? '' : long.format(Date.parse(time)));

/** A span in the two units that matter. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  return s < 60 ? `${s} s`
    : s < 3_600 ? `${Math.floor(s / 60)} min${s < 600 && s % 60 > 0 ? ` ${s % 60} s` : ''}`
    : s < 86_400 ? `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`
    : `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}
